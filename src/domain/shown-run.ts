import type { KeptRun } from './run.js'
import type { LineCount, RunLine } from './run-line.js'

/** A run as a person sees it. */
export interface ShownRun extends KeptRun {
  /** It never said how it ended, and holds no lease any more. */
  died: boolean
}

/** One run with its counts and some of its lines. */
export interface RunInFull {
  run: ShownRun
  counts: LineCount[]
  lines: RunLine[]
  /** Its steps, where these are runs of their own. */
  parts: ShownRun[]
}

/** Tells runs that go on from those that have died, by who holds a lease. */
export function shownRuns(runs: readonly KeptRun[], holders: ReadonlySet<string>): ShownRun[] {
  return runs.map((run) => ({
    ...run,
    died: run.state === 'died' || (run.state === 'running' && !holders.has(run.id)),
  }))
}
