import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { DaemonMessage } from './daemon.js'
import { PlaygroundError } from './playground-error.js'
import type { Progress } from './stand-ins.js'
import type { PlaygroundState } from './state.js'

export interface DaemonOptions {
  /** Absolute, and there already. */
  dir: string
  participants: number
  seed: string
  orgOnly?: boolean
  onProgress?: (progress: Progress) => void
}

/** All that a daemon gets to know of its caller's environment; nothing in it is a secret of anybody. */
const PASSED_ON = /^(?:PATH|HOME|USER|LOGNAME|TMPDIR|TEMP|TMP|XDG_[A-Z_]+|SYSTEMROOT)$/iu
/** Participants for whom the heap that node allows itself on a small machine (2 GB) is enough. */
const DEFAULT_HEAP_HOLDS = 100_000
/**
 * Flags of node for a process that holds an org. A new row lives on, so a small young generation is copied for nothing:
 * with this one ingest is a fifth to a quarter faster (`npm run bench:playground`).
 */
export const ORG_PROCESS_FLAGS: readonly string[] = ['--max-semi-space-size=64']
const LOG_LIMIT_BYTES = 1_000_000
const LINES_SHOWN = 15
const DAEMON = fileURLToPath(new URL('./daemon.js', import.meta.url))

/** How long a playground of this size may take to start, in milliseconds: ten times what it takes on a slow machine. */
export function startDeadline(participants: number): number {
  return 30_000 + participants * 0.5
}

/**
 * Starts a playground that outlives this process and waits until it is ready. 'busy' when another process has the
 * directory. Throws a PlaygroundError with the end of its log when it fails, or when the deadline passes.
 */
export async function startDaemon(options: DaemonOptions): Promise<PlaygroundState | 'busy'> {
  const log = openLog(options.dir)
  const child = spawn(process.execPath, daemonArguments(options), {
    cwd: options.dir,
    detached: true,
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED_ON.test(name))),
    stdio: ['ignore', log.file, log.file, 'ipc'],
  })
  closeSync(log.file)
  try {
    return await outcome(child, options, log)
  } finally {
    // From here on it is nobody's child: what becomes of it is not this process's business.
    child.removeAllListeners('message').removeAllListeners('exit')
    if (child.connected) child.disconnect()
    child.unref()
  }
}

function daemonArguments({ dir, participants, seed, orgOnly }: DaemonOptions): string[] {
  const heap = participants > DEFAULT_HEAP_HOLDS ? [`--max-old-space-size=${heapMegabytes(participants)}`] : []
  const told = ['--dir', dir, '--participants', String(participants), '--seed', seed]
  return [...ORG_PROCESS_FLAGS, ...heap, DAEMON, ...told, ...(orgOnly === true ? ['--org-only'] : [])]
}

/** A bound, not a reservation: a million participants and the org around them take 3.1 GB in all. */
function heapMegabytes(participants: number): number {
  return 1_024 + Math.ceil(participants * 0.005)
}

function outcome(child: ChildProcess, options: DaemonOptions, log: Log): Promise<PlaygroundState | 'busy'> {
  return new Promise((resolve, reject) => {
    const settle = (result: PlaygroundState | 'busy' | PlaygroundError) => {
      clearTimeout(timer)
      if (result instanceof PlaygroundError) reject(result)
      else resolve(result)
    }
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      settle(tooSlow(options))
    }, startDeadline(options.participants))
    child.on('message', (message: DaemonMessage) => {
      if (message.kind === 'progress') options.onProgress?.(message)
      else if (message.kind === 'failed') settle(failed(message.message, log))
      else settle(message.kind === 'ready' ? message.state : 'busy')
    })
    child.once('error', (error) => {
      settle(failed(error.message, log))
    })
    child.once('exit', (code, signal) => {
      settle(crashed(`it ended with ${signal ?? `exit code ${code ?? 0}`}`, log))
    })
  })
}

/** It could still say why. */
function failed(why: string, log: Log): PlaygroundError {
  return new PlaygroundError('failed', `the playground did not start: ${why}`, `Its log is ${log.path}.`)
}

/** It could not: the end of its log has to do. */
function crashed(how: string, log: Log): PlaygroundError {
  const lines = log.read().trimEnd().split('\n').slice(-LINES_SHOWN)
  return failed([how, ...lines].join('\n  '), log)
}

function tooSlow({ participants }: DaemonOptions): PlaygroundError {
  const seconds = Math.round(startDeadline(participants) / 1000)
  const message = `the playground was not ready after ${seconds} seconds, and was ended`
  return new PlaygroundError('too slow', message, 'Try it with fewer participants, or when the machine has less to do.')
}

interface Log {
  path: string
  file: number
  /** What was written since it was opened. */
  read(): string
}

function openLog(dir: string): Log {
  const path = join(dir, 'playground.log')
  const file = openSync(path, 'a', 0o600)
  if (statSync(path).size > LOG_LIMIT_BYTES) truncateSync(path)
  const from = statSync(path).size
  return { path, file, read: () => readFileSync(path).subarray(from).toString() }
}
