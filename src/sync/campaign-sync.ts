import { noAttendances, type Attendances } from '../domain/attendance.js'
import type { BackfillSummary } from '../domain/backfill-summary.js'
import { eventLabel, type EventDetails } from '../domain/event.js'
import type { LeadReport } from '../domain/lead-report.js'
import type { FieldDetails, WriteBackPolicy } from '../domain/write-back.js'
import { MhError, type ErrorCode } from '../errors.js'
import { Participants, type MembershipWrite } from '../mongo/participants.js'
import { RECORDS_PER_CALL } from '../salesforce/collections.js'
import { READ_BACK_PER_CALL } from '../salesforce/members.js'
import { CEILING } from './backfill.js'
import {
  applyContract,
  planContracts,
  type Contract,
  type ContractPlan,
  type ContractTools,
  type PlannedContract,
} from './campaign-contract.js'
import { chooseEvents } from './choose-events.js'
import { matchEverybody, type Everybody, type MatchEvent, type MatchTools } from './match-everybody.js'
import { contactFields, pushContacts, type WriteBackReport, type WriteBackTools } from './push-contacts.js'
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

export interface SyncTools extends MatchTools {
  campaign: SyncPolicy
  writeBack: WriteBackPolicy
  environment: (name: string) => string | undefined
}

export type SyncPolicy = ContractTools['policy'] & { liveDays: number }

export interface SyncRequest {
  /** What was typed after `--event`; undefined means every event that is live. */
  event?: string
  dryRun: boolean
  /** Whether a Campaign that is missing is made; `campaign push` leaves that to `campaign create`. */
  mayCreate: boolean
  /** Whether Contacts are told what their people did, after the members. */
  writeBack: boolean
  /** Makes Leads of people whom the org does not know, where they agreed. */
  createLeads: boolean
  /** Statuses may go down, and those that somebody else gave are overwritten. */
  correct: boolean
  maxApiCalls?: number
}

/** What happens, for whoever watches. */
export type SyncEvent =
  | { kind: 'events'; events: EventDetails[]; guessed: boolean }
  | { kind: 'contract'; event: EventDetails; plan: ContractPlan }
  | { kind: 'members'; event: EventDetails; planned: PushReport; calls: number }
  | MatchEvent

/** How one event came out. With `error`, nothing after it was done for this event; what was done before is told. */
export interface EventOutcome {
  event: EventDetails
  contract?: ContractPlan
  campaignId?: string
  /** What was done, or in a dry run: would be. */
  members?: PushReport
  leftOut: Attendances['leftOut']
  error?: MhError
}

/** What became of write-back, or why it did not happen. */
export type WrittenBack = { report: WriteBackReport } | { error: MhError }

export interface SyncResult {
  events: EventOutcome[]
  /** Absent when it was not asked for, or not come to. */
  contacts?: WrittenBack
  dryRun: boolean
  people: BackfillSummary
  /** Absent when no Leads were to be made. */
  leads?: LeadReport
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
  const { source, clock } = tools
  const [started, before] = [clock.elapsed(), source.org.calls]
  source.org.transport.budget = { calls: before + (request.maxApiCalls ?? Infinity), share: CEILING }
  const { events, guessed } = await chooseEvents(tools, request.event)
  watch({ kind: 'events', events, guessed })
  const contracts = await planContracts(contractTools(tools), events, { evenIfNamed: false })
  const planned = request.mayCreate ? contracts : contracts.map(existing)
  const eventIds = planned.filter((each) => 'plan' in each).map(({ event }) => event.id)
  const fields = request.writeBack ? await contactFields(source, tools.writeBack) : undefined
  const { dryRun, createLeads } = request
  const matched = await matchEverybody(tools, { eventIds, dryRun, createLeads }, watch)
  const outcomes: EventOutcome[] = []
  let { stopped } = matched
  for (const each of planned) {
    if (stopped) break
    const people = matched.people.get(each.event.id) ?? noAttendances()
    const outcome = await syncEvent(tools, request, each, people, watch)
    outcomes.push(outcome)
    if (outcome.error && isEverybodys(outcome.error)) stopped = outcome.error
  }
  const contacts = stopped || !fields ? undefined : await writtenBack(tools, request, matched, fields)
  const { summary, missing, leads } = matched
  const spent = { calls: source.org.calls - before, milliseconds: clock.elapsed() - started }
  return { events: outcomes, contacts, dryRun, people: summary, leads, missing, ...spent, stopped }
}

/** Contacts are told what their people did; an error of it does not undo what the events have. */
async function writtenBack(
  tools: SyncTools,
  { dryRun }: SyncRequest,
  { contacts }: Everybody,
  fields: ReadonlyMap<string, FieldDetails>,
): Promise<WrittenBack> {
  try {
    return { report: await pushContacts(writeBackTools(tools), fields, [...contacts.values()], dryRun) }
  } catch (error) {
    return { error: whyStopped(error, tools.signal) }
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
    const { report, settled, stopped } = await pushMembers(pushTools(tools), contract, people, members, rules)
    await writeDown(tools, event, contract, people, settled)
    const done = { ...outcome, campaignId: contract.campaignId, members: report }
    return stopped === undefined ? done : { ...done, error: whyStopped(stopped, tools.signal) }
  } catch (error) {
    return { ...outcome, error: whyStopped(error, tools.signal) }
  }
}

/** What ended a run early; throws what nobody foresaw. */
export function whyStopped(error: unknown, signal: AbortSignal): MhError {
  const reason = signal.aborted ? (signal.reason as unknown) : error
  if (reason instanceof MhError) return reason
  throw error
}

/** What concerns every event alike: with the next one it would be the same. */
function isEverybodys({ code }: MhError): boolean {
  return EVERYBODYS.has(code)
}

const EVERYBODYS = new Set<ErrorCode>([
  'INTERRUPTED',
  'TERMINATED',
  'BUDGET_EXCEEDED',
  'SF_LIMIT_EXCEEDED',
  'SF_SESSION_REFUSED',
  'SF_UNREACHABLE',
  'SF_UNAVAILABLE',
  'MONGO_AUTH',
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

/** What telling Contacts needs of it. */
export function writeBackTools({ source, database, clock, signal, writeBack }: SyncTools): WriteBackTools {
  return { org: source.org, database, clock, signal, policy: writeBack }
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
