import { Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareValues } from '../../../src/playground/mongo/bson/order.js'
import { valueKey } from '../../../src/playground/mongo/bson/value-key.js'
import { encode } from '../../../src/playground/mongo/bson/value.js'
import { Arena } from '../../../src/playground/mongo/store/arena.js'
import { Collection } from '../../../src/playground/mongo/store/collection.js'
import { parseIndexSpec } from '../../../src/playground/mongo/store/index-spec.js'
import { OrderedRecords } from '../../../src/playground/mongo/store/ordered-records.js'

/** A document of about this many bytes that says which it is. */
function documentOf(label: number, size: number): Buffer {
  return encode({ _id: label, fill: 'x'.repeat(size) })
}

describe('The arena', () => {
  test('gives back every document as it was last set, however much they grow, shrink and go', () => {
    const size = fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 20_000, max: 400_000 }))
    const step = fc.record({ kind: fc.constantFrom('add', 'set', 'remove'), at: fc.nat(), size })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const arena = new Arena()
        const model = new Map<number, Buffer>()
        steps.forEach(({ kind, at, size: bytes }, label) => {
          const record = [...model.keys()][at % Math.max(model.size, 1)]
          const document = documentOf(label, bytes)
          if (kind === 'add' || record === undefined) model.set(arena.add(document), document)
          else if (kind === 'set') {
            arena.set(record, document)
            model.set(record, document)
          } else {
            arena.remove(record)
            model.delete(record)
          }
        })
        expect(arena.count).toBe(model.size)
        for (const [record, document] of model) expect(arena.get(record).equals(document)).toBe(true)
        for (let record = 0; record < arena.end; record++) expect(arena.has(record)).toBe(model.has(record))
      }),
      { numRuns: 60 },
    )
  })

  test('gives memory back when documents are rewritten again and again', () => {
    const arena = new Arena()
    const records = Array.from({ length: 1_000 }, (_, i) => arena.add(documentOf(i, 100)))
    for (let size = 200; size < 2_000; size += 100)
      for (const record of records) arena.set(record, documentOf(record, size))
    expect(arena.size).toBeLessThan(1_000 * 2_100)
  })
})

describe('Ordered records', () => {
  test('are always found, and listed both ways, in the order of their keys', () => {
    const insertions = fc.array(fc.record({ key: fc.integer({ min: 0, max: 5_000 }), remove: fc.boolean() }), {
      maxLength: 3_000,
    })
    fc.assert(
      fc.property(insertions, fc.integer({ min: -1, max: 5_001 }), (steps, from) => {
        const ordered = new OrderedRecords((a, b) => a - b)
        const model = new Set<number>()
        for (const { key, remove } of steps) {
          if (remove) {
            ordered.delete(key)
            model.delete(key)
          } else if (!model.has(key)) {
            ordered.insert(key)
            model.add(key)
          }
        }
        const sorted = [...model].sort((a, b) => a - b)
        expect([...ordered.all()]).toEqual(sorted)
        expect(ordered.size).toBe(sorted.length)
        expect(ordered.slice((key) => key - from, false, 50)).toEqual(sorted.filter((key) => key >= from).slice(0, 50))
        expect(ordered.slice((key) => key - from, true, 50)).toEqual(
          sorted
            .filter((key) => key <= from)
            .reverse()
            .slice(0, 50),
        )
        for (const key of sorted.slice(0, 20)) expect(ordered.find((other) => other - key)).toBe(key)
      }),
      { numRuns: 40 },
    )
  })
})

describe('The order of values', () => {
  const id = (last: string) => new ObjectId(last.padStart(24, '0'))
  const ascending: unknown[] = [
    new MinKey(),
    undefined,
    null,
    NaN,
    -Infinity,
    Decimal128.fromString('-1E400'),
    -1.5,
    Decimal128.fromString('0.1'),
    0.1,
    1,
    Decimal128.fromString('9007199254740992.5'),
    Long.fromString('9007199254740993'),
    1e300,
    Infinity,
    '',
    'a',
    'aa',
    'é',
    '\uffff',
    '😀',
    {},
    { a: 1 },
    { a: 2 },
    { a: 2, b: 1 },
    { b: 1 },
    { a: 'text' },
    [],
    [1],
    [1, 2],
    [2],
    id('1'),
    id('2'),
    false,
    true,
    new Date(-1),
    new Date(0),
    new Timestamp({ t: 1, i: 1 }),
    new Timestamp({ t: 0x80000000, i: 1 }),
    /a/,
    /b/,
    new MaxKey(),
  ]

  test('is MongoDB’s, over all types', () => {
    for (let i = 0; i < ascending.length; i++) {
      for (let j = 0; j < ascending.length; j++) {
        expect([i, j, Math.sign(compareValues(ascending[i], ascending[j]))]).toEqual([i, j, Math.sign(i - j)])
      }
    }
  })

  test('knows one number in four types, and one key goes with it', () => {
    for (const same of [2, new Int32(2), new Double(2), Long.fromNumber(2), Decimal128.fromString('2.0')]) {
      expect(compareValues(same, 2)).toBe(0)
      expect(valueKey(same)).toBe(valueKey(2))
    }
  })

  test('calls two values equal exactly when their keys are', () => {
    const value = fc.oneof(
      fc.constantFrom(...ascending),
      fc.integer(),
      fc.double(),
      fc.string(),
      fc.array(fc.integer({ max: 3, min: 0 })),
      fc.dictionary(fc.constantFrom('a', 'b'), fc.integer({ max: 1, min: 0 })),
    )
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(valueKey(a) === valueKey(b)).toBe(compareValues(a, b) === 0)
      }),
    )
  })
})

describe('A collection', () => {
  test('that refuses a document is as it was before', () => {
    const collection = new Collection('db.c')
    collection.createIndex(parseIndexSpec({ key: { email: 1 }, name: 'email_1', unique: true }))
    const first = collection.insert(encode({ _id: 1, email: 'a' }))
    collection.insert(encode({ _id: 2, email: 'b' }))
    expect(() => collection.insert(encode({ _id: 3, email: 'a' }))).toThrow(/E11000/)
    expect(() => {
      collection.replace(first, encode({ _id: 1, email: 'b' }))
    }).toThrow(/E11000/)
    expect(collection.count).toBe(2)
    collection.replace(first, encode({ _id: 1, email: 'c' }))
    expect(collection.insert(encode({ _id: 3, email: 'a' }))).toBeGreaterThan(first)
  })
})
