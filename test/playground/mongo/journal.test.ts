import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UUID, type Document } from 'bson'
import { MongoClient } from 'mongodb'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type MongoStandIn, startMongo } from '../../../src/playground/mongo/server.js'
import { bareCommand } from '../../support/bare-command.js'

let dir: string
let server: MongoStandIn
let client: MongoClient
/** The server's clock, in milliseconds. */
let now: number

beforeEach(async () => {
  now = Date.now()
  dir = mkdtempSync(join(tmpdir(), 'mh-sf-mongo-journal-'))
  await start()
  await server.keep()
})
afterEach(async () => {
  await stop()
  rmSync(dir, { recursive: true, force: true })
})

async function start(): Promise<void> {
  server = await startMongo({ journal: dir, now: () => now })
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

/** Sends each command, and then all of them again to what is there after a restart: the answers without their times. */
async function sentAgain(
  commands: readonly Document[],
  meanwhile: () => Promise<void>,
): Promise<[Document[], Document[]]> {
  const answers: [Document[], Document[]] = [[], []]
  for (const all of answers) {
    for (const command of commands) {
      const answer = await bareCommand(server.uri, command)
      all.push({ ...answer, operationTime: undefined, $clusterTime: undefined })
    }
    if (all === answers[0]) await meanwhile()
  }
  return answers
}

/** A command as a driver numbers it that would send it again. */
function numbered(command: Document): Document {
  return { ...command, lsid: { id: new UUID() }, txnNumber: 1n, $db: 'platform' }
}

async function restart(): Promise<void> {
  await stop()
  await start()
}

it.each([
  ['from its log', restart],
  [
    'from its snapshot',
    async () => {
      await server.keep()
      await restart()
    },
  ],
])('carries out once what is sent again after a restart %s, and answers the same', async (_name, meanwhile) => {
  const counters = () => client.db('platform').collection<{ _id: unknown; n?: number }>('counters')
  await counters().insertMany([1, 2, 3].map((_id) => ({ _id, n: 0 })))
  const query = { _id: 2 }
  const [first, second] = await sentAgain(
    [
      { update: 'counters', updates: [1, 3].map((_id) => ({ q: { _id }, u: { $inc: { n: 1 } } })) },
      { update: 'counters', updates: [{ q: { _id: { a: 1 } }, u: { $inc: { n: 5 } }, upsert: true }] },
      { insert: 'counters', documents: [{ _id: 7 }, { _id: 8 }] },
      { delete: 'counters', deletes: [{ q: { _id: 8 }, limit: 1 }] },
      { findAndModify: 'counters', query, update: { $inc: { n: 1 } }, new: true },
    ].map(numbered),
    meanwhile,
  )
  expect(second).toMatchObject(first)
  for (const answer of second) expect('retriedStmtIds' in answer || 'retriedStmtId' in answer).toBe(true)
  expect(await counters().find().toArray()).toEqual([
    { _id: 1, n: 1 },
    { _id: 2, n: 1 },
    { _id: 3, n: 1 },
    { _id: { a: 1 }, n: 5 },
    { _id: 7 },
  ])
})

it('knows after a restart that a transaction is committed, and forgets it with its session', async () => {
  const transaction = { lsid: { id: new UUID() }, txnNumber: 1n, autocommit: false }
  const insert = { insert: 'people', documents: [{ _id: 1 }], startTransaction: true, ...transaction, $db: 'platform' }
  await bareCommand(server.uri, insert)
  const commit = { commitTransaction: 1, ...transaction, $db: 'admin' }
  expect(await sentAgain([commit], restart)).toMatchObject([[{ ok: 1 }], [{ ok: 1 }]])
  const old = { ...numbered({ insert: 'people', documents: [{ _id: 2 }] }), lsid: transaction.lsid, txnNumber: 0n }
  expect(await bareCommand(server.uri, old)).toMatchObject({ codeName: 'TransactionTooOld' })
  await restart()
  now += 31 * 60_000
  expect(await bareCommand(server.uri, commit)).toMatchObject({ codeName: 'NoSuchTransaction' })
  expect(await all()).toEqual([{ _id: 1 }])
})
