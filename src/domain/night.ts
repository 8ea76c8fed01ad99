import { exitCodes, isStop, type ErrorCode, type MhError } from '../errors.js'
import type { RunEnd } from './run.js'

/**
 * What a night does, in the order that is safe: people before their members, failures after what may have mended them, judging
 * last.
 */
export const NIGHT_STEPS = ['queue', 'people', 'campaigns', 'retry', 'verify'] as const
export type StepName = (typeof NIGHT_STEPS)[number]

/** The command of a night, as the ledger has it. */
export const NIGHT_COMMAND = 'nightly'

/**
 * How a step came out: `failed` did not come to its end, `stopped` was ended by a signal, a lease or the quota, and so was the night;
 * `goes on` left a Bulk job to the org; `disagree` found both systems to differ.
 */
export type StepState =
  'done' | 'failed rows' | 'disagree' | 'failed' | 'goes on' | 'stopped' | 'skipped' | 'not come to'

/** What a step did, once it was tried. */
export interface StepDone {
  /** How it ended where no error did; `skipped`: it found that there was nothing to do. */
  state: 'done' | 'failed rows' | 'disagree' | 'skipped'
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
}

/** One step of a night as it came out. */
export interface NightStep extends Omit<StepDone, 'state'> {
  name: StepName
  state: StepState
  calls: number
  milliseconds: number
}

export type NightVerdict = 'all well' | 'not all well' | 'still running' | 'stopped' | 'failed'

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

/** Why a step is not to be done now; undefined when it is due. */
export function whyNotDue(
  name: StepName,
  { skip, liveEvents, dryRun, stopped }: NightFacts,
): Pick<NightStep, 'state' | 'why'> | undefined {
  const skipped = (why: string) => ({ state: 'skipped', why }) as const
  if (skip.has(name)) return skipped('left out by --skip')
  if (stopped !== undefined) return { state: 'not come to', why: `the night was over: ${stopped}` }
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

/**
 * One verdict over a night. What ended it says its exit code; one cause that let no step do anything keeps its own; 8 is only
 * for a job that goes on where nothing else is amiss.
 */
export function judgeNight(
  steps: readonly Pick<NightStep, 'state' | 'error'>[],
  stopped: MhError | undefined,
): Pick<Night, 'verdict' | 'exitCode'> {
  if (stopped) return { verdict: endsNight(stopped) ? 'stopped' : 'failed', exitCode: stopped.exitCode }
  const tried = steps.filter(({ state }) => state !== 'skipped' && state !== 'not come to')
  const amiss = tried.filter(({ state }) => state !== 'done')
  if (amiss.length === 0) return { verdict: 'all well', exitCode: 0 }
  if (amiss.every(({ state }) => state === 'goes on'))
    return { verdict: 'still running', exitCode: exitCodes.SF_JOB_RUNNING }
  const causes = new Set(tried.map(({ state, error }) => (state === 'failed' ? error?.exitCode : undefined)))
  const [only] = causes
  if (causes.size === 1 && only !== undefined) return { verdict: 'failed', exitCode: only }
  return { verdict: 'not all well', exitCode: exitCodes.FAILED_ROWS }
}

/** How a night is written down in the ledger: what failed in its steps is told by their own runs. */
export function endOfNight({ verdict, steps, stopped }: Night): Omit<RunEnd, 'spent'> {
  const code = stopped?.code ?? steps.find(({ error }) => error)?.error?.code
  if (verdict === 'all well') return { state: 'done' }
  if (verdict === 'not all well' || code === undefined) return { state: 'failed rows' }
  return { state: verdict === 'failed' ? 'failed' : 'stopped', code }
}
