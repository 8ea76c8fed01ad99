/** Each bucket is so much wider than the one before: a quantile is right to within that. */
const STEP = 1.05
/** Below this everything is one bucket. Milliseconds. */
const SHORTEST = 0.01

/** How long many things took, in little room however many they were. */
export class Durations {
  readonly #buckets = new Map<number, number>()
  #count = 0
  #max = 0

  /** Milliseconds. */
  add(ms: number): void {
    const bucket = Math.ceil(Math.log(Math.max(ms, SHORTEST) / SHORTEST) / Math.log(STEP))
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1)
    this.#count++
    this.#max = Math.max(this.#max, ms)
  }

  get max(): number {
    return this.#max
  }

  /** The time within which this part (0 to 1) of them was over, milliseconds; 0 for none. */
  quantile(part: number): number {
    let left = Math.ceil(this.#count * part)
    for (const [bucket, count] of [...this.#buckets].sort(([a], [b]) => a - b)) {
      left -= count
      if (left <= 0) return Math.min(this.#max, SHORTEST * STEP ** bucket)
    }
    return this.#max
  }
}
