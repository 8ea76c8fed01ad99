import { Timestamp } from 'bson'

/** The time of the last change, which only moves on: seconds, and a count within the second. */
export class LogicalClock {
  readonly #now: () => number
  #seconds: number
  #count = 1
  #time: Timestamp | undefined

  constructor(now: () => number) {
    this.#now = now
    this.#seconds = Math.floor(now() / 1000)
  }

  get time(): Timestamp {
    return (this.#time ??= new Timestamp({ t: this.#seconds, i: this.#count }))
  }

  get seconds(): number {
    return this.#seconds
  }

  /** Moves on by one change. */
  tick(): void {
    this.#time = undefined
    const seconds = Math.floor(this.#now() / 1000)
    if (seconds > this.#seconds) {
      this.#seconds = seconds
      this.#count = 1
    } else {
      this.#count++
    }
  }
}
