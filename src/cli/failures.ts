import type { App } from '../app/app.js'
import { causesOf, standingRuns, type FailureCause, type FailedRun } from '../domain/failure-causes.js'
import { shownRuns } from '../domain/shown-run.js'
import { queueCauses } from '../domain/queue-causes.js'
import { Queue } from '../mongo/queue.js'
import { ledgerOf } from './runs.js'

const DAY_MS = 86_400_000
/** Lines of one run that are looked at. */
export const LINES_SEEN = 100_000

/** What did not go well in the last days and still stands, run by run, the latest first. */
export async function standingFailures(app: App, days: number): Promise<FailedRun[]> {
  const { runs, alive } = await ledgerOf(app)
  const living = await alive()
  const all = shownRuns(await runs.since(new Date(app.clock.now().getTime() - days * DAY_MS)), living)
  const ended = all.filter((run) => run.state !== 'running' || run.died)
  const failed = await Promise.all(
    standingRuns(ended).map(async (run) => ({ run, lines: await runs.failures(run.id, LINES_SEEN) })),
  )
  return failed
}

/** The same by cause, and the people of the queue on whom was given up. */
export async function failureCauses(app: App, days: number): Promise<FailureCause[]> {
  const failed = await standingFailures(app, days)
  const dead = await new Queue(await app.database()).list({ state: 'dead' }, LINES_SEEN)
  return [...causesOf(failed), ...queueCauses(dead)]
}
