import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type MongoStandIn, startMongo } from '../../../src/playground/mongo/server.js'

let dir: string
let server: MongoStandIn
let client: MongoClient

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'mh-sf-mongo-journal-'))
  await start()
  await server.keep()
})
afterEach(async () => {
  await stop()
  rmSync(dir, { recursive: true, force: true })
})

async function start(): Promise<void> {
  server = await startMongo({ journal: dir })
  client = await MongoClient.connect(server.uri)
}

async function stop(): Promise<void> {
  await client.close()
  await server.close()
}

const people = () => client.db('platform').collection<{ _id: number; name: string }>('people')
const all = () => people().find().toArray()

it('has documents in their order, changed and removed ones, indexes and dropped collections', async () => {
  await people().insertMany([
    { _id: 2, name: 'B' },
    { _id: 1, name: 'A' },
    { _id: 3, name: 'C' },
  ])
  await people().createIndex({ name: 1 }, { unique: true, partialFilterExpression: { name: { $exists: true } } }, {})
  await people().updateOne({ _id: 1 }, { $set: { name: 'Ada, whose name is longer now' } })
  await people().deleteOne({ _id: 3 })
  await client.db('platform').collection('other').insertOne({})
  await client.db('platform').collection('other').drop()
  const [documents, indexes] = [await all(), await people().indexes()]
  for (let time = 0; time < 2; time++) {
    await stop()
    await start()
    expect(server.isRestored).toBe(true)
    expect(await all()).toEqual(documents)
    expect(await people().indexes()).toEqual(indexes)
    expect(await client.db('platform').listCollections().toArray()).toHaveLength(1)
    // A snapshot has the same as the log.
    await server.keep()
  }
  await expect(people().insertOne({ _id: 9, name: 'B' })).rejects.toMatchObject({ code: 11000 })
})

it('has what a transaction committed, and nothing of one that was aborted or never ended', async () => {
  await people().insertOne({ _id: 1, name: 'A' })
  await client.withSession((session) =>
    session.withTransaction(async () => {
      await people().insertOne({ _id: 2, name: 'B' }, { session })
      await people().updateOne({ _id: 1 }, { $set: { name: 'A too' } }, { session })
    }),
  )
  const session = client.startSession()
  session.startTransaction()
  await people().insertOne({ _id: 3, name: 'C' }, { session })
  await server.keep()
  await stop()
  await start()
  expect(await all()).toEqual([
    { _id: 1, name: 'A too' },
    { _id: 2, name: 'B' },
  ])
})
