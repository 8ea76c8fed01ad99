import type { Problem, Reading } from './doctor-facts.js'

export const RESULTS = ['pass', 'warn', 'fail', 'skipped'] as const
export type Result = (typeof RESULTS)[number]

/** One thing that was looked at. */
export interface Check {
  name: string
  result: Result
  /** One sentence. */
  text: string
  /** The next command or step; absent of what is well. */
  fix?: string
  /** Of a failure: what a command would end with that needs this. */
  exitCode?: number
}

/** An assertion lives for three minutes (auth.md §2); a difference of clocks is worth a word long before. */
const SKEW_MS = 30_000

/** What was found of one thing. */
export type Judged = Omit<Check, 'name'>

export const pass = (text: string): Judged => ({ result: 'pass', text })
export const warn = (text: string, fix: string): Judged => ({ result: 'warn', text, fix })
export const fail = (text: string, fix: string, exitCode = 1): Judged => ({ result: 'fail', text, fix, exitCode })

/** The check of one reading. */
export function read<T>(name: string, reading: Reading<T>, judge: (value: T) => Judged): Check {
  return { name, ...judgeOne(reading, judge) }
}

function judgeOne<T>(reading: Reading<T>, judge: (value: T) => Judged): Judged {
  if ('skipped' in reading) return { result: 'skipped', text: reading.skipped }
  return 'problem' in reading ? failOf(reading.problem) : judge(reading.value)
}

/** Several checks of one reading: what went wrong with it is told of the first, the others had nothing to look at. */
export function readAll<T>(
  names: readonly string[],
  reading: Reading<T>,
  judge: (value: T) => readonly Judged[],
): Check[] {
  const judged = 'value' in reading ? judge(reading.value) : []
  const [first = ''] = names
  const behind = { result: 'skipped' as const, text: `only once "${first}" is well.` }
  return names.map((name, at) => {
    const isTold = at === 0 || 'skipped' in reading
    return { name, ...(judged[at] ?? (isTold ? judgeOne(reading, () => behind) : behind)) }
  })
}

/** What went wrong as a failure, with its own next step. */
export function failOf({ message, hint, exitCode }: Problem): Judged {
  return fail(message, hint ?? 'Put that right, then: mh-sf doctor', exitCode)
}

/** Whether this machine's clock and another one agree; `skewMs` is theirs less ours. */
export function clockCheck(whose: string, skewMs: number): Judged {
  const seconds = Math.round(Math.abs(skewMs) / 1_000)
  if (Math.abs(skewMs) <= SKEW_MS) return pass(`this machine and ${whose} agree to ${seconds} s.`)
  const text = `this machine is ${seconds} s ${skewMs > 0 ? 'behind' : 'ahead of'} ${whose}.`
  return warn(text, 'Have its clock set: sudo timedatectl set-ntp true')
}
