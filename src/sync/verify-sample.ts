import { noAttendances, type Attendances } from '../domain/attendance.js'
import type { Decision } from '../domain/decision.js'
import type { EventDetails } from '../domain/event.js'
import { MemberIndex, type MemberDecision } from '../domain/member.js'
import { countVerdict, noVerdicts, ownFieldsOf, verdictOf, worstOf, type VerdictCounts } from '../domain/verdict.js'
import { sampleOf, withSameRecord } from '../mongo/participant-sample.js'
import { readMembersOf, type MemberKeys } from '../salesforce/members.js'
import { planContracts, type PlannedContract } from './campaign-contract.js'
import { asPlanned, contractTools, existing, pushRules, writeBackTools, type SyncTools } from './campaign-sync.js'
import { chooseEvents } from './choose-events.js'
import { matchEverybody, type Everybody, type MatchEvent } from './match-everybody.js'
import { contactFields, decideContacts } from './push-contacts.js'
import { decideMembers } from './push-members.js'
import { campaignsOf } from './sync-calls.js'
import { campaignFields } from './verify.js'

export interface SampleRequest {
  /** How many people at the most. */
  size: number
  /** Who was the last one of the sample before. */
  after?: string
  /** Whom the platform has changed since is left out: the sync that is verified may not have seen it. */
  unchangedSince: Date
  /** Whether Contacts are compared. */
  contacts: boolean
  maxApiCalls?: number
}

export type SampleEvent = { kind: 'events'; events: EventDetails[]; guessed: boolean } | MatchEvent

/** Whether both systems agree on some people of the live events, each counted once for all of these. */
export interface SampleResult {
  counts: VerdictCounts
  /** Events whose Campaign a sync would change, or that have none. */
  campaignsDiffer: number
  /** Who was the last one; absent when nobody is registered. */
  upTo?: string
}

/**
 * Reads both systems for a sample of the people of all live events, and judges them as `verify` does; writes nothing. The next
 * sample begins after this one. Only these people are read, and who is the same record as one of them: a few calls, whatever the
 * size of the events.
 */
export async function verifySample(
  tools: SyncTools,
  { size, after, unchangedSince, contacts, maxApiCalls }: SampleRequest,
  watch: (event: SampleEvent) => void,
): Promise<SampleResult> {
  const { source, database } = tools
  source.org.beginRun(maxApiCalls)
  const chosen = await chooseEvents(tools, undefined)
  watch({ kind: 'events', ...chosen })
  const eventIds = chosen.events.map(({ id }) => id)
  const ids = await sampleOf(database, eventIds, after, size, unchangedSince)
  const contracts = (await planContracts(contractTools(tools), chosen.events, { evenIfNamed: false })).map(existing)
  const decisions = new Map<string, Decision>()
  const onDecision = (decision: Decision) => decisions.set(decision.participant.id, decision)
  const fields = contacts ? await contactFields(source, tools.writeBack) : undefined
  const among = await withSameRecord(database, eventIds, ids)
  const asked = { eventIds, among, dryRun: true, createLeads: false, onDecision }
  const matched = await matchEverybody(tools, asked, watch)
  if (matched.stopped) throw matched.stopped
  const contactFieldsOf = await owedToContacts(tools, fields, matched)
  const members = await membersOfSample(tools, contracts, matched.people, new Set(ids))
  const counts = noVerdicts()
  for (const id of ids) {
    const decision = decisions.get(id)
    if (!decision) continue
    const { outcome } = decision
    const evidence = { outcome, ownFields: ownFieldsOf(decision), contactFields: contactFieldsOf.get(id) ?? [] }
    const ofEvents = members.flatMap((byPerson) => byPerson.get(id) ?? [])
    countVerdict(
      counts,
      worstOf([verdictOf(evidence), ...ofEvents.map((member) => verdictOf({ ...evidence, member }))]),
    )
  }
  const campaignsDiffer = contracts.filter((each) => !('plan' in each) || campaignFields(each.plan).length > 0).length
  return { counts, campaignsDiffer, upTo: ids.at(-1) }
}

/** Whether nothing is owed that a sync would write. */
export function sampleAgrees({ counts, campaignsDiffer }: SampleResult): boolean {
  return counts.differs + counts.missing + campaignsDiffer === 0
}

/** Fields that Contacts are owed, by participant. */
async function owedToContacts(
  tools: SyncTools,
  fields: Awaited<ReturnType<typeof contactFields>> | undefined,
  { contacts }: Everybody,
): Promise<Map<string, string[]>> {
  if (!fields) return new Map()
  const writing = writeBackTools(tools, 'auto', () => {})
  const { owed } = await decideContacts(writing, fields, [...contacts.values()])
  return new Map(
    owed.flatMap(({ participants, changes }) =>
      participants.map(({ id }) => [id, changes.map(({ field }) => field)] as const),
    ),
  )
}

/** What is owed to the memberships of the sample, event by event, by participant. */
async function membersOfSample(
  tools: SyncTools,
  contracts: readonly PlannedContract[],
  people: Everybody['people'],
  only: ReadonlySet<string>,
): Promise<Map<string, MemberDecision>[]> {
  const plans = contracts.flatMap((each) => ('plan' in each ? [each.plan] : []))
  const attendances = plans.map(({ event }) => people.get(event.id) ?? noAttendances())
  const found = await readMembersOf(
    tools.source.org,
    campaignsOf(contracts).map(({ id }) => id),
    keysOf(attendances, only),
  )
  return plans.map((plan, at) => {
    const rules = pushRules(tools.campaign, asPlanned(plan) ?? plan.statuses, { correct: false, only })
    const members = new MemberIndex(found.get(plan.campaign?.id ?? '') ?? [])
    const decided = decideMembers(attendances[at] ?? noAttendances(), members, rules)
    return new Map(decided.flatMap((each) => each.participantIds.map((id) => [id, each] as const)))
  })
}

function keysOf(attendances: readonly Attendances[], only: ReadonlySet<string>): MemberKeys {
  const staying = attendances.flatMap(({ members }) => [...members.values()])
  const leaving = attendances.flatMap(({ departures }) => departures.filter((each) => only.has(each.participantId)))
  const of = (object: 'Contact' | 'Lead') =>
    staying.flatMap(({ record }) => (record.object === object ? record.id : []))
  return {
    ContactId: of('Contact'),
    LeadId: [...of('Lead'), ...staying.flatMap(({ formerLeadId }) => formerLeadId ?? [])],
    Id: [...staying.flatMap(({ knownMemberId }) => knownMemberId ?? []), ...leaving.map(({ memberId }) => memberId)],
  }
}
