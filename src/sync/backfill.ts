import type { Clock } from '../clock.js'
import { failedRows, type BackfillSummary } from '../domain/backfill-summary.js'
import { eventLabel, type EventSummary } from '../domain/event.js'
import type { LeadReport } from '../domain/lead-report.js'
import { EVERYBODY, type RunEnd } from '../domain/run.js'
import { NO_CALLS, sumOfCalls, type PlannedCalls } from '../domain/planned-calls.js'
import { needsOrgSize, planRead, type ReadPlan, type ReadWay } from '../domain/read-plan.js'
import { MhError } from '../errors.js'
import type { Database } from '../mongo/database.js'
import { Participants, type Scope } from '../mongo/participants.js'
import { orgSize } from '../salesforce/limits.js'
import type { Allowance } from '../domain/quota.js'
import { LeadMaker, type LeadTools } from './create-leads.js'
import { enrichPeople, type EnrichEvent } from './enrich.js'
import { findEvent } from './find-event.js'
import { asRun, endOf, type BeginRun, type Run, type RunEvent } from './run.js'

/** The signal aborts when the person or the machine asks to stop: no new page is begun, the one in hand is finished. */
export interface BackfillTools extends LeadTools {
  begin: BeginRun
}

export interface BackfillRequest {
  /** What was typed after `--event`; undefined means every event (`--all`). */
  event?: string
  dryRun: boolean
  via: 'auto' | ReadWay
  /** Only people not looked at for so many days. */
  staleDays?: number
  /** Match by address anew, as if nobody had been linked before. */
  force: boolean
  /** At most so many people, in the order of their ids. */
  limit?: number
  /** Only these participants. */
  only?: readonly string[]
  /** Makes Leads of people whom the org does not know, where they agreed. */
  createLeads: boolean
  maxApiCalls?: number
}

/** What happens, for whoever watches: a terminal, a log, later the dashboard. */
export type BackfillEvent =
  | { kind: 'event'; event: EventSummary; guessed: boolean }
  | { kind: 'planned'; people: number; deleted: number; plan: ReadPlan; allowance?: Allowance }
  | RunEvent
  | EnrichEvent

export interface BackfillResult {
  /** Absent in a dry run. */
  runId?: string
  event?: EventSummary
  dryRun: boolean
  plan: ReadPlan
  /** With the Leads that were made. */
  planned: PlannedCalls
  /** Soft-deleted people, left alone. */
  deleted: number
  summary: BackfillSummary
  /** Absent when no Leads were to be made. */
  leads?: LeadReport
  /** Fields the org or the rights lack, and that were left out. */
  missing: string[]
  /** Metered calls really made. */
  calls: number
  milliseconds: number
  /** Why it stopped early, if it did; what was written before stays. */
  stopped?: MhError
}

/** Matches and enriches every participant of an event. A second run finds nothing to do. */
export async function backfill(
  tools: BackfillTools,
  request: BackfillRequest,
  watch: (event: BackfillEvent) => void,
): Promise<BackfillResult> {
  const { database } = tools
  const chosen = request.event === undefined ? undefined : await findEvent(database, request.event)
  if (chosen) watch({ kind: 'event', ...chosen })
  const event = chosen?.event
  const begin = request.dryRun ? undefined : tools.begin
  const work = (run: Run | undefined) => backfillAs(run, tools, event, request, watch)
  return asRun({ begin, scopes: [event?.id ?? EVERYBODY], maxApiCalls: request.maxApiCalls, watch }, work, backfillEnd)
}

async function backfillAs(
  run: Run | undefined,
  tools: BackfillTools,
  event: EventSummary | undefined,
  request: BackfillRequest,
  watch: (event: BackfillEvent) => void,
): Promise<BackfillResult> {
  const { source, database, clock } = tools
  const started = clock.elapsed()
  const before = source.org.calls
  source.org.beginRun(request.maxApiCalls)
  const scope = scopeOf(event, request, clock)
  const participants = new Participants(database)
  const deleted = await participants.countDeleted(scope)
  const people = Math.min(await participants.count(scope), request.limit ?? Infinity)
  if (people === 0) await explainNobody(database, participants, event, request)
  const plan = await planFor(tools, people, request)
  watch({ kind: 'planned', people, deleted, plan, allowance: source.org.transport.allowance })
  await run?.notePlan(sumOfCalls(plan))
  let missing: string[] = []
  const watchToo = (happened: BackfillEvent) => {
    if (happened.kind === 'left out') missing = happened.fields
    watch(happened)
  }
  const { dryRun, force, limit, staleDays } = request
  const asked = { scope, plan, total: people, dryRun, force, limit, touch: staleDays !== undefined }
  const leads = request.createLeads ? new LeadMaker({ ...tools, run }, dryRun, watch) : undefined
  const { summary, stopped } = await enrichPeople({ ...tools, participants, leads, run }, asked, watchToo)
  const planned = sumOfCalls(plan, leads?.planned ?? NO_CALLS)
  if (planned.atMost > plan.atMost && run?.isHeld) await run.notePlan(planned)
  return {
    runId: run?.id,
    event,
    dryRun: request.dryRun,
    plan,
    planned,
    deleted,
    summary,
    leads: leads?.report,
    missing,
    calls: source.org.calls - before,
    milliseconds: clock.elapsed() - started,
    stopped,
  }
}

function backfillEnd({ stopped, summary, leads }: BackfillResult): Omit<RunEnd, 'spent'> {
  const hasFailed = failedRows(summary) > 0 || Object.keys(leads?.failed ?? {}).length > 0
  return endOf(stopped, hasFailed)
}

async function explainNobody(
  database: Database,
  participants: Participants,
  event: EventSummary | undefined,
  request: BackfillRequest,
): Promise<void> {
  if ((await participants.isEmpty()) && !(await database.isPlatform())) throw await database.looksWrong()
  // Nobody is stale: that is a good answer, not a mistake.
  if (request.staleDays !== undefined || request.only || !event) return
  throw new MhError(
    'NO_PARTICIPANTS',
    `${eventLabel(event)} has no participants.`,
    'If people have registered, check that MONGODB_URI is the database of the live platform.',
  )
}

function scopeOf(event: EventSummary | undefined, { staleDays, only }: BackfillRequest, clock: Clock): Scope {
  const notSyncedSince = staleDays === undefined ? undefined : new Date(clock.now().getTime() - staleDays * 86_400_000)
  return { eventIds: event && [event.id], ids: only, notSyncedSince }
}

async function planFor(
  { source }: BackfillTools,
  people: number,
  { via, maxApiCalls }: BackfillRequest,
): Promise<ReadPlan> {
  const fieldsCached = people === 0 || (await source.fields.isFresh())
  const size = people > 0 && needsOrgSize(people, via) ? await orgSize(source.org) : undefined
  const plan = planRead(people, size, via, fieldsCached)
  if (maxApiCalls !== undefined && plan.calls > maxApiCalls) {
    const cheaper =
      plan.instead && plan.instead.calls <= maxApiCalls
        ? ` --via ${plan.instead.way} needs about ${plan.instead.calls}.`
        : ''
    throw new MhError(
      'BUDGET_EXCEEDED',
      `This needs about ${plan.calls} API calls, and --max-api-calls is ${maxApiCalls}. Nothing was written.`,
      `Raise --max-api-calls, or take fewer people with --limit.${cheaper}`,
    )
  }
  return plan
}
