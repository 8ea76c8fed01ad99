import type { Attendances } from '../domain/attendance.js'
import type { Campaign } from '../domain/campaign.js'
import {
  decideDeparture,
  decideMember,
  MemberIndex,
  type Gone,
  type GonePolicy,
  type MemberDecision,
  type MemberRules,
} from '../domain/member.js'
import { sameLabel } from '../domain/member-status.js'
import { MhError, type ErrorCode } from '../errors.js'
import type { Outcome } from '../salesforce/collections.js'
import { isFateUnknown, isMadeAlready, mayTryRowAgain } from '../salesforce/failure.js'
import { EXPORT_ABOVE, readMembers, readMembersById, readMembersTogether } from '../salesforce/members.js'
import type { Org } from '../salesforce/org.js'
import type { Contract } from './campaign-contract.js'
import { reportOn, type PushReport, type Refusal } from './push-report.js'
import type { SendTools } from './job-book.js'
import { sendMembers, type Owed, type Sent } from './send-members.js'
import { UnansweredLines } from './unanswered-lines.js'

export interface PushTools extends SendTools {
  signal: AbortSignal
}

export interface PushRules extends MemberRules {
  /** Only the members of these participants are decided on. */
  only?: ReadonlySet<string>
  gone: Readonly<Record<Gone, GonePolicy>>
  /** The label that the policy `mark` gives. */
  mark: string
}

/** Somebody's membership as it is at the end; `memberId` is absent when there is none any more. */
export interface SettledMember {
  participantIds: string[]
  memberId?: string
  status?: string
}

/** Rounds of sending what is still owed; a lock goes away, a lost reply is looked up. */
const ROUNDS = 5
const FIRST_PAUSE_MS = 500
/** A job is over, and the members say best what it did. */
const ENDED_JOB = new Set<ErrorCode>(['SF_INGEST_JOB_FAILED', 'SF_JOB_RESULTS_INCOMPLETE'])
/** The org stored another status than was sent: its answer to one that it does not know (objects.md §5.4). */
const NOT_KEPT = 'STATUS_NOT_KEPT'

/** Compares people with members and says what is owed: the plan, and after applying it the proof. */
export function decideMembers(people: Attendances, members: MemberIndex, rules: PushRules): MemberDecision[] {
  const staying = [...people.members.values()].map((each) => decideMember(each, members.of(each), rules))
  const kept = new Set(staying.map(({ member }) => member?.id))
  // Somebody who is gone may share the record of somebody who is not.
  const leaving = people.departures.filter(({ memberId }) => !kept.has(memberId))
  const all = [
    ...staying,
    ...leaving.map((each) => decideDeparture(each, members.get(each.memberId), rules.gone[each.why], rules.mark)),
  ]
  const { only } = rules
  return only ? all.filter(({ participantIds }) => participantIds.some((id) => only.has(id))) : all
}

/** Reads the members of a Campaign; of one that is still to be made there are none. */
export async function membersOf({ org, clock }: PushTools, contract: Contract | undefined): Promise<MemberIndex> {
  if (!contract) return new MemberIndex([])
  return new MemberIndex(await readMembers(org, contract.campaignId, contract.people, clock))
}

/** The same of several Campaigns that are there already, in as few calls as it takes. The large ones, exported one by one, are left out. */
export async function membersOfAll(org: Org, campaigns: readonly Campaign[]): Promise<Map<string, MemberIndex>> {
  const small = campaigns.filter(({ people }) => people <= EXPORT_ABOVE).map(({ id }) => id)
  const members = await readMembersTogether(org, small)
  return new Map([...members].map(([id, each]) => [id, new MemberIndex(each)]))
}

/**
 * Sends what is owed, then reads back what was written and compares again, until nothing is owed or only what the org
 * refuses. What was done is the difference between the members before and after, so a lost reply is not counted wrongly. A
 * second run finds nothing.
 * When it has to stop, `stopped` says why, and what was done until then is reported and settled all the same.
 */
export async function pushMembers(
  tools: PushTools,
  contract: Contract,
  people: Attendances,
  members: MemberIndex,
  rules: PushRules,
): Promise<{ report: PushReport; settled: SettledMember[]; stopped?: unknown }> {
  const before = new Map([...members].map(({ id, status }) => [id, status]))
  const refused = new Map<string, Refusal>()
  const stopped = await settleAll(tools, contract, members, refused, () => decideMembers(people, members, rules)).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  const decisions = decideMembers(people, members, rules)
  return {
    report: reportOn(decisions, before, members, refused, isRunning(stopped)),
    settled: settledIn(decisions),
    stopped,
  }
}

function isRunning(stopped: unknown): boolean {
  return stopped instanceof MhError && stopped.code === 'SF_JOB_RUNNING'
}

/** Round after round until nothing is owed, or only what the org refuses. Rejects when it has to stop before. */
async function settleAll(
  tools: PushTools,
  contract: Contract,
  members: MemberIndex,
  refused: Map<string, Refusal>,
  decide: () => MemberDecision[],
): Promise<void> {
  const unclear = new UnansweredLines()
  for (let round = 1; round <= ROUNDS; round += 1) {
    const owed = owedIn(decide(), refused)
    if (owed.length === 0) return
    if (round > 1) await tools.clock.sleep(Math.random() * FIRST_PAUSE_MS * 2 ** round, tools.signal)
    const sent = await sendMembers(tools, contract.campaignId, owed, round)
    const { failure } = sent
    take(sent, members)
    if (failure === undefined || isFateUnknown(failure) || isOfEndedJob(failure))
      await lookAgain(tools, contract, members, sent)
    const cleared = unclear.clearedBy(sent, members)
    if (cleared.length > 0) await tools.run?.settle(cleared)
    for (const each of owed) note(refused, each, sent.answers.get(each), members)
    if (failure !== undefined && !isFateUnknown(failure)) throw failure
    tools.signal.throwIfAborted()
  }
}

function isOfEndedJob(error: Error): boolean {
  return error instanceof MhError && ENDED_JOB.has(error.code)
}

function owedIn(decisions: readonly MemberDecision[], refused: ReadonlyMap<string, Refusal>): Owed[] {
  return decisions.flatMap(({ change, participantIds, consent }) => {
    if (!change) return []
    const key = change.kind === 'insert' ? change.record.id : change.memberId
    const refusal = refused.get(key)
    return refusal && !isMadeAlready(refusal.code) && !mayTryRowAgain(refusal.code)
      ? []
      : [{ key, change, participantIds, ...(consent ? { consent } : {}) }]
  })
}

/** What the org said yes to, as it was asked for; reading it back says whether that is so. */
function take({ answers }: Sent, members: MemberIndex): void {
  for (const [{ change }, outcome] of answers) {
    if (!outcome.ok) continue
    if (change.kind === 'remove') members.remove(change.memberId)
    else if (change.kind === 'update')
      members.put({ ...members.get(outcome.id), id: outcome.id, status: change.status })
    else members.put({ id: outcome.id, [PERSON[change.record.object]]: change.record.id, status: change.status })
  }
}

const PERSON = { Contact: 'contactId', Lead: 'leadId' } as const

/** What was written is read back; where the org knows more than we do, everything is. */
async function lookAgain(
  { org, clock }: PushTools,
  { campaignId, people }: Contract,
  members: MemberIndex,
  { answers, failure }: Sent,
): Promise<void> {
  const outcomes = [...answers]
  if (failure !== undefined || outcomes.some(([, outcome]) => !outcome.ok && isMadeAlready(outcome.code))) {
    members.replace(await readMembers(org, campaignId, people, clock))
    return
  }
  const written = outcomes.flatMap(([{ change }, outcome]) =>
    outcome.ok && change.kind !== 'remove' ? [outcome.id] : [],
  )
  if (written.length === 0) return
  const found = await readMembersById(org, written)
  for (const id of written) {
    const member = found.get(id)
    if (member) members.put(member)
    else members.remove(id)
  }
}

/** Keeps why a change was not made; a status that the org did not keep counts as refused (objects.md §5.4). */
function note(refused: Map<string, Refusal>, owed: Owed, outcome: Outcome | undefined, members: MemberIndex): void {
  const { key, change, participantIds } = owed
  refused.delete(key)
  if (outcome === undefined) return
  if (!outcome.ok) refused.set(key, { code: outcome.code, participantIds })
  else if (change.kind !== 'remove' && !sameLabel(members.get(outcome.id)?.status ?? '', change.status)) {
    for (const id of [key, outcome.id]) refused.set(id, { code: NOT_KEPT, participantIds })
  }
}

/** Those who are as they should be, or are left so; what is still owed is not settled. */
function settledIn(decisions: readonly MemberDecision[]): SettledMember[] {
  return decisions
    .filter(({ change }) => change === undefined)
    .map(({ participantIds, member }) => ({ participantIds, memberId: member?.id, status: member?.status }))
}
