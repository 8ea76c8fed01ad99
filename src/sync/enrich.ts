import { pMapIterable } from 'p-map'
import type { Clock } from '../clock.js'
import { countDecision, countWrites, emptySummary, type BackfillSummary } from '../domain/backfill-summary.js'
import type { Decision } from '../domain/decision.js'
import type { EnrichmentPolicy } from '../domain/enrichment.js'
import type { MatchPolicy } from '../domain/match.js'
import { PAGE_SIZE, type ReadPlan } from '../domain/read-plan.js'
import type { PlanBook } from '../domain/saved-plan.js'
import { isStop, type MhError } from '../errors.js'
import type { Participants, Scope } from '../mongo/participants.js'
import type { PeopleSource } from '../salesforce/people-source.js'
import { candidateReader } from './candidates.js'
import type { LeadEvent, LeadMaker } from './create-leads.js'
import { enrichmentLine } from './document-lines.js'
import type { Run } from './run.js'
import { decidePage, decideWaiting, type Waiting } from './decide-page.js'
import { writePeople } from './write-people.js'

export interface EnrichTools {
  source: PeopleSource
  participants: Participants
  clock: Clock
  policy: MatchPolicy & EnrichmentPolicy
  /** Aborts when the person or the machine asks to stop: no new page is begun, the one in hand is finished. */
  signal: AbortSignal
  /** Where changes are written down; absent in a dry run. */
  run?: Run
  /** Told of every change that is owed, before it is written. */
  book?: PlanBook
  /** Makes Leads of people whom the org does not know; absent when that is not asked for. */
  leads?: LeadMaker
}

/** What happens while people are matched. */
export type EnrichEvent =
  | { kind: 'left out'; fields: string[] }
  | { kind: 'exported'; object: 'Contact' | 'Lead'; rows: number }
  | { kind: 'progress'; done: number; total: number }
  | LeadEvent

export interface EnrichRequest {
  scope: Scope
  plan: ReadPlan
  /** How many people the pages will bring. */
  total: number
  dryRun: boolean
  /** Match by address anew, as if nobody had been linked before. */
  force: boolean
  /** At most so many people, in the order of their ids. */
  limit?: number
  /** Only these participants are written to and counted. */
  only?: ReadonlySet<string>
  /** Note the time of the look on those who did not change, too. */
  touch: boolean
}

const UNTOUCHED = 'Nothing was written.'
/** How many pages are read from the org at once (pitfalls.md §12: 4 in parallel). */
const PAGES_AT_ONCE = 4

/**
 * Page by page: reads, decides, writes. When it stops early it says why, and everything decided before is written.
 * `onPage` is told of the decisions of each page once they are written.
 */
export async function enrichPeople(
  tools: EnrichTools,
  request: EnrichRequest,
  watch: (event: EnrichEvent) => void,
  onPage: (decisions: readonly Decision[]) => Promise<void> = () => Promise.resolve(),
): Promise<{ summary: BackfillSummary; stopped?: MhError }> {
  const summary = { ...emptySummary(), unreadable: await tools.participants.countUnreadable(request.scope) }
  const { transport } = tools.source.org
  const before = transport.calls
  /** Checked again when the first reply has told what is left. */
  const check = () => transport.afford(Math.max(0, request.plan.calls - (transport.calls - before)), UNTOUCHED)
  try {
    await check()
    for await (const page of decidedPages(tools, request, watch)) {
      if (summary.people === 0) await check()
      const { only } = request
      const meant = only ? page.filter(({ participant }) => only.has(participant.id)) : page
      const { decisions, stopped } = tools.leads ? await tools.leads.apply(meant) : { decisions: meant }
      await settle(decisions, tools, request, summary)
      const others = only ? page.filter(({ participant }) => !only.has(participant.id)) : []
      await onPage([...decisions, ...others])
      watch({ kind: 'progress', done: summary.people, total: request.total })
      if (stopped !== undefined) throw asThrown(stopped)
      tools.signal.throwIfAborted()
    }
    return { summary }
  } catch (error) {
    return { summary, stopped: stopOf(error, tools.signal) }
  }
}

function asThrown(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}

/** Why a run stops early although nothing failed; throws what is a failure. */
function stopOf(error: unknown, signal: AbortSignal): MhError {
  const stopped = signal.aborted ? (signal.reason as unknown) : error
  if (isStop(stopped)) return stopped
  throw error
}

/** Decisions page by page, and at the end (or when they are many) those of the people who had to wait. */
async function* decidedPages(
  { source, participants, clock, policy }: EnrichTools,
  { scope, plan, total, limit, force }: EnrichRequest,
  watch: (event: EnrichEvent) => void,
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
  { participants, clock, run, book }: EnrichTools,
  { dryRun, touch }: EnrichRequest,
  summary: BackfillSummary,
): Promise<void> {
  for (const decision of decisions) countDecision(summary, decision)
  const syncedAt = clock.now()
  const writes = decisions.flatMap(({ participant, change }) => (change ? [{ participant, change, syncedAt }] : []))
  book?.owed(writes.map(enrichmentLine))
  if (dryRun) return
  const { report } = await writePeople(participants, writes, run)
  countWrites(summary, report.moved, report.failed)
  if (!touch) return
  // Who is left alone was not looked at, and nothing is noted on them.
  const unchanged = decisions
    .filter(({ change, outcome }) => !change && outcome !== 'opted_out')
    .map(({ participant }) => ({ participant, change: { set: {}, unset: [] }, syncedAt }))
  const touched = await participants.write(unchanged)
  summary.touched += touched.written
  countWrites(summary, touched.moved, touched.failed)
}
