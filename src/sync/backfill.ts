import { pMapIterable } from 'p-map'
import type { Clock } from '../clock.js'
import { countDecision, countWrites, emptySummary, type BackfillSummary } from '../domain/backfill-summary.js'
import type { Decision } from '../domain/decision.js'
import type { EnrichmentPolicy } from '../domain/enrichment.js'
import { eventLabel, type EventSummary } from '../domain/event.js'
import type { MatchPolicy } from '../domain/match.js'
import { needsOrgSize, PAGE_SIZE, planRead, type ReadPlan, type ReadWay } from '../domain/read-plan.js'
import { MhError, type ErrorCode } from '../errors.js'
import type { Database } from '../mongo/database.js'
import { Participants, type Scope } from '../mongo/participants.js'
import { orgSize } from '../salesforce/limits.js'
import type { PeopleSource } from '../salesforce/people-source.js'
import { checkBudget, type Allowance } from '../salesforce/transport.js'
import { candidateReader } from './candidates.js'
import { decidePage, decideWaiting, type Waiting } from './decide-page.js'
import { findEvent } from './find-event.js'

export interface BackfillTools {
  source: PeopleSource
  database: Database
  clock: Clock
  policy: MatchPolicy & EnrichmentPolicy
  /** Aborts when the person or the machine asks to stop: no new page is begun, the one in hand is finished. */
  signal: AbortSignal
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
  maxApiCalls?: number
}

/** What happens, for whoever watches: a terminal, a log, later the dashboard. */
export type BackfillEvent =
  | { kind: 'event'; event: EventSummary; guessed: boolean }
  | { kind: 'planned'; people: number; deleted: number; plan: ReadPlan; allowance?: Allowance }
  | { kind: 'left out'; fields: string[] }
  | { kind: 'exported'; object: 'Contact' | 'Lead'; rows: number }
  | { kind: 'progress'; done: number; total: number }

export interface BackfillResult {
  event?: EventSummary
  dryRun: boolean
  plan: ReadPlan
  /** Soft-deleted people, left alone. */
  deleted: number
  summary: BackfillSummary
  /** Fields the org or the rights lack, and that were left out. */
  missing: string[]
  /** Metered calls really made. */
  calls: number
  milliseconds: number
  /** Why it stopped early, if it did; what was written before stays. */
  stopped?: MhError
}

/** How many pages are read from the org at once (pitfalls.md §12: 4 in parallel). */
const PAGES_AT_ONCE = 4
/** What ends a run early without being a failure of it: what was written is told, and stays. */
const STOPS = new Set<ErrorCode>(['INTERRUPTED', 'TERMINATED', 'BUDGET_EXCEEDED', 'SF_LIMIT_EXCEEDED'])
/** The share of the day's allowance up to which a run may go; the rest is everybody else's (product.md §7). */
const CEILING = 0.8

/** Matches and enriches every participant of an event. A second run finds nothing to do. */
export async function backfill(
  tools: BackfillTools,
  request: BackfillRequest,
  watch: (event: BackfillEvent) => void,
): Promise<BackfillResult> {
  const { source, database, clock } = tools
  const started = clock.elapsed()
  const before = source.org.calls
  const chosen = request.event === undefined ? undefined : await findEvent(database, request.event)
  if (chosen) watch({ kind: 'event', ...chosen })
  const event = chosen?.event
  const scope = scopeOf(event, request, clock)
  const participants = new Participants(database)
  const deleted = await participants.countDeleted(scope)
  const people = Math.min(await participants.count(scope), request.limit ?? Infinity)
  if (people === 0) await explainNobody(database, participants, event, request)
  const plan = await planFor(tools, people, request)
  watch({ kind: 'planned', people, deleted, plan, allowance: source.org.transport.allowance })
  const { transport } = source.org
  transport.budget = { calls: before + (request.maxApiCalls ?? Infinity), share: CEILING }
  let missing: string[] = []
  const watchToo = (happened: BackfillEvent) => {
    if (happened.kind === 'left out') missing = happened.fields
    watch(happened)
  }
  const run = { scope, participants, plan, total: people, watch: watchToo }
  const { summary, stopped } = await enrich(tools, request, run)
  return {
    event,
    dryRun: request.dryRun,
    plan,
    deleted,
    summary,
    missing,
    calls: source.org.calls - before,
    milliseconds: clock.elapsed() - started,
    stopped,
  }
}

async function explainNobody(
  database: Database,
  participants: Participants,
  event: EventSummary | undefined,
  request: BackfillRequest,
): Promise<void> {
  if ((await participants.isEmpty()) && !(await database.isPlatform())) throw await database.looksWrong()
  // Nobody is stale: that is a good answer, not a mistake.
  if (request.staleDays !== undefined || !event) return
  throw new MhError(
    'NO_PARTICIPANTS',
    `${eventLabel(event)} has no participants.`,
    'If people have registered, check that MONGODB_URI is the database of the live platform.',
  )
}

function scopeOf(event: EventSummary | undefined, { staleDays }: BackfillRequest, clock: Clock): Scope {
  const notSyncedSince = staleDays === undefined ? undefined : new Date(clock.now().getTime() - staleDays * 86_400_000)
  return { eventId: event?.id, notSyncedSince }
}

async function planFor(
  { source }: BackfillTools,
  people: number,
  { via, maxApiCalls }: BackfillRequest,
): Promise<ReadPlan> {
  const fieldsCached = await source.fields.isFresh()
  const size = needsOrgSize(people, via) ? await orgSize(source.org) : undefined
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

interface Run {
  scope: Scope
  participants: Participants
  plan: ReadPlan
  total: number
  watch: (event: BackfillEvent) => void
}

/** Page by page: read, decide, write. When it stops early it says why, and everything decided before is written. */
async function enrich(tools: BackfillTools, request: BackfillRequest, run: Run) {
  const summary = { ...emptySummary(), unreadable: await run.participants.countUnreadable(run.scope) }
  const { transport } = tools.source.org
  try {
    if (transport.budget) checkBudget(transport.budget, transport.calls, transport.allowance, run.plan.calls)
    for await (const decisions of decidedPages(tools, request, run)) {
      await settle(decisions, run.participants, tools, request, summary)
      run.watch({ kind: 'progress', done: summary.people, total: run.total })
      tools.signal.throwIfAborted()
    }
    return { summary, stopped: undefined }
  } catch (error) {
    const stopped = tools.signal.aborted ? (tools.signal.reason as unknown) : error
    if (stopped instanceof MhError && STOPS.has(stopped.code)) return { summary, stopped }
    throw error
  }
}

/** Decisions page by page, and at the end (or when they are many) those of the people who had to wait. */
async function* decidedPages(
  { source, clock, policy }: BackfillTools,
  { limit, force }: BackfillRequest,
  { scope, participants, plan, total, watch }: Run,
): AsyncGenerator<Decision[]> {
  if (total === 0) return
  const { missingFields } = await source.open()
  if (missingFields.length > 0) watch({ kind: 'left out', fields: missingFields })
  const onRows = (object: 'Contact' | 'Lead', rows: number) => {
    watch({ kind: 'exported', object, rows })
  }
  const read = await candidateReader(plan.way, scope, { source, participants, clock, onRows })
  const deciding = { source, read, policy, force }
  const pages = participants.pages(scope, PAGE_SIZE, limit)
  let waiting: Waiting[] = []
  for await (const page of pMapIterable(pages, (each) => decidePage(each, deciding), { concurrency: PAGES_AT_ONCE })) {
    yield page.decisions
    waiting.push(...page.waiting)
    if (waiting.length < PAGE_SIZE) continue
    yield await decideWaiting(waiting, deciding)
    waiting = []
  }
  if (waiting.length > 0) yield await decideWaiting(waiting, deciding)
}

/** Writes what differs and counts it; in a dry run it only counts. */
async function settle(
  decisions: readonly Decision[],
  participants: Participants,
  { clock }: BackfillTools,
  request: BackfillRequest,
  summary: BackfillSummary,
): Promise<void> {
  for (const decision of decisions) countDecision(summary, decision)
  if (request.dryRun) return
  const syncedAt = clock.now()
  const writes = decisions.flatMap(({ participant, change }) => (change ? [{ participant, change, syncedAt }] : []))
  const report = await participants.write(writes)
  countWrites(summary, report.moved, report.failed)
  if (request.staleDays === undefined) return
  const unchanged = decisions
    .filter(({ change }) => !change)
    .map(({ participant }) => ({ participant, change: { set: {}, unset: [] }, syncedAt }))
  const touched = await participants.write(unchanged)
  summary.touched += touched.written
  countWrites(summary, touched.moved, touched.failed)
}
