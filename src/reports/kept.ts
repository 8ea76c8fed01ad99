import type { Clock } from '../clock.js'

/** What was read, and when. */
export interface Reading<T> {
  value: T
  asOf: Date
  /** Why it could not be read anew since. */
  trouble?: unknown
  /** Something was written since, and it is being read anew. */
  isOld?: true
}

/** So many times as long as it was read, nobody reads it anew. */
const REST = 20

/**
 * Something that takes long to read and is shown often: what is known is shown at once, and read anew behind it when it is older than
 * `freshMs`, or than many times what reading it took: nobody who only looks keeps the database busy. At most one reading is under way, but
 * for one that began before `expire`.
 */
export class Kept<T> {
  #known: (Reading<T> & { since: number }) | undefined
  #reading: { since: number; result: Promise<Reading<T>> } | undefined
  /** How often what is known was said to be old. */
  #expired = 0
  #freshUntil = -Infinity

  constructor(
    private readonly read: () => Promise<T>,
    private readonly freshMs: number,
    private readonly clock: Clock,
  ) {}

  /**
   * What is known. Where nothing is, or it is not to be believed any more, the reading is waited for, at most `patienceMs`, and after that
   * it is what was known before, if anything. Throws what the first reading throws.
   */
  async get(patienceMs?: number): Promise<Reading<T> | undefined> {
    const isBelieved = this.#known?.since === this.#expired
    if (isBelieved && this.clock.elapsed() <= this.#freshUntil) return this.#known
    const reading = this.#begin()
    if (isBelieved) return this.#known
    if (patienceMs === undefined) return reading
    const giveUp = new AbortController()
    const patience = this.clock.sleep(patienceMs, giveUp.signal).then(
      () => this.#known && { ...this.#known, isOld: true as const },
      () => undefined,
    )
    return Promise.race([reading, patience]).finally(() => {
      giveUp.abort()
    })
  }

  /** What is known is not to be believed any more: it is read anew, and waited for, when somebody asks next. */
  expire(): void {
    this.#expired += 1
  }

  #begin(): Promise<Reading<T>> {
    if (this.#reading?.since !== this.#expired) {
      this.#reading = { since: this.#expired, result: this.#again(this.#expired) }
      // Who does not wait for it learns of a failure by `trouble`, or when asking next.
      this.#reading.result.catch(() => undefined)
    }
    return this.#reading.result
  }

  async #again(since: number): Promise<Reading<T>> {
    const began = this.clock.elapsed()
    try {
      const read = { value: await this.read(), asOf: this.clock.now(), since }
      // One that began later may have come in before.
      if (this.#known === undefined || this.#known.since <= since) this.#known = read
      return read
    } catch (trouble) {
      if (!this.#known) throw trouble
      this.#known = { ...this.#known, trouble }
      return this.#known
    } finally {
      const ended = this.clock.elapsed()
      this.#freshUntil = ended + Math.max(this.freshMs, (ended - began) * REST)
      if (this.#reading?.since === since) this.#reading = undefined
    }
  }
}

/** The same for many things of a kind, by their keys; the one that was asked for longest ago is forgotten first. */
export class KeptByKey<T> {
  readonly #all = new Map<string, Kept<T>>()

  constructor(
    private readonly read: (key: string) => Promise<T>,
    private readonly freshMs: number,
    private readonly clock: Clock,
    private readonly atMost = 100,
  ) {}

  async get(key: string, patienceMs?: number): Promise<Reading<T> | undefined> {
    const kept = this.#all.get(key) ?? new Kept(() => this.read(key), this.freshMs, this.clock)
    this.#all.delete(key)
    this.#all.set(key, kept)
    const [oldest] = this.#all.keys()
    if (this.#all.size > this.atMost && oldest !== undefined) this.#all.delete(oldest)
    return kept.get(patienceMs)
  }

  /** What is known is forgotten. */
  expire(): void {
    this.#all.clear()
  }
}
