import { Decimal128, Double, Int32, Long, ObjectId, type Document } from 'mongodb'
import { describe, expect, test } from 'vitest'
import { agrees, engines, useDatabase, type KnownDifference } from '../../support/engines.js'

const x = new ObjectId('65f000000000000000000001')
const y = new ObjectId('65f000000000000000000002')

interface Case {
  /** What is tried, as a sentence about the update. */
  name: string
  from: Document
  update: Document | Document[]
  /** What becomes of `from`; the same as `from` when nothing is modified. */
  to?: Document
  /** The code of the error instead. */
  code?: number
  query?: Document
  arrayFilters?: Document[]
  /** The known difference that keeps this from the real engine. */
  differs?: KnownDifference
}

const people = [
  { id: x, v: 1 },
  { id: y, v: 2 },
]

const cases: Case[] = [
  // $set and $unset
  { name: 'sets fields, new ones after the old', from: { b: 1 }, update: { $set: { c: 2, b: 3 } }, to: { b: 3, c: 2 } },
  {
    name: 'sets new fields in the order of their names',
    from: { b: 1 },
    update: { $set: { d: 1, c: 2 } },
    to: { b: 1, c: 2, d: 1 },
    differs: 'order of new fields',
  },
  {
    name: 'modifies nothing by setting what is there',
    from: { a: 1, o: { b: 1, c: 2 } },
    update: { $set: { a: 1, 'o.b': 1 } },
  },
  {
    name: 'tells documents of another order apart',
    from: { o: { b: 1, c: 2 } },
    update: { $set: { o: { c: 2, b: 1 } } },
    to: { o: { c: 2, b: 1 } },
  },
  { name: 'makes the documents on the way', from: {}, update: { $set: { 'a.b.c': 1 } }, to: { a: { b: { c: 1 } } } },
  { name: 'sets an element by its number', from: { a: [1, 2] }, update: { $set: { 'a.1': 9 } }, to: { a: [1, 9] } },
  {
    name: 'fills an array up with nulls',
    from: { a: [1] },
    update: { $set: { 'a.3': 9 } },
    to: { a: [1, null, null, 9] },
  },
  {
    name: 'takes fields away',
    from: { a: 1, o: { b: 1, c: 2 } },
    update: { $unset: { a: '', 'o.b': '' } },
    to: { o: { c: 2 } },
  },
  {
    name: 'leaves null where an element was',
    from: { a: [1, 2] },
    update: { $unset: { 'a.0': '' } },
    to: { a: [null, 2] },
  },
  { name: 'modifies nothing by unsetting what is not there', from: { a: 1 }, update: { $unset: { b: '', 'a.c': '' } } },
  { name: 'accepts an empty $set', from: { a: 1 }, update: { $set: {} } },
  { name: 'modifies nothing by unsetting behind a number', from: { a: 5 }, update: { $unset: { 'a.b': '' } } },
  { name: 'cannot pull from behind a number', from: { a: 5 }, update: { $pull: { 'a.b': 1 } }, code: 28 },
  { name: 'cannot rename from behind a number', from: { a: 5 }, update: { $rename: { 'a.b': 'c' } }, code: 28 },
  { name: 'cannot make a field in null', from: { a: null }, update: { $set: { 'a.b': 1 } }, code: 28 },
  { name: 'cannot make a field in a number', from: { a: 5 }, update: { $set: { 'a.b': 1 } }, code: 28 },
  { name: 'cannot make a named field in an array', from: { a: [1] }, update: { $set: { 'a.b': 1 } }, code: 28 },
  { name: 'cannot change the _id', from: {}, update: { $set: { _id: 2 } }, code: 66 },
  { name: 'cannot take the _id away', from: {}, update: { $unset: { _id: '' } }, code: 66 },
  { name: 'may set the _id to what it is', from: { a: 1 }, update: { $set: { _id: 1, a: 2 } }, to: { a: 2 } },
  { name: 'refuses an empty path', from: {}, update: { $set: { '': 1 } }, code: 56 },
  {
    name: 'refuses an empty name in a path',
    from: {},
    update: { $set: { 'a..b': 1 } },
    code: 56,
    differs: 'codes of updates',
  },
  {
    name: 'refuses a name with a dollar',
    from: {},
    update: { $set: { $x: 1 } },
    code: 52,
    differs: 'codes of updates',
  },
  { name: 'refuses an unknown operator', from: {}, update: { $nope: { a: 1 } }, code: 9 },
  { name: 'refuses an operator without fields', from: {}, update: { $set: 5 }, code: 9 },
  { name: 'refuses two operators on one path', from: {}, update: { $set: { a: 1 }, $inc: { a: 1 } }, code: 40 },
  { name: 'refuses a path through another', from: {}, update: { $set: { a: 1, 'a.b': 1 } }, code: 40 },
  // numbers and dates
  { name: 'adds, to a missing field too', from: { n: 5 }, update: { $inc: { n: 2, m: 3 } }, to: { n: 7, m: 3 } },
  { name: 'adds fractions', from: { n: 1.5 }, update: { $inc: { n: 0.25 } }, to: { n: 1.75 } },
  { name: 'modifies nothing by adding 0', from: { n: 5 }, update: { $inc: { n: 0 } }, differs: 'adding 0' },
  { name: 'cannot add to a string', from: { n: 'x' }, update: { $inc: { n: 1 } }, code: 14 },
  { name: 'cannot add to null', from: { n: null }, update: { $inc: { n: 1 } }, code: 14 },
  { name: 'cannot add a string', from: { n: 1 }, update: { $inc: { n: 'x' } }, code: 14 },
  { name: 'counts on beyond 32 bits', from: { n: 2147483647 }, update: { $inc: { n: 1 } }, to: { n: 2147483648 } },
  { name: 'multiplies; a missing field is 0', from: { n: 5 }, update: { $mul: { n: 3, m: 3 } }, to: { n: 15, m: 0 } },
  { name: 'keeps the lesser', from: { n: 5, m: 1 }, update: { $min: { n: 3, m: 9, k: 1 } }, to: { n: 3, m: 1, k: 1 } },
  { name: 'keeps the greater', from: { n: 5, m: 1 }, update: { $max: { n: 3, m: 9 } }, to: { n: 5, m: 9 } },
  {
    name: 'compares values of different types by MongoDB’s order',
    from: { a: 'x', b: null, c: [1] },
    update: { $min: { a: 1 }, $max: { b: 0, c: 2 } },
    to: { a: 1, b: 0, c: [1] },
  },
  { name: 'works on bits', from: { n: 13 }, update: { $bit: { n: { and: 10 } } }, to: { n: 8 } },
  { name: 'cannot work on the bits of a string', from: { n: 'x' }, update: { $bit: { n: { or: 1 } } }, code: 2 },
  {
    name: 'renames',
    from: { a: 1, o: { b: 2 } },
    update: { $rename: { a: 'z', 'o.b': 'o.c' } },
    to: { o: { c: 2 }, z: 1 },
  },
  { name: 'renames over another field', from: { a: 1, b: 2 }, update: { $rename: { a: 'b' } }, to: { b: 1 } },
  { name: 'modifies nothing by renaming what is not there', from: { a: 1 }, update: { $rename: { b: 'c' } } },
  { name: 'cannot rename an element', from: { a: [1] }, update: { $rename: { 'a.0': 'b' } }, code: 2 },
  // arrays
  {
    name: 'pushes, to a missing array too',
    from: { a: [1] },
    update: { $push: { a: 2, b: 3 } },
    to: { a: [1, 2], b: [3] },
  },
  {
    name: 'pushes an array as one element',
    from: { a: [1] },
    update: { $push: { a: [2, 3] } },
    to: { a: [1, [2, 3]] },
  },
  { name: 'pushes each', from: { a: [1] }, update: { $push: { a: { $each: [2, 3] } } }, to: { a: [1, 2, 3] } },
  {
    name: 'pushes at a place',
    from: { a: [1, 2] },
    update: { $push: { a: { $each: [8, 9], $position: -1 } } },
    to: { a: [1, 8, 9, 2] },
  },
  {
    name: 'keeps the last after pushing',
    from: { a: [1, 2, 3] },
    update: { $push: { a: { $each: [4], $slice: -2 } } },
    to: { a: [3, 4] },
  },
  {
    name: 'sorts and cuts what it pushes',
    from: {},
    update: { $push: { a: { $each: [3, 1, 2], $sort: 1, $slice: 2 } } },
    to: { a: [1, 2] },
  },
  {
    name: 'sorts documents by two fields',
    from: {
      a: [
        { p: 1, q: 2 },
        { p: 1, q: 1 },
      ],
    },
    update: { $push: { a: { $each: [{ p: 0, q: 5 }], $sort: { p: -1, q: 1 } } } },
    to: {
      a: [
        { p: 1, q: 1 },
        { p: 1, q: 2 },
        { p: 0, q: 5 },
      ],
    },
  },
  { name: 'cannot push to a string', from: { a: 'x' }, update: { $push: { a: 1 } }, code: 2 },
  { name: 'cannot push to null', from: { a: null }, update: { $push: { a: 1 } }, code: 2 },
  { name: 'cannot push each of a number', from: { a: [] }, update: { $push: { a: { $each: 5 } } }, code: 2 },
  { name: 'cannot push into each element at once', from: { a: people }, update: { $push: { 'a.t': 1 } }, code: 28 },
  {
    name: 'adds what is not in a set',
    from: { a: [1, 1, 2] },
    update: { $addToSet: { a: { $each: [2, 3, 3] } } },
    to: { a: [1, 1, 2, 3] },
  },
  {
    name: 'modifies nothing by adding what is in a set',
    from: { a: [1, 1, { b: x }] },
    update: { $addToSet: { a: { b: x } } },
  },
  {
    name: 'adds a document whose fields are in another order',
    from: { a: [{ b: 1, c: 2 }] },
    update: { $addToSet: { a: { c: 2, b: 1 } } },
    to: {
      a: [
        { b: 1, c: 2 },
        { c: 2, b: 1 },
      ],
    },
  },
  { name: 'makes a set of what is missing', from: {}, update: { $addToSet: { a: { $each: [1, 1] } } }, to: { a: [1] } },
  { name: 'cannot add to a set that is a string', from: { a: 'x' }, update: { $addToSet: { a: 1 } }, code: 2 },
  { name: 'pulls equal values', from: { a: [1, 2, 2, [2]] }, update: { $pull: { a: 2 } }, to: { a: [1, [2]] } },
  { name: 'pulls by operators', from: { a: [1, 2, 3] }, update: { $pull: { a: { $gte: 2 } } }, to: { a: [1] } },
  {
    name: 'pulls null, and arrays that hold it, but no document',
    from: { a: [null, { b: 1 }, [null], [[null]]] },
    update: { $pull: { a: { $in: [null] } } },
    to: { a: [{ b: 1 }, [[null]]] },
  },
  {
    name: 'pulls documents by a field',
    from: { a: people },
    update: { $pull: { a: { id: y } } },
    to: { a: [{ id: x, v: 1 }] },
  },
  { name: 'pulls a listing of values', from: { a: [1, 2, 3] }, update: { $pullAll: { a: [1, 3] } }, to: { a: [2] } },
  { name: 'modifies nothing by pulling from what is missing', from: {}, update: { $pull: { a: 1 } } },
  { name: 'cannot pull from a string', from: { a: 'x' }, update: { $pull: { a: 1 } }, code: 2 },
  { name: 'pops the first', from: { a: [1, 2] }, update: { $pop: { a: -1 } }, to: { a: [2] } },
  { name: 'pops the last', from: { a: [1, 2] }, update: { $pop: { a: 1 } }, to: { a: [1] } },
  { name: 'modifies nothing by popping from an empty array', from: { a: [] }, update: { $pop: { a: 1 } } },
  {
    name: 'cannot pop from a string',
    from: { a: 'x' },
    update: { $pop: { a: 1 } },
    code: 14,
    differs: 'codes of updates',
  },
  { name: 'cannot pop two', from: { a: [1] }, update: { $pop: { a: 2 } }, code: 9 },
  // elements by position
  {
    name: 'sets the element that the query matched',
    from: { a: people },
    query: { 'a.id': y },
    update: { $set: { 'a.$.v': 9 } },
    to: {
      a: [
        { id: x, v: 1 },
        { id: y, v: 9 },
      ],
    },
  },
  {
    name: 'sets the element that $elemMatch matched',
    from: { a: people },
    query: { a: { $elemMatch: { id: y, v: { $gt: 1 } } } },
    update: { $inc: { 'a.$.v': 1 } },
    to: {
      a: [
        { id: x, v: 1 },
        { id: y, v: 3 },
      ],
    },
  },
  {
    name: 'sets the value that the query matched',
    from: { a: [1, 2, 3] },
    query: { a: { $gt: 1 } },
    update: { $set: { 'a.$': 9 } },
    to: { a: [1, 9, 3] },
  },
  {
    name: 'does not know an element without a condition on it',
    from: { a: [1] },
    update: { $set: { 'a.$': 9 } },
    code: 2,
  },
  {
    name: 'sets all elements',
    from: { a: people },
    update: { $set: { 'a.$[].v': 0 } },
    to: {
      a: [
        { id: x, v: 0 },
        { id: y, v: 0 },
      ],
    },
  },
  {
    name: 'sets the elements that pass an array filter',
    from: { a: people },
    update: { $set: { 'a.$[p].v': 9, 'a.$[p].w': 1 } },
    arrayFilters: [{ 'p.id': y }],
    to: {
      a: [
        { id: x, v: 1 },
        { id: y, v: 9, w: 1 },
      ],
    },
  },
  {
    name: 'sets values that pass an array filter',
    from: { a: [1, 2, 3] },
    update: { $set: { 'a.$[n]': 0 } },
    arrayFilters: [{ n: { $gte: 2 } }],
    to: { a: [1, 0, 0] },
  },
  {
    name: 'puts an array filter to an element as to a field: null is no document without fields, an array is opened',
    from: { a: [null, { b: 1 }, 3, [3], [null]] },
    update: { $set: { 'a.$[n]': 0, 'a.$[t]': 1 } },
    arrayFilters: [{ n: null }, { t: { $gt: 2 } }],
    to: { a: [0, { b: 1 }, 1, 1, 0] },
  },
  {
    name: 'goes through arrays in arrays',
    from: { a: [{ t: ['p', 'q'] }, { t: ['p'] }] },
    update: { $set: { 'a.$[].t.$[w]': 'z' } },
    arrayFilters: [{ w: 'p' }],
    to: { a: [{ t: ['z', 'q'] }, { t: ['z'] }] },
  },
  {
    name: 'takes an $or as an array filter',
    from: { a: people },
    update: { $set: { 'a.$[p].v': 9 } },
    arrayFilters: [{ $or: [{ 'p.v': 1 }, { 'p.v': 2 }] }],
    to: {
      a: [
        { id: x, v: 9 },
        { id: y, v: 9 },
      ],
    },
  },
  { name: 'wants each array filter', from: { a: [1] }, update: { $set: { 'a.$[n]': 0 } }, code: 2 },
  {
    name: 'wants each array filter to be used',
    from: { a: [1] },
    update: { $set: { b: 0 } },
    arrayFilters: [{ n: 1 }],
    code: 9,
  },
  { name: 'cannot go through the elements of a missing array', from: {}, update: { $set: { 'a.$[]': 0 } }, code: 2 },
  // pipelines
  {
    name: 'computes from other fields',
    from: { n: 1, m: 2 },
    update: [{ $set: { sum: { $add: ['$n', '$m'] }, n: '$m' } }],
    to: { n: 2, m: 2, sum: 3 },
  },
  {
    name: 'compares missing fields with dates',
    from: {},
    update: [{ $set: { free: { $lt: ['$until', '$$NOW'] } } }],
    to: { free: true },
  },
  { name: 'unsets in a pipeline', from: { a: 1, b: 2 }, update: [{ $unset: 'a' }], to: { b: 2 } },
  {
    name: 'sets a path beside what is there',
    from: { o: { a: 1 } },
    update: [{ $set: { 'o.b': 2 } }],
    to: { o: { a: 1, b: 2 } },
  },
  {
    name: 'changes elements by an expression',
    from: { a: people },
    update: [{ $set: { a: { $map: { input: '$a', as: 'p', in: { $mergeObjects: ['$$p', { w: 1 }] } } } } }],
    to: {
      a: [
        { id: x, v: 1, w: 1 },
        { id: y, v: 2, w: 1 },
      ],
    },
  },
  { name: 'replaces all but the _id', from: { a: 1 }, update: [{ $replaceWith: { b: 2 } }], to: { b: 2 } },
  {
    name: 'modifies nothing by a pipeline that changes nothing',
    from: { n: 5 },
    update: [{ $set: { n: { $max: ['$n', 3] } } }],
  },
  {
    name: 'cannot change the _id in a pipeline',
    from: {},
    update: [{ $set: { _id: 2 } }],
    code: 66,
    differs: 'codes of updates',
  },
  { name: 'cannot match in a pipeline', from: {}, update: [{ $match: {} }], code: 72 },
]

describe.each(engines())('An update on $name', (engine) => {
  const database = useDatabase(engine, 'updates')

  test.each(cases.filter(({ differs }) => agrees(engine, differs)))('$name', async (one) => {
    const { from, update, to, code, query = {}, arrayFilters } = one
    const collection = database.db.collection<Document & { _id: number }>('updates')
    await collection.deleteMany({})
    await collection.insertOne({ _id: 1, ...from })
    const statement = { q: { _id: 1, ...query }, u: update, ...(arrayFilters && { arrayFilters }) }
    const reply = await database.db.command({ update: 'updates', updates: [statement] })
    if (code !== undefined) {
      expect(reply).toMatchObject({ n: 0, nModified: 0, writeErrors: [{ index: 0, code }] })
    } else {
      expect(reply).toMatchObject({ n: 1, nModified: to ? 1 : 0 })
      expect(reply).not.toHaveProperty('writeErrors')
    }
    const after = await collection.findOne()
    expect(JSON.stringify(after)).toBe(JSON.stringify({ _id: 1, ...(to ?? from) }))
  })

  test('means the elements of before the update, however many fields it sets in them', async () => {
    const people = database.db.collection<Document & { _id: number }>('elements')
    await people.insertOne({
      _id: 1,
      events: [
        { id: 'a', status: 'new' },
        { id: 'b', status: 'new' },
      ],
    })
    const set = { 'events.$.at': 5, 'events.$.status': 'seen' }
    await people.updateOne(
      { _id: 1, events: { $elemMatch: { id: 'b', status: 'new' } } },
      { $set: { ...set, 'events.$.zone': 'x' } },
    )
    const filtered = { 'events.$[e].status': 'done', 'events.$[e].zone': 'y' }
    await people.updateOne({ _id: 1 }, { $set: filtered }, { arrayFilters: [{ 'e.status': 'new' }] })
    expect((await people.findOne({ _id: 1 }))?.events).toEqual([
      { id: 'a', status: 'done', zone: 'y' },
      { id: 'b', status: 'seen', at: 5, zone: 'x' },
    ])
  })

  test('leaves the bytes of everything else as they were', async () => {
    const collection = database.db.collection('bytes')
    const odd = {
      double: new Double(2),
      long: Long.fromNumber(3),
      int: new Int32(4),
      decimal: Decimal128.fromString('1.50'),
      regex: /x/i,
      nested: new Map<string, unknown>([
        ['10', 'ten'],
        ['a', new Double(1)],
        ['2', 'two'],
      ]),
      list: [new Double(1), { b: Long.ONE }],
    }
    await collection.insertOne({ z: 1, ...odd, a: 2 })
    await collection.updateOne({}, { $set: { z: 5, 'nested.b': 1 }, $push: { list: 9 } as Document })
    const typed = await collection.findOne({}, { promoteValues: false })
    expect(Object.keys(typed ?? {})).toEqual([
      '_id',
      'z',
      'double',
      'long',
      'int',
      'decimal',
      'regex',
      'nested',
      'list',
      'a',
    ])
    expect(typed).toMatchObject({ double: odd.double, long: odd.long, int: odd.int, decimal: odd.decimal })
    const [raw] = await collection.find({}, { raw: true }).project({ _id: 0, nested: 1 }).toArray()
    const names = Buffer.from(Object.values(raw ?? {}) as number[])
      .toString('latin1')
      .match(/(10|2|a|b)\0/g)
    expect(names).toEqual(['10\0', 'a\0', '2\0', 'b\0'])
    expect(typed?.list).toEqual([new Double(1), { b: Long.ONE }, new Int32(9)])
  })
})

describe.each(engines())('An upsert on $name', (engine) => {
  const database = useDatabase(engine, 'upserts')

  async function upsert(q: Document, u: Document | Document[]): Promise<Document> {
    await database.db.collection('upserts').deleteMany({})
    const reply = await database.db.command({ update: 'upserts', updates: [{ q, u, upsert: true }] })
    if (reply.writeErrors) return reply
    expect(reply).toMatchObject({ n: 1, nModified: 0, upserted: [{ index: 0 }] })
    return (await database.db.collection('upserts').findOne()) ?? {}
  }

  test('makes a document of what the query demands and what the update sets', async () => {
    const made = await upsert(
      {
        _id: 7,
        k: 1,
        'o.p': 2,
        r: { $eq: 3 },
        t: { $gt: 1 },
        one: { $in: [4] },
        two: { $in: [1, 2] },
        $and: [{ z: 5 }],
      },
      { $set: { a: 1 }, $setOnInsert: { b: 2 }, $inc: { c: 3 }, $push: { l: 4 } },
    )
    expect(made).toEqual({ _id: 7, k: 1, o: { p: 2 }, r: 3, one: 4, z: 5, a: 1, b: 2, c: 3, l: [4] })
  })

  test('sets beside what the query demands', async () => {
    expect(await upsert({ 'a.b': 1 }, { $set: { 'a.c': 2 } })).toMatchObject({ a: { b: 1, c: 2 } })
  })

  test('generates an _id, and puts it first', async () => {
    const made = await upsert({ _id: { $gt: 1 } }, { $set: { c: 1 } })
    expect(Object.keys(made)).toEqual(['_id', 'c'])
    expect(made._id).toBeInstanceOf(ObjectId)
  })

  test('takes only the _id of the query for a replacement', async () => {
    expect(await upsert({ _id: 8, k: 1 }, { a: 1 })).toEqual({ _id: 8, a: 1 })
  })

  test('computes with a pipeline', async () => {
    expect(await upsert({ _id: 9, n: 1 }, [{ $set: { a: { $add: ['$n', 1] } } }])).toEqual({ _id: 9, n: 1, a: 2 })
  })

  test('fails where query and update do not go together', async () => {
    expect(await upsert({ a: 1 }, { $set: { 'a.c': 2 } })).toMatchObject({ writeErrors: [{ code: 28 }] })
  })

  test('does not set on insert when there is something to update', async () => {
    await database.db.collection<{ _id: string }>('set').insertOne({ _id: 'x' })
    const update = { $set: { a: 1 }, $setOnInsert: { b: 2 } }
    const reply = await database.db.command({ update: 'set', updates: [{ q: { _id: 'x' }, u: update, upsert: true }] })
    expect(reply).toMatchObject({ n: 1, nModified: 1 })
    expect(await database.db.collection('set').findOne()).toEqual({ _id: 'x', a: 1 })
  })
})
