import type { Clock } from '../clock.js'

/** What was read, and when. */
export interface Reading<T> {
  value: T
  asOf: Date
  /** Why it could not be read anew since. */
  trouble?: unknown
}

/**
 * Something that takes long to read and is shown often: what is known is shown at once, and read anew behind it when it is older than
 * `freshMs`. At most one reading is under way.
 */
export class Kept<T> {
  #known: Reading<T> | undefined
  #reading: Promise<Reading<T>> | undefined
  #isOld = true
  #readAt = -Infinity

  constructor(
    private readonly read: () => Promise<T>,
    private readonly freshMs: number,
    private readonly clock: Clock,
  ) {}

  /**
   * What is known; where nothing is, it is waited for, at most `patienceMs`, and undefined after that. Throws what the first
   * reading throws.
   */
  async get(patienceMs?: number): Promise<Reading<T> | undefined> {
    const isFresh = !this.#isOld && this.clock.elapsed() - this.#readAt <= this.freshMs
    const reading = isFresh ? undefined : this.#begin()
    if (this.#known) return this.#known
    if (!reading || patienceMs === undefined) return reading
    const giveUp = new AbortController()
    const patience = this.clock.sleep(patienceMs, giveUp.signal).then(
      () => undefined,
      () => undefined,
    )
    return Promise.race([reading, patience]).finally(() => {
      giveUp.abort()
    })
  }

  /** What is known is not to be believed any more: it is read anew when somebody asks next. */
  expire(): void {
    this.#isOld = true
  }

  #begin(): Promise<Reading<T>> {
    this.#reading ??= this.#again().finally(() => (this.#reading = undefined))
    // Who does not wait for it learns of a failure by `trouble`, or when asking next.
    this.#reading.catch(() => undefined)
    return this.#reading
  }

  async #again(): Promise<Reading<T>> {
    this.#isOld = false
    this.#readAt = this.clock.elapsed()
    try {
      this.#known = { value: await this.read(), asOf: this.clock.now() }
    } catch (error) {
      if (!this.#known) {
        this.#isOld = true
        throw error
      }
      this.#known = { ...this.#known, trouble: error }
    }
    return this.#known
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

  expire(): void {
    for (const kept of this.#all.values()) kept.expire()
  }
}
