import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CONTACTS_PER_QUERY, LEADS_PER_QUERY, PAGE_SIZE, QUERIES_PER_CALL } from '../../src/domain/read-plan.js'
import { chunkList } from '../../src/salesforce/query.js'
import { soql } from '../../src/salesforce/soql.js'

/** An org refuses a statement of more (soql.md §4). */
const LONGEST_STATEMENT = 100_000
/** More than our longest select list, with what stands around it. */
const ROOM_FOR_FIELDS = 1_500

const addressesOf = (length: number, count: number) =>
  Array.from({ length: count }, (_, index) => `${String(index).padStart(length - 12, 'a')}@example.com`)

describe('a list is split', () => {
  const values = fc.array(fc.string({ unit: 'binary', maxLength: 60 }).map((text) => text.replaceAll('\u0000', '')))

  test('without losing, adding or moving a value, into lists of at most the count', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 7 }), (all, count) => {
        const chunks = chunkList(all, count)
        expect(chunks.flat()).toEqual(all)
        for (const chunk of chunks) {
          expect(chunk.length).toBeGreaterThan(0)
          expect(chunk.length).toBeLessThanOrEqual(count)
        }
      }),
    )
  })

  test('into as few lists as the count allows while the values are short', () => {
    expect(chunkList(addressesOf(24, 5_000), 2_000).map((chunk) => chunk.length)).toEqual([2_000, 2_000, 1_000])
  })

  test('so that each statement stays within 100,000 characters, however long the values are once quoted', () => {
    const length = fc.integer({ min: 1, max: 254 })
    const letter = fc.constantFrom('a', "'", '\\', '\ud800', '花')
    fc.assert(
      fc.property(length, letter, (characters, repeated) => {
        const all = Array.from({ length: 3_000 }, () => repeated.repeat(characters))
        for (const chunk of chunkList(all, 3_000)) {
          const statement = soql`SELECT Id FROM Contact WHERE Email IN ${chunk}`
          expect(statement.length).toBeLessThanOrEqual(LONGEST_STATEMENT - ROOM_FOR_FIELDS)
        }
      }),
      { numRuns: 30 },
    )
  })

  test('and a value too long for any list stands alone', () => {
    const long = 'x'.repeat(200_000)
    expect(chunkList(['a', long, 'b'], 10)).toEqual([['a'], [long], ['b']])
  })

  test('and nothing is no list', () => {
    expect(chunkList([], 10)).toEqual([])
  })
})

describe('a page of people', () => {
  test.each([20, 24, 30, 35])('fills one call and no more, with addresses of %i characters on average', (length) => {
    const page = addressesOf(length, PAGE_SIZE)
    const queries = chunkList(page, CONTACTS_PER_QUERY).length + chunkList(page, LEADS_PER_QUERY).length
    expect(queries).toBe(QUERIES_PER_CALL)
  })
})
