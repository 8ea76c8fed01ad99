import { NIGHT_COMMAND } from './night.js'
import { EVERYBODY, type KeptRun } from './run.js'
import type { RunLine } from './run-line.js'
import { firstCommand, wayOf } from './retry.js'
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
  /** The latest run that met it; absent where none did. */
  runId?: string
}

/** What a command decides anew for everybody of its events: failures of these on the same are history after it. */
const DECIDES_ANEW: Readonly<Record<string, readonly string[]>> = {
  'campaign sync': ['campaign sync', 'campaign push', 'campaign create', 'backfill', 'apply'],
  apply: ['apply'],
  backfill: ['backfill'],
  'campaign push': ['campaign push'],
  'campaign create': ['campaign create'],
  'contact push': ['contact push'],
  [NIGHT_COMMAND]: [NIGHT_COMMAND],
}
/** With these a command does not decide on everybody. */
const PARTIAL = /^--(?:limit|stale|skip)\b/u
const LEADS = '--create-leads'
/** What this did not come to is in the queue, and the next worker does it. */
const WORKER = 'worker'
/** Ended before its end by somebody's will, or by a limit: it is to be finished, and nothing is wrong. */
const NO_CAUSE = new Set(['LEASE_HELD', 'PLAN_STALE'])

/** What stands for the cause of a change whose fate nobody noted. */
export const UNKNOWN_FATE = 'UNKNOWN_FATE'

/**
 * Runs whose failures still stand: nobody undid them, and no later one that came to its end has done them again or decided all of
 * it anew. `runs` has the latest first, without those that go on.
 */
export function standingRuns(runs: readonly KeptRun[]): KeptRun[] {
  const whole = new Set(runs.filter(isWhole).map(({ id }) => id))
  const covered = new Map<string, Set<string>>()
  return runs.filter((run) => {
    const key = coverageKey(firstCommand(run), run.arguments.includes(LEADS))
    const decided = covered.get(key) ?? new Set<string>()
    const isCovered = decided.has(EVERYBODY) || run.scopes.every((scope) => decided.has(scope))
    cover(covered, run)
    const isTakenUp = run.undoneBy !== undefined || (run.followedBy !== undefined && whole.has(run.followedBy))
    return !isCovered && !isTakenUp && run.state !== 'done' && !isToldElsewhere(run)
  })
}

/** By the queue; or of a night that came to its end, by its steps. */
function isToldElsewhere({ command, state }: KeptRun): boolean {
  return command === WORKER || (command === NIGHT_COMMAND && state === 'failed rows')
}

/** It came to its end for everybody of its events: what failed were rows. */
function isWhole({ state, code }: KeptRun): boolean {
  return state === 'done' || (state === 'failed rows' && code === undefined)
}

function cover(covered: Map<string, Set<string>>, run: KeptRun): void {
  if (!isWhole(run) || run.command === 'retry' || run.arguments.some((flag) => PARTIAL.test(flag))) return
  for (const command of DECIDES_ANEW[run.command] ?? []) {
    for (const leads of run.arguments.includes(LEADS) ? [true, false] : [false]) {
      const key = coverageKey(command, leads)
      covered.set(key, new Set([...(covered.get(key) ?? []), ...run.scopes]))
    }
  }
}

function coverageKey(command: string, leads: boolean): string {
  return `${command}${leads ? ' with leads' : ''}`
}

/**
 * Failures by cause, those of most people first. A line that says "sent" is one whose fate nobody noted, if its run came to its end; what a
 * run that stopped had not come to is no failure, but the run itself is told with what ended it.
 */
export function causesOf(failed: readonly FailedRun[]): FailureCause[] {
  const causes = new Map<string, Gathered>()
  for (const { run, lines } of failed) {
    const meant = lines.filter(({ state }) => state === 'refused' || (state === 'sent' && isWhole(run)))
    for (const { object, code = UNKNOWN_FATE, participantIds } of meant) {
      const cause = seen(causes, `${code} ${object}`, run, () => begun(code, object, run))
      cause.changes += 1
      for (const id of participantIds) cause.all.add(id)
    }
    const end = endOf(run, meant.length)
    if (end) seen(causes, `${end.code} ${end.object}`, run, () => end)
  }
  const told = [...causes.values()].map(({ all, ...cause }) => ({ ...cause, people: [...all] }))
  return told.sort((one, other) => other.people.length - one.people.length || other.changes - one.changes)
}

type Gathered = FailureCause & { all: Set<string> }

function seen(causes: Map<string, Gathered>, key: string, run: KeptRun, make: () => Gathered): Gathered {
  const cause = causes.get(key) ?? make()
  causes.set(key, cause)
  if (run.startedAt < cause.firstSeen) cause.firstSeen = run.startedAt
  if (run.startedAt > cause.lastSeen) Object.assign(cause, { lastSeen: run.startedAt, runId: run.id })
  return cause
}

function begun(code: string, object: string, run: KeptRun): Gathered {
  const remedy = remedyOf(code)
  const command = wayOf(run) ? remedy.command : `mh-sf runs resume ${run.id}`
  return { ...emptyCause(code, object, run), ...remedy, command }
}

/** What a run itself ended with, where no row tells it. */
function endOf(run: KeptRun, told: number): Gathered | undefined {
  const { id, command, state } = run
  const code =
    run.code ?? (state === 'failed rows' && told === 0 ? 'FAILED_ROWS' : state === 'died' ? 'DIED' : undefined)
  if (code === undefined || NO_CAUSE.has(code)) return undefined
  const what = `${command} ${state === 'failed rows' ? 'came to its end, but not all of it went well' : `${state} before its end`}`
  const cause = emptyCause(code, `run of ${command}`, run)
  return { ...cause, what, first: `mh-sf runs show ${id} tells more`, command: `mh-sf runs resume ${id}` }
}

function emptyCause(code: string, object: string, { id, startedAt }: KeptRun) {
  const when = { firstSeen: startedAt, lastSeen: startedAt, runId: id }
  return { code, object, changes: 0, people: [], all: new Set<string>(), ...when }
}
