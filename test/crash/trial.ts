import { boundaryName, type Act, type Boundary, type Watch } from './boundary.js'
import { differences, type Dump } from './dump.js'
import {
  backfill,
  campaignSync,
  forget,
  runHere,
  startBinary,
  UNEXPECTED,
  type Command,
  type Ended,
} from './product.js'
import { DOCK, HARBOUR } from './scene.js'
import { Stage } from './stage.js'

/** A command that is disturbed, after those before it went well. */
export interface Leg {
  command: Command
  before: readonly Command[]
  after: readonly Command[]
  /** Of whom no line tells in the end. */
  leavesNothingOf?: RegExp
}

const FIRST = backfill(HARBOUR)

export const LEGS: readonly Leg[] = [
  { command: FIRST, before: [], after: [campaignSync(HARBOUR)] },
  { command: campaignSync(HARBOUR), before: [FIRST], after: [] },
  { command: campaignSync(HARBOUR, 'bulk'), before: [FIRST], after: [] },
  // Whose Lead we made, and who comes to both events.
  {
    command: forget('eve@gmail.com'),
    before: [FIRST, campaignSync(HARBOUR), backfill(DOCK), campaignSync(DOCK)],
    after: [campaignSync(HARBOUR)],
    leavesNothingOf: /eve@gmail|van dyke/iu,
  },
]

/** What is done to the product at one boundary. */
export interface Disturbance {
  name: string
  /** Where it makes sense. */
  fits: (boundary: Boundary) => boolean
  /** Nothing: the process is killed. */
  act?: (stage: Stage) => Act | undefined
  /** How long the product looks for its database then, in milliseconds. */
  patienceMs?: number
}

/** One trial: a command, a disturbance, and where. */
export interface Trial {
  leg: Leg
  disturbance: Disturbance
  boundary: Boundary
}

/** What is to be the end of it, and the way there. */
export interface Undisturbed {
  boundaries: Boundary[]
  dump: Dump
}

export interface Outcome {
  /** False: the process was over before it came there. */
  reached: boolean
  violations: string[]
}

/** `kill/sync/before POST /composite #1`: what `--only` takes to repeat it. */
export function trialName({ leg, disturbance, boundary }: Trial): string {
  return `${disturbance.name}/${leg.command.name}/${boundaryName(boundary)}`
}

/** Runs a leg without any disturbance, and notes what there is to disturb. */
export async function undisturbed({ command, before, after }: Leg): Promise<Undisturbed> {
  const stage = await staged(before)
  try {
    const user = stage.user()
    const boundaries: Boundary[] = []
    const watch: Watch = (boundary) => {
      boundaries.push(boundary)
      return undefined
    }
    for (const each of before) await well(runHere(user, each))
    const { exitCode, stderr } = await stage.watched(watch, () => startBinary(user, command))
    if (exitCode !== 0) throw new Error(`${command.name} ended with ${exitCode}: ${stderr}`)
    for (const each of after) await well(runHere(user, each))
    const problems = await stage.jobProblems()
    if (problems.length > 0) throw new Error(problems.join('\n'))
    return { boundaries, dump: await stage.dump() }
  } finally {
    await stage.strike()
  }
}

/** Disturbs a command at one boundary, then runs it and those after it plainly, and compares. */
export async function tryOnce(trial: Trial, { dump }: Undisturbed): Promise<Outcome> {
  const { leg } = trial
  const stage = await staged(leg.before)
  try {
    const user = stage.user()
    for (const each of leg.before) await well(runHere(user, each))
    stage.hurry(user, trial.disturbance.patienceMs)
    const { reached, ended } = await disturbed(stage, user, trial)
    const violations = ended === undefined ? [] : unforeseen(leg.command, ended)
    violations.push(...(await runAgain(stage, leg)))
    violations.push(...(await stage.ledgerProblems()), ...(await stage.jobProblems()))
    if (leg.leavesNothingOf) violations.push(...(await stage.linesWith(leg.leavesNothingOf)))
    violations.push(...differences(dump, await stage.dump()))
    return { reached, violations }
  } finally {
    await stage.strike()
  }
}

async function staged(before: readonly Command[]): Promise<Stage> {
  const stage = await Stage.set()
  const { settings } = stage.scene.org
  if (before.length > 0) Object.assign(settings, { bulkQueueMs: 1_500, bulkProcessingMs: 1_500 })
  return stage
}

/** The command until it is killed, or until it ends in spite of what happened to it; then how it ended. */
async function disturbed(
  stage: Stage,
  user: ReturnType<Stage['user']>,
  { leg, disturbance, boundary }: Trial,
): Promise<{ reached: boolean; ended?: Ended }> {
  const where = boundaryName(boundary)
  let reached = false
  const { act } = disturbance
  if (act) {
    const watch: Watch = (at) => {
      if (reached || boundaryName(at) !== where) return undefined
      reached = true
      return act(stage)
    }
    const ended = await stage.watched(watch, () => runHere(user, leg.command))
    return { reached, ended }
  }
  const running = startBinary(user, leg.command)
  const watch: Watch = async (at) => {
    if (!reached && boundaryName(at) !== where) return undefined
    reached = true
    running.kill('SIGKILL')
    await running
    return { kind: 'drop' }
  }
  await stage.watched(watch, () => running)
  return { reached }
}

/** What a person or cron does then: the same again, from another machine; and once more where it says to wait. */
async function runAgain(stage: Stage, { command, after }: Leg): Promise<string[]> {
  const user = stage.user()
  const commands = [command, ...after]
  await stage.expireLeases()
  let ends = await inTurn(commands, (each) => runHere(user, each))
  if (ends.some(({ waitsForClaim }) => waitsForClaim === true)) {
    await stage.expireClaims()
    ends = await inTurn(commands, (each) => runHere(user, each))
  }
  return ends.flatMap(({ exitCode, code }, at) =>
    exitCode === 0 ? [] : [`${commands[at]?.name ?? ''} ended with ${exitCode} (${code ?? 'rows failed'}) in the end`],
  )
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const item of items) results.push(await work(item))
  return results
}

/** A command may fail when the world does; it may not be surprised by it. */
function unforeseen({ name }: Command, { code = '' }: Ended): string[] {
  return code.startsWith(UNEXPECTED) ? [`${name} ended with ${code}`] : []
}

async function well(run: Promise<Ended>): Promise<void> {
  const { code, exitCode } = await run
  if (exitCode !== 0) throw new Error(`it ended with ${exitCode} (${code ?? ''})`)
}
