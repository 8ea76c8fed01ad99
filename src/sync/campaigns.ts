import { listEventDetails } from '../mongo/events.js'
import type { EventDetails } from '../domain/event.js'
import { sumOfCalls, type PlannedCalls } from '../domain/planned-calls.js'
import { countByStatus } from '../salesforce/members.js'
import {
  applyContract,
  planContracts,
  type Contract,
  type ContractPlan,
  type ContractRequest,
  type ContractTools,
  type PlannedContract,
} from './campaign-contract.js'
import { findEvent } from './find-event.js'
import { asRun, endOf, type BeginRun, type Run, type RunEvent } from './run.js'
import { callsToContract, callsToFindCampaigns } from './sync-calls.js'

/** The Campaign of one event after it was made, adopted or put right; `contract` is absent in a dry run. */
export interface CampaignMade {
  event: EventDetails
  plan: ContractPlan
  contract?: Contract
  planned: PlannedCalls
  calls: number
}

/** What the org has for one event, what is owed to it, and how many members have each status. */
export interface CampaignShown {
  event: EventDetails
  plan: ContractPlan
  /** Members by status, most first. */
  members: { status: string; count: number }[]
  /** Where a person looks at it. */
  url?: string
}

/** Makes the Campaign of an event, or adopts one, with its member statuses. Throws why it cannot be. */
export async function makeCampaign(
  tools: ContractTools & { begin: BeginRun },
  typed: string,
  { dryRun, maxApiCalls, ...request }: ContractRequest & { dryRun: boolean; maxApiCalls?: number },
  watch: (event: RunEvent) => void,
): Promise<CampaignMade> {
  const before = tools.org.calls
  tools.org.beginRun(maxApiCalls)
  const { event, plan } = await planOne(tools, typed, request)
  const owed = callsToContract(plan)
  const apply = async (run: Run | undefined) => {
    if (!run) return undefined
    await run.notePlan(owed)
    await tools.org.transport.afford(owed.calls, 'Nothing was written.')
    return applyContract({ ...tools, run }, plan)
  }
  const begin = dryRun ? undefined : tools.begin
  const contract = await asRun({ begin, scopes: [event.id], watch }, apply, () => endOf(undefined, false))
  const planned = sumOfCalls(callsToFindCampaigns(tools.policy.externalIdField !== undefined), owed)
  return { event, plan, contract, planned, calls: tools.org.calls - before }
}

/** Every event that is no draft, with its Campaign and what is owed to it, or why a person has to decide. Writes nothing. */
export async function listCampaigns(tools: ContractTools): Promise<PlannedContract[]> {
  const events = await listEventDetails(tools.database)
  if (events.length === 0) throw await tools.database.looksWrong()
  const published = events.filter(({ status }) => status !== 'draft')
  return planContracts(tools, published, { evenIfNamed: false })
}

/** One event's Campaign in full. Writes nothing. */
export async function showCampaign(tools: ContractTools, typed: string): Promise<CampaignShown> {
  const { event, plan } = await planOne(tools, typed, { evenIfNamed: false })
  if (!plan.campaign) return { event, plan, members: [] }
  const members = await countByStatus(tools.org, plan.campaign.id)
  const { instanceUrl } = await tools.org.session()
  return { event, plan, members, url: `${instanceUrl}/${plan.campaign.id}` }
}

async function planOne(tools: ContractTools, typed: string, request: ContractRequest) {
  const chosen = await findEvent(tools.database, typed)
  const events = await listEventDetails(tools.database, [chosen.event.id])
  const [planned] = await planContracts(tools, events, request)
  if (!planned) throw new TypeError('an event without a plan')
  if ('error' in planned) throw planned.error
  return planned
}
