import { allowedAt, afterFailure, OPEN, type Breaker } from '../domain/breaker.js'
import { batchFailureOf, CLAIMED_AT_MOST } from '../domain/queue.js'
import type { Clock } from '../clock.js'
import { MhError } from '../errors.js'
import { untilAborted } from '../until-aborted.js'
import type { Waiting } from './waiting.js'

/** Lookups under way at a time. */
const AT_ONCE = 2
/** Who comes while a lookup is under way waits for its end, but no longer than this share of their time. */
const WAITS_FOR_OTHERS = 0.35

/** What a lookup waits for at the moment. */
export type Asked = 'the org' | 'the database'

/** What a lookup is told, and tells. */
export interface LookupTools {
  /** Aborts when nobody waits for it any more; what cannot be cut off then is left to itself. */
  signal: AbortSignal
  /** Told before the one or the other is asked; the database at first. */
  asks: (asked: Asked) => void
}

/** Looks these people up together, and answers each of them; throws when all of it failed. */
export type Lookup = (people: readonly Waiting[], tools: LookupTools) => Promise<void>

/**
 * Gathers people into lookups: somebody alone is looked up at once, who comes meanwhile goes together with the next, so
 * that a busy server asks far less often than people come. While the org fails nobody waits for it, but one from time to
 * time.
 */
export class Gathering {
  #gathered: { who: Waiting; until: number }[] = []
  readonly #underWay = new Set<Promise<void>>()
  #breaker: Breaker = OPEN
  #last: unknown
  #timer: NodeJS.Timeout | undefined

  constructor(
    private readonly lookup: Lookup,
    private readonly clock: Clock,
  ) {}

  add(who: Waiting): void {
    this.#gathered.push({ who, until: this.clock.elapsed() + who.timeoutMs * WAITS_FOR_OTHERS })
    this.#next()
  }

  /** Settles when nothing is under way any more. */
  async ended(): Promise<void> {
    clearTimeout(this.#timer)
    await Promise.all(this.#underWay)
  }

  #next(): void {
    clearTimeout(this.#timer)
    this.#gathered = this.#gathered.filter(({ who }) => !who.isAnswered)
    const now = this.clock.elapsed()
    const most = this.#allowed(now)
    if (most < CLAIMED_AT_MOST) this.#turnAway(most)
    const [first] = this.#gathered
    if (!first || this.#underWay.size >= AT_ONCE) return
    if (this.#underWay.size > 0 && first.until > now) this.#lookAgain(first.until - now)
    else this.#begin(this.#gathered.splice(0, CLAIMED_AT_MOST).map(({ who }) => who))
  }

  /** While the org fails one is asked for at a time. */
  #allowed(now: number): number {
    const most = allowedAt(this.#breaker, now, CLAIMED_AT_MOST)
    return most < CLAIMED_AT_MOST && this.#underWay.size > 0 ? 0 : most
  }

  #turnAway(most: number): void {
    for (const { who } of this.#gathered.splice(most)) who.giveUp(this.#last)
  }

  #lookAgain(milliseconds: number): void {
    this.#timer = setTimeout(() => {
      this.#next()
    }, milliseconds)
    this.#timer.unref()
  }

  #begin(people: readonly Waiting[]): void {
    const lookup = this.#serve(people).finally(() => {
      this.#underWay.delete(lookup)
      this.#next()
    })
    this.#underWay.add(lookup)
    this.#next()
  }

  /** Ends with the last who waits, even if a database that does not answer keeps the lookup itself. */
  async #serve(people: readonly Waiting[]): Promise<void> {
    const abandoned = new AbortController()
    let asked: Asked = 'the database'
    void Promise.all(people.map(({ answer }) => answer)).then(() => {
      // A lookup that has just answered them is over by then.
      setImmediate(() => {
        abandoned.abort(tooLate(asked))
      })
    })
    const { signal } = abandoned
    const asks = (now: Asked) => (asked = now)
    try {
      await untilAborted(this.lookup(people, { signal, asks }), signal)
      this.#breaker = OPEN
    } catch (error) {
      this.#failed(error)
      for (const who of people) who.giveUp(error)
    }
  }

  /** A database that is away says nothing of the org. */
  #failed(error: unknown): void {
    const code = error instanceof MhError ? error.code : 'UNEXPECTED'
    if (code === 'INTERRUPTED' || code.startsWith('MONGO_')) return
    const now = this.clock.elapsed()
    // Two that failed at the same moment are one failure.
    if (now < this.#breaker.closedUntil) return
    this.#last = error
    this.#breaker = afterFailure(this.#breaker, batchFailureOf(code), now, Math.random())
  }
}

function tooLate(asked: Asked): MhError {
  return asked === 'the org'
    ? new MhError('SF_TIMEOUT', 'Salesforce did not answer in time.')
    : new MhError('MONGO_UNREACHABLE', 'MongoDB did not answer in time.')
}
