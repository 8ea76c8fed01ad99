import { parseArgs } from 'node:util'
import { PlaygroundError } from './playground-error.js'
import { servePlayground } from './serve.js'
import type { Progress } from './stand-ins.js'
import { type PlaygroundState, readState } from './state.js'
import { DEFAULT_PARTICIPANTS, DEFAULT_SEED } from './story/size.js'

/** What a daemon tells the process that started it, over their IPC channel. */
export type DaemonMessage =
  | ({ kind: 'progress' } & Progress)
  | { kind: 'ready'; state: PlaygroundState }
  /** Somebody else has the directory; this process ends. */
  | { kind: 'busy' }
  | { kind: 'failed'; message: string }

/** How often to look whether anybody can still find this playground, in milliseconds. */
const LOOK_EVERY = 2_000

const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const

/**
 * `node daemon.js --dir DIR [--participants N] [--seed S] [--org-only]`: a playground in the background. Whoever starts
 * it closes its terminal and goes; it stays until SIGTERM, and writes to stderr what it did.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      dir: { type: 'string' },
      participants: { type: 'string' },
      seed: { type: 'string' },
      'org-only': { type: 'boolean' },
    },
  })
  if (values.dir === undefined) throw new Error('--dir is missing')
  const { state } = await servePlayground({
    dir: values.dir,
    participants: Number(values.participants ?? DEFAULT_PARTICIPANTS),
    seed: values.seed ?? DEFAULT_SEED,
    orgOnly: values['org-only'] === true,
    onProgress: (progress) => {
      tell({ kind: 'progress', ...progress })
    },
  })
  log(`ready: ${state.participants} participants, org ${state.org.url}, pid ${process.pid}`)
  leaveWhenForgotten(values.dir, state)
  tell({ kind: 'ready', state })
}

function leaveOn(signal: keyof typeof SIGNAL_NUMBERS): void {
  process.once(signal, () => {
    log(`stopped by ${signal}`)
    process.exit(128 + SIGNAL_NUMBERS[signal])
  })
}

/** Somebody who removes the directory instead of stopping the playground would leave it running for ever. */
function leaveWhenForgotten(dir: string, { ping }: PlaygroundState): void {
  setInterval(() => {
    if (readState(dir)?.ping.nonce === ping.nonce) return
    log('stopped: the state file is not there any more')
    process.exit(0)
  }, LOOK_EVERY).unref()
}

/** The one who started it may have gone; that is no reason to stop. */
function tell(message: DaemonMessage, then: () => void = () => undefined): void {
  if (process.connected && process.send) process.send(message, undefined, undefined, then)
  else then()
}

function log(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`)
}

leaveOn('SIGTERM')
leaveOn('SIGINT')
main().catch((error: unknown) => {
  const isBusy = error instanceof PlaygroundError && error.problem === 'busy'
  log(error instanceof Error ? (isBusy ? error.message : (error.stack ?? error.message)) : String(error))
  const last: DaemonMessage = isBusy ? { kind: 'busy' } : { kind: 'failed', message: String(error) }
  tell(last, () => process.exit(1))
})
