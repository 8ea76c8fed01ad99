import type { Clock } from '../clock.js'
import { addAttendance, addDeparture, noAttendances, whyLeftOut, type Attendances } from '../domain/attendance.js'
import type { BackfillSummary } from '../domain/backfill-summary.js'
import type { ConsentNeeds } from '../domain/consent.js'
import type { Decision } from '../domain/decision.js'
import type { EnrichmentPolicy } from '../domain/enrichment.js'
import type { LeadReport } from '../domain/lead-report.js'
import type { MatchPolicy } from '../domain/match.js'
import { NO_CALLS, sumOfCalls, type PlannedCalls } from '../domain/planned-calls.js'
import { PAGE_SIZE, planRead, type ReadPlan } from '../domain/read-plan.js'
import type { PlanBook } from '../domain/saved-plan.js'
import type { MhError } from '../errors.js'
import type { Database } from '../mongo/database.js'
import { Participants } from '../mongo/participants.js'
import { bannedUsers } from '../mongo/users.js'
import type { PeopleSource } from '../salesforce/people-source.js'
import type { Allowance } from '../domain/quota.js'
import { LeadMaker } from './create-leads.js'
import { enrichPeople, type EnrichEvent } from './enrich.js'
import type { LeadSettings } from './lead-candidates.js'
import type { ContactPeople } from './push-contacts.js'
import { gatesOf, type Gates } from './consent-gates.js'
import { withOptOuts } from './opt-outs.js'
import type { Run } from './run.js'

export interface MatchTools {
  source: PeopleSource
  database: Database
  clock: Clock
  signal: AbortSignal
  match: MatchPolicy & EnrichmentPolicy
  leads: LeadSettings
  /** What of somebody's consent is needed to make them a member, and to write to their Contact. */
  consent: ConsentNeeds
  /** Where changes are written down; absent in a dry run. */
  run?: Run
  /** Told of every change that is owed, before it is sent. */
  book?: PlanBook
}

export interface MatchRequest {
  eventIds: readonly string[]
  /** Only these participants are written to; all are read, because who shares a record with others is decided on together. */
  only?: ReadonlySet<string>
  /** Only these participants are read at all. */
  among?: readonly string[]
  dryRun: boolean
  /** Makes Leads of people whom the org does not know, where they agreed. */
  createLeads: boolean
  /** Told of everybody who is registered for one of the events, once each. */
  onDecision?: (decision: Decision) => void
}

export type MatchEvent = { kind: 'planned'; people: number; plan: ReadPlan; allowance?: Allowance } | EnrichEvent

/** Everybody of some events: by event for the Campaigns, by Contact for write-back. */
export interface Everybody {
  people: Map<string, Attendances>
  contacts: Map<string, ContactPeople>
  summary: BackfillSummary
  /** The calls that this takes, Leads included. */
  planned: PlannedCalls
  missing: string[]
  /** Absent when no Leads were to be made. */
  leads?: LeadReport
  stopped?: MhError
}

/** Matches and enriches everybody of these events once, however many of them they came to. */
export async function matchEverybody(
  { source, database, clock, signal, match: policy, leads, consent, run, book }: MatchTools,
  { eventIds, only, among, dryRun, createLeads, onDecision = () => {} }: MatchRequest,
  watch: (event: MatchEvent) => void,
): Promise<Everybody> {
  const participants = new Participants(database)
  const people = new Map(eventIds.map((id) => [id, noAttendances()]))
  const contacts = new Map<string, ContactPeople>()
  const scope = { eventIds, ids: among }
  const total = eventIds.length === 0 ? 0 : await participants.count(scope)
  const plan = planRead(total, undefined, 'composite', total === 0 || (await source.fields.isFresh()))
  watch({ kind: 'planned', people: total, plan, allowance: source.org.transport.allowance })
  let missing: string[] = []
  const maker = createLeads
    ? new LeadMaker({ source, database, clock, signal, policy, leads, run }, dryRun, watch)
    : undefined
  const { summary, stopped } = await enrichPeople(
    { source, participants, clock, policy, signal, run, book, leads: maker },
    { scope, plan, total, only, dryRun, force: false, touch: false },
    (happened) => {
      if (happened.kind === 'left out') missing = happened.fields
      watch(happened)
    },
    async (decided) => {
      const decisions = await withOptOuts(database, decided, clock.now(), dryRun)
      const userIds = decisions.flatMap(({ participant }) => participant.userId ?? [])
      const banned = await bannedUsers(database, userIds)
      const gates = await gatesOf(database, consent, leads, decisions)
      for (const decision of decisions) {
        sort(decision, banned, gates(decision), people, contacts)
        onDecision(decision)
      }
    },
  )
  for (const [eventId, all] of people) {
    for await (const page of participants.departed(eventId, PAGE_SIZE)) {
      for (const each of page) addDeparture(all, each, eventId, each.deleted ? 'deleted' : 'withdrawn')
    }
  }
  const planned = sumOfCalls(plan, maker?.planned ?? NO_CALLS)
  return { people, contacts, summary, planned, missing, leads: maker?.report, stopped }
}

function sort(
  decision: Decision,
  banned: ReadonlySet<string>,
  gates: Gates,
  people: ReadonlyMap<string, Attendances>,
  contacts: Map<string, ContactPeople>,
): void {
  const { participant, match } = decision
  const isBanned = participant.userId !== undefined && banned.has(participant.userId)
  for (const eventId of new Set(participant.registrations.map((each) => each.eventId))) {
    const all = people.get(eventId)
    if (all) addAttendance(all, eventId, decision, () => isBanned, gates.member)
  }
  if (match?.kind !== 'contact' || whyLeftOut(decision, isBanned, gates.writeback) !== undefined) return
  const { id, also = {} } = match.contact
  const known = contacts.get(id)
  const agreed = known?.consent ?? (gates.writeback.open ? gates.writeback.evidence : undefined)
  const participants = [...(known?.participants ?? []), participant]
  contacts.set(id, { contactId: id, participants, current: also, ...(agreed ? { consent: agreed } : {}) })
}
