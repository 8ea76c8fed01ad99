import { causesOf, standingRuns, type FailedRun, type FailureCause } from '../domain/failure-causes.js'
import { queueCauses } from '../domain/queue-causes.js'
import type { KeptRun } from '../domain/run.js'
import { shownRuns } from '../domain/shown-run.js'
import { Queue } from '../mongo/queue.js'
import type { Runs } from '../mongo/runs.js'
import { ledgerOf, type LedgerTools } from './ledger.js'

/** Lines of one run that are looked at, and people of the queue. */
export const LINES_SEEN = 100_000

/** What did not go well since then and still stands, run by run, the latest first. */
export async function standingFailures(tools: LedgerTools, since: Date): Promise<FailedRun[]> {
  const { runs, alive } = ledgerOf(tools)
  const living = await alive()
  const all = shownRuns(await runs.since(since), living)
  const ended = all.filter((run) => run.state !== 'running' || run.died)
  return Promise.all(standingRuns(ended).map((run) => withFailures(runs, run)))
}

/** A run with those of its lines that did not go well in the end. */
export async function withFailures(runs: Runs, run: KeptRun): Promise<FailedRun> {
  // Where all went well, by what was counted at its end, nothing is searched.
  const allDone = run.tally?.every(({ state }) => state === 'done') ?? false
  return { run, lines: allDone ? [] : await runs.failures(run.id, LINES_SEEN) }
}

/** The same by cause, and the people of the queue on whom was given up. */
export async function failureCauses(tools: LedgerTools, since: Date): Promise<FailureCause[]> {
  const failed = await standingFailures(tools, since)
  const dead = await new Queue(tools.database).list({ state: 'dead' }, LINES_SEEN)
  return [...causesOf(failed), ...queueCauses(dead)]
}
