import type { Clock } from '../clock.js'
import type { Attendances } from '../domain/attendance.js'
import {
  decideDeparture,
  decideMember,
  MemberIndex,
  type Gone,
  type GonePolicy,
  type MemberChange,
  type MemberDecision,
  type MemberRules,
} from '../domain/member.js'
import { sameLabel } from '../domain/member-status.js'
import {
  deleteRecords,
  insertRecords,
  updateRecords,
  type Outcome,
  type RecordToSend,
} from '../salesforce/collections.js'
import { isFateUnknown, mayTryRowAgain } from '../salesforce/failure.js'
import { readMembers, readMembersById } from '../salesforce/members.js'
import type { Org } from '../salesforce/org.js'
import type { Contract } from './campaign-contract.js'

export interface PushTools {
  org: Org
  clock: Clock
  signal: AbortSignal
}

export interface PushRules extends MemberRules {
  gone: Readonly<Record<Gone, GonePolicy>>
  /** The label that the policy `mark` gives. */
  mark: string
}

/** What became of the members of one Campaign. */
export interface PushReport {
  inserted: number
  updated: number
  removed: number
  /** Right before we came, or made right by somebody else meanwhile. */
  unchanged: number
  /** Left alone although they differ, by reason. */
  held: Record<string, number>
  /** Rows that were not written, by the org's code, with some of the participants. */
  failed: Record<string, { count: number; participants: string[] }>
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
const SAMPLES = 5
/** Somebody made the member meanwhile; its id is not in the message (objects.md §5.1). */
const ALREADY = 'DUPLICATE_VALUE'
/** The org stored another status than was sent: its answer to one that it does not know (objects.md §5.4). */
const NOT_KEPT = 'STATUS_NOT_KEPT'

/** Compares people with members and says what is owed: the plan, and after applying it the proof. */
export function decideMembers(people: Attendances, members: MemberIndex, rules: PushRules): MemberDecision[] {
  const staying = [...people.members.values()].map((each) => decideMember(each, members.of(each), rules))
  const kept = new Set(staying.map(({ member }) => member?.id))
  // Somebody who is gone may share the record of somebody who is not.
  const leaving = people.departures.filter(({ memberId }) => !kept.has(memberId))
  return [
    ...staying,
    ...leaving.map((each) => decideDeparture(each, members.get(each.memberId), rules.gone[each.why], rules.mark)),
  ]
}

/** Reads the members of a Campaign; of one that is still to be made there are none. */
export async function membersOf({ org, clock }: PushTools, contract: Contract | undefined): Promise<MemberIndex> {
  if (!contract) return new MemberIndex([])
  return new MemberIndex(await readMembers(org, contract.campaignId, contract.people, clock))
}

/**
 * Sends what is owed, one call after the other: the roll-ups of a Campaign lock it (objects.md §5.10). Then reads back
 * what was written and compares again, until nothing is owed or only what the org refuses. What was done is the
 * difference between the members before and after, so a lost reply is not counted wrongly. A second run finds nothing.
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
  return { report: reportOn(decisions, before, members, refused), settled: settledIn(decisions), stopped }
}

/** Round after round until nothing is owed, or only what the org refuses. Rejects when it has to stop before. */
async function settleAll(
  tools: PushTools,
  contract: Contract,
  members: MemberIndex,
  refused: Map<string, Refusal>,
  decide: () => MemberDecision[],
): Promise<void> {
  for (let round = 1; round <= ROUNDS; round += 1) {
    const owed = owedIn(decide(), refused)
    if (owed.length === 0) return
    if (round > 1) await tools.clock.sleep(Math.random() * FIRST_PAUSE_MS * 2 ** round, tools.signal)
    const sent = await send(tools, contract.campaignId, owed)
    take(sent, members)
    if (sent.failure !== undefined && !isFateUnknown(sent.failure)) throw sent.failure
    await lookAgain(tools, contract, members, sent)
    for (const each of owed) note(refused, each, sent.answers.get(each), members)
    tools.signal.throwIfAborted()
  }
}

interface Owed {
  key: string
  change: MemberChange
  participantIds: string[]
}

interface Refusal {
  code: string
  participantIds: string[]
}

/** What the org said to each change, and what ended the sending before all were sent. */
interface Sent {
  answers: Map<Owed, Outcome>
  failure?: Error
}

function owedIn(decisions: readonly MemberDecision[], refused: ReadonlyMap<string, Refusal>): Owed[] {
  return decisions.flatMap(({ change, participantIds }) => {
    if (!change) return []
    const key = change.kind === 'insert' ? change.record.id : change.memberId
    const refusal = refused.get(key)
    return refusal && refusal.code !== ALREADY && !mayTryRowAgain(refusal.code) ? [] : [{ key, change, participantIds }]
  })
}

async function send({ org }: PushTools, campaignId: string, owed: readonly Owed[]): Promise<Sent> {
  const answers = new Map<Owed, Outcome>()
  const of = (kind: MemberChange['kind']) => {
    const some = owed.filter(({ change }) => change.kind === kind)
    const settle = (first: number, outcomes: readonly Outcome[]) => {
      for (const [at, outcome] of outcomes.entries()) {
        const one = some[first + at]
        if (one) answers.set(one, outcome)
      }
    }
    return { changes: some.map(({ change }) => change), settle }
  }
  const [inserts, updates, removals] = [of('insert'), of('update'), of('remove')]
  try {
    const added = inserts.changes.map((change) => toInsert(campaignId, change))
    await insertRecords(org, 'CampaignMember', added, inserts.settle)
    await updateRecords(org, 'CampaignMember', updates.changes.map(toUpdate), updates.settle)
    await deleteRecords(org, removals.changes.map(idOf), removals.settle)
    return { answers }
  } catch (error) {
    return { answers, failure: error instanceof Error ? error : new Error(String(error)) }
  }
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

function toInsert(campaignId: string, change: MemberChange): RecordToSend {
  if (change.kind !== 'insert') throw new TypeError('not an insert')
  const { record, status } = change
  return { CampaignId: campaignId, [`${record.object}Id`]: record.id, Status: status }
}

function toUpdate(change: MemberChange): RecordToSend {
  return { Id: idOf(change), Status: change.kind === 'update' ? change.status : null }
}

function idOf(change: MemberChange): string {
  return change.kind === 'insert' ? '' : change.memberId
}

/** What was written is read back; where the org knows more than we do, everything is. */
async function lookAgain(
  { org, clock }: PushTools,
  { campaignId, people }: Contract,
  members: MemberIndex,
  { answers, failure }: Sent,
): Promise<void> {
  const outcomes = [...answers]
  if (failure !== undefined || outcomes.some(([, outcome]) => !outcome.ok && outcome.code === ALREADY)) {
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

function reportOn(
  decisions: readonly MemberDecision[],
  before: ReadonlyMap<string, string | undefined>,
  members: MemberIndex,
  refused: ReadonlyMap<string, Refusal>,
): PushReport {
  const removed = [...before.keys()].filter((id) => members.get(id) === undefined).length
  const report: PushReport = { inserted: 0, updated: 0, removed, unchanged: 0, held: {}, failed: {} }
  for (const { member, change, held, participantIds } of decisions) {
    if (held !== undefined) report.held[held] = (report.held[held] ?? 0) + 1
    if (change)
      countFailure(report, refused.get(change.kind === 'insert' ? change.record.id : change.memberId), participantIds)
    else if (!member) continue
    else if (!before.has(member.id)) report.inserted += 1
    else if (before.get(member.id) !== member.status) report.updated += 1
    else report.unchanged += 1
  }
  return report
}

function countFailure(report: PushReport, refusal: Refusal | undefined, participantIds: readonly string[]): void {
  const group = (report.failed[refusal?.code ?? 'UNKNOWN_FATE'] ??= { count: 0, participants: [] })
  group.count += 1
  group.participants.push(...participantIds.slice(0, SAMPLES - group.participants.length))
}

/** Those who are as they should be, or are left so; what is still owed is not settled. */
function settledIn(decisions: readonly MemberDecision[]): SettledMember[] {
  return decisions
    .filter(({ change }) => change === undefined)
    .map(({ participantIds, member }) => ({ participantIds, memberId: member?.id, status: member?.status }))
}

/** A plan that is not applied, as counts. */
export function plannedReport(decisions: readonly MemberDecision[]): PushReport {
  const report: PushReport = { inserted: 0, updated: 0, removed: 0, unchanged: 0, held: {}, failed: {} }
  for (const { change, held, member } of decisions) {
    if (held !== undefined) report.held[held] = (report.held[held] ?? 0) + 1
    if (change) report[COUNTED[change.kind]] += 1
    else if (member) report.unchanged += 1
  }
  return report
}

const COUNTED = { insert: 'inserted', update: 'updated', remove: 'removed' } as const
