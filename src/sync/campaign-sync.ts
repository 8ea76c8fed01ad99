import type { Clock } from '../clock.js'
import { addAttendance, addDeparture, noAttendances, type Attendances } from '../domain/attendance.js'
import type { BackfillSummary } from '../domain/backfill-summary.js'
import type { Decision } from '../domain/decision.js'
import type { EnrichmentPolicy } from '../domain/enrichment.js'
import { eventLabel, isLive, type EventDetails } from '../domain/event.js'
import type { MatchPolicy } from '../domain/match.js'
import type { GonePolicy } from '../domain/member.js'
import { PAGE_SIZE, planRead, type ReadPlan } from '../domain/read-plan.js'
import { exitCodes, MhError, type ErrorCode } from '../errors.js'
import type { Database } from '../mongo/database.js'
import { listEventDetails } from '../mongo/events.js'
import { Participants, type MembershipWrite } from '../mongo/participants.js'
import { bannedUsers } from '../mongo/users.js'
import { RECORDS_PER_CALL } from '../salesforce/collections.js'
import { READ_BACK_PER_CALL } from '../salesforce/members.js'
import type { PeopleSource } from '../salesforce/people-source.js'
import type { Allowance } from '../salesforce/transport.js'
import { CEILING } from './backfill.js'
import {
  applyContract,
  planContracts,
  type Contract,
  type ContractPlan,
  type ContractTools,
  type PlannedContract,
} from './campaign-contract.js'
import { enrichPeople, type EnrichEvent } from './enrich.js'
import { findEvent } from './find-event.js'
import {
  decideMembers,
  membersOf,
  plannedReport,
  pushMembers,
  type PushReport,
  type PushRules,
  type PushTools,
  type SettledMember,
} from './push-members.js'

export interface SyncTools {
  source: PeopleSource
  database: Database
  clock: Clock
  signal: AbortSignal
  match: MatchPolicy & EnrichmentPolicy
  campaign: SyncPolicy
  environment: (name: string) => string | undefined
}

export type SyncPolicy = ContractTools['policy'] & {
  liveDays: number
  gone: Readonly<Record<'withdrawn' | 'deleted' | 'banned' | 'optedOut', GonePolicy>> & { status: string }
}

export interface SyncRequest {
  /** What was typed after `--event`; undefined means every event that is live. */
  event?: string
  dryRun: boolean
  /** Whether a Campaign that is missing is made; `campaign push` leaves that to `campaign create`. */
  mayCreate: boolean
  /** Statuses may go down, and those that somebody else gave are overwritten. */
  correct: boolean
  maxApiCalls?: number
}

/** What happens, for whoever watches. */
export type SyncEvent =
  | { kind: 'events'; events: EventDetails[]; guessed: boolean }
  | { kind: 'planned'; people: number; plan: ReadPlan; allowance?: Allowance }
  | { kind: 'contract'; event: EventDetails; plan: ContractPlan }
  | { kind: 'members'; event: EventDetails; planned: PushReport; calls: number }
  | EnrichEvent

/** How one event came out. With `error`, nothing after it was done for this event. */
export interface EventOutcome {
  event: EventDetails
  contract?: ContractPlan
  campaignId?: string
  /** What was done, or in a dry run: would be. */
  members?: PushReport
  leftOut: Attendances['leftOut']
  error?: MhError
}

export interface SyncResult {
  events: EventOutcome[]
  dryRun: boolean
  people: BackfillSummary
  missing: string[]
  calls: number
  milliseconds: number
  stopped?: MhError
}

/**
 * Makes the org say who came: for each event its Campaign, for each participant a member with the right status. Everybody
 * of all events is matched once; then one event after the other, and one that fails does not stop the others.
 */
export async function syncCampaigns(
  tools: SyncTools,
  request: SyncRequest,
  watch: (event: SyncEvent) => void,
): Promise<SyncResult> {
  const { source, clock, signal } = tools
  const [started, before] = [clock.elapsed(), source.org.calls]
  source.org.transport.budget = { calls: before + (request.maxApiCalls ?? Infinity), share: CEILING }
  const { events, guessed } = await chosenEvents(tools, request)
  watch({ kind: 'events', events, guessed })
  const contracts = await planContracts(contractTools(tools), events, { evenIfNamed: false })
  const planned = request.mayCreate ? contracts : contracts.map(existing)
  const matched = await matchEverybody(tools, request, planned, watch)
  const outcomes: EventOutcome[] = []
  let { stopped } = matched
  for (const each of planned) {
    if (stopped) break
    const people = matched.people.get(each.event.id) ?? noAttendances()
    try {
      outcomes.push(await syncEvent(tools, request, each, people, watch))
    } catch (error) {
      stopped = whyStopped(error, signal)
    }
  }
  const { summary, missing } = matched
  const spent = { calls: source.org.calls - before, milliseconds: clock.elapsed() - started }
  return { events: outcomes, dryRun: request.dryRun, people: summary, missing, ...spent, stopped }
}

async function chosenEvents(
  { database, clock, campaign }: SyncTools,
  { event }: SyncRequest,
): Promise<{ events: EventDetails[]; guessed: boolean }> {
  if (event !== undefined) {
    const chosen = await findEvent(database, event)
    return { events: await listEventDetails(database, [chosen.event.id]), guessed: chosen.guessed }
  }
  const all = await listEventDetails(database)
  if (all.length === 0) throw await database.looksWrong()
  const live = all.filter((each) => isLive(each, clock.now(), campaign.liveDays))
  if (live.length > 0) return { events: live, guessed: false }
  throw new MhError(
    'NO_LIVE_EVENTS',
    `No event is open, in progress or concluded within ${campaign.liveDays} days.`,
    'Name one with --event, or raise campaign.liveDays in mh-sf.config.json.',
  )
}

interface Matched {
  people: Map<string, Attendances>
  summary: BackfillSummary
  missing: string[]
  stopped?: MhError
}

/** Matches and enriches everybody of the events that can be synced, and sorts them into events. */
async function matchEverybody(
  { source, database, clock, signal, match }: SyncTools,
  { dryRun }: SyncRequest,
  planned: readonly PlannedContract[],
  watch: (event: SyncEvent) => void,
): Promise<Matched> {
  const participants = new Participants(database)
  const eventIds = planned.filter((each) => 'plan' in each).map(({ event }) => event.id)
  const people = new Map(eventIds.map((id) => [id, noAttendances()]))
  const scope = { eventIds }
  const total = eventIds.length === 0 ? 0 : await participants.count(scope)
  const plan = planRead(total, undefined, 'composite', await source.fields.isFresh())
  watch({ kind: 'planned', people: total, plan, allowance: source.org.transport.allowance })
  let missing: string[] = []
  const { summary, stopped } = await enrichPeople(
    { source, participants, clock, policy: match, signal },
    { scope, plan, total, dryRun, force: false, touch: false },
    (happened) => {
      if (happened.kind === 'left out') missing = happened.fields
      watch(happened)
    },
    (decisions) => sortIntoEvents(database, people, decisions),
  )
  for (const [eventId, all] of people) {
    for await (const page of participants.departed(eventId, PAGE_SIZE)) {
      for (const each of page) addDeparture(all, each, eventId, each.deleted ? 'deleted' : 'withdrawn')
    }
  }
  return { people, summary, missing, stopped }
}

async function sortIntoEvents(
  database: Database,
  people: ReadonlyMap<string, Attendances>,
  decisions: readonly Decision[],
): Promise<void> {
  const userIds = decisions.flatMap(({ participant }) => participant.userId ?? [])
  const banned = await bannedUsers(database, userIds)
  for (const decision of decisions) {
    for (const eventId of new Set(decision.participant.registrations.map((each) => each.eventId))) {
      const all = people.get(eventId)
      if (all) addAttendance(all, eventId, decision, ({ userId }) => userId !== undefined && banned.has(userId))
    }
  }
}

/** One event: its Campaign first, then its members, then what was done is written down. */
async function syncEvent(
  tools: SyncTools,
  request: SyncRequest,
  planned: PlannedContract,
  people: Attendances,
  watch: (event: SyncEvent) => void,
): Promise<EventOutcome> {
  const { event } = planned
  const { leftOut } = people
  if ('error' in planned) return { event, leftOut, error: planned.error }
  const { plan } = planned
  const outcome: EventOutcome = { event, contract: plan, campaignId: plan.campaign?.id, leftOut }
  watch({ kind: 'contract', event, plan })
  try {
    const contract = request.dryRun ? asPlanned(plan) : await applyContract(contractTools(tools), plan)
    const members = await membersOf(pushTools(tools), contract)
    const rules = pushRules(tools.campaign, contract ?? plan.statuses, request)
    const decisions = decideMembers(people, members, rules)
    const planned = plannedReport(decisions)
    watch({ kind: 'members', event, planned, calls: callsFor(planned) })
    if (request.dryRun || !contract) return { ...outcome, members: planned }
    const { report, settled } = await pushMembers(pushTools(tools), contract, people, members, rules)
    await writeDown(tools, event, contract, people, settled)
    return { ...outcome, campaignId: contract.campaignId, members: report }
  } catch (error) {
    if (!(error instanceof MhError) || tools.signal.aborted || isEverybodys(error)) throw error
    return { ...outcome, error }
  }
}

/** What ended the run before every event had its turn; throws what nobody foresaw. */
function whyStopped(error: unknown, signal: AbortSignal): MhError {
  const reason = signal.aborted ? (signal.reason as unknown) : error
  if (reason instanceof MhError) return reason
  throw error
}

/** What concerns every event alike: with the next one it would be the same. */
function isEverybodys({ code, exitCode }: MhError): boolean {
  return STOPPING.has(code) || exitCode === exitCodes.MONGO_AUTH || exitCode === exitCodes.INTERRUPTED
}

const STOPPING = new Set<ErrorCode>([
  'INTERRUPTED',
  'TERMINATED',
  'BUDGET_EXCEEDED',
  'SF_LIMIT_EXCEEDED',
  'SF_UNREACHABLE',
  'SF_UNAVAILABLE',
  'MONGO_UNREACHABLE',
  'MONGO_FAILED',
])

/** The Campaign as a dry run sees it: as it will be once the plan is applied. */
function asPlanned({ campaign, statuses, actual }: ContractPlan): Contract | undefined {
  if (!campaign) return undefined
  const defaultLabel = actual.find(({ isDefault }) => isDefault)?.label
  return { campaignId: campaign.id, labels: statuses.labels, defaultLabel, people: campaign.people }
}

/** Writes down per participant which member they are, where it differs from what is written. */
async function writeDown(
  { database, clock }: SyncTools,
  event: EventDetails,
  { campaignId }: Contract,
  { stored }: Attendances,
  settled: readonly SettledMember[],
): Promise<void> {
  const syncedAt = clock.now()
  const writes = settled.flatMap(({ participantIds, memberId, status }) =>
    participantIds.flatMap((participantId): MembershipWrite[] => {
      const known = stored.get(participantId)
      if (memberId === undefined) return known ? [{ participantId }] : []
      const same = known?.campaignMemberId === memberId && known.campaignId === campaignId && known.status === status
      const membership = { campaignId, campaignMemberId: memberId, status, syncedAt }
      return same ? [] : [{ participantId, membership }]
    }),
  )
  await new Participants(database).writeMemberships(event.id, writes)
}

/** What the Campaigns themselves need of it. */
export function contractTools({ source, database, clock, campaign, environment }: SyncTools): ContractTools {
  return { org: source.org, database, clock, policy: campaign, environment }
}

function pushTools({ source, clock, signal }: SyncTools): PushTools {
  return { org: source.org, clock, signal }
}

function pushRules(
  { memberStatuses, gone }: SyncPolicy,
  { labels, defaultLabel }: Pick<Contract, 'labels' | 'defaultLabel'>,
  { correct }: SyncRequest,
): PushRules {
  const { withdrawn, deleted, banned, optedOut, status } = gone
  const policies = { withdrawn, deleted, banned, 'opted out': optedOut }
  return { labels, names: memberStatuses, defaultLabel, correct, gone: policies, mark: status }
}

/** Calls that writing and reading back takes (rest.md §7-8). */
function callsFor({ inserted, updated, removed }: PushReport): number {
  const writes = [inserted, updated, removed].reduce((sum, rows) => sum + Math.ceil(rows / RECORDS_PER_CALL), 0)
  return writes + Math.ceil((inserted + updated) / READ_BACK_PER_CALL)
}

/** Only a Campaign that exists will do. */
function existing(planned: PlannedContract): PlannedContract {
  if ('error' in planned || planned.plan.campaign) return planned
  const { event } = planned
  const error = new MhError(
    'CAMPAIGN_MISSING',
    `${eventLabel(event)} has no campaign yet.`,
    `Make it first: mh-sf campaign create --event ${event.slug ?? event.id}. Or let mh-sf campaign sync do both.`,
  )
  return { event, error }
}
