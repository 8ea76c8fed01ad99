import { Binary, Double, Long, MongoBulkWriteError, MongoServerError, ObjectId, type Document } from 'mongodb'
import { beforeEach, describe, expect, test } from 'vitest'
import { agrees, engines, useDatabase } from '../../support/engines.js'

interface Person extends Document {
  _id: number
}

/** The error that a promise fails with. */
async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

describe.each(engines())('Writes on $name', (engine) => {
  const database = useDatabase(engine, 'writes')
  const people = () => database.db.collection<Person>('people')

  beforeEach(async () => {
    await people().drop()
    await people().createIndex({ email: 1 }, { unique: true }, {})
    await people().insertMany([
      { _id: 1, email: 'a', age: 10 },
      { _id: 2, email: 'b', age: 20 },
      { _id: 3, email: 'c', age: 30 },
    ])
  })

  test('an insert that repeats a key names the index, the key and its value', async () => {
    const error = await failure(people().insertOne({ _id: 4, email: 'a' }))
    expect(error).toBeInstanceOf(MongoServerError)
    expect(error).toMatchObject({
      code: 11000,
      keyPattern: { email: 1 },
      keyValue: { email: 'a' },
      errmsg: `E11000 duplicate key error collection: ${database.name}.people index: email_1 dup key: { email: "a" }`,
    })
  })

  test('an insert that repeats an _id names the index of ids', async () => {
    const error = await failure(people().insertOne({ _id: 1, email: 'x' }))
    expect(error).toMatchObject({ code: 11000, keyPattern: { _id: 1 }, keyValue: { _id: 1 } })
  })

  test('an ordered insert stops at its first error', async () => {
    const error = await failure(
      people().insertMany([
        { _id: 4, email: 'd' },
        { _id: 5, email: 'a' },
        { _id: 6, email: 'f' },
      ]),
    )
    expect(error).toBeInstanceOf(MongoBulkWriteError)
    expect((error as MongoBulkWriteError).insertedCount).toBe(1)
    expect((error as MongoBulkWriteError).writeErrors).toMatchObject([{ index: 1, code: 11000 }])
    expect(await people().countDocuments()).toBe(4)
  })

  test('an unordered insert goes on after errors and reports each with its place', async () => {
    const documents = [
      { _id: 1, email: 'x' },
      { _id: 4, email: 'd' },
      { _id: 5, email: 'a' },
      { _id: 6, email: 'f' },
    ]
    const error = await failure(people().insertMany(documents, { ordered: false }))
    expect((error as MongoBulkWriteError).insertedCount).toBe(2)
    expect((error as MongoBulkWriteError).writeErrors).toMatchObject([
      { index: 0, code: 11000 },
      { index: 2, code: 11000 },
    ])
    expect(await people().countDocuments()).toBe(5)
  })

  test('a bulk write counts what it matched, modified, inserted, upserted and deleted', async () => {
    const result = await people().bulkWrite(
      [
        { insertOne: { document: { _id: 9, email: 'i' } } },
        { updateOne: { filter: { _id: 1 }, update: { $set: { age: 11 } } } },
        { updateOne: { filter: { _id: 2 }, update: { $set: { age: 20 } } } },
        { updateMany: { filter: { age: { $gte: 11 } }, update: { $inc: { age: 1 } } } },
        { updateOne: { filter: { _id: 7 }, update: { $set: { email: 'g' } }, upsert: true } },
        { replaceOne: { filter: { _id: 3 }, replacement: { email: 'cc' } } },
        { deleteOne: { filter: { email: 'b' } } },
      ],
      { ordered: false },
    )
    expect(result).toMatchObject({
      insertedCount: 1,
      matchedCount: 6,
      modifiedCount: 5,
      upsertedCount: 1,
      upsertedIds: { 4: 7 },
      deletedCount: 1,
    })
    expect(await people().find().sort({ _id: 1 }).toArray()).toEqual([
      { _id: 1, email: 'a', age: 12 },
      { _id: 3, email: 'cc' },
      { _id: 7, email: 'g' },
      { _id: 9, email: 'i' },
    ])
  })

  test('an unordered bulk of updates reports each error with its place and carries out the rest', async () => {
    const update = (_id: number, set: Document) => ({ updateOne: { filter: { _id }, update: { $set: set } } })
    const error = await failure(
      people().bulkWrite([update(1, { email: 'b' }), update(2, { age: 21 }), update(3, { _id: 4 })], {
        ordered: false,
      }),
    )
    expect((error as MongoBulkWriteError).modifiedCount).toBe(1)
    expect((error as MongoBulkWriteError).writeErrors).toMatchObject([
      { index: 0, code: 11000 },
      { index: 2, code: 66 },
    ])
    expect(await people().findOne({ _id: 1 })).toEqual({ _id: 1, email: 'a', age: 10 })
  })

  test('an update that matches but changes nothing modifies nothing', async () => {
    expect(await people().updateOne({ _id: 1 }, { $set: { age: 10 } })).toMatchObject({
      matchedCount: 1,
      modifiedCount: 0,
    })
    expect(await people().updateMany({}, { $max: { age: 20 } })).toMatchObject({ matchedCount: 3, modifiedCount: 1 })
  })

  test.runIf(agrees(engine, 'the same replacement'))('a document replaced by itself is not modified', async () => {
    const result = await people().replaceOne({ _id: 1 }, { email: 'a', age: 10 })
    expect(result).toMatchObject({ matchedCount: 1, modifiedCount: 0 })
  })

  test('a replacement keeps the _id and drops every other field', async () => {
    await people().replaceOne({ email: 'a' }, { email: 'z' })
    expect(await people().findOne({ email: 'z' })).toEqual({ _id: 1, email: 'z' })
    const error = await failure(
      database.db.command({ update: 'people', updates: [{ q: {}, u: { a: 1 }, multi: true }] }),
    )
    expect(error ?? (await people().findOne({ a: 1 }))).toBeNull()
  })

  test('an _id among other conditions does not speak for all of them', async () => {
    const never = { $and: [{ _id: 1 }, { email: 'nobody' }] }
    expect(await people().countDocuments(never)).toBe(0)
    expect(await people().updateMany(never, { $set: { age: 0 } })).toMatchObject({ matchedCount: 0 })
    expect(await people().deleteMany(never)).toMatchObject({ deletedCount: 0 })
  })

  test('numbers keep their types: the wider of two, that of the query in an upsert, that which is set', async () => {
    const numbers = database.db.collection<Person>('numbers')
    await numbers.drop()
    await numbers.updateOne({ _id: 1, d: new Double(2), l: Long.fromNumber(3) }, { $set: { i: 5 } }, { upsert: true })
    await numbers.updateOne({ _id: 1 }, { $inc: { i: new Double(1), max: 2_147_483_647 }, $mul: { d: 2, none: 3 } })
    await numbers.updateOne({ _id: 1 }, { $inc: { max: 1 }, $set: { l: new Double(3) } })
    expect(await numbers.findOne({}, { promoteLongs: true })).toEqual({
      _id: 1,
      d: 4,
      i: 6,
      l: 3,
      max: 2_147_483_648,
      none: 0,
    })
    const wanted = { d: 'double', i: 'double', l: 'double', max: 'long', none: 'int' }
    for (const [name, $type] of Object.entries(wanted))
      expect([name, await numbers.countDocuments({ [name]: { $type } })]).toEqual([name, 1])
  })

  test('a pipeline leaves _id in front of a field that is called by a number', async () => {
    const odd = database.db.collection<Person>('odd')
    await odd.drop()
    await odd.insertOne({ _id: 7, '0': 'zero', a: 1 })
    await odd.updateOne({ _id: 7 }, [{ $replaceWith: { $mergeObjects: ['$$ROOT', { b: 2 }] } }])
    expect(await odd.findOne({ _id: 7 })).toEqual({ _id: 7, '0': 'zero', a: 1, b: 2 })
  })

  test('a replacement with another _id is refused', async () => {
    const reply = await database.db.command({
      update: 'people',
      updates: [{ q: { _id: 1 }, u: { _id: 5, email: 'a' } }],
    })
    expect(reply).toMatchObject({ n: 0, writeErrors: [{ code: 66 }] })
  })

  test('a delete takes one or all', async () => {
    expect(await people().deleteOne({ age: { $gt: 5 } })).toMatchObject({ deletedCount: 1 })
    expect(await people().deleteMany({ age: { $gt: 5 } })).toMatchObject({ deletedCount: 2 })
    expect(await people().deleteMany({})).toMatchObject({ deletedCount: 0 })
  })

  test('a write that nobody waits for is carried out', async () => {
    await people().insertOne({ _id: 8, email: 'h' }, { writeConcern: { w: 0 } })
    await people().updateOne({ _id: 1 }, { $set: { age: 99 } }, { writeConcern: { w: 0 } })
    await expect.poll(() => people().findOne({ _id: 1 }), { timeout: 60_000, interval: 20 }).toMatchObject({ age: 99 })
    expect(await people().findOne({ _id: 8 })).toEqual({ _id: 8, email: 'h' })
  })

  test('a majority is had, more than one member is not', async () => {
    await people().insertOne({ _id: 8, email: 'h' }, { writeConcern: { w: 'majority' } })
    expect(await failure(people().insertOne({ _id: 9, email: 'i' }, { writeConcern: { w: 2 } }))).toMatchObject({
      code: 100,
    })
    expect(await people().countDocuments({ _id: 9 })).toBe(1)
  })

  test('a document of 16 MB is taken, a larger one is not', async () => {
    const fill = (size: number) => new Binary(Buffer.alloc(size))
    await people().insertOne({ _id: 50, email: 'large', fill: fill(16 * 1024 * 1024 - 100) })
    expect((await people().findOne({ _id: 50 }))?.fill).toMatchObject({ position: 16 * 1024 * 1024 - 100 })
    const grown = await failure(people().updateOne({ _id: 50 }, { $set: { more: 'x'.repeat(1000) } }))
    expect(grown).toMatchObject(agrees(engine, 'size of updates') ? { code: 10334 } : { name: 'MongoServerError' })
    expect(await people().findOne({ _id: 50 }, { projection: { more: 1 } })).toEqual({ _id: 50 })
  })

  test('an _id cannot be an array', async () => {
    const reply = await database.db.command({ insert: 'people', documents: [{ _id: [1], email: 'x' }] })
    expect(reply).toMatchObject({ n: 0, writeErrors: [{ index: 0 }] })
  })

  test('a document without an _id gets one, in front', async () => {
    await database.db.command({ insert: 'people', documents: [{ email: 'x' }, { email: 'y', _id: 77 }] })
    const made = await people().findOne({ email: 'x' })
    expect(Object.keys(made ?? {})).toEqual(['_id', 'email'])
    expect(made?._id).toBeInstanceOf(ObjectId)
    expect(Object.keys((await people().findOne({ email: 'y' })) ?? {})).toEqual(['_id', 'email'])
  })
})

describe.each(engines())('Names that JavaScript has another use for, on $name,', (engine) => {
  const database = useDatabase(engine, 'names')

  test('are only names', async () => {
    const odd = database.db.collection<Person>('odd')
    const update = { $set: { ['__proto__.polluted']: 1, 'constructor.polluted': 2 }, $inc: { toString: 3 } } as Document
    await odd.updateOne({ _id: 1, valueOf: 4 }, update, { upsert: true })
    await odd.updateOne({ _id: 1 }, { $set: { hasOwnProperty: 5 } })
    const raw = (await odd.findOne({ _id: 1 })) ?? {}
    expect(Object.entries(raw).sort()).toEqual([
      ['__proto__', { polluted: 1 }],
      ['_id', 1],
      ['constructor', { polluted: 2 }],
      ['hasOwnProperty', 5],
      ['toString', 3],
      ['valueOf', 4],
    ])
    expect(await odd.countDocuments({ constructor: null })).toBe(0)
    expect(await odd.countDocuments({ isPrototypeOf: null })).toBe(1)
    expect({}).not.toHaveProperty('polluted')
  })
})

describe.each(engines())('Finding and changing on $name', (engine) => {
  const database = useDatabase(engine, 'find_and_modify')
  const jobs = () => database.db.collection<Person>('jobs')

  beforeEach(async () => {
    await jobs().deleteMany({})
    await jobs().insertMany([
      { _id: 1, state: 'new', at: 3 },
      { _id: 2, state: 'new', at: 1 },
      { _id: 3, state: 'old', at: 2 },
    ])
  })

  test('gives the document as it was, or as it is now', async () => {
    expect(await jobs().findOneAndUpdate({ _id: 1 }, { $set: { state: 'a' } })).toMatchObject({ state: 'new' })
    const after = await jobs().findOneAndUpdate({ _id: 1 }, { $set: { state: 'b' } }, { returnDocument: 'after' })
    expect(after).toEqual({ _id: 1, state: 'b', at: 3 })
  })

  test('takes the first in the order that is asked for', async () => {
    const taken = await jobs().findOneAndUpdate(
      { state: 'new' },
      { $set: { state: 'taken' } },
      { sort: { at: 1 }, projection: { at: 1 }, returnDocument: 'after' },
    )
    expect(taken).toEqual({ _id: 2, at: 1 })
  })

  test('removes and gives what it removed', async () => {
    expect(await jobs().findOneAndDelete({ _id: 3 })).toEqual({ _id: 3, state: 'old', at: 2 })
    expect(await jobs().findOneAndDelete({ _id: 3 })).toBeNull()
  })

  test('replaces', async () => {
    expect(await jobs().findOneAndReplace({ _id: 3 }, { a: 1 }, { returnDocument: 'after' })).toEqual({ _id: 3, a: 1 })
  })

  test('upserts, and says so', async () => {
    const result = await jobs().findOneAndUpdate(
      { _id: 9 },
      { $set: { state: 'x' }, $setOnInsert: { at: 0 } },
      { upsert: true, returnDocument: 'after', includeResultMetadata: true },
    )
    expect(result).toMatchObject({
      value: { _id: 9, state: 'x', at: 0 },
      lastErrorObject: { n: 1, updatedExisting: false, upserted: 9 },
    })
    const found = await jobs().findOneAndUpdate({ _id: 10 }, { $set: { a: 1 } }, { upsert: true })
    expect(found).toBeNull()
  })

  test('finds nothing, and says so', async () => {
    const result = await jobs().findOneAndUpdate({ _id: 99 }, { $set: { a: 1 } }, { includeResultMetadata: true })
    expect(result).toMatchObject({ value: null, lastErrorObject: { n: 0, updatedExisting: false } })
  })

  test('takes a lease only when it is free, by the server’s clock', async () => {
    const lease = (holder: string) =>
      jobs().findOneAndUpdate(
        { _id: 1, $expr: { $lt: [{ $ifNull: ['$until', new Date(0)] }, '$$NOW'] } },
        [
          {
            $set: {
              holder,
              until: { $dateAdd: { startDate: '$$NOW', unit: 'minute', amount: 5 } },
              fence: { $add: [{ $ifNull: ['$fence', 0] }, 1] },
            },
          },
        ],
        { returnDocument: 'after' },
      )
    expect(await lease('first')).toMatchObject({ holder: 'first', fence: 1 })
    expect(await lease('second')).toBeNull()
    await jobs().updateOne({ _id: 1 }, { $set: { until: new Date(0) } })
    expect(await lease('second')).toMatchObject({ holder: 'second', fence: 2 })
  })

  test('a unique key is held to', async () => {
    await jobs().createIndex({ at: 1 }, { unique: true }, {})
    const error = await failure(jobs().findOneAndUpdate({ _id: 1 }, { $set: { at: 1 } }))
    expect(error).toMatchObject({ code: 11000, keyPattern: { at: 1 }, keyValue: { at: 1 } })
  })
})
