import type { App } from '../app/app.js'
import { keepUsage } from '../app/keep-usage.js'
import { batchFailureOf } from '../domain/queue.js'
import { exitCodes, MhError } from '../errors.js'
import { Queue } from '../mongo/queue.js'
import type { Database } from '../mongo/database.js'
import { HealthServer } from '../worker/health-server.js'
import { WorkerHealth } from '../worker/health.js'
import type { Worked, WorkerNews } from '../worker/worked.js'
import { RunKeeper } from '../worker/run-keeper.js'
import { work, type WorkerEvent, type WorkerOptions, type WorkerTools } from '../worker/worker.js'
import { beginRunOf, type RunKind } from './begin-run.js'
import { scrapedMetrics } from './metrics.js'
import { driveOf, type Drive } from './worker-drive.js'

export interface WorkerFlags {
  once: boolean
  concurrency: number
  'batch-window': number
  listen?: string
  'max-api-calls'?: number
}

/** A call that takes longer is tried again: it is a lookup of 200 people at the most. */
const CALL_DEADLINE_MS = 60_000
/** How often a worker writes its notes, in milliseconds. */
const NOTES_MS = 60_000
/** After a signal the batch in hand has so long (pitfalls.md §6: 10 s to leave). */
const FINISH_MS = 8_000

/** Drains the queue once, or until the process is to stop, which is a good end then. */
export async function runWorker(app: App, flags: WorkerFlags, tell: (news: WorkerNews) => void): Promise<Worked> {
  app.require('mongo', 'salesforce')
  const database = await app.database()
  const drive = await driveOf(app, database.db.databaseName)
  const tools = workerTools(app, database, flags['max-api-calls'])
  await logIn(app)
  tell({ kind: 'started', worker: `${app.who.host}:${app.who.pid}` })
  const listener = await listening(app, flags.listen)
  await using server = listener?.server
  if (server) tell({ kind: 'listening', url: server.url })
  app.signal.addEventListener(
    'abort',
    () => {
      tell({ kind: 'stopping', code: codeOf(app.signal.reason) })
    },
    { once: true },
  )
  const { once, concurrency, 'batch-window': batchWindowMs } = flags
  const keepNotes = notesOf(app, database)
  return await drain(drive, tools, { once, concurrency, batchWindowMs }, (event) => {
    listener?.see(event)
    if (event.kind === 'batch' || event.kind === 'paused') keepNotes()
    tell(event)
  })
}

/** A worker lives for months: what it spent, and whether the org answered, is noted once a minute at the most. */
function notesOf(app: App, database: Database): () => void {
  let notedAt = -Infinity
  return () => {
    const now = app.clock.elapsed()
    if (now - notedAt < NOTES_MS) return
    notedAt = now
    void keepUsage(app.org(), database, app.clock).catch(() => undefined)
  }
}

/**
 * Serves everybody who is due, once: a step of the night, whose other steps have calls that take longer. Always by MongoDB alone: a Redis that
 * is away must not hold up the night.
 */
export async function drainOnce(app: App, maxApiCalls: number | undefined, kind: RunKind): Promise<Worked> {
  const { transport } = app.org()
  const { deadlineMs } = transport
  const tools = workerTools(app, await app.database(), maxApiCalls, kind)
  try {
    return await drain(work, tools, { once: true, concurrency: 1, batchWindowMs: 0 }, () => {})
  } finally {
    transport.deadlineMs = deadlineMs
  }
}

/** Throws at once what a person has to mend; an org that is away is waited for, like later. */
async function logIn(app: App): Promise<void> {
  try {
    await app.org().session()
  } catch (error) {
    if (!(error instanceof MhError) || batchFailureOf(error.code) === 'person') throw error
  }
}

type Tools = WorkerTools & { runs: RunKeeper }

function workerTools(app: App, database: Database, maxApiCalls: number | undefined, kind: RunKind = {}): Tools {
  const source = app.people({ signal: finishing(app.signal) })
  source.org.beginLookup(maxApiCalls)
  source.org.transport.deadlineMs = CALL_DEADLINE_MS
  const runs = new RunKeeper(beginRunOf(app, kind), app.clock)
  const { clock, policy, signal: stop } = app
  return { queue: new Queue(database), source, database, clock, policy, stop, runs, inRun: (work) => runs.use(work) }
}

async function drain(
  drive: Drive,
  tools: Tools,
  options: WorkerOptions,
  watch: (event: WorkerEvent) => void,
): Promise<Worked> {
  const { runs, queue, stop } = tools
  try {
    const { drained, swept, stopped = lostLease(stop) } = await drive(tools, options, watch)
    await runs.end(stopped?.code)
    const exitCode = stopped?.exitCode ?? (drained.dead > 0 && options.once ? exitCodes.FAILED_ROWS : 0)
    return { drained, swept, runs: runs.ids, left: await queue.stats(), stopped, exitCode }
  } catch (error) {
    await runs.end(codeOf(error)).catch(() => undefined)
    throw error
  }
}

/** A worker is there to be stopped; only a lease that was lost says that something is wrong. */
function lostLease({ aborted, reason }: AbortSignal): MhError | undefined {
  return aborted && reason instanceof MhError && reason.code === 'LEASE_LOST' ? reason : undefined
}

/** Ends calls under way some time after a signal, so that a batch in hand is finished; at once when the lease is lost. */
function finishing(stop: AbortSignal): AbortSignal {
  const end = new AbortController()
  stop.addEventListener('abort', () => {
    const abort = () => {
      end.abort(stop.reason)
    }
    if (lostLease(stop)) abort()
    else setTimeout(abort, FINISH_MS).unref()
  })
  return end.signal
}

/** Health and figures, where somebody wants them. */
async function listening(app: App, address: string | undefined): Promise<Listening | undefined> {
  if (address === undefined) return undefined
  const { WorkerMetrics } = await import('../worker/metrics.js')
  const metrics = new WorkerMetrics()
  const figures = scrapedMetrics(app)
  const health = new WorkerHealth(app.clock)
  const sources = {
    health: () => health.now(),
    metrics: async () => {
      const [own, all] = [await metrics.text(), await figures()]
      return { contentType: metrics.contentType, text: `${own}\n${all}` }
    },
  }
  const see = (event: WorkerEvent) => {
    metrics.add(event)
    health.see(event)
  }
  return { server: await HealthServer.start(address, sources), see }
}

interface Listening {
  server: HealthServer
  see: (event: WorkerEvent) => void
}

function codeOf(reason: unknown): string {
  return reason instanceof MhError ? reason.code : 'UNEXPECTED'
}
