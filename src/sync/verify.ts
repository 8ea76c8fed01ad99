import { noAttendances } from '../domain/attendance.js'
import type { Decision, Outcome } from '../domain/decision.js'
import type { EventDetails } from '../domain/event.js'
import type { MemberDecision, MemberIndex } from '../domain/member.js'
import {
  countVerdict,
  noVerdicts,
  ownFieldsOf,
  verdictOf,
  type Verdict,
  type VerdictCounts,
} from '../domain/verdict.js'
import { planContracts, type ContractPlan } from './campaign-contract.js'
import { asPlanned, contractTools, existing, pushRules, writeBackTools, type SyncTools } from './campaign-sync.js'
import { chooseEvents } from './choose-events.js'
import { matchEverybody, type MatchEvent } from './match-everybody.js'
import { contactFields, decideContacts } from './push-contacts.js'
import { decideMembers, membersOf } from './push-members.js'

export interface VerifyRequest {
  event: string
  /** Whether Contacts are compared: a sync that does not write them owes them nothing. */
  contacts: boolean
  maxApiCalls?: number
}

export type VerifyEvent = { kind: 'events'; events: EventDetails[]; guessed: boolean } | MatchEvent

/** Whether both systems agree on one event, person by person. */
export interface VerifyResult {
  event: EventDetails
  campaignId: string
  counts: VerdictCounts
  /** Fields and statuses of the Campaign itself that a sync would write. */
  campaignDiffers: string[]
  /** Those that do not agree, at most a thousand. */
  disagreeing: { participantId: string; verdict: Exclude<Verdict, { kind: 'agrees' }> }[]
  /** Members of the Campaign who are nobody of this event here. */
  extra: number
  /** Members that differ and are left alone, by reason. */
  held: Record<string, number>
  /** Fields that could not be read, and so were not compared. */
  missing: string[]
  calls: number
  milliseconds: number
}

const LISTED = 1_000

/** Reads both systems and judges every participant of an event; writes nothing. Throws what a sync would throw before it writes. */
export async function verify(
  tools: SyncTools,
  { event: typed, contacts, maxApiCalls }: VerifyRequest,
  watch: (event: VerifyEvent) => void,
): Promise<VerifyResult> {
  const { source, clock } = tools
  const [started, before] = [clock.elapsed(), source.org.calls]
  source.org.beginRun(maxApiCalls)
  const { events, guessed } = await chooseEvents(tools, typed)
  const [event] = events
  if (!event) throw new TypeError('no event was chosen')
  watch({ kind: 'events', events, guessed })
  const { plan, campaignId } = await campaignOf(tools, event)
  const read = await readBoth(tools, event, plan, contacts, watch)
  const judged = judge(read)
  const spent = { calls: source.org.calls - before, milliseconds: clock.elapsed() - started }
  return { event, campaignId, campaignDiffers: campaignFields(plan), ...judged, missing: read.missing, ...spent }
}

/** Whether nothing is owed that a sync would write. */
export function agrees({ counts, campaignDiffers }: VerifyResult): boolean {
  return counts.differs + counts.missing + campaignDiffers.length === 0
}

async function campaignOf(tools: SyncTools, event: EventDetails): Promise<{ plan: ContractPlan; campaignId: string }> {
  const [planned] = (await planContracts(contractTools(tools), [event], { evenIfNamed: false })).map(existing)
  if (!planned) throw new TypeError('no campaign was planned')
  if ('error' in planned) throw planned.error
  return { plan: planned.plan, campaignId: planned.plan.campaign?.id ?? '' }
}

/** Fields and statuses of a Campaign that a sync would write. */
export function campaignFields({ changes, statuses }: ContractPlan): string[] {
  return [
    ...changes.map(({ field }) => `Campaign.${field}`),
    ...statuses.create.map(({ label }) => `status "${label}"`),
    ...statuses.change.map(({ rung }) => `status "${statuses.labels[rung]}"`),
  ]
}

/** What both systems say, as far as judging needs it. */
interface Read {
  people: Map<string, { outcome: Outcome; ownFields: string[] }>
  memberDecisions: MemberDecision[]
  members: MemberIndex
  contactChanges: Map<string, string[]>
  missing: string[]
}

async function readBoth(
  tools: SyncTools,
  event: EventDetails,
  plan: ContractPlan,
  contacts: boolean,
  watch: (event: VerifyEvent) => void,
): Promise<Read> {
  const fields = contacts ? await contactFields(tools.source, tools.writeBack) : undefined
  const people: Read['people'] = new Map()
  const onDecision = (decision: Decision) => {
    people.set(decision.participant.id, { outcome: decision.outcome, ownFields: ownFieldsOf(decision) })
  }
  const request = { eventIds: [event.id], dryRun: true, createLeads: false, onDecision }
  const matched = await matchEverybody(tools, request, watch)
  if (matched.stopped) throw matched.stopped
  const contract = asPlanned(plan)
  const writing = writeBackTools(tools, 'auto', () => {})
  const members = await membersOf(writing, contract)
  const rules = pushRules(tools.campaign, contract ?? plan.statuses, { correct: false })
  const memberDecisions = decideMembers(matched.people.get(event.id) ?? noAttendances(), members, rules)
  const { owed } = fields ? await decideContacts(writing, fields, [...matched.contacts.values()]) : { owed: [] }
  const contactChanges = new Map(
    owed.flatMap(({ participants, changes }) =>
      participants.map(({ id }) => [id, changes.map(({ field }) => field)] as const),
    ),
  )
  return { people, memberDecisions, members, contactChanges, missing: matched.missing }
}

function judge({ people, memberDecisions, members, contactChanges }: Read) {
  const counts = noVerdicts()
  const disagreeing: VerifyResult['disagreeing'] = []
  const held: Record<string, number> = {}
  const memberOf = new Map(memberDecisions.flatMap((each) => each.participantIds.map((id) => [id, each] as const)))
  // Who has gone from the event and has a member is judged as well.
  for (const participantId of new Set([...people.keys(), ...memberOf.keys()])) {
    const { outcome, ownFields } = people.get(participantId) ?? { outcome: 'contact' as const, ownFields: [] }
    const member = memberOf.get(participantId)
    const verdict = verdictOf({ outcome, ownFields, member, contactFields: contactChanges.get(participantId) ?? [] })
    countVerdict(counts, verdict)
    if (verdict.kind !== 'agrees' && disagreeing.length < LISTED) disagreeing.push({ participantId, verdict })
  }
  for (const { held: why } of memberDecisions) if (why !== undefined) held[why] = (held[why] ?? 0) + 1
  const known = new Set(memberDecisions.map(({ member }) => member?.id))
  const extra = [...members].filter(({ id }) => !known.has(id)).length
  return { counts, disagreeing, held, extra }
}
