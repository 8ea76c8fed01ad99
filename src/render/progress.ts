import ora, { type Ora } from 'ora'
import { plural } from './printable.js'

/** Shows how far a long job is: a spinner with counts and time left on a terminal, one line a stage elsewhere. */
export interface Progress {
  stage(line: string): void
  advance(done: number, total: number): void
  stop(): void
}

/** `elapsed` is a monotonic clock in milliseconds. Everything goes to stderr: stdout is for the result. */
export function terminalProgress(elapsed: () => number): Progress {
  const spinner: Ora = ora({ stream: process.stderr, discardStdin: false })
  const started = elapsed()
  return {
    stage(line) {
      spinner.stop()
      process.stderr.write(`${line}\n`)
    },
    advance(done, total) {
      spinner.text = progressText(done, total, elapsed() - started)
      spinner.start()
    },
    stop() {
      spinner.stop()
    },
  }
}

/** For logs and cron: each stage once, no drawing. */
export function plainProgress(): Progress {
  return {
    stage(line) {
      process.stderr.write(`${line}\n`)
    },
    advance() {
      // A log needs no percentages; the result says what was done.
    },
    stop() {
      // Nothing was drawn.
    },
  }
}

/** With `--quiet`, only the result and errors. */
export function noProgress(): Progress {
  const nothing = () => undefined
  return { stage: nothing, advance: nothing, stop: nothing }
}

/** "6,000 of 24,000 people, about 12 s left". */
export function progressText(done: number, total: number, milliseconds: number): string {
  const left = done === 0 ? 0 : Math.ceil(((milliseconds / done) * (total - done)) / 1_000)
  const time = done === 0 || left === 0 ? '' : `, about ${left} s left`
  return `${done.toLocaleString('en-US')} of ${plural(total, 'person', 'people')}${time}`
}
