import { noAttendances, type Attendances } from '../domain/attendance.js'
import type { BackfillSummary } from '../domain/backfill-summary.js'
import { eventLabel, type EventDetails } from '../domain/event.js'
import type { LeadReport } from '../domain/lead-report.js'
import type { MemberIndex } from '../domain/member.js'
import { NO_CALLS, sumOfCalls, type PlannedCalls } from '../domain/planned-calls.js'
import type { FieldDetails, WriteBackPolicy } from '../domain/write-back.js'
import type { AskedWay } from '../domain/write-plan.js'
import { isStop, MhError } from '../errors.js'
import { Participants, type MembershipWrite } from '../mongo/participants.js'
import { LONGEST_JOB_MS } from '../salesforce/ingest-job.js'
import {
  applyContract,
  planContracts,
  type Contract,
  type ContractPlan,
  type ContractTools,
  type PlannedContract,
} from './campaign-contract.js'
import { beginSending, type BulkEvent } from './before-sending.js'
import { chooseEvents } from './choose-events.js'
import { membershipLine } from './document-lines.js'
import { matchEverybody, type Everybody, type MatchEvent, type MatchTools } from './match-everybody.js'
import { type ContactPeople, contactFields, type WriteBackTools } from './push-contacts.js'
import {
  decideMembers,
  membersOf,
  membersOfAll,
  pushMembers,
  type PushRules,
  type SettledMember,
} from './push-members.js'
import { plannedReport, type PushReport } from './push-report.js'
import type { JobEvent, SendTools } from './job-book.js'
import { contactChanges, contractChanges, memberChanges } from './planned-changes.js'
import { asRun, type BeginRun, type Run, type RunEvent } from './run.js'
import { planSending, type SendingPlan } from './send-members.js'
import {
  callsOwed,
  campaignsOf,
  callsToDescribeContacts,
  callsToFindCampaigns,
  callsToReadMembers,
} from './sync-calls.js'
import { endOfSync } from './sync-outcome.js'
import { isEverybodys, whyStopped } from './why-stopped.js'
import { decideBack, writeBack, type WrittenBack } from './write-back-step.js'

export interface SyncTools extends MatchTools {
  begin: BeginRun
  campaign: SyncPolicy
  writeBack: WriteBackPolicy
  /** Where rows lie until their Bulk job is settled. */
  staging: string
  /** How long the end of a Bulk job is waited for. */
  waitMs?: number
  environment: (name: string) => string | undefined
  /** Asked before anything is done as a run; returns the calls that it took, throws when nothing is to be done. */
  ready?: (run: Run) => Promise<PlannedCalls>
  /** Asked before anything is sent where some of it goes by Bulk jobs; throws NOT_CONFIRMED when it is not to be. */
  mayWriteInBulk?: (owed: PlannedCalls) => Promise<void>
}

export type SyncPolicy = ContractTools['policy'] & { liveDays: number }

export interface SyncRequest {
  /** What was typed after `--event`, or ids of events; undefined means every event that is live. */
  event?: string | readonly string[]
  /** Only these participants are written to; all are read. */
  only?: ReadonlySet<string>
  dryRun: boolean
  /** Whether a Campaign that is missing is made; `campaign push` leaves that to `campaign create`. */
  mayCreate: boolean
  /** Whether Contacts are told what their people did, after the members. */
  writeBack: boolean
  /** Makes Leads of people whom the org does not know, where they agreed. */
  createLeads: boolean
  /** Statuses may go down, and those that somebody else gave are overwritten. */
  correct: boolean
  /** How rows are written. */
  via: AskedWay
  maxApiCalls?: number
}

/** What happens, for whoever watches. */
export type SyncEvent =
  | RunEvent
  | { kind: 'events'; events: EventDetails[]; guessed: boolean }
  | { kind: 'contract'; event: EventDetails; plan: ContractPlan }
  | BulkEvent
  | { kind: 'members'; event: EventDetails; planned: PushReport; sending: SendingPlan }
  | JobEvent
  | MatchEvent

/** How one event came out. With `error`, nothing after it was done for this event; what was done before is told. */
export interface EventOutcome {
  event: EventDetails
  contract?: ContractPlan
  campaignId?: string
  /** What was done, or in a dry run: would be. */
  members?: PushReport
  /** How that is written, and what it costs. */
  sending?: SendingPlan
  leftOut: Attendances['leftOut']
  error?: MhError
}

export interface SyncResult {
  /** Absent in a dry run. */
  runId?: string
  events: EventOutcome[]
  /** Absent when it was not asked for, or not come to. */
  contacts?: WrittenBack
  dryRun: boolean
  people: BackfillSummary
  /** Absent when no Leads were to be made. */
  leads?: LeadReport
  missing: string[]
  /** As far as it came to be known. */
  planned: PlannedCalls
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
  const chosen = await chooseEvents(tools, request.event)
  const { waitMs = LONGEST_JOB_MS } = tools
  const begin = request.dryRun ? undefined : tools.begin
  const scopes = chosen.events.map(({ id }) => id)
  const work = (run: Run | undefined) => syncEvents({ ...tools, run }, request, chosen, watch)
  return asRun({ begin, scopes, waitMs, maxApiCalls: request.maxApiCalls, watch }, work, endOfSync)
}

async function syncEvents(
  tools: SyncTools,
  request: SyncRequest,
  { events, guessed }: Awaited<ReturnType<typeof chooseEvents>>,
  watch: (event: SyncEvent) => void,
): Promise<SyncResult> {
  const { source, clock, run } = tools
  const [started, before] = [clock.elapsed(), source.org.calls]
  source.org.beginRun(request.maxApiCalls)
  const checked = (run && (await tools.ready?.(run))) ?? NO_CALLS
  watch({ kind: 'events', events, guessed })
  const contracts = await planContracts(contractTools(tools), events, { evenIfNamed: false })
  const planned = request.mayCreate ? contracts : contracts.map(existing)
  for (const each of planned) if ('plan' in each) tools.book?.owed(contractChanges(each.plan))
  const eventIds = planned.filter((each) => 'plan' in each).map(({ event }) => event.id)
  const found = callsToFindCampaigns(tools.campaign.externalIdField !== undefined)
  const described = request.writeBack ? callsToDescribeContacts(await source.fields.isFresh()) : NO_CALLS
  const fields = request.writeBack ? await contactFields(source, tools.writeBack) : undefined
  const { dryRun, createLeads, only } = request
  const matched = await matchEverybody(tools, { eventIds, only, dryRun, createLeads }, watch)
  const writing = writeBackTools(tools, request.via, watch)
  const sending = matched.stopped ? undefined : await decideSending(tools, request, planned, matched, fields, writing)
  const calls = sumOfCalls(
    checked,
    found,
    described,
    matched.planned,
    sending?.reading ?? NO_CALLS,
    sending?.owed ?? NO_CALLS,
  )
  let stopped = matched.stopped ?? (await beginSending(tools, calls, sending?.owed ?? NO_CALLS, watch))
  const outcomes: EventOutcome[] = []
  for (const each of planned) {
    if (stopped) break
    const people = matched.people.get(each.event.id) ?? noAttendances()
    const outcome = await syncEvent(tools, request, each, people, sending?.members ?? new Map(), watch)
    outcomes.push(outcome)
    if (outcome.error && isEverybodys(outcome.error)) stopped = outcome.error
  }
  const contacts = stopped || !sending?.back ? undefined : await writeBack(writing, sending.back, dryRun)
  if (contacts && 'error' in contacts && isStop(contacts.error)) stopped = contacts.error
  const { summary, missing, leads } = matched
  const spent = { calls: source.org.calls - before, milliseconds: clock.elapsed() - started }
  const result = { runId: run?.id, events: outcomes, contacts, dryRun, people: summary, leads, missing }
  return { ...result, planned: calls, ...spent, stopped }
}

/** What is to be sent to all events and to Contacts, so far as it can be said before: and what that costs. */
async function decideSending(
  tools: SyncTools,
  request: SyncRequest,
  planned: readonly PlannedContract[],
  { people, contacts }: Everybody,
  fields: ReadonlyMap<string, FieldDetails> | undefined,
  writing: WriteBackTools,
) {
  const members = await membersTogether(tools, planned)
  const isMeant = ({ participants }: ContactPeople) =>
    !request.only || participants.some(({ id }) => request.only?.has(id))
  const back = fields && (await decideBack(writing, fields, [...contacts.values()].filter(isMeant)))
  if (back && 'owed' in back) tools.book?.owed(contactChanges(back.owed))
  const rulesOf = (plan: ContractPlan) => pushRules(tools.campaign, asPlanned(plan) ?? plan.statuses, request)
  const owed = callsOwed(planned, people, members, rulesOf, request.via, back)
  return { members, back, owed, reading: callsToReadMembers(campaignsOf(planned)) }
}

/**
 * The members of every Campaign that is there already, read together. Where that fails, none: then each event reads its
 * own, and one that cannot does not stop the others.
 */
async function membersTogether(
  tools: SyncTools,
  planned: readonly PlannedContract[],
): Promise<Map<string, MemberIndex>> {
  return membersOfAll(tools.source.org, campaignsOf(planned)).catch(() => new Map<string, MemberIndex>())
}

/** One event: its Campaign first, then its members, then what was done is written down. */
async function syncEvent(
  tools: SyncTools,
  request: SyncRequest,
  planned: PlannedContract,
  people: Attendances,
  read: ReadonlyMap<string, MemberIndex>,
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
    const writing = { ...writeTools(tools, request.via, watch), signal: tools.signal }
    const members = read.get(contract?.campaignId ?? '') ?? (await membersOf(writing, plan.campaign && contract))
    const rules = pushRules(tools.campaign, contract ?? plan.statuses, request)
    const decisions = decideMembers(people, members, rules)
    tools.book?.owed(memberChanges(event, decisions))
    const planned = plannedReport(decisions)
    const sending = planSending(planned, request.via)
    watch({ kind: 'members', event, planned, sending })
    if (request.dryRun || !contract) return { ...outcome, members: planned, sending }
    const { report, settled, stopped } = await pushMembers(writing, contract, people, members, rules)
    // Who lost the lease leaves the writing down to whoever has it.
    if (tools.run?.isHeld !== false) await writeDown(tools, event, contract, people, settled)
    const done = { ...outcome, campaignId: contract.campaignId, members: report, sending }
    return stopped === undefined ? done : { ...done, error: whyStopped(stopped, tools.signal) }
  } catch (error) {
    return { ...outcome, error: whyStopped(error, tools.signal) }
  }
}

/** The Campaign as a dry run sees it: as it will be once the plan is applied. */
export function asPlanned({ campaign, statuses, actual }: ContractPlan): Contract | undefined {
  if (!campaign) return undefined
  const defaultLabel = actual.find(({ isDefault }) => isDefault)?.label
  return { campaignId: campaign.id, labels: statuses.labels, defaultLabel, people: campaign.people }
}

/** Writes down per participant which member they are, where it differs from what is written. */
async function writeDown(
  { database, clock, run }: SyncTools,
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
  const lines = await run?.intend(
    writes.map((write) => membershipLine(event.id, write, stored.get(write.participantId))),
  )
  await new Participants(database).writeMemberships(event.id, writes)
  if (lines) await run?.settle(lines.map((id) => ({ id, outcome: { state: 'done' } })))
}

/** What the Campaigns themselves need of it. */
export function contractTools({ source, database, clock, campaign, environment, run }: SyncTools): ContractTools {
  return { org: source.org, database, clock, policy: campaign, environment, run }
}

/** What telling Contacts needs of it. */
export function writeBackTools(tools: SyncTools, via: AskedWay, watch: (event: JobEvent) => void): WriteBackTools {
  const { database, signal, writeBack } = tools
  return { ...writeTools(tools, via, watch), database, signal, policy: writeBack }
}

function writeTools(
  { source, clock, staging, waitMs, run }: SyncTools,
  asked: AskedWay,
  watch: (event: JobEvent) => void,
): SendTools {
  return { org: source.org, clock, staging, waitMs, asked, run, watch }
}

/** How members are decided on in one Campaign. */
export function pushRules(
  { memberStatuses, gone }: SyncPolicy,
  { labels, defaultLabel }: Pick<Contract, 'labels' | 'defaultLabel'>,
  { correct, only }: Pick<SyncRequest, 'correct' | 'only'>,
): PushRules {
  const { withdrawn, deleted, banned, optedOut, status } = gone
  const policies = { withdrawn, deleted, banned, 'opted out': optedOut }
  return { labels, names: memberStatuses, defaultLabel, correct, only, gone: policies, mark: status }
}

/** Only a Campaign that exists will do. */
export function existing(planned: PlannedContract): PlannedContract {
  if ('error' in planned || planned.plan.campaign) return planned
  const { event } = planned
  const error = new MhError(
    'CAMPAIGN_MISSING',
    `${eventLabel(event)} has no campaign yet.`,
    `Make it first: mh-sf campaign create --event ${event.slug ?? event.id}. Or let mh-sf campaign sync do both.`,
  )
  return { event, error }
}
