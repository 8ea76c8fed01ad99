import { deserialize, serialize } from 'bson'
import { MongoClient, type Document } from 'mongodb'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  BareClient,
  body,
  int32,
  message,
  OP_COMPRESSED,
  OP_MSG,
  OP_QUERY,
  opMsg,
  sequence,
} from '../../support/bare-mongo-client.js'
import { startMongo, type MongoStandIn } from '../../../src/playground/mongo/server.js'

describe('On the wire', () => {
  let mongo: MongoStandIn
  let bare: BareClient

  beforeEach(async () => {
    mongo = await startMongo()
    bare = new BareClient(mongo.port)
  })

  afterEach(async () => {
    bare.end()
    await mongo.close()
  })

  test('a handshake in the old way is answered in the old way', async () => {
    const query = serialize({ isMaster: 1, helloOk: true, client: { application: { name: 'old' } } })
    bare.send(message(OP_QUERY, int32(0), Buffer.from('admin.$cmd\0'), int32(0), int32(-1), Buffer.from(query)))
    const answer = await bare.answer()
    expect(answer.readInt32LE(12)).toBe(1)
    expect(answer.readInt32LE(8)).toBe(77)
    expect(deserialize(answer.subarray(36))).toMatchObject({ ismaster: true, helloOk: true, maxWireVersion: 21 })
  })

  test('a command may come in pieces, and several in one', async () => {
    const ping = opMsg({ ping: 1, $db: 'admin' })
    for (const byte of ping) bare.send(Buffer.from([byte]))
    expect(await bare.reply()).toEqual({ ok: 1 })
    bare.send(Buffer.concat([ping, ping, ping]))
    expect([await bare.reply(), await bare.reply(), await bare.reply()]).toHaveLength(3)
  })

  test('documents may come in a section of their own, and with a checksum', async () => {
    const insert = body({ insert: 'c', $db: 'd' })
    bare.send(message(OP_MSG, int32(0), insert, sequence('documents', [{ _id: 1 }, { _id: 2 }])))
    expect(await bare.reply()).toEqual({ n: 2, ok: 1 })
    bare.send(message(OP_MSG, int32(1), sequence('documents', [{ _id: 3 }]), insert, int32(0x12345678)))
    expect(await bare.reply()).toEqual({ n: 1, ok: 1 })
  })

  test('what expects no answer gets none', async () => {
    const moreToCome = 2
    bare.send(opMsg({ insert: 'c', documents: [{ _id: 1 }], $db: 'd' }, moreToCome))
    bare.send(opMsg({ nonsense: 1, $db: 'd' }, moreToCome))
    bare.send(opMsg({ count: 'c', $db: 'd' }))
    expect(await bare.reply()).toEqual({ n: 1, ok: 1 })
  })

  test.each<[string, Buffer]>([
    ['a length below that of a head', Buffer.concat([int32(5), Buffer.alloc(30)])],
    ['a length of more than 48 MB', Buffer.concat([int32(48_000_001), Buffer.alloc(30)])],
    ['an opcode that nobody knows', message(9999, Buffer.alloc(10))],
    ['a compressed message', message(OP_COMPRESSED, Buffer.alloc(30))],
    ['a message without a body', message(OP_MSG, int32(0))],
    ['two bodies', message(OP_MSG, int32(0), body({ ping: 1 }), body({ ping: 1 }))],
    ['a section of an unknown kind', message(OP_MSG, int32(0), Buffer.from([9, 0, 0, 0, 0]))],
    ['flags that nobody knows', opMsg({ ping: 1 }, 4)],
    ['a document that runs past its message', message(OP_MSG, int32(0), Buffer.from([0, 255, 0, 0, 0, 0]))],
    [
      'an element that runs past its document',
      message(OP_MSG, int32(0), Buffer.from([0, 10, 0, 0, 0, 2, 97, 0, 99, 0, 0])),
    ],
    ['a section that runs past its message', message(OP_MSG, int32(0), Buffer.from([1, 99, 0, 0, 0, 97, 0, 0]))],
    [
      'a string that is longer than its document',
      message(OP_MSG, int32(0), Buffer.from([0, 14, 0, 0, 0, 2, 97, 0, 127, 0, 0, 0, 120, 0, 0])),
    ],
  ])('%s costs its own connection, and no other', async (_name, bytes) => {
    const other = new BareClient(mongo.port)
    bare.send(bytes)
    await bare.closed
    expect(await other.send(opMsg({ ping: 1, $db: 'admin' })).reply()).toEqual({ ok: 1 })
    other.end()
  })

  test('noise of any kind harms nobody', async () => {
    let seed = 7
    const random = (): number => (seed = (seed * 1103515245 + 12345) & 0x7fffffff)
    const good = opMsg({ find: 'c', filter: { a: { $in: ['x', { b: 1 }] } }, $db: 'd' })
    for (let round = 0; round < 60; round++) {
      const noisy = Buffer.from(good)
      for (let i = 0; i < 3; i++) noisy[16 + (random() % (noisy.length - 16))] = random() & 0xff
      const client = new BareClient(mongo.port)
      client.send(noisy)
      await Promise.race([client.closed, client.answer()])
      client.end()
    }
    expect(await bare.send(opMsg({ ping: 1, $db: 'admin' })).reply()).toEqual({ ok: 1 })
  })

  test('a client that knows the set is told of it again and again, unasked', async () => {
    const told = await bare.send(opMsg({ hello: 1, $db: 'admin' })).reply()
    const topologyVersion: unknown = told['topologyVersion']
    const exhaustAllowed = 0x10000
    bare.send(opMsg({ hello: 1, topologyVersion, maxAwaitTimeMS: 10, $db: 'admin' }, exhaustAllowed))
    const [first, second] = [await bare.answer(), await bare.answer()]
    expect([first.readUInt32LE(16), second.readUInt32LE(16)]).toEqual([2, 2])
    expect([first.readInt32LE(8), second.readInt32LE(8)]).toEqual([77, first.readInt32LE(4)])
    expect(deserialize(second.subarray(21))).toMatchObject({ setName: 'playground', isWritablePrimary: true })
  })

  test('a command without a database is refused', async () => {
    expect(await bare.send(opMsg({ find: 'c' })).reply()).toMatchObject({ ok: 0, code: 40414 })
  })

  test('commands are counted by name', async () => {
    const client = await MongoClient.connect(mongo.uri)
    await client.db('d').collection('c').insertOne({ a: 1 })
    await client.db('d').collection('c').findOne()
    await client.db('d').collection('c').findOne()
    expect(mongo.commands).toMatchObject({ insert: 1, find: 2 })
    await client.close()
  })

  test('a fail point can be armed from within', async () => {
    const client = await MongoClient.connect(mongo.uri, { appName: 'the one' })
    mongo.arm({
      configureFailPoint: 'failCommand',
      mode: { times: 2, skip: 1 },
      data: { failCommands: ['count'], errorCode: 91, appName: 'the one' },
    })
    const count = (): Promise<Document> => client.db('d').command({ count: 'c' })
    expect(await count()).toMatchObject({ ok: 1 })
    await expect(count()).rejects.toMatchObject({ code: 91, codeName: 'ShutdownInProgress' })
    expect(await bare.send(opMsg({ count: 'c', $db: 'd' })).reply()).toMatchObject({ ok: 1 })
    await expect(count()).rejects.toMatchObject({ code: 91 })
    expect(await count()).toMatchObject({ ok: 1 })
    await client.close()
  })
})

describe('By the clock', () => {
  const minute = 60_000
  let time = Date.UTC(2026, 2, 15)
  let mongo: MongoStandIn
  let client: MongoClient

  beforeEach(async () => {
    mongo = await startMongo({ now: () => time })
    client = await MongoClient.connect(mongo.uri)
  })

  afterEach(async () => {
    await client.close()
    await mongo.close()
  })

  test('documents expire', async () => {
    const cache = client.db('d').collection<Document & { _id: string }>('cache')
    await cache.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 60 }, {})
    const at = (offset: number): Date => new Date(time + offset)
    await cache.insertMany([
      { _id: 'now', expiresAt: at(0) },
      { _id: 'later', expiresAt: at(5 * minute) },
      { _id: 'never', expiresAt: 'a string' },
      { _id: 'missing' },
      { _id: 'earliest counts', expiresAt: [at(9 * minute), at(0)] },
    ])
    const ids = async (): Promise<string[]> => (await cache.find().toArray()).map(({ _id }) => _id)
    time += minute - 1
    expect(await ids()).toHaveLength(5)
    time += 1_000
    expect(await ids()).toEqual(['later', 'never', 'missing'])
    await cache.updateOne({ _id: 'later' }, { $set: { expiresAt: at(20 * minute) } })
    time += 10 * minute
    expect(await ids()).toEqual(['later', 'never', 'missing'])
    time += 20 * minute
    expect(await cache.countDocuments({ _id: { $in: ['later', 'never'] } })).toBe(1)
  })

  test('cursors that nobody uses for ten minutes are gone', async () => {
    const people = client.db('d').collection('people')
    await people.insertMany(Array.from({ length: 300 }, (_, n) => ({ n })))
    const cursor = people.find().batchSize(100)
    await cursor.next()
    time += 9 * minute
    for (let i = 0; i < 120; i++) await cursor.next()
    time += 11 * minute
    await expect(cursor.toArray()).rejects.toMatchObject({ code: 43 })
  })

  test('the server’s time is what $$NOW and $currentDate say', async () => {
    const times = client.db('d').collection<Document & { _id: number }>('times')
    await times.insertOne({ _id: 1 })
    time += 12_345
    const dates: Document = { $currentDate: { a: true, b: { $type: 'timestamp' } } }
    await times.updateOne({ _id: 1 }, dates)
    await times.updateOne({ _id: 1 }, [{ $set: { c: '$$NOW' } }])
    const stored = await times.findOne({ $expr: { $eq: ['$a', '$$NOW'] } })
    expect(stored).toMatchObject({ a: new Date(time), c: new Date(time) })
    expect(stored?.b).toMatchObject({ t: Math.floor(time / 1000) })
    const [document] = await times.aggregate([{ $project: { now: '$$NOW' } }]).toArray()
    expect(document?.now).toEqual(new Date(time))
  })
})
