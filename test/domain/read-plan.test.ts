import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { needsOrgSize, PAGE_SIZE, planRead, type ReadWay } from '../../src/domain/read-plan.js'

const MILLION = 1_000_000
const addresses = fc.oneof(fc.nat(300), fc.nat(200_000), fc.nat(2 * MILLION))
const org = fc.record({ contacts: fc.nat(20 * MILLION), leads: fc.nat(20 * MILLION) })
const asked = fc.constantFrom<'auto' | ReadWay>('auto', 'composite', 'bulk')

describe('the way is chosen by the rule of the cost model', () => {
  const of = (contacts: number) => ({ contacts, leads: 0 })

  test.each([
    ['200 addresses are one call, whatever the org', 200, of(20 * MILLION), 'composite', '200 addresses fit one call'],
    ['201 addresses', 201, undefined, 'composite', 'IN lists cost least up to 150,000 addresses'],
    ['150,000 addresses', 150_000, undefined, 'composite', 'IN lists cost least up to 150,000 addresses'],
    [
      '150,001 addresses are many for a small org',
      150_001,
      of(900_006),
      'bulk',
      "150,001 addresses are many beside the org's 900,006 records",
    ],
    [
      '150,001 addresses are few when the org is more than six times as large',
      150_001,
      of(900_007),
      'composite',
      "150,001 addresses are few beside the org's 900,007 records",
    ],
    [
      'leads count as well as contacts',
      MILLION,
      { contacts: 3 * MILLION, leads: 3 * MILLION + 1 },
      'composite',
      "1,000,000 addresses are few beside the org's 6,000,001 records",
    ],
  ])('%s', (_, people, size, way, because) => {
    expect(planRead(people, size, 'auto')).toMatchObject({ way, because })
  })

  test.each(['composite', 'bulk'] as const)('--via %s decides, and the plan says so', (way) => {
    expect(planRead(10, of(10), way)).toMatchObject({ way, because: `--via ${way}` })
    expect(planRead(MILLION, of(10), way)).toMatchObject({ way, because: `--via ${way}` })
  })

  test('the size of the org is worth a call only where it could change the plan', () => {
    fc.assert(
      fc.property(addresses, org, (people, size) => {
        if (needsOrgSize(people, 'auto')) return
        expect(planRead(people, size, 'auto').way).toBe(planRead(people, undefined, 'auto').way)
      }),
    )
    expect([needsOrgSize(150_000, 'auto'), needsOrgSize(150_001, 'auto')]).toEqual([false, true])
    expect([needsOrgSize(1, 'bulk'), needsOrgSize(MILLION, 'composite')]).toEqual([true, false])
  })
})

describe('IN lists in /composite', () => {
  /**
   * pitfalls.md §12 counts one object: five queries of 2,000 addresses are 10,000 addresses a call. We ask for contacts
   * and leads, so a call takes half of that, and N addresses take twice the calls of the table.
   */
  test.each([
    [1_000, 1, 1],
    [10_000, 1, 2],
    [100_000, 10, 20],
    [MILLION, 100, 200],
  ])('%i addresses: %i calls for one object, %i for contacts and leads', (people, oneObject, ours) => {
    expect(planRead(people, undefined, 'composite', true).calls).toBe(ours)
    expect(ours).toBeLessThanOrEqual(2 * oneObject)
  })

  test('a page of people is one full call, and one more person is one more call', () => {
    expect(planRead(PAGE_SIZE, undefined, 'composite', true).calls).toBe(1)
    expect(planRead(PAGE_SIZE + 1, undefined, 'composite', true).calls).toBe(2)
  })

  test('take about 50 microseconds an address and object, modelled', () => {
    expect(planRead(100_000, undefined, 'composite').seconds).toBe(11)
  })

  test('following merges and conversions takes two more calls a page at most, and lists that are long a third', () => {
    expect(planRead(100_000, undefined, 'composite', true)).toMatchObject({ calls: 20, atMost: 80 })
  })
})

describe('an export joined here', () => {
  /** pitfalls.md §12: 12 + M/250,000 calls for one object; the twelve are a creation and up to eleven polls. Ours are two objects. */
  test.each([
    [100_000, 13],
    [MILLION, 16],
    [10 * MILLION, 52],
  ])('of %i contacts and as many leads is between a few calls and twice the %i of one object', (rows, oneObject) => {
    const plan = planRead(MILLION, { contacts: rows, leads: rows }, 'bulk', true)
    const pages = 2 * Math.ceil(rows / 250_000)
    const orgSize = 1
    expect(plan.calls).toBe(2 * 2 + pages + orgSize)
    expect(plan.atMost - 2 * (MILLION / PAGE_SIZE)).toBeLessThanOrEqual(2 * oneObject + orgSize)
  })

  test('of an empty org still has a page each', () => {
    expect(planRead(1, { contacts: 0, leads: 0 }, 'bulk', true).calls).toBe(2 * 2 + 2 + 1)
  })

  test('takes half a minute and 38 microseconds a row, modelled', () => {
    expect(planRead(1, { contacts: MILLION, leads: 0 }, 'bulk').seconds).toBe(67.3)
  })
})

describe('every plan', () => {
  test('describing the fields is one call, unless they are cached', () => {
    fc.assert(
      fc.property(addresses, org, asked, (people, size, via) => {
        expect(planRead(people, size, via).calls).toBe(planRead(people, size, via, true).calls + 1)
      }),
    )
  })

  test('states whole calls, no more than it may take at most, and a way to compare with when the org is known', () => {
    fc.assert(
      fc.property(addresses, org, asked, (people, size, via) => {
        const plan = planRead(people, size, via)
        expect(Number.isInteger(plan.calls)).toBe(true)
        expect(plan.atMost).toBeGreaterThanOrEqual(plan.calls)
        expect(plan.seconds).toBeGreaterThan(0)
        expect(plan.instead?.way).toBe(plan.way === 'bulk' ? 'composite' : 'bulk')
      }),
    )
  })

  test('tells the same cost of a way, chosen or not', () => {
    fc.assert(
      fc.property(addresses, org, (people, size) => {
        const composite = planRead(people, size, 'composite')
        const bulk = planRead(people, size, 'bulk')
        expect(bulk.instead).toEqual({ way: 'composite', calls: composite.calls, seconds: composite.seconds })
        expect(composite.instead).toEqual({ way: 'bulk', calls: bulk.calls, seconds: bulk.seconds })
      }),
    )
  })

  test('never costs less for more people', () => {
    fc.assert(
      fc.property(addresses, fc.nat(100_000), (people, more) => {
        const [few, many] = [people, people + more].map((count) => planRead(count, undefined, 'composite').calls)
        expect(many).toBeGreaterThanOrEqual(few ?? Infinity)
      }),
    )
  })
})
