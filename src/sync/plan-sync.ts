import { callsOfKind } from '../domain/planned-calls.js'
import {
  differencesOf,
  inOrder,
  PlanBook,
  type PlanDifference,
  type PlanScope,
  type SavedPlan,
} from '../domain/saved-plan.js'
import { ROWS_PER_JOB, type AskedWay, type WritePlan } from '../domain/write-plan.js'
import { MhError } from '../errors.js'
import { syncCampaigns, type SyncEvent, type SyncResult, type SyncTools } from './campaign-sync.js'
import type { Run } from './run.js'
import { errorIn } from './sync-outcome.js'

/** What is to be planned. */
export interface PlanRequest {
  /** What was typed after `--event`; undefined means every event that is live. */
  event?: string
  correct: boolean
  writeBack: boolean
  via: AskedWay
  maxApiCalls?: number
}

export interface ApplyRequest {
  /** What tells this plan from all others. */
  digest: string
  maxApiCalls?: number
}

/** Differences that are told one by one. */
const TOLD = 10

/**
 * What a campaign sync would do now; reads both sides, sends nothing. Leads are no part of it: each is looked up once more right before
 * it is made. Throws what stops it, and the error of an event that cannot be planned: a plan is whole or none.
 */
export async function planSync(
  tools: SyncTools,
  request: PlanRequest,
  watch: (event: SyncEvent) => void,
): Promise<{ plan: Omit<SavedPlan, 'madeBy'>; result: SyncResult }> {
  const { source, clock } = tools
  const book = new PlanBook()
  const asked = { ...request, dryRun: true, mayCreate: true, createLeads: false }
  const result = await syncCampaigns({ ...tools, book, ready: undefined }, asked, watch)
  const wrong = result.stopped ?? errorIn(result)
  if (wrong) throw wrong
  const { orgId } = await source.org.session()
  const { event, correct, writeBack, via } = request
  const campaigns = result.events.map(({ event: { id }, contract }): [string, string | null] => [
    id,
    contract?.campaign?.id ?? null,
  ])
  const scope: PlanScope = { orgId, event, campaigns: Object.fromEntries(campaigns), correct, writeBack, via }
  const { allowance } = source.org.transport
  const about = {
    madeAt: clock.now().toISOString(),
    calls: result.planned,
    jobs: jobsOf(result),
    check: result.calls,
    allowance,
  }
  return { plan: { ...about, scope, changes: inOrder(book.changes) }, result }
}

function jobsOf({ events, contacts }: SyncResult): number {
  const members = events.flatMap(({ sending }) => sending?.writes ?? [])
  const all: WritePlan[] = [...members, ...(contacts && 'report' in contacts ? [contacts.report.plan] : [])]
  return all.reduce((sum, { way, rows }) => sum + (way === 'bulk' ? Math.ceil(rows / ROWS_PER_JOB) : 0), 0)
}

/**
 * Does what a plan says, exactly, or nothing: under the lease of the run both sides are read again, and where what is owed
 * differs from the plan it throws PLAN_STALE with the differences before anything is written. A change that the plan does not hold is
 * never sent, whatever moves after that. A plan of which a part was applied before goes on with the rest.
 */
export async function applyPlan(
  tools: SyncTools,
  plan: SavedPlan,
  { digest, maxApiCalls }: ApplyRequest,
  watch: (event: SyncEvent) => void,
): Promise<SyncResult> {
  const { event, correct, writeBack, via } = plan.scope
  const asked = { event, correct, writeBack, via, maxApiCalls }
  const ready = async (run: Run) => {
    const begun = await run.hasBegunPlan(digest)
    const { plan: now, result } = await planSync({ ...tools, run: undefined }, asked, () => {})
    const differences = differencesOf(plan, now, begun)
    if (differences.length > 0) throw stale(differences, plan.madeAt, 'Nothing was written.')
    await run.notePlanFile(digest)
    return callsOfKind('read', result.calls)
  }
  const book = new PlanBook(plan, ({ object, key }) => {
    throw stale(
      [{ kind: 'owed since', object, key }],
      plan.madeAt,
      'What was written before stays; the rest was not sent.',
    )
  })
  const request = { ...asked, dryRun: false, mayCreate: true, createLeads: false }
  return syncCampaigns({ ...tools, book, ready }, request, watch)
}

function stale(differences: readonly PlanDifference[], madeAt: string, what: string): MhError {
  const told = differences.slice(0, TOLD).map(({ kind, object, key }) => `\n  ${object} ${key}: ${kind}`)
  const more = differences.length > TOLD ? `\n  and ${differences.length - TOLD} more` : ''
  return new MhError(
    'PLAN_STALE',
    `What is owed is not what the plan of ${madeAt} says any more:${told.join('')}${more}\n${what}`,
    'Make a new plan, look at it, and apply that one.',
  )
}
