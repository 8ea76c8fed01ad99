import { noAttendances, type Attendances } from '../domain/attendance.js'
import type { Decision } from '../domain/decision.js'
import type { EventDetails } from '../domain/event.js'
import { MemberIndex, type MemberDecision } from '../domain/member.js'
import type { ContactChange } from '../domain/write-back.js'
import { withSameRecord } from '../mongo/participant-sample.js'
import { readMembersOf, type MemberKeys } from '../salesforce/members.js'
import { planContracts, type PlannedContract } from './campaign-contract.js'
import { asPlanned, contractTools, pushRules, writeBackTools, type SyncTools } from './campaign-sync.js'
import { matchEverybody, type Everybody, type MatchEvent } from './match-everybody.js'
import { contactFields, decideContacts } from './push-contacts.js'
import { decideMembers } from './push-members.js'
import { campaignsOf } from './sync-calls.js'

/** Whom to compare, and at which events. */
export interface ComparedRequest {
  events: readonly EventDetails[]
  /** Participants. */
  ids: readonly string[]
  /** Whether Contacts are compared. */
  contacts: boolean
}

/** What a sync would find and write of one participant. */
export interface ComparedPerson {
  decision: Decision
  /** What is owed to their membership, by event; none where they ought to have none and have none. */
  members: Map<string, MemberDecision>
  /** What is owed to their Contact. */
  contactChanges: readonly ContactChange[]
}

/** Both systems side by side. */
export interface Compared {
  /** A Campaign that is still to be made is one of these, without members. */
  contracts: PlannedContract[]
  /** By participant; who is at none of the events is not there. */
  people: Map<string, ComparedPerson>
}

/**
 * Reads both systems for some people of some events, as a sync would; writes nothing. Only these people are read, and who is the same
 * record as one of them: a few calls, whatever the size of the events.
 */
export async function comparePeople(
  tools: SyncTools,
  { events, ids, contacts }: ComparedRequest,
  watch: (event: MatchEvent) => void,
): Promise<Compared> {
  const { source, database } = tools
  const eventIds = events.map(({ id }) => id)
  const contracts = await planContracts(contractTools(tools), events, { evenIfNamed: false })
  const decisions = new Map<string, Decision>()
  const onDecision = (decision: Decision) => decisions.set(decision.participant.id, decision)
  const fields = contacts ? await contactFields(source, tools.writeBack) : undefined
  const among = await withSameRecord(database, eventIds, ids)
  const asked = { eventIds, among, dryRun: true, createLeads: false, onDecision }
  const matched = await matchEverybody(tools, asked, watch)
  if (matched.stopped) throw matched.stopped
  const contactChanges = await owedToContacts(tools, fields, matched)
  const members = await membersOfSome(tools, contracts, matched.people, new Set(ids))
  const people = ids.flatMap((id): [string, ComparedPerson][] => {
    const decision = decisions.get(id)
    if (!decision) return []
    const own = [...members].flatMap(([eventId, byPerson]) => {
      const member = byPerson.get(id)
      return member ? [[eventId, member] as const] : []
    })
    return [[id, { decision, members: new Map(own), contactChanges: contactChanges.get(id) ?? [] }]]
  })
  return { contracts, people: new Map(people) }
}

/** What Contacts are owed, by participant. */
async function owedToContacts(
  tools: SyncTools,
  fields: Awaited<ReturnType<typeof contactFields>> | undefined,
  { contacts }: Everybody,
): Promise<Map<string, ContactChange[]>> {
  if (!fields) return new Map()
  const writing = writeBackTools(tools, 'auto', () => {})
  const { owed } = await decideContacts(writing, fields, [...contacts.values()])
  return new Map(owed.flatMap(({ participants, changes }) => participants.map(({ id }) => [id, changes] as const)))
}

/** What is owed to the memberships of some people, by event and participant. */
async function membersOfSome(
  tools: SyncTools,
  contracts: readonly PlannedContract[],
  people: Everybody['people'],
  only: ReadonlySet<string>,
): Promise<Map<string, Map<string, MemberDecision>>> {
  const plans = contracts.flatMap((each) => ('plan' in each ? [each.plan] : []))
  const attendances = plans.map(({ event }) => people.get(event.id) ?? noAttendances())
  const found = await readMembersOf(
    tools.source.org,
    campaignsOf(contracts).map(({ id }) => id),
    keysOf(attendances, only),
  )
  return new Map(
    plans.map((plan, at) => {
      const rules = pushRules(tools.campaign, asPlanned(plan) ?? plan.statuses, { correct: false, only })
      const members = new MemberIndex(found.get(plan.campaign?.id ?? '') ?? [])
      const decided = decideMembers(attendances[at] ?? noAttendances(), members, rules)
      return [plan.event.id, new Map(decided.flatMap((each) => each.participantIds.map((id) => [id, each] as const)))]
    }),
  )
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
