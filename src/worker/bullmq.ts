import { Queue, Worker, type Job } from 'bullmq'
import { Redis, type RedisOptions } from 'ioredis'
import { afterFailure } from '../domain/breaker.js'
import { TRIES, type BatchFailure } from '../domain/queue.js'
import { MhError } from '../errors.js'
import { untilAborted } from '../until-aborted.js'

/** A batch as it is handed to a worker. */
export interface Delivery {
  /** Under which its people were claimed. */
  token: string
  /** How often it was handed out, this time included. */
  start: number
  /** Tries of it that failed. */
  failures: number
}

export interface RedisSettings {
  url: string
  /** Of the queue: workers of one database share it. */
  name: string
  /** Batches of all workers together that are served at a time. */
  concurrency: number
  /** API calls of all workers together in a minute. */
  callsPerMinute: number
}

/** What a worker does. None of these may throw. */
export interface Duties {
  /** Puts batches in; asked for once a second, of one worker of all. */
  dispatch: () => Promise<unknown>
  /** Asked for once a minute, of one worker of all. */
  sweep: () => Promise<unknown>
  /** Serves a batch; milliseconds after which it is to be tried again, or undefined when it is over. */
  serve: (delivery: Delivery) => Promise<number | undefined>
}

/**
 * How long a worker may give no sign before its batch is another's, in milliseconds. It is also how long a worker believes in
 * its lease on the people of a batch, so that two never write at the same time.
 */
export const LOCK_MS = 20_000
const PREFIX = 'mh-sf'
const DISPATCH_MS = 1_000
const SWEEP_MS = 60_000
/** A schedule whose next time is so long past has been lost. */
const OVERDUE_MS = 10_000
/** How long failures are remembered, and how long a probe may take. */
const MEMORY_MS = 60 * 60_000
const PROBE_MS = 60_000
/** How long Redis may take to answer first. */
const PATIENCE_MS = 5_000
/** Nothing of a job is kept, and a failure leaves no stack in Redis. */
const FEW_EVENTS = { events: { maxLen: 100 } }
const NOTHING_KEPT = { removeOnComplete: true, removeOnFail: true, stackTraceLimit: 0 }

/** Whether a Redis answers. Throws REDIS_UNREACHABLE or REDIS_AUTH, without a password. */
export async function pingRedis(url: string, patienceMs: number): Promise<void> {
  const options = {
    lazyConnect: true,
    connectTimeout: patienceMs,
    commandTimeout: patienceMs,
    enableReadyCheck: false,
    retryStrategy: () => null,
  }
  const redis = new Redis(url, options)
  let lastError: unknown
  redis.on('error', (error) => {
    lastError = error
  })
  try {
    await redis.connect()
    await redis.ping()
  } catch (error) {
    throw refused(lastError ?? error, new URL(url).host)
  } finally {
    redis.disconnect()
  }
}

/** Tells BullMQ to try a batch again. */
class Again extends Error {
  constructor(readonly delayMs: number) {
    super('to be tried again')
  }
}

/**
 * A connection to Redis, and those that BullMQ makes of it, on which it waits for batches. What is gone is connected again, until
 * we leave.
 */
class Connection extends Redis {
  readonly #all: Redis[] = [this]
  readonly #leaving: AbortController

  constructor(url: string) {
    const leaving = new AbortController()
    super(url, {
      lazyConnect: true,
      maxRetriesPerRequest: null,
      connectTimeout: PATIENCE_MS,
      retryStrategy: (times) => (leaving.signal.aborted ? null : Math.min(times * 200, 2_000)),
    })
    this.#leaving = leaving
  }

  get isLeaving(): boolean {
    return this.#leaving.signal.aborted
  }

  override duplicate(override?: Partial<RedisOptions>): Redis {
    const another = super.duplicate(override)
    // BullMQ listens only until it has closed it, and what nobody hears, ioredis prints.
    another.on('error', () => undefined)
    this.#all.push(another)
    return another
  }

  /**
   * Connects no more. Over when each connection is there or has ended, and what waited on it has failed: BullMQ waits for ever for the
   * end of one that pauses before it connects again.
   */
  async leave(): Promise<void> {
    this.#leaving.abort()
    await Promise.all(
      this.#all.map(async (each) => {
        if (each.status === 'ready' || each.status === 'end') return
        await new Promise<unknown>((resolve) => {
          each.once('ready', resolve).once('end', resolve)
        })
      }),
    )
  }

  disconnectAll(): void {
    // Of one that has ended, ioredis would wait for the end again, for two seconds.
    for (const each of this.#all) if (each.status !== 'end') each.disconnect()
  }
}

/**
 * The batches that BullMQ hands to the workers of a fleet, and what they have to know of each other: whether the org is left
 * alone. Nothing but tokens and counts is in Redis; who is meant, MongoDB knows. While Redis is away its methods wait.
 */
export class RedisQueue {
  readonly #batches: Queue<{ token: string }>
  readonly #clock: Queue
  #workers: Worker[] = []
  #isThere = true

  private constructor(
    private readonly redis: Connection,
    private readonly settings: RedisSettings,
    private readonly told: (isThere: boolean) => void,
  ) {
    const options = { connection: redis, prefix: PREFIX, skipVersionCheck: true, streams: FEW_EVENTS }
    this.#batches = new Queue(settings.name, {
      ...options,
      defaultJobOptions: { attempts: TRIES, backoff: { type: 'custom' }, ...NOTHING_KEPT },
    })
    this.#clock = new Queue(`${settings.name}-clock`, options)
    for (const queue of [this.#batches, this.#clock]) queue.on('error', () => undefined)
  }

  /**
   * Connects. Throws REDIS_UNREACHABLE, REDIS_AUTH or REDIS_REFUSED, without a password. `told`: Redis went away, or takes nothing, and
   * came back, later; it is waited for.
   */
  static async connect(settings: RedisSettings, told: (isThere: boolean) => void): Promise<RedisQueue> {
    const redis = new Connection(settings.url)
    let lastError: unknown
    redis.on('error', (error) => {
      lastError = error
    })
    try {
      await redis.connect()
      await redis.ping()
    } catch (error) {
      redis.disconnect()
      throw refused(lastError ?? error, new URL(settings.url).host)
    }
    const queue = new RedisQueue(redis, settings, told)
    try {
      await queue.ensure()
    } catch (error) {
      redis.disconnect()
      throw refusalOf(error) ?? error
    }
    redis.on('close', () => {
      queue.#tell(false)
    })
    redis.on('ready', () => {
      queue.#tell(true)
    })
    return queue
  }

  /** Redis takes nothing more for a while: nothing is asked of it but whether it does again, by `ensure`. */
  pause(): void {
    this.#tell(false)
    // What is in hand goes on.
    for (const worker of this.#workers) void worker.pause(true)
  }

  #tell(isThere: boolean): void {
    // It is we who leave.
    if (this.redis.isLeaving) return
    if (this.#isThere !== isThere) this.told(isThere)
    this.#isThere = isThere
  }

  /** Begins to take part: at most so many batches at a time. */
  start(lanes: number, { dispatch, sweep, serve }: Duties): void {
    const options = { connection: this.redis, prefix: PREFIX, skipVersionCheck: true, runRetryDelay: DISPATCH_MS }
    const batches = new Worker<{ token: string }>(
      this.settings.name,
      async ({ data: { token }, attemptsStarted, attemptsMade }: Job<{ token: string }>) => {
        const again = await serve({ token, start: attemptsStarted, failures: attemptsMade })
        if (again !== undefined) throw new Again(again)
      },
      {
        ...options,
        concurrency: lanes,
        limiter: { max: this.settings.callsPerMinute, duration: 60_000 },
        lockDuration: LOCK_MS,
        stalledInterval: LOCK_MS / 2,
        maxStalledCount: TRIES,
        settings: { backoffStrategy: (_made, _type, error) => (error instanceof Again ? error.delayMs : 0) },
      },
    )
    const clock = new Worker(
      `${this.settings.name}-clock`,
      async ({ name }: Job) => {
        await (name === 'dispatch' ? dispatch() : sweep())
      },
      { ...options, concurrency: 2, lockDuration: LOCK_MS, stalledInterval: LOCK_MS / 2 },
    )
    this.#workers = [batches, clock]
    // The connection tells whether Redis is there; what else goes wrong with a job, its people's lease heals.
    for (const worker of this.#workers) {
      worker.on('error', (error) => {
        if (refusalOf(error)) this.pause()
      })
    }
  }

  /** Finishes the batches in hand, for at most so long, and leaves, whether Redis is there or not. */
  async stop(patienceMs: number): Promise<void> {
    const patience = AbortSignal.timeout(patienceMs)
    await untilAborted(this.#close(), patience).catch((error: unknown) => {
      if (!patience.aborted) throw error
    })
    this.redis.disconnectAll()
  }

  async #close(): Promise<void> {
    await this.redis.leave()
    await Promise.all(this.#workers.map((worker) => worker.close()))
    await Promise.all([this.#batches.close(), this.#clock.close()])
  }

  /** Puts right what a Redis that lost its data forgot: the schedules and the concurrency of all. Once it can, what was paused goes on. */
  async ensure(): Promise<void> {
    await this.#batches.setGlobalConcurrency(this.settings.concurrency)
    for (const [name, every] of Object.entries({ dispatch: DISPATCH_MS, sweep: SWEEP_MS })) {
      const schedule = await this.#clock.getJobScheduler(name)
      if (schedule?.next !== undefined && schedule.next > Date.now() - OVERDUE_MS) continue
      await this.#clock.upsertJobScheduler(name, { every }, { name, opts: NOTHING_KEPT })
    }
    const paused = this.#workers.filter((worker) => worker.isPaused())
    if (paused.length === 0) return
    await Promise.all(paused.map((worker) => worker.resume()))
    this.#tell(true)
  }

  async add(token: string): Promise<void> {
    await this.#batches.add('batch', { token })
  }

  /** Batches that wait or are served now. */
  async backlog(): Promise<number> {
    const { waiting = 0, active = 0 } = await this.#batches.getJobCounts('waiting', 'active')
    return waiting + active
  }

  /** Whether a batch would not be handed out now: the org is left alone, or the calls of this minute are spent. */
  async isHeld(): Promise<boolean> {
    return (await this.#batches.getRateLimitTtl(this.settings.callsPerMinute)) > 0
  }

  /** Counts calls of a batch beyond the first, which was counted when it was handed out. */
  async spend(calls: number): Promise<void> {
    if (calls <= 0) return
    const script = "if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('INCRBY', KEYS[1], ARGV[1]) end"
    await this.redis.eval(script, 1, this.#batches.toKey('limiter'), calls)
  }

  /** Failures of all workers since the org answered last. */
  async failures(): Promise<number> {
    return Number((await this.redis.get(this.#key('failures'))) ?? 0)
  }

  /** The code of the failure for which the org is left alone now. */
  async closedBy(): Promise<string | undefined> {
    return (await this.redis.get(this.#key('closed'))) ?? undefined
  }

  /** Leaves the org alone for a while, all workers; returns for how long, in milliseconds, or undefined when it is left alone already. */
  async close(kind: BatchFailure, code: string): Promise<number | undefined> {
    const failures = await this.failures()
    const pause = afterFailure({ failures, closedUntil: 0 }, kind, 0, Math.random()).closedUntil
    // Failures at the same moment are one.
    if ((await this.redis.set(this.#key('closed'), code, 'PX', pause, 'NX')) === null) return undefined
    await this.redis.set(this.#key('failures'), failures + 1, 'PX', MEMORY_MS)
    await this.#batches.rateLimit(pause)
    return pause
  }

  /** The org answers: everybody may be asked for again. */
  async open(): Promise<void> {
    await this.redis.del(this.#key('failures'), this.#key('closed'))
  }

  /** Whether this worker is the one that may see whether the org is back, until `endProbe`. */
  async probe(): Promise<boolean> {
    return (await this.redis.set(this.#key('probe'), '1', 'PX', PROBE_MS, 'NX')) !== null
  }

  async endProbe(): Promise<void> {
    await this.redis.del(this.#key('probe'))
  }

  #key(what: string): string {
    return `${PREFIX}:${this.settings.name}-org:${what}`
  }
}

/** What a Redis says that takes nothing for a while: its memory or disk is full, it has become a replica, it loads. */
const TAKES_NOTHING = /^(?:OOM|READONLY|MISCONF|LOADING|MASTERDOWN|NOREPLICAS|CLUSTERDOWN|BUSY) /u

/** Whether that is why something failed: it passes, or somebody has to see to that Redis; no job is wrong. */
export function refusalOf(error: unknown): MhError | undefined {
  const [code] = (error instanceof Error ? TAKES_NOTHING.exec(error.message) : undefined) ?? []
  if (code === undefined) return undefined
  return new MhError(
    'REDIS_REFUSED',
    `Redis takes nothing at the moment (${code.trim()}).`,
    'Look at its memory, its disk and its role. Nobody is lost: who waits is in MongoDB. Without QUEUE_URL a worker needs no Redis.',
  )
}

function refused(error: unknown, host: string): MhError {
  const message = error instanceof Error ? error.message : ''
  if (/NOAUTH|WRONGPASS|invalid password|NOPERM/u.test(message))
    return new MhError('REDIS_AUTH', `Redis at ${host} refused the login.`, 'Check user and password in QUEUE_URL.')
  return new MhError(
    'REDIS_UNREACHABLE',
    `Redis at ${host} could not be reached.`,
    'Check QUEUE_URL and the network. Nobody is lost: who waits is in MongoDB. Without QUEUE_URL a worker needs no Redis.',
  )
}
