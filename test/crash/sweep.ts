import { availableParallelism } from 'node:os'
import pMap from 'p-map'
import { Dice, seedNumber } from '../../src/playground/story/dice.js'
import { FAULTS, KILL } from './disturbances.js'
import { LEGS, trialName, tryOnce, undisturbed, type Leg, type Trial, type Undisturbed } from './trial.js'

export interface SweepOptions {
  /** Begins the name of every trial that is wanted: `kill`, `lost reply/sync`, or one of them whole. */
  only: string
  /** So many of them, chosen by the seed; all without. */
  sample?: number
  /** Beginnings of names of trials that are tried whatever the sample. */
  always?: readonly string[]
  seed: string
  tell: (line: string) => void
}

export interface SweepResult {
  /** Places where something can happen, by command and side. */
  boundaries: Record<string, number>
  /** By disturbance. */
  trials: Record<string, number>
  /** Their names. */
  tried: string[]
  /** Trials whose process was over before it came to the place: the number of some calls depends on time. */
  unreached: number
  /** What went wrong, by the name of the trial. */
  violations: Map<string, string[]>
}

/** Disturbs the product at every boundary in every way, or at some of them. */
export async function sweep({ only, sample, always = [], seed, tell }: SweepOptions): Promise<SweepResult> {
  const result: SweepResult = { boundaries: {}, trials: {}, tried: [], unreached: 0, violations: new Map() }
  const known = new Map<Leg, Undisturbed>()
  for (const leg of LEGS) {
    const plain = await undisturbed(leg)
    known.set(leg, plain)
    for (const { side } of plain.boundaries) count(result.boundaries, `${leg.command.name}, ${side}`)
  }
  const all = [...known].flatMap(([leg, { boundaries }]) => trialsOf(leg, boundaries))
  const begins = (names: readonly string[]) =>
    all.filter((trial) => names.some((name) => trialName(trial).startsWith(name)))
  const wanted = [...new Set([...begins(always), ...chosen(begins([only]), sample, seed)])]
  const began = performance.now()
  let done = 0
  const one = async (trial: Trial) => {
    const plain = known.get(trial.leg)
    if (!plain) return
    const { reached, violations } = await tryOnce(trial, plain)
    count(result.trials, trial.disturbance.name)
    result.tried.push(trialName(trial))
    if (!reached) result.unreached += 1
    if (violations.length > 0) {
      result.violations.set(trialName(trial), violations)
      tell(violationText(trialName(trial), violations))
    }
    done += 1
    if (done % PROGRESS === 0) tell(`${done} of ${wanted.length}, ${perTrial(began, done)} s a trial`)
  }
  await pMap(wanted, one, { concurrency: availableParallelism() })
  return result
}

const PROGRESS = 50

function trialsOf(leg: Leg, boundaries: Undisturbed['boundaries']): Trial[] {
  return [KILL, ...FAULTS].flatMap((disturbance) =>
    boundaries.filter(disturbance.fits).map((boundary) => ({ leg, disturbance, boundary })),
  )
}

/** The sample has as many kills as anything else, and of that each kind in turn. */
function chosen(trials: readonly Trial[], sample: number | undefined, seed: string): readonly Trial[] {
  if (sample === undefined) return trials
  const dice = new Dice(seedNumber(seed), 0, 0)
  const order = new Map(trials.map((trial) => [trial, dice.next()]))
  const mixed = (of: Trial['disturbance']) =>
    trials.filter(({ disturbance }) => disturbance === of).sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0))
  return inTurn([mixed(KILL), inTurn(FAULTS.map(mixed))]).slice(0, sample)
}

/** The first of each list, then the second of each. */
function inTurn<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length))
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat()
}

export function violationText(name: string, violations: readonly string[]): string {
  const again = `  again: npm run crash -- --only ${JSON.stringify(name)}`
  return [`VIOLATION ${name}`, ...violations.map((each) => `  ${each}`), again].join('\n')
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1
}

function perTrial(began: number, trials: number): string {
  return ((performance.now() - began) / 1_000 / trials).toFixed(1)
}
