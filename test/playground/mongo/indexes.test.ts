import { ObjectId, type Document } from 'mongodb'
import { beforeEach, describe, expect, test } from 'vitest'
import { startMongo } from '../../../src/playground/mongo/server.js'
import { agrees, engines, useDatabase } from '../../support/engines.js'

interface Numbered extends Document {
  _id: number
}

describe.each(engines())('Indexes on $name', (engine) => {
  const database = useDatabase(engine, 'indexes')
  const things = () => database.db.collection<Numbered>('things')

  beforeEach(async () => {
    await things().drop()
  })

  test('are listed as they were asked for, that on _id first', async () => {
    await things().createIndexes([
      { key: { email: 1 }, unique: true },
      { key: { slug: 1 }, unique: true, sparse: true },
      { key: { a: 1, b: -1 }, name: 'both' },
      { key: { at: 1 }, expireAfterSeconds: 60 },
      { key: { state: 1 }, partialFilterExpression: { open: true } },
    ])
    const listed = await things().listIndexes().toArray()
    expect(listed).toMatchObject([
      { v: 2, key: { _id: 1 }, name: '_id_' },
      { key: { email: 1 }, name: 'email_1', unique: true },
      { key: { slug: 1 }, name: 'slug_1', unique: true, sparse: true },
      { key: { a: 1, b: -1 }, name: 'both' },
      { key: { at: 1 }, name: 'at_1', expireAfterSeconds: 60 },
      { key: { state: 1 }, name: 'state_1', partialFilterExpression: { open: true } },
    ])
  })

  test('are made once, however often they are asked for', async () => {
    const create = () => database.db.command({ createIndexes: 'things', indexes: [{ key: { a: 1 }, name: 'a_1' }] })
    expect(await create()).toMatchObject({ numIndexesBefore: 1, numIndexesAfter: 2, ok: 1 })
    expect(await create()).toMatchObject({
      numIndexesBefore: 2,
      numIndexesAfter: 2,
      note: expect.stringMatching(/already exist/) as string,
    })
  })

  test('are not made over another of the same name or key', async () => {
    await things().createIndex({ a: 1 })
    await expect(things().createIndex({ a: 1 }, { name: 'other' }, {})).rejects.toMatchObject({ code: 85 })
    await expect(things().createIndex({ b: 1 }, { name: 'a_1' }, {})).rejects.toMatchObject({ code: 86 })
    await expect(things().createIndex({ a: 1 }, { unique: true }, {})).rejects.toMatchObject({ code: 86 })
  })

  test('of one key are several when they differ in what they take in', async () => {
    await things().createIndex({ a: 1 })
    await things().createIndex({ a: 1 }, { name: 'sparse', sparse: true }, {})
    await things().createIndex({ a: 1 }, { name: 'unique', unique: true }, {})
    expect(await things().listIndexes().toArray()).toHaveLength(4)
  })

  test('are all made or none, and each is asked for once', async () => {
    const create = (...indexes: Document[]) => database.db.command({ createIndexes: 'things', indexes })
    await things().createIndex({ a: 1 })
    const [fresh, other] = [
      { key: { b: 1 }, name: 'b_1' },
      { key: { c: 1 }, name: 'a_1' },
    ]
    await expect(create(fresh, other)).rejects.toMatchObject({ code: 86 })
    await expect(create(fresh, fresh)).rejects.toMatchObject({ code: 68, codeName: 'IndexAlreadyExists' })
    expect(await things().listIndexes().toArray()).toHaveLength(2)
  })

  test('are dropped by name, by key, and all at once', async () => {
    await things().createIndexes([{ key: { a: 1 } }, { key: { b: 1 } }, { key: { c: 1 } }, { key: { d: 1 } }])
    await things().dropIndex('a_1')
    await database.db.command({ dropIndexes: 'things', index: { b: 1 } })
    expect((await things().listIndexes().toArray()).map(({ name }) => name as string)).toEqual(['_id_', 'c_1', 'd_1'])
    await things().dropIndexes()
    expect(await things().listIndexes().toArray()).toHaveLength(1)
    await expect(things().dropIndex('nope')).rejects.toMatchObject({ code: 27 })
    await expect(things().dropIndex('_id_')).rejects.toMatchObject({ code: 72 })
  })

  test('of a collection that is not there are an error', async () => {
    await expect(database.db.collection('nowhere').listIndexes().toArray()).rejects.toMatchObject({ code: 26 })
  })

  test('a unique one takes null and missing once, a sparse one any number of missing', async () => {
    await things().createIndex({ email: 1 }, { unique: true }, {})
    await things().createIndex({ slug: 1 }, { unique: true, sparse: true }, {})
    await things().insertOne({ _id: 1, email: 'a' })
    await things().insertOne({ _id: 2 })
    await expect(things().insertOne({ _id: 3, email: null })).rejects.toMatchObject({ keyValue: { email: null } })
    await things().insertOne({ _id: 3, email: 'c', slug: 's' })
    await expect(things().insertOne({ _id: 4, email: 'd', slug: 's' })).rejects.toMatchObject({ code: 11000 })
  })

  test('a partial one only looks at what its filter takes in', async () => {
    await things()
      .createIndex({ email: 1 }, { unique: true, partialFilterExpression: { deletedAt: { $exists: false } } }, {})
      .catch(() => undefined)
    await things().createIndex({ name: 1 }, { unique: true, partialFilterExpression: { live: true } }, {})
    await things().insertMany([
      { _id: 1, name: 'x', live: true, email: 'a' },
      { _id: 2, name: 'x', live: false, email: 'b' },
    ])
    await expect(things().insertOne({ _id: 3, name: 'x', live: true, email: 'c' })).rejects.toMatchObject({
      code: 11000,
    })
    await expect(things().updateOne({ _id: 2 }, { $set: { live: true } })).rejects.toMatchObject({ code: 11000 })
    await things().updateOne({ _id: 1 }, { $set: { live: false } })
    await things().updateOne({ _id: 2 }, { $set: { live: true } })
    expect(await things().find({ name: 'x' }).toArray()).toHaveLength(2)
    expect(await things().find({ name: 'x', live: true }).toArray()).toMatchObject([{ _id: 2 }])
  })

  test('a compound one is unique in its whole key', async () => {
    await things().createIndex({ event: 1, person: 1 }, { unique: true }, {})
    await things().insertMany([
      { _id: 1, event: 1, person: 1 },
      { _id: 2, event: 1, person: 2 },
      { _id: 3, event: 2, person: 1 },
    ])
    await expect(things().insertOne({ _id: 4, event: 1, person: 2 })).rejects.toMatchObject({
      code: 11000,
      keyPattern: { event: 1, person: 1 },
      keyValue: { event: 1, person: 2 },
    })
    expect(await things().find({ event: 1 }).toArray()).toHaveLength(2)
    expect(
      await things()
        .find({ event: 1, person: { $in: [2, 3] } })
        .toArray(),
    ).toMatchObject([{ _id: 2 }])
  })

  test('one on a field inside an array holds each element to account, but not a document against itself', async () => {
    await things().createIndex({ 'links.key': 1 }, { unique: true }, {})
    await things().insertOne({ _id: 1, links: [{ key: 'a' }, { key: 'b' }, { key: 'a' }] })
    await expect(things().insertOne({ _id: 2, links: [{ key: 'c' }, { key: 'b' }] })).rejects.toMatchObject({
      keyValue: { 'links.key': agrees(engine, 'key of an array') ? 'b' : 'c' },
    })
    await things().updateOne({ _id: 1 }, { $pull: { links: { key: 'b' } } as Document })
    await things().insertOne({ _id: 2, links: [{ key: 'c' }, { key: 'b' }] })
    expect(await things().find({ 'links.key': 'b' }).toArray()).toMatchObject([{ _id: 2 }])
  })

  test.runIf(agrees(engine, 'two arrays in a key'))('two arrays in one key are refused', async () => {
    await things().createIndex({ a: 1, b: 1 })
    await expect(things().insertOne({ _id: 1, a: [1], b: [2] })).rejects.toMatchObject({ code: 171 })
  })

  test('a unique one is not made over what repeats', async () => {
    await things().insertMany([
      { _id: 1, a: 1 },
      { _id: 2, a: 1 },
    ])
    await expect(things().createIndex({ a: 1 }, { unique: true }, {})).rejects.toMatchObject({
      code: 11000,
      keyPattern: { a: 1 },
    })
    expect(await things().listIndexes().toArray()).toHaveLength(1)
  })

  test('follow every change to what they find', async () => {
    await things().createIndex({ tags: 1 })
    await things().insertMany([
      { _id: 1, tags: ['x', 'y'] },
      { _id: 2, tags: ['x'] },
    ])
    const tagged = async (tag: string) => (await things().find({ tags: tag }).toArray()).map(({ _id }) => _id)
    expect(await tagged('x')).toEqual([1, 2])
    await things().updateOne({ _id: 1 }, { $pull: { tags: 'x' } as Document })
    await things().replaceOne({ _id: 2 }, { tags: ['y', 'z'] })
    expect(await tagged('x')).toEqual([])
    expect(await tagged('y')).toEqual([1, 2])
    await things().deleteOne({ _id: 1 })
    expect(await tagged('y')).toEqual([2])
  })

  test('an upsert that loses a key to another document is told which', async () => {
    await things().createIndex({ email: 1 }, { unique: true }, {})
    await things().insertOne({ _id: 1, email: 'a', state: 'x' })
    const upsert = things().updateOne({ email: 'a', state: 'y' }, { $set: { n: 1 } }, { upsert: true })
    await expect(upsert).rejects.toMatchObject({ code: 11000, keyValue: { email: 'a' } })
  })

  test('a hint has to name one', async () => {
    await things().createIndex({ a: 1 })
    await things().insertOne({ _id: 1, a: 1 })
    expect(await things().find({ a: 1 }).hint('a_1').toArray()).toHaveLength(1)
    await expect(things().find({ a: 1 }).hint('nope').toArray()).rejects.toMatchObject({ code: 2 })
  })

  test('an explanation says which one serves', async () => {
    await things().insertOne({ _id: 1, a: 1 })
    await things().createIndex({ a: 1 })
    const plan = async (filter: Document) => JSON.stringify(await things().find(filter).explain('queryPlanner'))
    expect(await plan({ a: 1 })).toMatch(/IXSCAN.*a_1/)
    expect(await plan({ b: 1 })).toMatch(/COLLSCAN/)
  })
})

describe('The embedded engine', () => {
  test('pages through an event by _id with its index alone, without a sort', async () => {
    const mongo = await startMongo()
    const { MongoClient } = await import('mongodb')
    const client = await MongoClient.connect(mongo.uri)
    const event = new ObjectId()
    const people = client.db('p').collection('participants')
    await people.createIndex({ 'registeredEvents.eventId': 1 })
    const loaded = mongo.load('p', 'participants', participants(event, 20_000))
    expect(loaded).toBe(20_000)
    const seen: number[] = []
    for (let last: ObjectId | undefined; ;) {
      const filter = { 'registeredEvents.eventId': event, deletedAt: null, ...(last && { _id: { $gt: last } }) }
      const cursor = people.find(filter).sort({ _id: 1 }).limit(1_000)
      const { queryPlanner } = await cursor.clone().explain('queryPlanner')
      expect(JSON.stringify(queryPlanner)).toContain('registeredEvents.eventId_1')
      expect(JSON.stringify(queryPlanner)).not.toContain('SORT')
      const page = await cursor.toArray()
      if (page.length === 0) break
      seen.push(...page.map(({ n }) => n as number))
      last = page.at(-1)?._id
    }
    expect(seen).toEqual(Array.from({ length: 20_000 }, (_, n) => n).filter((n) => n % 2 === 0 && n % 10 !== 0))
    await client.close()
    await mongo.close()
  })
})

/** People of whom every second is registered for the event, and every tenth has left. */
function* participants(event: ObjectId, count: number): Iterable<Document> {
  const other = new ObjectId()
  for (let n = 0; n < count; n++) {
    const _id = new ObjectId(n.toString(16).padStart(24, '0'))
    yield {
      _id,
      n,
      registeredEvents: [{ eventId: other }, { eventId: n % 2 === 0 ? event : other }],
      ...(n % 10 === 0 && { deletedAt: new Date(0) }),
    }
  }
}
