import { addDrained, nothingDrained } from '../domain/drained.js'
import { batchFailureOf, CLAIM_TERM_MS, CLAIMED_AT_MOST, pauseAfter, type BatchFailure } from '../domain/queue.js'
import { MhError, type ErrorCode } from '../errors.js'
import type { Claim } from '../mongo/queue.js'
import { endsProcess, type BatchReport } from '../sync/drain-batch.js'
import { momentOf, type Moment } from '../sync/term.js'
import { untilAborted } from '../until-aborted.js'
import { LOCK_MS, refusalOf, RedisQueue, type Delivery, type RedisSettings } from './bullmq.js'
import { CallCount } from './call-count.js'
import { drainInRun } from './drain-in-run.js'
import type { WorkerEvent, WorkerOptions, WorkerResult, WorkerTools } from './worker.js'

export type FleetOptions = Pick<WorkerOptions, 'once' | 'concurrency'> & { redis: RedisSettings }

/** Batches beyond those that are served, so that a lane that is free finds one. */
const SPARE_BATCHES = 2
/** How often a worker looks whether Redis has lost what it should know, in milliseconds; with `once`, whether all are served. */
const LOOK_MS = 5_000
const LOOK_ONCE_MS = 100
/** After a signal the batch in hand has so long. */
const FINISH_MS = 9_000

/**
 * Drains the queue as `work` does, together with others: BullMQ hands out batches, keeps to the calls a minute and the concurrency of all,
 * tries what failed again, and gives the batch of a worker that died to another. Who waits, and who was claimed, is in
 * MongoDB alone: without Redis nobody is lost, and nobody is served.
 */
export async function workFleet(
  tools: WorkerTools,
  options: FleetOptions,
  watch: (event: WorkerEvent) => void,
): Promise<WorkerResult> {
  const redis = await RedisQueue.connect(options.redis, (isThere) => {
    watch({ kind: isThere ? 'redis back' : 'redis away' })
  })
  return new FleetWorker(tools, options, redis, watch).work()
}

class FleetWorker {
  readonly #result: WorkerResult = { drained: nothingDrained(), swept: 0 }
  readonly #ended = new AbortController()
  readonly #over: AbortSignal
  /** With `once`: put in by this worker, and not yet served by it. */
  readonly #dispatched = new Set<string>()
  #failure: { error: unknown } | undefined
  #inHand = 0
  #dispatching: Promise<unknown> = Promise.resolve()
  readonly #calls: CallCount

  constructor(
    private readonly tools: WorkerTools,
    private readonly options: FleetOptions,
    private readonly redis: RedisQueue,
    private readonly watch: (event: WorkerEvent) => void,
  ) {
    this.#calls = new CallCount(tools.source.org)
    this.#over = AbortSignal.any([tools.stop, this.#ended.signal])
  }

  async work(): Promise<WorkerResult> {
    const guarded =
      <A extends unknown[], T>(duty: (...given: A) => Promise<T>) =>
      (...given: A) =>
        duty(...given).catch(async (error: unknown) => {
          await this.#failed(error)
          return undefined
        })
    try {
      await this.#sweep()
      this.redis.start(this.options.concurrency, {
        dispatch: guarded(() => this.#dispatch()),
        sweep: guarded(() => this.#sweep()),
        serve: guarded((delivery) => this.#serve(delivery)),
      })
      await (this.options.once ? this.#untilServed() : this.#untilStopped())
    } finally {
      await this.redis.stop(FINISH_MS)
    }
    if (this.#failure) throw this.#failure.error
    return this.#result
  }

  /**
   * What may pass (a database that is away, a login that fails) makes all leave the org alone for a while, a Redis that takes nothing is
   * waited for; else it ends the worker.
   */
  async #failed(error: unknown): Promise<void> {
    const refusal = refusalOf(error)
    if (refusal) {
      this.redis.pause()
      if (this.options.once) this.#result.stopped ??= refusal
      return
    }
    if (!(error instanceof MhError) || endsProcess(error)) {
      this.#fail(error)
      return
    }
    await this.#pause(batchFailureOf(error.code), error).catch((worse: unknown) => {
      if (refusalOf(worse)) this.redis.pause()
      else this.#fail(worse)
    })
  }

  async #pause(failure: BatchFailure, error: MhError): Promise<void> {
    if (this.options.once) this.#result.stopped ??= error
    const milliseconds = await this.redis.close(failure, error.code)
    if (milliseconds !== undefined) this.watch({ kind: 'paused', code: error.code, failure, milliseconds })
  }

  /** What is not the queue's to settle ends the worker; once it ends, a connection to Redis that is gone is none of that. */
  #fail(error: unknown): void {
    const isStop = this.tools.stop.aborted && error === this.tools.stop.reason
    if (!isStop && (!this.#over.aborted || error instanceof MhError)) this.#failure ??= { error }
    this.#ended.abort()
  }

  async #untilStopped(): Promise<void> {
    while (!this.#over.aborted) {
      await this.#unlessOver(this.redis.ensure()).catch((error: unknown) => this.#failed(error))
      this.watch({ kind: 'looked' })
      await this.#unlessOver(this.tools.clock.sleep(LOOK_MS, this.#over))
    }
  }

  /** Puts everybody in who is due, until nobody is, nothing is in hand, and the org is not left alone. */
  async #untilServed(): Promise<void> {
    while (!this.#over.aborted && !this.#result.stopped) {
      if (await this.#allServed()) break
      await this.#unlessOver(this.tools.clock.sleep(LOOK_ONCE_MS, this.#over))
    }
    for (const token of this.#dispatched) await this.#putBack(token)
  }

  async #allServed(): Promise<boolean> {
    try {
      const put = (await this.#unlessOver(this.#dispatch())) ?? 0
      const left = put + this.#inHand + ((await this.#unlessOver(this.redis.backlog())) ?? 0)
      const closedBy = await this.#unlessOver(this.redis.closedBy())
      if (closedBy !== undefined) this.#result.stopped ??= leftAlone(closedBy)
      else return left === 0 && !(await this.#unlessOver(this.redis.isHeld()))
    } catch (error) {
      if (!refusalOf(error)) throw error
      await this.#failed(error)
    }
    return false
  }

  async #unlessOver<T>(waiting: Promise<T>): Promise<T | undefined> {
    return untilAborted(waiting, this.#over).catch((error: unknown) => {
      if (!this.#over.aborted) throw error
      return undefined
    })
  }

  async #sweep(): Promise<void> {
    const people = await this.tools.queue.sweep()
    this.#result.swept += people
    if (people > 0) this.watch({ kind: 'swept', people })
  }

  /**
   * One after the other: of two at once, as by the schedule and by who waits for the end, one would find nobody due and no batch put in
   * yet, and take that for the end.
   */
  #dispatch(): Promise<number> {
    const dispatched = this.#dispatching.then(() => this.#putIn())
    this.#dispatching = dispatched.catch(() => undefined)
    return dispatched
  }

  /** Claims who is due and puts them in as batches, no more than are soon served: a lease runs meanwhile. Returns how many. */
  async #putIn(): Promise<number> {
    if (this.#over.aborted || (await this.redis.isHeld())) return 0
    const isProbe = (await this.redis.failures()) > 0
    const most = isProbe ? 1 : this.options.redis.concurrency + SPARE_BATCHES
    const room = most - (await this.redis.backlog())
    for (let put = 0; put < room; put += 1) {
      const claim = await this.tools.queue.claim(isProbe ? 1 : CLAIMED_AT_MOST, CLAIM_TERM_MS)
      const { token, people } = claim
      if (people.length === 0) return put
      if (this.options.once) this.#dispatched.add(token)
      try {
        await this.redis.add(token)
      } catch (error) {
        await this.tools.queue.release(claim)
        throw error
      }
    }
    return Math.max(0, room)
  }

  /** One batch, by whomever it was put in; its people may be somebody else's by now, or nobody's. */
  async #serve(delivery: Delivery): Promise<number | undefined> {
    this.#inHand += 1
    try {
      const isFailing = (await this.redis.failures()) > 0
      this.#dispatched.delete(delivery.token)
      const asked = momentOf(this.tools.clock)
      const { token, start } = delivery
      const claim = await this.tools.queue.takeOver(token, start, CLAIM_TERM_MS, LOCK_MS)
      if (claim.people.length === 0) return undefined
      if (this.#over.aborted || this.#result.stopped) await this.tools.queue.release(claim)
      else if (isFailing) await this.#probe(claim, asked)
      else return await this.#drain(claim, asked, delivery)
      return undefined
    } finally {
      this.#inHand -= 1
    }
  }

  /** While the org fails, one person at a time is asked for, by one worker of all; the others are put back. */
  async #probe(claim: Claim, asked: Moment): Promise<void> {
    const isOurs = await this.redis.probe()
    const [first, ...others] = claim.people
    await this.tools.queue.release({ ...claim, people: isOurs ? others : claim.people })
    if (!isOurs || !first) return
    try {
      await this.#drain({ ...claim, people: [first] }, asked)
    } finally {
      await this.redis.endProbe()
    }
  }

  /** Milliseconds after which those who are to be tried again should be, together; undefined when there is nobody. */
  async #drain(claim: Claim, asked: Moment, again?: Delivery): Promise<number | undefined> {
    const delayMs = pauseAfter((again?.failures ?? 0) + 1, Math.random())
    const keep = again && !this.options.once ? { token: again.token, delayMs } : undefined
    const order = { asked, believedMs: LOCK_MS, keep, isProbe: again === undefined }
    const report = await drainInRun(this.tools, claim, order)
    await this.#tell(report, asked)
    return keep && report.drained.later > 0 ? delayMs : undefined
  }

  async #tell({ drained, failure }: BatchReport, asked: Moment): Promise<void> {
    drained.calls = this.#calls.take()
    addDrained(this.#result.drained, drained)
    this.watch({ kind: 'batch', drained, milliseconds: this.tools.clock.elapsed() - asked.elapsed })
    if (failure) await this.#pause(failure.kind, failure.error)
    else if ((await this.redis.failures()) > 0) {
      await this.redis.open()
      this.watch({ kind: 'answering again' })
    }
    await this.redis.spend(drained.calls - 1)
  }

  /** A batch that nobody has begun: its people are due again. */
  async #putBack(token: string): Promise<void> {
    const { queue } = this.tools
    await queue.release(await queue.claimed(token))
  }
}

function leftAlone(code: string): MhError {
  return new MhError(
    code as ErrorCode,
    `The workers leave the org alone for a while, since one of them got ${code}.`,
    'Who waits is in the queue. Look at the log of the workers, or try again later.',
  )
}
