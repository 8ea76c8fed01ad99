import {
  Binary,
  Decimal128,
  Double,
  Long,
  MaxKey,
  MinKey,
  MongoServerError,
  ObjectId,
  Timestamp,
  type Document,
} from 'mongodb'
import { beforeAll, describe, expect, test } from 'vitest'
import { engines, useDatabase } from '../../support/engines.js'

const first = new ObjectId('65f000000000000000000001')
const second = new ObjectId('65f000000000000000000002')
const short = new Binary(Buffer.from([1, 2]), 0)

/** One document for each kind of value that a field may have, called by that value. */
const values: Record<string, unknown> = {
  null: null,
  one: 1,
  two: 2,
  'one and a half': 1.5,
  'double two': new Double(2),
  'long two': Long.fromNumber(2),
  'decimal two': Decimal128.fromString('2'),
  'decimal one and a half': Decimal128.fromString('1.50'),
  nan: NaN,
  a: 'a',
  b: 'b',
  empty: '',
  true: true,
  false: false,
  epoch: new Date(0),
  later: new Date(5),
  first,
  second,
  '{}': {},
  '{b:1}': { b: 1 },
  '{b:null}': { b: null },
  '{b:2,c:1}': { b: 2, c: 1 },
  '{c:1,b:2}': { c: 1, b: 2 },
  '{b:[]}': { b: [] },
  '{b:[1,2]}': { b: [1, 2] },
  '{b:[{c:1}]}': { b: [{ c: 1 }] },
  '{0:1}': { 0: 1 },
  '[]': [],
  '[1]': [1],
  '[1,2]': [1, 2],
  '[null]': [null],
  '[[1]]': [[1]],
  '[{b:1},{}]': [{ b: 1 }, {}],
  '[{b:1},{b:2}]': [{ b: 1 }, { b: 2 }],
  '[{b:null}]': [{ b: null }],
  '[{b:[1,2]}]': [{ b: [1, 2] }],
  '[{b:first}]': [{ b: first }],
  '[5,{b:1}]': [5, { b: 1 }],
  '[[{b:1}]]': [[{ b: 1 }]],
  '[first]': [first],
  binary: short,
  regex: /x/i,
  timestamp: new Timestamp({ t: 1, i: 1 }),
  min: new MinKey(),
  max: new MaxKey(),
}

/** Filters, and the names of the documents that match them; `not` names those that do not. */
const filters: { filter: Document; gives?: string[]; not?: string[] }[] = [
  { filter: { a: null }, gives: ['missing', 'null', '[null]'] },
  { filter: { a: { $ne: null } }, not: ['missing', 'null', '[null]'] },
  { filter: { a: { $exists: true } }, not: ['missing'] },
  { filter: { a: { $exists: false } }, gives: ['missing'] },
  { filter: { a: 2 }, gives: ['two', 'double two', 'long two', 'decimal two', '[1,2]'] },
  { filter: { a: { $ne: 2 } }, not: ['two', 'double two', 'long two', 'decimal two', '[1,2]'] },
  {
    filter: { a: { $gt: 1 } },
    gives: [
      'two',
      'one and a half',
      'double two',
      'long two',
      'decimal two',
      'decimal one and a half',
      '[1,2]',
      '[5,{b:1}]',
    ],
  },
  { filter: { a: { $gte: 2 } }, gives: ['two', 'double two', 'long two', 'decimal two', '[1,2]', '[5,{b:1}]'] },
  { filter: { a: { $lt: 2 } }, gives: ['one', 'one and a half', 'decimal one and a half', '[1]', '[1,2]'] },
  { filter: { a: { $lte: 1.5 } }, gives: ['one', 'one and a half', 'decimal one and a half', '[1]', '[1,2]'] },
  { filter: { a: { $gt: 1, $lt: 2 } }, gives: ['one and a half', 'decimal one and a half', '[1,2]'] },
  { filter: { a: Decimal128.fromString('1.5') }, gives: ['one and a half', 'decimal one and a half'] },
  { filter: { a: NaN }, gives: ['nan'] },
  { filter: { a: { $gte: NaN } }, gives: ['nan'] },
  { filter: { a: { $gte: null } }, gives: ['missing', 'null', '[null]'] },
  { filter: { a: { $gt: null } }, gives: [] },
  { filter: { a: 'a' }, gives: ['a'] },
  { filter: { a: { $gt: '' } }, gives: ['a', 'b'] },
  { filter: { a: /^A/i }, gives: ['a'] },
  { filter: { a: { $regex: '^A', $options: 'i' } }, gives: ['a'] },
  { filter: { a: { $in: [/^A/i, 1] } }, gives: ['one', 'a', '[1]', '[1,2]'] },
  { filter: { a: { $not: /a/ } }, not: ['a'] },
  { filter: { a: true }, gives: ['true'] },
  { filter: { a: { $gte: false } }, gives: ['true', 'false'] },
  { filter: { a: new Date(0) }, gives: ['epoch'] },
  { filter: { a: { $gt: new Date(0) } }, gives: ['later'] },
  { filter: { a: first }, gives: ['first', '[first]'] },
  { filter: { a: { $gt: first } }, gives: ['second'] },
  { filter: { a: { $in: [first, second] } }, gives: ['first', 'second', '[first]'] },
  {
    filter: { a: { $nin: [first, null, 1] } },
    not: ['missing', 'null', 'one', 'first', '[1]', '[1,2]', '[null]', '[first]'],
  },
  { filter: { a: { $in: [] } }, gives: [] },
  { filter: { a: { $in: [null, 1] } }, gives: ['missing', 'null', 'one', '[1]', '[1,2]', '[null]'] },
  { filter: { a: {} }, gives: ['{}', '[{b:1},{}]'] },
  { filter: { a: { b: 2, c: 1 } }, gives: ['{b:2,c:1}'] },
  { filter: { a: [] }, gives: ['[]'] },
  { filter: { a: [1] }, gives: ['[1]', '[[1]]'] },
  {
    filter: { a: { $gt: [1] } },
    gives: [
      '[1,2]',
      '[[1]]',
      '[{b:1},{}]',
      '[{b:1},{b:2}]',
      '[{b:null}]',
      '[{b:[1,2]}]',
      '[{b:first}]',
      '[5,{b:1}]',
      '[[{b:1}]]',
      '[first]',
    ],
  },
  {
    filter: { a: { $gt: {} } },
    gives: [
      '{b:1}',
      '{b:null}',
      '{b:2,c:1}',
      '{c:1,b:2}',
      '{b:[]}',
      '{b:[1,2]}',
      '{b:[{c:1}]}',
      '{0:1}',
      '[{b:1},{}]',
      '[{b:1},{b:2}]',
      '[{b:null}]',
      '[{b:[1,2]}]',
      '[{b:first}]',
      '[5,{b:1}]',
    ],
  },
  { filter: { a: short }, gives: ['binary'] },
  { filter: { a: new Timestamp({ t: 1, i: 1 }) }, gives: ['timestamp'] },
  { filter: { a: new MinKey() }, gives: ['min'] },
  { filter: { 'a.b': 1 }, gives: ['{b:1}', '{b:[1,2]}', '[{b:1},{}]', '[{b:1},{b:2}]', '[{b:[1,2]}]', '[5,{b:1}]'] },
  {
    filter: { 'a.b': { $ne: 1 } },
    not: ['{b:1}', '{b:[1,2]}', '[{b:1},{}]', '[{b:1},{b:2}]', '[{b:[1,2]}]', '[5,{b:1}]'],
  },
  {
    filter: { 'a.b': null },
    not: [
      '{b:1}',
      '{b:2,c:1}',
      '{c:1,b:2}',
      '{b:[]}',
      '{b:[1,2]}',
      '{b:[{c:1}]}',
      '[]',
      '[1]',
      '[1,2]',
      '[null]',
      '[[1]]',
      '[{b:1},{b:2}]',
      '[{b:[1,2]}]',
      '[{b:first}]',
      '[5,{b:1}]',
      '[[{b:1}]]',
      '[first]',
    ],
  },
  {
    filter: { 'a.b': { $exists: true } },
    gives: [
      '{b:1}',
      '{b:null}',
      '{b:2,c:1}',
      '{c:1,b:2}',
      '{b:[]}',
      '{b:[1,2]}',
      '{b:[{c:1}]}',
      '[{b:1},{}]',
      '[{b:1},{b:2}]',
      '[{b:null}]',
      '[{b:[1,2]}]',
      '[{b:first}]',
      '[5,{b:1}]',
    ],
  },
  {
    filter: { 'a.b': { $exists: false } },
    not: [
      '{b:1}',
      '{b:null}',
      '{b:2,c:1}',
      '{c:1,b:2}',
      '{b:[]}',
      '{b:[1,2]}',
      '{b:[{c:1}]}',
      '[{b:1},{}]',
      '[{b:1},{b:2}]',
      '[{b:null}]',
      '[{b:[1,2]}]',
      '[{b:first}]',
      '[5,{b:1}]',
    ],
  },
  { filter: { 'a.b': { $gt: 1 } }, gives: ['{b:2,c:1}', '{c:1,b:2}', '{b:[1,2]}', '[{b:1},{b:2}]', '[{b:[1,2]}]'] },
  { filter: { 'a.b': first }, gives: ['[{b:first}]'] },
  {
    filter: { 'a.b': { $in: [first, 2] } },
    gives: ['{b:2,c:1}', '{c:1,b:2}', '{b:[1,2]}', '[{b:1},{b:2}]', '[{b:[1,2]}]', '[{b:first}]'],
  },
  { filter: { 'a.b.c': 1 }, gives: ['{b:[{c:1}]}'] },
  { filter: { 'a.0': 1 }, gives: ['{0:1}', '[1]', '[1,2]'] },
  { filter: { 'a.1': { $exists: true } }, gives: ['[1,2]', '[{b:1},{}]', '[{b:1},{b:2}]', '[5,{b:1}]'] },
  { filter: { 'a.0.b': 1 }, gives: ['[{b:1},{}]', '[{b:1},{b:2}]', '[{b:[1,2]}]', '[[{b:1}]]'] },
  { filter: { 'a.5': { $exists: false } }, not: [] },
  {
    filter: { a: { $size: 1 } },
    gives: ['[1]', '[null]', '[[1]]', '[{b:null}]', '[{b:[1,2]}]', '[{b:first}]', '[[{b:1}]]', '[first]'],
  },
  { filter: { 'a.b': { $size: 2 } }, gives: ['{b:[1,2]}', '[{b:[1,2]}]'] },
  { filter: { a: { $all: [1] } }, gives: ['one', '[1]', '[1,2]'] },
  { filter: { a: { $all: [1, 2] } }, gives: ['[1,2]'] },
  { filter: { a: { $all: [[1]] } }, gives: ['[1]', '[[1]]'] },
  {
    filter: { a: { $all: [{ $elemMatch: { b: 1 } }, { $elemMatch: { b: 2 } }] } },
    gives: ['[{b:1},{b:2}]', '[{b:[1,2]}]'],
  },
  { filter: { a: { $elemMatch: { b: 1 } } }, gives: ['[{b:1},{}]', '[{b:1},{b:2}]', '[{b:[1,2]}]', '[5,{b:1}]'] },
  { filter: { a: { $elemMatch: { $gt: 0, $lt: 2 } } }, gives: ['[1]', '[1,2]'] },
  {
    filter: { a: { $elemMatch: {} } },
    gives: [
      '[[1]]',
      '[{b:1},{}]',
      '[{b:1},{b:2}]',
      '[{b:null}]',
      '[{b:[1,2]}]',
      '[{b:first}]',
      '[5,{b:1}]',
      '[[{b:1}]]',
    ],
  },
  { filter: { 'a.b': { $elemMatch: { c: 1 } } }, gives: ['{b:[{c:1}]}'] },
  {
    filter: { a: { $not: { $gt: 1 } } },
    not: [
      'two',
      'one and a half',
      'double two',
      'long two',
      'decimal two',
      'decimal one and a half',
      '[1,2]',
      '[5,{b:1}]',
    ],
  },
  {
    filter: { a: { $not: { $elemMatch: { b: 1 } } } },
    not: ['[{b:1},{}]', '[{b:1},{b:2}]', '[{b:[1,2]}]', '[5,{b:1}]'],
  },
  { filter: { a: { $mod: [2, 0] } }, gives: ['two', 'double two', 'long two', 'decimal two', '[1,2]'] },
  {
    filter: { a: { $type: 'number' } },
    gives: [
      'one',
      'two',
      'one and a half',
      'double two',
      'long two',
      'decimal two',
      'decimal one and a half',
      'nan',
      '[1]',
      '[1,2]',
      '[5,{b:1}]',
    ],
  },
  { filter: { a: { $type: 'int' } }, gives: ['one', 'two', '[1]', '[1,2]', '[5,{b:1}]'] },
  { filter: { a: { $type: 'double' } }, gives: ['one and a half', 'double two', 'nan'] },
  { filter: { a: { $type: ['long', 'decimal'] } }, gives: ['long two', 'decimal two', 'decimal one and a half'] },
  { filter: { a: { $type: 'objectId' } }, gives: ['first', 'second', '[first]'] },
  {
    filter: { a: { $type: 'array' } },
    gives: [
      '[]',
      '[1]',
      '[1,2]',
      '[null]',
      '[[1]]',
      '[{b:1},{}]',
      '[{b:1},{b:2}]',
      '[{b:null}]',
      '[{b:[1,2]}]',
      '[{b:first}]',
      '[5,{b:1}]',
      '[[{b:1}]]',
      '[first]',
    ],
  },
  { filter: { a: { $type: 10 } }, gives: ['null', '[null]'] },
  {
    filter: { 'a.b': { $type: 'int' } },
    gives: ['{b:1}', '{b:2,c:1}', '{c:1,b:2}', '{b:[1,2]}', '[{b:1},{}]', '[{b:1},{b:2}]', '[{b:[1,2]}]', '[5,{b:1}]'],
  },
  {
    filter: { $or: [{ a: 'a' }, { 'a.b': 2 }] },
    gives: ['a', '{b:2,c:1}', '{c:1,b:2}', '{b:[1,2]}', '[{b:1},{b:2}]', '[{b:[1,2]}]'],
  },
  { filter: { $nor: [{ a: { $exists: true } }] }, gives: ['missing'] },
  {
    filter: { $and: [{ a: { $gt: 0 } }, { a: { $lt: 2 } }] },
    gives: ['one', 'one and a half', 'decimal one and a half', '[1]', '[1,2]'],
  },
  {
    filter: { $expr: { $lt: ['$a', 2] } },
    gives: ['missing', 'null', 'one', 'one and a half', 'decimal one and a half', 'nan', 'min'],
  },
  { filter: { $expr: { $eq: ['$a', null] } }, gives: ['null'] },
  { filter: { $expr: { $gt: ['$a', new Date(0)] } }, gives: ['later', 'regex', 'timestamp', 'max'] },
  { filter: { $expr: { $eq: ['$a', 2] } }, gives: ['two', 'double two', 'long two', 'decimal two'] },
  { filter: { $expr: { $eq: ['$a.b', 1] } }, gives: ['{b:1}'] },
  { filter: { $expr: { $in: ['$a', [first, 1]] } }, gives: ['one', 'first'] },
  { filter: { $comment: 'why', a: 1 }, gives: ['one', '[1]', '[1,2]'] },
]

/** Filters that are refused, and the code they are refused with. */
const refused: [Document, number][] = [
  [{ a: { $nope: 1 } }, 2],
  [{ $nope: 1 }, 2],
  [{ a: { $in: 5 } }, 2],
  [{ a: { $all: 5 } }, 2],
  [{ $and: [] }, 2],
  [{ $or: 5 }, 2],
  [{ a: { $not: 5 } }, 2],
  [{ a: { $regex: '(' } }, 51091],
  [{ a: { $options: 'i' } }, 2],
  [{ a: { $size: -1 } }, 2],
  [{ a: { $mod: [0, 1] } }, 2],
  [{ a: { $type: 'nope' } }, 2],
  [{ a: { $elemMatch: 5 } }, 2],
]

describe.each(engines())('A filter on $name', (engine) => {
  const database = useDatabase(engine, 'filters')

  const documents = Object.entries(values).map(([name, value]): Document & { name: string } => ({ name, a: value }))
  documents.unshift({ name: 'missing' })

  beforeAll(async () => {
    await database.db.collection('values').insertMany(documents)
  })

  test.each(filters)('$filter finds what MongoDB finds', async ({ filter, gives, not = [] }) => {
    const found = await database.db.collection('values').find(filter).project<{ name: string }>({ name: 1 }).toArray()
    const expected = gives ?? ['missing', ...Object.keys(values)].filter((name) => !not.includes(name))
    expect(found.map(({ name }) => name).sort()).toEqual([...expected].sort())
  })

  test('finds the same where indexes help', async () => {
    const indexed = database.db.collection<Document & { name: string }>('indexed')
    await indexed.createIndex({ a: 1 })
    await indexed.createIndex({ 'a.b': 1 })
    await indexed.insertMany(documents)
    for (const { filter, gives, not = [] } of filters) {
      const found = await indexed.find(filter).toArray()
      const expected = gives ?? ['missing', ...Object.keys(values)].filter((name) => !not.includes(name))
      expect([filter, found.map(({ name }) => name).sort()]).toEqual([filter, [...expected].sort()])
    }
  })

  test.each(refused)('%j is refused with the code %i', async (filter, code) => {
    const answer: unknown = await database.db
      .collection('values')
      .find(filter)
      .toArray()
      .catch((error: unknown) => error)
    expect(answer).toBeInstanceOf(MongoServerError)
    expect(answer).toMatchObject({ code })
  })

  test('matches nobody when a value that should be text is an operator', async () => {
    const people = database.db.collection('people')
    await people.insertMany([{ email: 'a@b.c' }, { email: { $ne: null } }])
    const email = 'a@b.c'
    expect(await people.find({ email }).toArray()).toHaveLength(1)
    expect(await people.find({ email: { $eq: { $ne: null } } }).toArray()).toHaveLength(1)
  })
})
