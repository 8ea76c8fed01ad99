/** Upper bounds of the buckets in which lookups are counted, in milliseconds; what takes longer is in one more. */
export const LATENCY_BOUNDS_MS = [
  50, 100, 150, 200, 300, 400, 500, 650, 800, 1_000, 1_500, 2_000, 3_000, 5_000, 10_000,
] as const

/** How long lookups took: small enough to keep by the hour, and fit to be added up. */
export interface Latency {
  count: number
  /** All of them together, in milliseconds. */
  sumMs: number
  /** How many took so long: one for each of `LATENCY_BOUNDS_MS`, and the last for what took longer. */
  buckets: readonly number[]
}

export const NO_LATENCY: Latency = {
  count: 0,
  sumMs: 0,
  buckets: Array.from({ length: LATENCY_BOUNDS_MS.length + 1 }, () => 0),
}

/** With one more that took so long, in milliseconds. */
export function withLookup(latency: Latency, milliseconds: number): Latency {
  const found = LATENCY_BOUNDS_MS.findIndex((bound) => milliseconds <= bound)
  const at = found === -1 ? LATENCY_BOUNDS_MS.length : found
  const buckets = latency.buckets.map((count, index) => (index === at ? count + 1 : count))
  return { count: latency.count + 1, sumMs: latency.sumMs + milliseconds, buckets }
}

/** All of them together. */
export function addLatencies(all: readonly Latency[]): Latency {
  return all.reduce(
    (sum, { count, sumMs, buckets }) => ({
      count: sum.count + count,
      sumMs: sum.sumMs + sumMs,
      buckets: sum.buckets.map((each, at) => each + (buckets[at] ?? 0)),
    }),
    NO_LATENCY,
  )
}

/** The average in milliseconds; undefined where nobody was looked up. */
export function meanOf({ count, sumMs }: Latency): number | undefined {
  return count === 0 ? undefined : sumMs / count
}

/**
 * The time within which this share of lookups ended, in milliseconds, straight between the bounds of its bucket; undefined where
 * nobody was looked up. Of what took longer than the last bound only that is known.
 */
export function quantileOf({ count, buckets }: Latency, share: number): number | undefined {
  if (count === 0) return undefined
  let before = 0
  for (const [at, inside] of buckets.entries()) {
    const upper = LATENCY_BOUNDS_MS[at]
    if (upper === undefined) break
    if (inside > 0 && before + inside >= share * count) {
      const lower = LATENCY_BOUNDS_MS[at - 1] ?? 0
      return lower + ((share * count - before) / inside) * (upper - lower)
    }
    before += inside
  }
  return LATENCY_BOUNDS_MS.at(-1)
}
