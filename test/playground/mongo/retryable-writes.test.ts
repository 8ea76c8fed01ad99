import { UUID, type Document } from 'bson'
import { MongoClient, type Collection } from 'mongodb'
import { describe, expect, test } from 'vitest'
import { bareCommand } from '../../support/bare-command.js'
import { engines, useDatabase } from '../../support/engines.js'

interface Counter {
  _id: number
  n: number
}

describe.each(engines())('A write that is sent again on $name', (engine) => {
  const database = useDatabase(engine, 'retryable')
  const all = (name: string): Promise<Document[]> => database.db.collection(name).find().sort({ _id: 1 }).toArray()

  /** Sends a command twice under one number, as a driver does that lost the first answer. */
  async function twice(command: Document): Promise<[Document, Document]> {
    const body = { ...command, lsid: { id: new UUID() }, txnNumber: 1n, $db: database.name }
    return [await bareCommand(database.uri, body), await bareCommand(database.uri, body)]
  }

  test('inserts once', async () => {
    const [first, second] = await twice({ insert: 'inserted', documents: [{ _id: 1 }, { _id: 2 }] })
    expect([first, second]).toMatchObject([
      { ok: 1, n: 2 },
      { ok: 1, n: 2 },
    ])
    expect(second).not.toHaveProperty('writeErrors')
    expect(await all('inserted')).toHaveLength(2)
  })

  test('updates and upserts once', async () => {
    await database.db.collection<{ _id: number; n: number }>('updated').insertOne({ _id: 1, n: 1 })
    const updates = [
      { q: { _id: 1 }, u: { $inc: { n: 1 } } },
      { q: { _id: 2 }, u: { $inc: { n: 5 } }, upsert: true },
    ]
    const said = { ok: 1, n: 2, nModified: 1, upserted: [{ index: 1, _id: 2 }] }
    expect(await twice({ update: 'updated', updates })).toMatchObject([said, said])
    expect(await all('updated')).toEqual([
      { _id: 1, n: 2 },
      { _id: 2, n: 5 },
    ])
  })

  test('finds and modifies once, and gives the same document again', async () => {
    await database.db.collection<{ _id: number; n: number }>('modified').insertOne({ _id: 1, n: 1 })
    const update = { $inc: { n: 1 } }
    const [first, second] = await twice({ findAndModify: 'modified', query: { _id: 1 }, update, new: true })
    expect([first.value, second.value]).toEqual([
      { _id: 1, n: 2 },
      { _id: 1, n: 2 },
    ])
    expect(await all('modified')).toEqual([{ _id: 1, n: 2 }])
  })

  test('deletes once', async () => {
    await database.db.collection('deleted').insertMany([{ a: 1 }, { a: 1 }])
    const said = { ok: 1, n: 1 }
    expect(await twice({ delete: 'deleted', deletes: [{ q: { a: 1 }, limit: 1 }] })).toMatchObject([said, said])
    expect(await all('deleted')).toHaveLength(1)
  })
})

describe.each(engines().filter(({ embedded }) => embedded))('What cannot be sent again to $name', (engine) => {
  const database = useDatabase(engine, 'not_retryable')

  test.each<[string, Document]>([
    ['an update of many', { update: 'c', updates: [{ q: {}, u: { $set: { a: 1 } }, multi: true }] }],
    ['a delete of many', { delete: 'c', deletes: [{ q: {}, limit: 0 }] }],
  ])('%s is refused', async (_name, command) => {
    const body = { ...command, lsid: { id: new UUID() }, txnNumber: 1n, $db: database.name }
    await database.db.collection('c').insertOne({ a: 0 })
    expect(await bareCommand(database.uri, body)).toMatchObject({ writeErrors: [{ code: 72 }] })
  })

  test('a failure that goes away by itself is labelled, and the driver sends the write again', async () => {
    const failing = { failCommands: ['insert'], errorCode: 91 }
    const arm = { configureFailPoint: 'failCommand', mode: { times: 1 }, data: failing }
    await database.client.db('admin').command(arm)
    await database.db.collection<{ _id: string }>('labelled').insertOne({ _id: 'once' })
    await database.client.db('admin').command({ ...arm, data: { failCommands: ['insert'], closeConnection: true } })
    await database.db.collection<{ _id: string }>('labelled').insertOne({ _id: 'twice' })
    expect(await database.db.collection('labelled').countDocuments({})).toBe(2)
  })

  test.each<[string, (counters: Collection<Counter>) => Promise<unknown>, Counter[]]>([
    ['update', (counters) => counters.updateOne({ _id: 1 }, { $inc: { n: 1 } }), [{ _id: 1, n: 1 }]],
    ['findAndModify', (counters) => counters.findOneAndUpdate({ _id: 1 }, { $inc: { n: 1 } }), [{ _id: 1, n: 1 }]],
    [
      'insert',
      (counters) => counters.insertOne({ _id: 2, n: 0 }),
      [
        { _id: 1, n: 0 },
        { _id: 2, n: 0 },
      ],
    ],
    ['delete', (counters) => counters.deleteOne({ _id: 1 }), []],
  ])('the driver sends %s again when its answer is lost, and it is done once', async (command, write, left) => {
    const counters = database.db.collection<Counter>('lost')
    await counters.deleteMany({})
    await counters.insertOne({ _id: 1, n: 0 })
    const data = { failCommands: [command], closeConnection: true, applied: true }
    const arm = { configureFailPoint: 'failCommand', mode: { times: 1 }, data }
    await database.client.db('admin').command(arm)
    await write(counters)
    expect(await database.client.db('admin').command({ ...arm, mode: 'off' })).toMatchObject({ count: 1 })
    expect(await counters.find().sort({ _id: 1 }).toArray()).toEqual(left)
  })

  test('a lost answer is one to a write that was done, as a driver sees that does not send it again', async () => {
    const client = await MongoClient.connect(database.uri, { retryWrites: false })
    const data = { failCommands: ['insert'], closeConnection: true, applied: true }
    await client.db('admin').command({ configureFailPoint: 'failCommand', mode: { times: 1 }, data })
    const written = client.db(database.name).collection<Counter>('unseen').insertOne({ _id: 1, n: 0 })
    await expect(written).rejects.toMatchObject({ name: 'MongoNetworkError' })
    await client.close()
    expect(await database.db.collection<Counter>('unseen').findOne({ _id: 1 })).toEqual({ _id: 1, n: 0 })
  })
})
