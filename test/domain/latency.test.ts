import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addLatencies,
  LATENCY_BOUNDS_MS,
  meanOf,
  NO_LATENCY,
  quantileOf,
  withLookup,
} from '../../src/domain/latency.js'

const of = (...all: number[]) => all.reduce(withLookup, NO_LATENCY)

describe('how long lookups took', () => {
  test('is not known where nobody was looked up', () => {
    expect([meanOf(NO_LATENCY), quantileOf(NO_LATENCY, 0.5)]).toEqual([undefined, undefined])
  })

  test.each([
    ['the one there is', of(250), 0.5, 250],
    ['half of them', of(10, 20, 30, 900), 0.5, 33],
    ['nearly all of them', of(...Array.from({ length: 19 }, () => 40), 900), 0.95, 50],
    ['what took longer than anybody waits for', of(60_000), 0.95, 10_000],
  ])('%s is told to within its bucket', (_what, latency, share, expected) => {
    expect(quantileOf(latency, share)).toBeCloseTo(expected, -1.5)
  })

  test('is the same added up as counted together, and never outside of the bucket that it is in', () => {
    const times = fc.array(fc.integer({ min: 0, max: 9_999 }), { minLength: 1 })
    fc.assert(
      fc.property(times, times, fc.double({ min: 0.01, max: 1, noNaN: true }), (one, other, share) => {
        const together = of(...one, ...other)
        expect(addLatencies([of(...one), of(...other)])).toEqual(together)
        expect(meanOf(together)).toBeCloseTo(
          [...one, ...other].reduce((sum, each) => sum + each, 0) / together.count,
          5,
        )
        const sorted = [...one, ...other].sort((a, b) => a - b)
        const exact = sorted[Math.max(0, Math.ceil(share * sorted.length - 1e-9) - 1)] ?? 0
        const at = LATENCY_BOUNDS_MS.findIndex((bound) => exact <= bound)
        const found = quantileOf(together, share) ?? -1
        expect(found).toBeGreaterThanOrEqual(LATENCY_BOUNDS_MS[at - 1] ?? 0)
        expect(found).toBeLessThanOrEqual(LATENCY_BOUNDS_MS[at] ?? Infinity)
      }),
    )
  })
})
