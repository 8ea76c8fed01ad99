import { allowedAt, afterFailure, OPEN, type Breaker } from '../domain/breaker.js'
import { addDrained, nothingDrained, type Drained } from '../domain/drained.js'
import { batchFailureOf, CLAIM_TERM_MS, CLAIMED_AT_MOST, type BatchFailure } from '../domain/queue.js'
import { MhError } from '../errors.js'
import { endsProcess, type DrainTools } from '../sync/drain-batch.js'
import type { Claim } from '../mongo/queue.js'
import type { Run } from '../sync/run.js'
import { momentOf } from '../sync/term.js'
import { Alarm } from './alarm.js'
import { CallCount } from './call-count.js'
import { drainInRun } from './drain-in-run.js'

export interface WorkerTools extends Omit<DrainTools, 'run'> {
  /** Aborts when the worker is to stop: nobody more is claimed, and the batches in hand are finished. */
  stop: AbortSignal
  /** Does a batch in the run that changes are written down in. */
  inRun: <T>(work: (run: Run) => Promise<T>) => Promise<T>
}

export interface WorkerOptions {
  /** Ends when nobody is due. */
  once: boolean
  /** Batches in hand at a time. */
  concurrency: number
  /** How long others are waited for after the first has come, in milliseconds, so that one call serves them all. */
  batchWindowMs: number
}

/** What happens, for a log and for figures. Counts are people unless they say otherwise. */
export type WorkerEvent =
  | { kind: 'looked' }
  | { kind: 'swept'; people: number }
  | { kind: 'batch'; drained: Drained; milliseconds: number }
  | { kind: 'paused'; code: string; failure: BatchFailure; milliseconds: number }
  | { kind: 'answering again' }
  | { kind: 'redis away' }
  | { kind: 'redis back' }

export interface WorkerResult {
  drained: Drained
  swept: number
  /** With `once`: why it ended although somebody may still be due. */
  stopped?: MhError
}

/** How often the queue is looked at where nothing tells of a change, in milliseconds. */
export const POLL_MS = 5_000
/** How often people are looked for whom the platform left pending. */
const SWEEP_MS = 60_000

/**
 * Drains the queue until it is told to stop, or once. While the org fails nobody but one at a time is tried, so that an outage does not
 * use up everybody's tries; a database that is away is waited for. Throws what is not the queue's to settle: a bug, a lost lease, and
 * a database that is away at the very beginning.
 */
export async function work(
  tools: WorkerTools,
  options: WorkerOptions,
  watch: (event: WorkerEvent) => void,
): Promise<WorkerResult> {
  return new Worker(tools, options, watch).work()
}

class Worker {
  readonly #result: WorkerResult = { drained: nothingDrained(), swept: 0 }
  readonly #ended = new AbortController()
  readonly #alarm: Alarm
  #breaker: Breaker = OPEN
  #sweepAt = 0
  #isProbing = false
  #claiming: Promise<unknown> = Promise.resolve()
  readonly #calls: CallCount

  constructor(
    private readonly tools: WorkerTools,
    private readonly options: WorkerOptions,
    private readonly watch: (event: WorkerEvent) => void,
  ) {
    this.#calls = new CallCount(tools.source.org)
    this.#alarm = new Alarm(tools.clock, AbortSignal.any([tools.stop, this.#ended.signal]))
  }

  async work(): Promise<WorkerResult> {
    const { queue, stop } = this.tools
    await this.#sweep()
    if (!this.options.once)
      await queue.watch(
        () => {
          this.#alarm.ring()
        },
        AbortSignal.any([stop, this.#ended.signal]),
      )
    const lanes = Array.from({ length: this.options.concurrency }, () => this.#lane())
    try {
      await Promise.all(lanes)
    } catch (error) {
      this.#ended.abort()
      await Promise.allSettled(lanes)
      throw error
    } finally {
      this.#ended.abort()
    }
    return this.#result
  }

  /** Takes batch after batch. */
  async #lane(): Promise<void> {
    while (!this.#isOver) {
      if (await this.#turn()) continue
      if (this.options.once) return
      await this.#rest()
    }
  }

  /** One batch, if the breaker lets it; after a failure one lane asks for one person, and the others wait. */
  async #turn(): Promise<boolean> {
    const isProbe = this.#breaker.failures > 0
    const most = allowedAt(this.#breaker, this.tools.clock.elapsed(), CLAIMED_AT_MOST)
    if (most === 0 || (isProbe && this.#isProbing)) return false
    this.#isProbing ||= isProbe
    const served = await this.#unlessItPasses(() => this.#serve(most, isProbe))
    if (isProbe) this.#isProbing = false
    return served
  }

  /** What may pass (a database that is away, a login that fails) pauses the worker; what ends the process is thrown. */
  async #unlessItPasses(work: () => Promise<boolean>): Promise<boolean> {
    try {
      return await work()
    } catch (error) {
      // Asked to stop, it ended a call that took too long: the people are put back.
      if (this.tools.stop.aborted && error === this.tools.stop.reason) return false
      if (!(error instanceof MhError) || endsProcess(error)) throw error
      this.#failed(batchFailureOf(error.code), error)
      return false
    }
  }

  get #isOver(): boolean {
    return this.tools.stop.aborted || this.#ended.signal.aborted || this.#result.stopped !== undefined
  }

  /** Waits for somebody to come, but no longer than the breaker's pause or a look at the clock; then for others to join. */
  async #rest(): Promise<void> {
    const { clock } = this.tools
    const pause = this.#breaker.closedUntil - clock.elapsed()
    this.watch({ kind: 'looked' })
    // Never for long: whoever watches over it wants to see that it comes round, and people are swept in meanwhile.
    if (pause > 0) await this.#alarm.pause(Math.min(pause, POLL_MS))
    else if (await this.#alarm.wait(POLL_MS)) await this.#alarm.pause(this.options.batchWindowMs)
    if (clock.elapsed() >= this.#sweepAt) await this.#unlessItPasses(() => this.#sweep())
  }

  async #sweep(): Promise<boolean> {
    this.#sweepAt = this.tools.clock.elapsed() + SWEEP_MS
    const people = await this.tools.queue.sweep()
    this.#result.swept += people
    if (people > 0) this.watch({ kind: 'swept', people })
    return people > 0
  }

  /** One batch; false when nobody is due, or the org does not answer. */
  async #serve(most: number, isProbe: boolean): Promise<boolean> {
    const { clock } = this.tools
    const asked = momentOf(clock)
    const claim = await this.#claim(most)
    this.watch({ kind: 'looked' })
    if (claim.people.length === 0) return false
    const { drained, failure } = await drainInRun(this.tools, claim, { asked, isProbe })
    drained.calls = this.#calls.take()
    addDrained(this.#result.drained, drained)
    this.watch({ kind: 'batch', drained, milliseconds: clock.elapsed() - asked.elapsed })
    if (failure) this.#failed(failure.kind, failure.error)
    else this.#answered()
    return failure === undefined
  }

  /** One lane after the other: two at once would want the same people, and each would get a part. */
  #claim(most: number): Promise<Claim> {
    const claim = this.#claiming.then(() => this.tools.queue.claim(most, CLAIM_TERM_MS))
    this.#claiming = claim.catch(() => undefined)
    return claim
  }

  #failed(kind: BatchFailure, error: MhError): void {
    if (this.options.once) this.#result.stopped ??= error
    const now = this.tools.clock.elapsed()
    // Lanes that failed at the same moment are one failure.
    if (now < this.#breaker.closedUntil) return
    this.#breaker = afterFailure(this.#breaker, kind, now, Math.random())
    this.watch({ kind: 'paused', code: error.code, failure: kind, milliseconds: this.#breaker.closedUntil - now })
  }

  #answered(): void {
    if (this.#breaker.failures > 0) {
      this.watch({ kind: 'answering again' })
      this.#alarm.ring()
    }
    this.#breaker = OPEN
  }
}
