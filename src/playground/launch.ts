import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Holder, holderOf, takeHold } from './hold.js'
import { answersPing } from './ping.js'
import { PlaygroundError } from './playground-error.js'
import { processBirth } from './process-birth.js'
import type { Progress } from './stand-ins.js'
import { startDaemon, startDeadline } from './start-daemon.js'
import { type PlaygroundState, privateDirectory, readState, removeState } from './state.js'
import { checkParticipants, DEFAULT_PARTICIPANTS, DEFAULT_SEED } from './story/size.js'

export type { PlaygroundEnvironment, PlaygroundState } from './state.js'
export { PlaygroundError } from './playground-error.js'
export { DEFAULT_PARTICIPANTS, DEFAULT_SEED, FEWEST_PARTICIPANTS, MOST_PARTICIPANTS } from './story/size.js'

export interface LaunchOptions {
  /** Where the playground keeps its state, its key and its log: one playground a directory. */
  dir: string
  /** From 100 to 5,000,000. @default 360, or those of the one that runs */
  participants?: number
  /** @default 'mongohacks', or that of the one that runs */
  seed?: string
  /** No database. @default false, or as the one that runs */
  orgOnly?: boolean
  onProgress?: (progress: Progress) => void
}

export interface Launched {
  state: PlaygroundState
  /** False when it was running already. */
  started: boolean
  /** True when the one that runs is another than was asked for; it is kept all the same. */
  differs: boolean
}

/** How often to look whether another process has got somewhere, and how long it may take to stop. Milliseconds. */
const LOOK_EVERY = 50
const STOP_WITHIN = 10_000

/**
 * The playground of a directory, started in the background if it is not running; any number of callers at once get the
 * same one. Throws a PlaygroundError when it cannot be started, or is not ready in a time that grows with its size; a
 * RangeError for a number of participants out of range.
 */
export async function ensurePlayground(options: LaunchOptions): Promise<Launched> {
  checkParticipants(options.participants ?? DEFAULT_PARTICIPANTS)
  const dir = resolve(options.dir)
  await privateDirectory(dir)
  const deadline = Date.now() + startDeadline(options.participants ?? DEFAULT_PARTICIPANTS)
  for (;;) {
    const running = await whatRuns(dir, deadline)
    if (running) return { state: running, started: false, differs: isOther(running, options) }
    const { participants = DEFAULT_PARTICIPANTS, seed = DEFAULT_SEED } = options
    const started = await startDaemon({ ...options, dir, participants, seed })
    if (started !== 'busy') return { state: started, started: true, differs: false }
  }
}

/** The playground of a directory if it is ready and answers; a state file that is not true any more counts for nothing. */
export async function findPlayground(dir: string): Promise<PlaygroundState | undefined> {
  const state = readState(resolve(dir))
  return state && (await answersPing(state)) ? state : undefined
}

/**
 * Ends the playground of a directory, in whatever state it is, and waits until it is gone. Says which process it was;
 * undefined if none was running. Never signals a process that does not hold the directory.
 */
export async function stopPlayground(dir: string): Promise<number | undefined> {
  const from = resolve(dir)
  if (!existsSync(from)) return undefined
  const holder = await holderOf(from)
  if (holder) await end(holder)
  const taken = await takeHold(from)
  // Somebody may have started the next one meanwhile: then the state file is theirs.
  if ('hold' in taken) {
    removeState(from)
    taken.hold.release()
  }
  return holder?.pid
}

/** Stops the playground of a directory, if there is one, and starts another with the story told anew. */
export async function resetPlayground(options: LaunchOptions): Promise<Launched> {
  await stopPlayground(options.dir)
  return ensurePlayground(options)
}

export interface ForegroundOptions extends LaunchOptions {
  /** Directory in which all is kept across restarts. @default all is forgotten */
  data?: string
  /** @default the last one of this directory, or any free port */
  orgPort?: number
  /** @default the last one of this directory, or any free port */
  mongoPort?: number
  /** Gets what it is reached by, once it is ready. */
  onReady: (state: PlaygroundState) => void
}

/**
 * Runs a playground inside this process until SIGINT or SIGTERM, which is returned. Prints nothing. Throws a
 * PlaygroundError 'busy' when the directory has a playground already.
 */
export async function runInForeground(options: ForegroundOptions): Promise<NodeJS.Signals> {
  // Whoever only looks for a playground does not load one.
  const { servePlayground } = await import('./serve.js')
  const { dir, onReady, ...rest } = options
  const { signal, ignore } = firstSignal()
  try {
    const serving = await servePlayground({ ...rest, dir: resolve(dir), signal })
    onReady(serving.state)
    if (!signal.aborted) await once(signal, 'abort')
    await serving.stop()
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    ignore()
  }
  return signal.reason as NodeJS.Signals
}

/** What runs in a directory, once it is ready; undefined as soon as nothing is on its way to be. */
async function whatRuns(dir: string, deadline: number): Promise<PlaygroundState | undefined> {
  for (;;) {
    const state = await findPlayground(dir)
    if (state) return state
    const holder = await holderOf(dir)
    if (!holder) return undefined
    if (Date.now() > deadline) throw silent(dir, holder.pid)
    await pause(LOOK_EVERY)
  }
}

function silent(dir: string, pid: number): PlaygroundError {
  const message = `process ${pid} has taken ${dir} for a playground, and is not ready`
  return new PlaygroundError('too slow', message, 'Wait for it, or end it with `mh-sf playground stop`.')
}

function isOther({ participants, seed, mongo }: PlaygroundState, asked: LaunchOptions): boolean {
  const runs = { participants, seed, orgOnly: mongo === undefined }
  const names = ['participants', 'seed', 'orgOnly'] as const
  return names.some((name) => (asked[name] ?? runs[name]) !== runs[name])
}

/** SIGTERM, and SIGKILL for one that does not listen: it has nothing to lose. */
async function end(holder: Holder): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    send(holder.pid, signal)
    const deadline = Date.now() + STOP_WITHIN
    while (Date.now() < deadline) {
      if ((await processBirth(holder.pid)) !== holder.birth) return
      await pause(LOOK_EVERY)
    }
  }
  throw new PlaygroundError('too slow', `process ${holder.pid} does not end`, 'Look at what it waits for.')
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    // It has just ended by itself.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** Aborts at the first SIGINT or SIGTERM, whose name is the reason; a second one ends the process as usual. */
function firstSignal(): { signal: AbortSignal; ignore: () => void } {
  const first = new AbortController()
  const names = ['SIGINT', 'SIGTERM'] as const
  const abort = (name: NodeJS.Signals) => {
    ignore()
    first.abort(name)
  }
  const ignore = () => {
    for (const name of names) process.off(name, abort)
  }
  for (const name of names) process.on(name, abort)
  return { signal: first.signal, ignore }
}
