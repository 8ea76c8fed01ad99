import { describe, expect, test } from 'vitest'
import { assert, constantFrom, integer, oneof, property, record, array, boolean } from 'fast-check'
import { FieldIndex } from '../../../src/playground/org/field-index.js'
import { email, text } from '../../../src/playground/org/fields.js'
import type { Row } from '../../../src/playground/org/store.js'

const folding = email('Email', 'Email', { idLookup: true })
const exact = text('Key__c', 'Key', 80, { externalId: true, caseSensitive: true })

const row = (Id: string, value: string): Row => ({
  Id,
  IsDeleted: false,
  SystemModstamp: 0,
  Email: value,
  Key__c: value,
})

/** Few values, so that they meet: letters that fold, some beyond ASCII, one that folds into ASCII. */
const value = oneof(
  constantFrom('a@x.org', 'A@X.org', 'é@x.org', 'É@X.ORG', '\u212A', 'k', 'K', 'İ', ''),
  integer({ min: 0, max: 3_000 }).map((n) => `person.${n}@example.org`),
)
const steps = array(record({ adds: boolean(), value, at: integer({ min: 0 }) }), { maxLength: 3_000, size: 'max' })

describe('an index finds what a scan would', () => {
  test.each([
    ['without case', folding, (one: string, other: string) => one.toLowerCase() === other.toLowerCase()],
    ['with case', exact, (one: string, other: string) => one === other],
  ])('%s, whatever came and went', (_, field, isSame) => {
    assert(
      property(steps, (all) => {
        const [index, rows] = [new FieldIndex(field), new Set<Row>()]
        for (const [n, { adds, value, at }] of all.entries()) {
          const known = [...rows][at % rows.size]
          if (adds || known === undefined) {
            const added = row(`r${n}`, value)
            rows.add(added)
            index.add(added)
          } else {
            rows.delete(known)
            index.remove(known)
          }
        }
        for (const { value } of all.slice(0, 200)) {
          const there = [...rows].filter((one) => value !== '' && isSame(String(one[field.name]), value))
          expect(new Set(index.find(value))).toEqual(new Set(there))
        }
      }),
      { numRuns: 20 },
    )
  })

  test('among more keys than it began with, and after most of them went', () => {
    const index = new FieldIndex(folding)
    const rows = Array.from({ length: 20_000 }, (_, n) => row(`r${n}`, `person.${n}@example.org`))
    for (const one of rows) index.add(one)
    for (const one of rows.slice(100)) index.remove(one)
    for (const one of rows.slice(10_000)) index.add(one)
    const found = rows.filter((one) => index.find(String(one['Email']).toUpperCase())[0] === one)
    expect(found).toEqual([...rows.slice(0, 100), ...rows.slice(10_000)])
  })
})
