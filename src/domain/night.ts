import { exitCodes, isStop, type ErrorCode, type MhError } from '../errors.js'
import type { AlertRule, Severity } from './alerts.js'
import type { RunEnd } from './run.js'

/**
 * What a night does, in the order that is safe: people before their members, failures after what may have mended them, judging
 * last, of the night itself as well.
 */
export const NIGHT_STEPS = ['queue', 'people', 'campaigns', 'retry', 'verify', 'alerts'] as const
export type StepName = (typeof NIGHT_STEPS)[number]

/** The command of a night, as the ledger has it. */
export const NIGHT_COMMAND = 'nightly'

/**
 * How a step came out: `failed` did not come to its end, `stopped` was ended by a signal, a lease or the quota, and so was the night;
 * `goes on` left a Bulk job to the org; `disagree` found both systems to differ; `critical` found an alert that nobody looks after.
 */
export type StepState =
  'done' | 'failed rows' | 'disagree' | 'critical' | 'failed' | 'goes on' | 'stopped' | 'skipped' | 'not come to'

/** What a step did, once it was tried. */
export interface StepDone {
  /** How it ended where no error did; `skipped`: it found that there was nothing to do. */
  state: 'done' | 'failed rows' | 'disagree' | 'critical' | 'skipped'
  /** Why it was left out. */
  why?: string
  /** By what was counted; those of a dry run are what would be. */
  counts: Readonly<Record<string, number>>
  /** The runs that it was. */
  runIds: readonly string[]
  /** What ended it, or some of it. */
  error?: MhError
  /** The command that tells more of what did not go well, or does the rest. */
  next?: string
  /** Where the next night's sample begins. */
  upTo?: string
  /** The alerts that fire. */
  firing?: readonly FiringAlert[]
}

/** An alert that fires, as a night tells of it. */
export interface FiringAlert {
  rule: AlertRule
  severity: Severity
  acknowledged: boolean
  says: string
}

/** One step of a night as it came out. */
export interface NightStep extends Omit<StepDone, 'state'> {
  name: StepName
  state: StepState
  calls: number
  milliseconds: number
}

/**
 * `well, with alerts`: all that was to be done was done, and something outside of it is amiss. Such a night is a good one: else an alert
 * about the quota would grow into one about missing nights.
 */
export const NIGHT_VERDICTS = [
  'all well',
  'well, with alerts',
  'not all well',
  'still running',
  'stopped',
  'failed',
] as const
export type NightVerdict = (typeof NIGHT_VERDICTS)[number]

/** A night as it came out. */
export interface Night {
  /** Absent in a dry run. */
  runId?: string
  dryRun: boolean
  startedAt: Date
  endedAt: Date
  steps: readonly NightStep[]
  calls: number
  verdict: NightVerdict
  exitCode: number
  /** What ended it before its end. */
  stopped?: MhError
}

/** What decides whether a step is due. */
export interface NightFacts {
  skip: ReadonlySet<StepName>
  liveEvents: number
  dryRun: boolean
  /** What ended the night. */
  stopped?: ErrorCode
}

/** What ends a night without anybody having to be told: it was somebody's will, or another one is at work. */
const QUIET_ENDS: readonly ErrorCode[] = ['INTERRUPTED', 'TERMINATED', 'LEASE_HELD', 'LEASE_LOST']

/** Why a step is not to be done now; undefined when it is due. Alerts are most wanted after a night that could not go on. */
export function whyNotDue(
  name: StepName,
  { skip, liveEvents, dryRun, stopped }: NightFacts,
): Pick<NightStep, 'state' | 'why'> | undefined {
  const skipped = (why: string) => ({ state: 'skipped', why }) as const
  if (skip.has(name)) return skipped('left out by --skip')
  if (stopped !== undefined && (name !== 'alerts' || QUIET_ENDS.includes(stopped)))
    return { state: 'not come to', why: `the night was over: ${stopped}` }
  if ((name === 'campaigns' || name === 'verify') && liveEvents === 0) return skipped('no event is live')
  if (name === 'queue' && dryRun) return skipped('a dry run takes nobody from the queue')
  if (name === 'verify' && dryRun) return skipped('a dry run writes nothing that could be looked at')
  return undefined
}

/** How a step that was tried came out. */
export function stateOf({ state, error }: StepDone): StepState {
  if (error?.code === 'SF_JOB_RUNNING') return 'goes on'
  if (endsNight(error)) return 'stopped'
  return error ? 'failed' : state
}

/** Whether an error ends the night, and not only its step: somebody's will, a lease, or the quota. */
export function endsNight(error: MhError | undefined): boolean {
  if (error?.code === 'SF_JOB_RUNNING') return false
  return error?.code === 'LEASE_HELD' || isStop(error)
}

type Judged = Pick<Night, 'verdict' | 'exitCode'>

/**
 * One verdict over a night. What ended it says its exit code; one cause that let no step do anything keeps its own; 8 is only
 * for a job that goes on where nothing else is amiss. Alerts are heard last: where the work went well they make the exit code 3.
 */
export function judgeNight(
  steps: readonly Pick<NightStep, 'name' | 'state' | 'error'>[],
  stopped: MhError | undefined,
): Judged {
  if (stopped) return { verdict: endsNight(stopped) ? 'stopped' : 'failed', exitCode: stopped.exitCode }
  const tried = steps.filter(({ state }) => state !== 'skipped' && state !== 'not come to')
  const judged = judgeWork(tried.filter(({ name }) => name !== 'alerts'))
  const alerts = tried.find(({ name }) => name === 'alerts')
  if (judged.exitCode !== 0 || !alerts || alerts.state === 'done') return judged
  return { verdict: 'well, with alerts', exitCode: exitCodes.FAILED_ROWS }
}

function judgeWork(tried: readonly Pick<NightStep, 'state' | 'error'>[]): Judged {
  const amiss = tried.filter(({ state }) => state !== 'done')
  if (amiss.length === 0) return { verdict: 'all well', exitCode: 0 }
  if (amiss.every(({ state }) => state === 'goes on'))
    return { verdict: 'still running', exitCode: exitCodes.SF_JOB_RUNNING }
  const causes = new Set(tried.map(({ state, error }) => (state === 'failed' ? error?.exitCode : undefined)))
  const [only] = causes
  if (causes.size === 1 && only !== undefined) return { verdict: 'failed', exitCode: only }
  return { verdict: 'not all well', exitCode: exitCodes.FAILED_ROWS }
}

/** Verdicts of nights in which all that was to be done was done. */
export const GOOD_VERDICTS: readonly NightVerdict[] = ['all well', 'well, with alerts']

/** How a night is written down in the ledger: what failed in its steps is told by their own runs. */
export function endOfNight({ verdict, steps, stopped }: Night): Omit<RunEnd, 'spent'> {
  const code = stopped?.code ?? steps.find(({ error }) => error)?.error?.code
  if (GOOD_VERDICTS.includes(verdict)) return { state: 'done' }
  if (verdict === 'not all well' || code === undefined) return { state: 'failed rows' }
  return { state: verdict === 'failed' ? 'failed' : 'stopped', code }
}
