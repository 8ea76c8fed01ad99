import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  COLLECTIONS_UP_TO,
  firstRows,
  planWrite,
  ROWS_PER_JOB,
  rowsPerJob,
  type AskedWay,
} from '../../src/domain/write-plan.js'

describe('the way rows are written', () => {
  test.each([
    ['nothing costs nothing', 0, 'auto', 'collections', 0, 0],
    ['200 rows are one call', 200, 'auto', 'collections', 1, 1],
    ['201 rows are two', 201, 'auto', 'collections', 2, 2],
    ['2,000 rows are the most for collections', 2_000, 'auto', 'collections', 10, 10],
    ['one more is a job, after a call of the first rows', 2_001, 'auto', 'bulk', 8, 31],
    ['50,000 rows are one job too', 50_000, 'auto', 'bulk', 8, 31],
    ['250,200 rows are the most for one job', 250_200, 'auto', 'bulk', 8, 31],
    ['one more is another job', 250_201, 'auto', 'bulk', 15, 61],
    ['collections of many, where somebody asks for it', 50_000, 'collections', 'collections', 250, 250],
    ['a job of few, where somebody asks for it', 3, 'bulk', 'bulk', 7, 30],
    ['no job for nothing, whoever asks', 0, 'bulk', 'bulk', 0, 0],
  ] as const)('%s', (_, rows, asked, way, calls, atMost) => {
    expect(planWrite(rows, asked)).toMatchObject({ way, rows, calls, atMost })
  })

  test('is told with its reason', () => {
    expect(planWrite(30, 'auto').because).toBe('collections are quickest up to 2,000 rows')
    expect(planWrite(2_001, 'auto').because).toBe('2,001 rows are more than 2,000')
    expect(planWrite(2_001, 'collections').because).toBe('--via collections')
  })

  test('never costs more calls at its best than collections would, where it is a job by itself', () => {
    fc.assert(
      fc.property(fc.integer({ min: COLLECTIONS_UP_TO + 1, max: 5_000_000 }), (rows) => {
        expect(planWrite(rows, 'auto').calls).toBeLessThan(planWrite(rows, 'collections').calls)
      }),
    )
  })

  test('costs whole calls, and no more at most than its jobs can take', () => {
    fc.assert(
      fc.property(fc.nat(2_000_000), fc.constantFrom<AskedWay>('auto', 'collections', 'bulk'), (rows, asked) => {
        const plan = planWrite(rows, asked)
        expect([Number.isInteger(plan.calls), plan.atMost >= plan.calls]).toEqual([true, true])
        expect(firstRows(rows)).toBeLessThanOrEqual(rows)
      }),
    )
  })

  test('is in smaller jobs once rows were locked: the org works on no two batches of them at once', () => {
    expect([1, 2, 5].map(rowsPerJob)).toEqual([ROWS_PER_JOB, 10_000, 10_000])
  })
})
