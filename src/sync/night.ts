import type { Clock } from '../clock.js'
import {
  endOfNight,
  endsNight,
  judgeNight,
  NIGHT_STEPS,
  stateOf,
  whyNotDue,
  type Night,
  type NightFacts,
  type NightStep,
  type StepDone,
  type StepName,
} from '../domain/night.js'
import { EVERYBODY } from '../domain/run.js'
import { MhError } from '../errors.js'
import type { Nights } from '../mongo/nights.js'
import type { Org } from '../salesforce/org.js'
import { asRun, type BeginRun, type Run, type RunEvent } from './run.js'

/** What a step is told of the night. */
export interface StepGiven {
  /** The night's run, under which it is to be; absent where there is none, or it is over. */
  under?: Run
  /** What the steps before have left. */
  maxApiCalls?: number
  /** Whether all went well until now. */
  isGood: boolean
}

/** Does one step, as runs under the night's own. Tells errors, throws none. */
export type StepWork = (given: StepGiven) => Promise<StepDone>

export interface NightTools {
  begin: BeginRun
  org: Org
  nights: Nights
  clock: Clock
  signal: AbortSignal
}

export interface NightRequest extends Omit<NightFacts, 'stopped'> {
  steps: Readonly<Record<StepName, StepWork>>
  maxApiCalls?: number
}

export type NightEvent = RunEvent | { kind: 'step'; name: StepName }

const NOTHING = { counts: {}, runIds: [], calls: 0, milliseconds: 0 }

/**
 * One night: every step that is due, under a lease on everybody from its beginning to its end. A step that fails does not stop the
 * others; a signal, a lost lease and the quota do. How it came out is kept. Throws LEASE_HELD, and whatever keeps it
 * from beginning at all.
 */
export async function runNight(
  tools: NightTools,
  request: NightRequest,
  watch: (event: NightEvent) => void,
): Promise<Night> {
  const startedAt = tools.clock.now()
  const { dryRun, maxApiCalls } = request
  let runId: string | undefined
  const tell = (event: NightEvent) => {
    if (event.kind === 'run') runId = event.id
    watch(event)
  }
  const asked = { begin: dryRun ? undefined : tools.begin, scopes: [EVERYBODY], maxApiCalls, watch: tell }
  const steps = (begun: Begun) => doSteps(tools, request, { ...begun, startedAt }, watch)
  try {
    return await asRun(asked, (run) => steps({ run, runId: run?.id }), endOfNight)
  } catch (error) {
    if (runId === undefined || !(error instanceof MhError)) throw error
    return steps({ runId, stopped: error })
  }
}

interface Begun {
  run?: Run
  runId?: string
  /** What ended it before its steps: of these only those are due that tell of it. */
  stopped?: MhError
}

async function doSteps(
  tools: NightTools,
  request: NightRequest,
  { run, runId, startedAt, ...begun }: Begun & { startedAt: Date },
  watch: (event: NightEvent) => void,
): Promise<Night> {
  const before = tools.org.calls
  const steps: NightStep[] = []
  let { stopped } = begun
  for (const name of NIGHT_STEPS) {
    stopped ??= reasonOf(tools.signal)
    const notDue = whyNotDue(name, { ...request, stopped: stopped?.code })
    if (notDue) {
      steps.push({ name, ...NOTHING, ...notDue })
      continue
    }
    watch({ kind: 'step', name })
    const isGood = judgeNight(steps, stopped).verdict === 'all well'
    const step = await doStep(tools, request, name, before, { under: run, isGood })
    steps.push(step)
    if (endsNight(step.error)) stopped ??= step.error
  }
  return concluded(tools, request, startedAt, { runId, steps, calls: tools.org.calls - before, stopped })
}

async function doStep(
  { org, clock }: NightTools,
  { steps, maxApiCalls }: NightRequest,
  name: StepName,
  before: number,
  given: StepGiven,
): Promise<NightStep> {
  const [started, callsBefore] = [clock.elapsed(), org.calls]
  const left = maxApiCalls === undefined ? undefined : Math.max(0, maxApiCalls - (org.calls - before))
  const done = await steps[name]({ ...given, maxApiCalls: left })
  const spent = { calls: org.calls - callsBefore, milliseconds: clock.elapsed() - started }
  return { name, ...done, state: stateOf(done), ...spent }
}

/** Judges the night and keeps it; one that cannot be kept has not gone well. */
async function concluded(
  { nights, clock }: NightTools,
  { dryRun }: NightRequest,
  startedAt: Date,
  done: Pick<Night, 'runId' | 'steps' | 'calls' | 'stopped'>,
): Promise<Night> {
  const night = { ...done, dryRun, startedAt, endedAt: clock.now(), ...judgeNight(done.steps, done.stopped) }
  const { runId } = night
  if (runId === undefined) return night
  try {
    await nights.keep(runId, night)
    return night
  } catch (error) {
    if (!(error instanceof MhError)) throw error
    const stopped = night.stopped ?? error
    return { ...night, stopped, ...judgeNight(night.steps, stopped) }
  }
}

function reasonOf(signal: AbortSignal): MhError | undefined {
  const reason: unknown = signal.aborted ? signal.reason : undefined
  return reason instanceof MhError ? reason : undefined
}
