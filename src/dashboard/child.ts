import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { Clock } from '../clock.js'
import { parseJson } from '../json.js'

/** How the commands of this package are started. */
export interface Launcher {
  /** The file that a shell runs as `mh-sf`. */
  program: string
  /** Said to every command: `--playground`. */
  also: readonly string[]
  /** Where and with which settings they run: as the server itself. */
  environment: NodeJS.ProcessEnv
  directory: string
}

/** Lines of stderr that are kept. */
const LINES_KEPT = 500
/** Of stdout: more than the largest document that a command prints. */
const STDOUT_KEPT = 32 * 1024 * 1024
/** How a command says on stderr which run it is. */
const RUN_LINE = /^Run\s+(\d{8}T\d{6}Z-[0-9a-f]{6})$/u

/**
 * One command of this package in a process of its own, with `--json`. It has its own process group, so that Ctrl-C in the terminal of
 * the server reaches it once, as a SIGTERM by `stop`: the second signal would end it before it had settled what it has in hand.
 */
export class Child {
  readonly startedAt: Date
  readonly ended: Promise<void>
  /** What it told on the way, line by line. */
  readonly lines: string[] = []
  /** The run that it is, once it has said so. */
  runId: string | undefined
  endedAt: Date | undefined
  exitCode: number | undefined
  isStopping = false
  #stdout = ''
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>

  constructor(
    { program, also, environment: env, directory: cwd }: Launcher,
    /** The words after `mh-sf`, as they would be typed. */
    readonly words: readonly string[],
    input: string,
    clock: Clock,
  ) {
    this.startedAt = clock.now()
    const all = [program, ...words, ...also, '--json']
    this.#process = spawn(process.execPath, all, { stdio: ['pipe', 'pipe', 'pipe'], detached: true, env, cwd })
    // Who does not read its input may end before it was given.
    this.#process.stdin.on('error', () => undefined)
    this.#process.stdin.end(input)
    this.#process.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (this.#stdout.length < STDOUT_KEPT) this.#stdout += text
    })
    createInterface({ input: this.#process.stderr }).on('line', (line) => {
      this.#hear(line)
    })
    this.ended = new Promise((resolve) => {
      this.#process.once('error', () => {
        this.#end(1, clock, resolve)
      })
      this.#process.once('close', (code) => {
        this.#end(code ?? 1, clock, resolve)
      })
    })
  }

  /** The document that it printed; undefined while it goes on, or where it printed none. */
  get result(): unknown {
    return this.endedAt === undefined ? undefined : parseJson(this.#stdout)
  }

  /** Asks it to settle what it has in hand, and to end. */
  stop(): void {
    if (this.isStopping || this.endedAt !== undefined) return
    this.isStopping = true
    this.#process.kill('SIGTERM')
  }

  #hear(line: string): void {
    this.runId ??= RUN_LINE.exec(line)?.[1]
    this.lines.push(line)
    if (this.lines.length > LINES_KEPT) this.lines.shift()
  }

  #end(code: number, clock: Clock, resolve: () => void): void {
    this.exitCode ??= code
    this.endedAt ??= clock.now()
    resolve()
  }
}
