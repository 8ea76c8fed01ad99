import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { callsInWindow, freeAt, HOUR_MS, type UsageHour } from '../../src/domain/api-usage.js'
import { callsOfKind, isWithin, NO_CALLS, sumOfCalls } from '../../src/domain/planned-calls.js'
import { DEFAULT_QUOTA, quotaOf } from '../../src/domain/quota.js'

describe('the allowance of an org', () => {
  test.each([
    // What is used, what a run may still spend, what a lookup may.
    [0, 78_400, 80_000],
    [70_000, 8_400, 10_000],
    [78_400, 0, 1_600],
    [80_000, 0, 0],
    [99_999, 0, 0],
  ])('of 100,000 calls of which %i are used leaves %i to runs and %i to lookups', (used, run, lookup) => {
    expect(quotaOf({ used, max: 100_000 }, DEFAULT_QUOTA).remaining).toEqual({ run, lookup })
  })

  test('is divided as the policy says', () => {
    const quota = quotaOf({ used: 100, max: 1_001 }, { ceiling: 0.5, reserve: 50 })
    expect(quota).toMatchObject({ ceiling: 500, reserve: 50, remaining: { run: 350, lookup: 400 } })
  })

  test('never leaves a run more than a lookup, nor anything above the ceiling', () => {
    const shares = fc.double({ min: 0.01, max: 1, noNaN: true })
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(1e6), shares, fc.option(fc.nat(1e6)), (used, max, ceiling, reserve) => {
        const { remaining } = quotaOf({ used, max }, { ceiling, reserve: reserve ?? undefined })
        expect(remaining.run).toBeLessThanOrEqual(remaining.lookup)
        expect(used + remaining.lookup).toBeLessThanOrEqual(Math.max(used, max * ceiling))
      }),
    )
  })
})

describe('the window of 24 hours', () => {
  const now = new Date('2026-11-24T14:30:00Z')
  const at = (hoursAgo: number, calls: number): UsageHour => ({
    hour: new Date(Date.parse('2026-11-24T14:00:00Z') - hoursAgo * HOUR_MS),
    calls,
  })

  test('holds the hours of a day, and the one of which half has left it', () => {
    expect(callsInWindow([at(25, 1_000), at(24, 100), at(23, 10), at(0, 1)], now)).toBe(111)
  })

  test('frees what was spent first first, an hour when its last minute leaves', () => {
    // In whatever order they were kept.
    const hours = [at(0, 5), at(10, 20), at(20, 10)]
    expect(freeAt(hours, now, 10)).toEqual(new Date('2026-11-24T19:00:00Z'))
    expect(freeAt(hours, now, 11)).toEqual(new Date('2026-11-25T05:00:00Z'))
    expect(freeAt(hours, now, 35)).toEqual(new Date('2026-11-25T15:00:00Z'))
  })

  test('does not free more by our going than we spent', () => {
    expect(freeAt([at(1, 5)], now, 6)).toBeUndefined()
    expect(freeAt([], now, 1)).toBeUndefined()
  })
})

describe('planned calls', () => {
  test('add up, in all and by kind', () => {
    const planned = sumOfCalls(callsOfKind('read', 2, 4), callsOfKind('write', 3), callsOfKind('read', 1), NO_CALLS)
    expect(planned).toEqual({
      calls: 6,
      atMost: 8,
      kinds: { read: { calls: 3, atMost: 5 }, write: { calls: 3, atMost: 3 } },
    })
  })

  test('are kept to by whoever spends no fewer and no more', () => {
    const planned = callsOfKind('read', 2, 4)
    expect([1, 2, 4, 5].map((spent) => isWithin(planned, spent))).toEqual([false, true, true, false])
  })
})
