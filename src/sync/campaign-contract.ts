import type { Clock } from '../clock.js'
import {
  campaignChanges,
  desiredCampaign,
  type Campaign,
  type CampaignField,
  type CampaignPolicy,
  type CampaignValues,
  type FieldChange,
} from '../domain/campaign.js'
import { chooseCampaign, sameId, type FoundBy } from '../domain/campaign-choice.js'
import { eventLabel, type EventDetails } from '../domain/event.js'
import {
  planStatuses,
  RUNGS,
  statusIds,
  type MemberStatus,
  type Rung,
  type StatusName,
  type StatusNames,
  type StatusPlan,
} from '../domain/member-status.js'
import type { GonePolicy } from '../domain/member.js'
import { presentValues, type LineDraft } from '../domain/run-line.js'
import { isStop, MhError } from '../errors.js'
import { CampaignRecords, type CampaignRecord } from '../mongo/campaign-records.js'
import type { Database } from '../mongo/database.js'
import { listEventDetails, writeCampaignId } from '../mongo/events.js'
import {
  createCampaign,
  isMarketingUser,
  notMarketingUser,
  readCampaigns,
  updateCampaign,
  type CampaignsFound,
} from '../salesforce/campaigns.js'
import { isFateUnknown } from '../salesforce/failure.js'
import type { Org } from '../salesforce/org.js'
import type { Run } from './run.js'
import { applyStatuses } from './apply-statuses.js'
import { campaignRecordLine, eventLine } from './document-lines.js'
import { refusalError } from './campaign-refusal.js'

export interface ContractTools {
  org: Org
  database: Database
  clock: Clock
  policy: CampaignPolicy & { externalIdField?: string; memberStatuses: StatusNames; gone: GoneSettings }
  /** The value of an environment name, for `SF_CAMPAIGN_<SLUG>`. */
  environment: (name: string) => string | undefined
  /** Where changes are written down; absent while nothing is. */
  run?: Run
}

/** What happens to the members of people who are gone, by reason, and the status that `mark` gives. */
export type GoneSettings = Readonly<Record<'withdrawn' | 'deleted' | 'banned' | 'optedOut', GonePolicy>> & {
  status: string
}

export interface ContractRequest {
  /** Take over this Campaign; for one event only. */
  adopt?: string
  /** Make a Campaign although another one has the event's name. */
  evenIfNamed: boolean
}

/** What is owed to the Campaign of one event before members may be pushed. */
export interface ContractPlan {
  event: EventDetails
  /** The Campaign as it is; absent when it is to be made. */
  campaign?: Campaign
  by?: FoundBy
  /** Fields of a Campaign that is to be made. */
  create?: CampaignValues
  changes: FieldChange<CampaignField>[]
  /** The statuses that it has. */
  actual: MemberStatus[]
  statuses: StatusPlan
  /** What earlier runs knew of it. */
  known?: CampaignRecord
  notes: string[]
  /** Calls that applying it takes. */
  calls: number
}

/** A Campaign that is as it should be. */
export interface Contract {
  campaignId: string
  labels: Record<Rung, string>
  defaultLabel?: string
  /** About how many members it has. */
  people: number
}

/** A new Campaign: create it, read its first statuses, add ours, read them back. */
const CALLS_TO_CREATE = 4
/** What an event's plan is, or why there is none; a failing event does not stop the others. */
export type PlannedContract = { event: EventDetails; plan: ContractPlan } | { event: EventDetails; error: MhError }

/** Reads what the org has for these events, all together, and says what is owed to each; writes nothing. */
export async function planContracts(
  tools: ContractTools,
  events: readonly EventDetails[],
  request: ContractRequest,
): Promise<PlannedContract[]> {
  const [records, all] = await Promise.all([recordsOf(tools), listEventDetails(tools.database)])
  const found = await readFor(tools, events, request)
  const planned = events.map((event) => planContract(tools, { event, request, records, all, found }))
  const writes = planned.some((each) => 'plan' in each && each.plan.calls > 0)
  if (!writes || (await isMarketingUser(tools.org)) !== false) return planned
  return planned.map((each) =>
    'plan' in each && each.plan.calls > 0 ? { event: each.event, error: notMarketingUser() } : each,
  )
}

interface Given {
  event: EventDetails
  request: ContractRequest
  records: ReadonlyMap<string, CampaignRecord>
  all: readonly EventDetails[]
  found: CampaignsFound
}

function planContract(tools: ContractTools, given: Given): PlannedContract {
  const { event, request, records, found } = given
  if (event.status === 'draft') return { event, error: draft(event) }
  const choice = chooseCampaign({
    event,
    stored: event.campaignId,
    configured: tools.environment(campaignVariable(event)),
    adopt: request.adopt,
    evenIfNamed: request.evenIfNamed,
    campaigns: found.campaigns,
    claims: claimsOf(given),
  })
  const desired = desiredCampaign(event, tools.policy)
  if (choice.kind === 'refused') return { event, error: refusalError(event, choice.because) }
  if (choice.kind === 'create') {
    const statuses = planStatuses([], tools.policy.memberStatuses, {}, marks(tools.policy))
    const plan = { event, create: desired, changes: [], actual: [], statuses, notes: [], calls: CALLS_TO_CREATE }
    return { event, plan }
  }
  const { campaign, by } = choice
  const known = records.get(event.id)
  const ids = known && sameId(known.campaignId, campaign.id) ? known.statuses : {}
  const actual = found.statuses.get(campaign.id) ?? []
  const statuses = planStatuses(actual, tools.policy.memberStatuses, ids, marks(tools.policy))
  const changes = campaignChanges(campaign, desired, tools.policy)
  const inactive = campaign.isActive ? [] : [`campaign ${campaign.id} is not active in the org: left so`]
  const notes = [...choice.notes, ...inactive, ...statuses.notes]
  const calls = (changes.length > 0 ? 1 : 0) + statusCalls(statuses)
  return { event, plan: { event, campaign, by, changes, actual, statuses, known, notes, calls } }
}

/**
 * Makes the Campaign and its statuses what the plan says, reads the statuses back, and writes down which Campaign it is.
 * Throws when the org would not have it: before any member is sent.
 */
export async function applyContract(tools: ContractTools, plan: ContractPlan): Promise<Contract> {
  const { campaign, actual, statuses } = plan.campaign
    ? await updated(tools, { ...plan, campaign: plan.campaign })
    : await created(tools, plan)
  const after = statusCalls(statuses) > 0 ? await applyStatuses(tools, campaign.id, statuses, actual) : actual
  await remember(tools, plan, campaign.id, statusIds(after, statuses.labels))
  return { campaignId: campaign.id, labels: statuses.labels, defaultLabel: defaultOf(after), people: campaign.people }
}

type Settled = Pick<ContractPlan, 'actual' | 'statuses'> & { campaign: Campaign }

async function updated({ org, run }: ContractTools, plan: ContractPlan & { campaign: Campaign }): Promise<Settled> {
  const values = Object.fromEntries(plan.changes.map(({ field, after }) => [field, after]))
  if (plan.changes.length === 0) return plan
  const before = Object.fromEntries(plan.changes.map(({ field, before: was }) => [field, was ?? null]))
  const line = { action: 'update', key: plan.campaign.id, before, after: values, ...ABOUT_CAMPAIGN } as const
  await asLine(run, line, async () => {
    await updateCampaign(org, plan.campaign.id, values)
    return plan.campaign.id
  })
  return plan
}

/** The id is written down before anything else is done with it. */
async function created({ org, database, clock, policy, run }: ContractTools, plan: ContractPlan): Promise<Settled> {
  const key = policy.externalIdField === undefined ? {} : { [policy.externalIdField]: plan.event.id }
  const after = presentValues({ ...plan.create, ...key })
  const line = { action: 'insert', key: plan.event.id, after, ...ABOUT_CAMPAIGN } as const
  const id = await asLine(run, line, () => createCampaign(org, { ...plan.create, ...key }))
  await nameCampaign({ database, clock, run }, plan.event, id)
  const found = await readCampaigns(org, { ids: [id], names: [] })
  const campaign = found.campaigns[0]
  if (!campaign) throw notThere(id)
  const actual = found.statuses.get(campaign.id) ?? []
  return { campaign, actual, statuses: planStatuses(actual, policy.memberStatuses, {}, marks(policy)) }
}

const ABOUT_CAMPAIGN = { object: 'Campaign', participantIds: [] }

/** Writes one change down, makes it, and notes what became of it; where it throws and nobody knows what became of it, the line stays as one that was sent. */
async function asLine(run: Run | undefined, line: LineDraft, change: () => Promise<string>): Promise<string> {
  const [id] = (await run?.intend([line])) ?? []
  const recordId = await change().catch(async (error: unknown) => {
    const code = refusalOf(error)
    if (id !== undefined && code !== undefined) {
      await run?.settle([{ id, outcome: { state: 'refused', code } }]).catch(() => {})
    }
    throw error
  })
  if (id !== undefined) await run?.settle([{ id, outcome: { state: 'done', recordId } }])
  return recordId
}

/** The code of an error that says that the change was not made; undefined where nobody knows. */
function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof MhError)) return undefined
  const { code } = error
  return isFateUnknown(error) || isStop(error) ? undefined : code
}

/** Writes down on an event which Campaign it has. */
async function nameCampaign(
  { database, clock, run }: Pick<ContractTools, 'database' | 'clock' | 'run'>,
  event: EventDetails,
  campaignId: string,
): Promise<void> {
  const at = clock.now()
  await asLine(run, eventLine(event, campaignId, at), async () => {
    await writeCampaignId(database, event.id, campaignId, at)
    return event.id
  })
}

/** Writes down what differs from what was known: which Campaign, and under which ids its statuses are ours. */
async function remember(
  { org, database, clock, run }: ContractTools,
  { event, campaign, known }: ContractPlan,
  campaignId: string,
  statuses: Partial<Record<Rung, string>>,
): Promise<void> {
  // A new one was written down as soon as it was there.
  if (campaign && (event.campaignId === undefined || !sameId(event.campaignId, campaignId))) {
    await nameCampaign({ database, clock, run }, event, campaignId)
  }
  const same = known?.campaignId === campaignId && RUNGS.every((rung) => known.statuses[rung] === statuses[rung])
  if (same) return
  const { orgId } = await org.session()
  const record = { eventId: event.id, campaignId, statuses }
  await asLine(run, campaignRecordLine(known, record), async () => {
    await new CampaignRecords(database, orgId).write(record)
    return event.id
  })
}

async function recordsOf({ org, database }: ContractTools): Promise<Map<string, CampaignRecord>> {
  const { orgId } = await org.session()
  return new CampaignRecords(database, orgId).read()
}

async function readFor(
  { org, policy, environment }: ContractTools,
  events: readonly EventDetails[],
  { adopt }: ContractRequest,
): Promise<CampaignsFound> {
  const ids = events.flatMap((event) => [event.campaignId, environment(campaignVariable(event)), adopt])
  const { externalIdField } = policy
  const key = externalIdField === undefined ? undefined : { field: externalIdField, values: events.map(({ id }) => id) }
  const names = [...new Set(events.map((event) => desiredCampaign(event, policy).Name).filter(isText))]
  return readCampaigns(org, { ids: [...new Set(ids.filter(isText))], names, key })
}

/** The environment name that may hold an event's Campaign: `SF_CAMPAIGN_MONGODB_SPRING_2026`. */
export function campaignVariable({ slug, name }: EventDetails): string {
  return `SF_CAMPAIGN_${(slug ?? name).toUpperCase().replace(/[^A-Z0-9]+/gu, '_')}`
}

/** Which Campaigns other events are stored with. */
function claimsOf({ event, all }: Given): Map<string, string> {
  const others = all.filter(({ id, campaignId }) => id !== event.id && campaignId !== undefined)
  return new Map(others.map((other) => [other.campaignId ?? '', eventLabel(other)]))
}

/** The status for people who are gone, where a policy gives it. */
function marks({ gone: { status, ...policies } }: ContractTools['policy']): StatusName[] {
  return Object.values(policies).includes('mark') ? [{ label: status, hasResponded: false }] : []
}

function statusCalls({ create, change }: StatusPlan): number {
  return (create.length > 0 ? 1 : 0) + (change.length > 0 ? 1 : 0) + (create.length + change.length > 0 ? 1 : 0)
}

function defaultOf(statuses: readonly MemberStatus[]): string | undefined {
  return statuses.find(({ isDefault }) => isDefault)?.label
}

function isText(value: string | boolean | undefined): value is string {
  return typeof value === 'string'
}

function draft(event: EventDetails): MhError {
  return new MhError(
    'EVENT_DRAFT',
    `${eventLabel(event)} is a draft: drafts get no campaign.`,
    'Publish the event on the platform, then run the command again.',
  )
}

function notThere(id: string): MhError {
  return new MhError(
    'SF_READ_INCOMPLETE',
    `Campaign ${id} was made and cannot be read.`,
    'Give the Salesforce user read access to campaigns, then run the command again: it will be found.',
  )
}
