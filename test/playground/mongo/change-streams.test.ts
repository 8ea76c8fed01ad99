import { MongoClient, Timestamp, type ChangeStream, type Document } from 'mongodb'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startMongo, type MongoStandIn } from '../../../src/playground/mongo/server.js'

interface Person {
  _id: string
  name?: string
  skills?: string[]
  at?: { city: string; zip: number }
  n?: number
}

describe('A change stream', () => {
  let mongo: MongoStandIn
  let client: MongoClient
  const streams: ChangeStream<Person>[] = []
  const people = () => client.db('d').collection<Person>('people')

  beforeAll(async () => {
    mongo = await startMongo()
    client = await MongoClient.connect(mongo.uri)
  })

  afterAll(async () => {
    await client.close()
    await mongo.close()
  })

  beforeEach(async () => {
    await people().deleteMany({})
    await people().insertOne({ _id: 'ada', name: 'Ada', skills: ['a'], at: { city: 'Paris', zip: 1 } })
  })

  afterEach(async () => {
    for (const stream of streams.splice(0)) await stream.close()
  })

  /** A stream that is open on the server already. */
  async function watching(pipeline: Document[] = [], options: Document = {}): Promise<ChangeStream<Person>> {
    const stream = people().watch<Person>(pipeline, { maxAwaitTimeMS: 20, ...options })
    streams.push(stream)
    await stream.tryNext()
    return stream
  }

  async function nextOf(stream: ChangeStream<Person>, count: number): Promise<Document[]> {
    const events: Document[] = []
    while (events.length < count) events.push(await stream.next())
    return events
  }

  test('tells what is inserted, updated, replaced and deleted, and how', async () => {
    const stream = await watching()
    await people().insertOne({ _id: 'bob' })
    await people().updateOne(
      { _id: 'ada' },
      { $set: { 'at.city': 'Rome' }, $unset: { name: 1 }, $push: { skills: 'b' } },
    )
    await people().replaceOne({ _id: 'bob' }, { name: 'Bob' })
    await people().deleteOne({ _id: 'bob' })
    const ns = { db: 'd', coll: 'people' }
    const events = await nextOf(stream, 4)
    expect(events).toMatchObject([
      { operationType: 'insert', ns, documentKey: { _id: 'bob' }, fullDocument: { _id: 'bob' } },
      {
        operationType: 'update',
        documentKey: { _id: 'ada' },
        updateDescription: {
          updatedFields: { 'at.city': 'Rome', 'skills.1': 'b' },
          removedFields: ['name'],
          truncatedArrays: [],
        },
      },
      { operationType: 'replace', fullDocument: { _id: 'bob', name: 'Bob' } },
      { operationType: 'delete', documentKey: { _id: 'bob' } },
    ])
    expect(events[1]).not.toHaveProperty('fullDocument')
    const tokens = events.map(({ _id }) => (_id as { _data: string })._data)
    expect([...tokens].sort()).toEqual(tokens)
  })

  test('looks updated documents up, as they are when it is read', async () => {
    const stream = await watching([], { fullDocument: 'updateLookup' })
    await people().updateOne({ _id: 'ada' }, { $set: { n: 1 } })
    await people().updateOne({ _id: 'ada' }, { $set: { n: 2 } })
    expect(await nextOf(stream, 2)).toMatchObject([{ fullDocument: { n: 2 } }, { fullDocument: { n: 2 } }])
  })

  test('goes on after any of its events, in another stream', async () => {
    const first = await watching()
    await people().insertMany([{ _id: 'x' }, { _id: 'y' }, { _id: 'z' }])
    const [event] = await nextOf(first, 3)
    const second = await watching([], { resumeAfter: event?._id as Document })
    expect(await nextOf(second, 1)).toMatchObject([{ documentKey: { _id: 'z' } }])
    expect(await first.tryNext()).toBeNull()
  })

  test('shows nothing of a transaction before it commits, and nothing of one that aborts', async () => {
    const stream = await watching()
    await client.withSession(async (session) => {
      session.startTransaction()
      await people().insertOne({ _id: 'never' }, { session })
      await session.abortTransaction()
      session.startTransaction()
      await people().insertOne({ _id: 'first' }, { session })
      await people().updateOne({ _id: 'ada' }, { $set: { n: 1 } }, { session })
      await people().insertOne({ _id: 'outside' })
      expect(await stream.next()).toMatchObject({ documentKey: { _id: 'outside' } })
      expect(await stream.tryNext()).toBeNull()
      await session.commitTransaction()
    })
    const [first, second] = await nextOf(stream, 2)
    expect(first).toMatchObject({ operationType: 'insert', documentKey: { _id: 'first' } })
    expect(second).toMatchObject({ operationType: 'update', clusterTime: first?.clusterTime as unknown })
  })

  test('passes its events through the stages that follow', async () => {
    const stream = await watching([{ $match: { operationType: 'insert' } }, { $project: { key: '$documentKey._id' } }])
    await people().updateOne({ _id: 'ada' }, { $set: { n: 1 } })
    await people().insertOne({ _id: 'eve' })
    expect(await nextOf(stream, 1)).toMatchObject([{ key: 'eve' }])
  })

  test('ends with its collection', async () => {
    const stream = await watching()
    await people().drop()
    expect(await nextOf(stream, 2)).toMatchObject([{ operationType: 'drop' }, { operationType: 'invalidate' }])
    expect(stream.closed).toBe(true)
  })

  test('waits for an event as long as it is told to', async () => {
    const stream = await watching([], { maxAwaitTimeMS: 5_000 })
    const event = stream.next()
    await people().insertOne({ _id: 'late' })
    expect(await event).toMatchObject({ documentKey: { _id: 'late' } })
  })

  test('of what is no longer, or was never, kept is refused by its name', async () => {
    const old = await startMongo()
    const other = await MongoClient.connect(old.uri)
    const startAtOperationTime = new Timestamp({ t: 1_000_000, i: 1 })
    const late = other.db('d').collection('c').watch([], { startAtOperationTime })
    await expect(late.next()).rejects.toMatchObject({ code: 286, codeName: 'ChangeStreamHistoryLost' })
    await other.close()
    await old.close()
  })
})
