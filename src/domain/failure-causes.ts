import type { KeptRun } from './run.js'
import type { RunLine } from './run-line.js'
import { isRetried } from './retry.js'
import { remedyOf, type Remedy } from './remedies.js'

/** A run with those of its lines that did not go well. */
export interface FailedRun {
  run: KeptRun
  lines: readonly RunLine[]
}

/** Failures of one cause on one kind of record. */
export interface FailureCause extends Remedy {
  code: string
  object: string
  /** Changes that were not made. */
  changes: number
  /** The participants they are about. */
  people: string[]
  firstSeen: Date
  lastSeen: Date
  /** The latest run that met it. */
  runId: string
}

/** What a command decides anew for everybody of its events: failures of these commands on the same are history after it. */
const DECIDES_ANEW: Readonly<Record<string, ReadonlySet<string>>> = {
  'campaign sync': new Set([
    'campaign sync',
    'retry',
    'apply',
    'campaign push',
    'campaign create',
    'contact push',
    'backfill',
  ]),
  apply: new Set(['apply']),
  backfill: new Set(['backfill']),
  'campaign push': new Set(['campaign push', 'backfill']),
  'contact push': new Set(['contact push', 'backfill']),
}

/**
 * Runs whose failures still stand: no later one that came to its end has decided all of it anew. `runs` has the latest
 * first, without those that go on.
 */
export function standingRuns(runs: readonly KeptRun[]): KeptRun[] {
  const covered = new Map<string, Set<string>>()
  return runs.filter((run) => {
    const decided = covered.get(run.command) ?? new Set<string>()
    const stands =
      run.followedBy === undefined &&
      run.undoneBy === undefined &&
      run.scopes.some((scope) => !decided.has(scope) && !decided.has('everybody'))
    const isWhole = run.state === 'done' || run.state === 'failed rows'
    for (const command of isWhole ? (DECIDES_ANEW[run.command] ?? []) : []) {
      covered.set(command, new Set([...(covered.get(command) ?? []), ...run.scopes]))
    }
    return stands
  })
}

/** Failures by cause, those of most people first; a line that says "sent" is one whose fate nobody noted. */
export function causesOf(failed: readonly FailedRun[]): FailureCause[] {
  const causes = new Map<string, FailureCause & { all: Set<string> }>()
  for (const { run, lines } of failed) {
    for (const { object, code = 'UNKNOWN_FATE', participantIds, state } of lines) {
      if (state === 'done') continue
      const key = `${code} ${object}`
      const cause = causes.get(key) ?? begun(code, object, run)
      causes.set(key, cause)
      cause.changes += 1
      for (const id of participantIds) cause.all.add(id)
      if (run.startedAt < cause.firstSeen) cause.firstSeen = run.startedAt
      if (run.startedAt > cause.lastSeen) Object.assign(cause, { lastSeen: run.startedAt, runId: run.id })
    }
  }
  const told = [...causes.values()].map(({ all, ...cause }) => ({ ...cause, people: [...all] }))
  return told.sort((one, other) => other.people.length - one.people.length || other.changes - one.changes)
}

function begun(code: string, object: string, run: KeptRun): FailureCause & { all: Set<string> } {
  const { id, startedAt } = run
  const seen = { firstSeen: startedAt, lastSeen: startedAt, runId: id }
  const remedy = remedyOf(code)
  const command = isRetried(run) ? remedy.command : `mh-sf runs resume ${id}`
  return { code, object, changes: 0, people: [], all: new Set(), ...seen, ...remedy, command }
}
