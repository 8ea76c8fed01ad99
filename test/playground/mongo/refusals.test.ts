import { MongoServerError, type Document } from 'mongodb'
import { describe, expect, test } from 'vitest'
import { agrees, engines, useDatabase } from '../../support/engines.js'

describe.each(engines())('What $name is', (engine) => {
  const database = useDatabase(engine, 'refusals')
  const command = (body: Document): Promise<Document> => database.db.command(body)

  test('a MongoDB 7 that is a replica set of one', async () => {
    const hello: Record<string, unknown> = await command({ hello: 1 })
    expect(hello).toMatchObject({
      isWritablePrimary: true,
      maxBsonObjectSize: 16 * 1024 * 1024,
      maxMessageSizeBytes: 48_000_000,
      maxWriteBatchSize: 100_000,
      logicalSessionTimeoutMinutes: 30,
      minWireVersion: 0,
      maxWireVersion: 21,
    })
    expect(hello.hosts).toEqual([hello.me])
    expect(hello).toMatchObject({ primary: hello.me, secondary: false, setName: expect.any(String) as string })
    for (const name of ['compression', 'msg']) expect(hello).not.toHaveProperty(name)
    expect(await command({ buildInfo: 1 })).toMatchObject({ version: '7.0.0', ok: 1 })
    expect(await command({ ping: 1 })).toMatchObject({ ok: 1 })
    expect(await database.client.db('admin').command({ connectionStatus: 1 })).toMatchObject({
      authInfo: { authenticatedUsers: [] },
    })
    expect(await database.client.db('admin').command({ replSetGetStatus: 1 })).toMatchObject({
      set: hello.setName,
      myState: 1,
      members: [{ name: hello.me, stateStr: 'PRIMARY' }],
    })
  })

  test('a server that does not know every command', async () => {
    await expect(command({ makeCoffee: 1 })).rejects.toMatchObject({
      code: 59,
      codeName: 'CommandNotFound',
      message: "no such command: 'makeCoffee'",
    })
  })

  test('with sessions outside of transactions', async () => {
    await database.client.withSession(async (session) => {
      await database.db.collection('s').insertOne({ a: 1 }, { session })
      expect(await database.db.collection('s').findOne({}, { session })).toMatchObject({ a: 1 })
    })
  })

  test.runIf(agrees(engine, 'codes of read concerns'))('without snapshots outside of transactions', async () => {
    const find = (readConcern: Document): Promise<Document> => command({ find: 't', readConcern })
    expect(await find({ level: 'majority' })).toMatchObject({ ok: 1 })
    await expect(find({ level: 'snapshot' })).rejects.toMatchObject({ code: 115 })
  })

  test('strict about the names of collections', async () => {
    await expect(command({ insert: '', documents: [{ a: 1 }] })).rejects.toMatchObject({ code: 73 })
    await expect(command({ find: 5 })).rejects.toBeInstanceOf(MongoServerError)
  })

  test('a keeper of collections and databases', async () => {
    await database.db.createCollection('made')
    await database.db.collection('written').insertOne({ a: 1 })
    const names = async (): Promise<string[]> =>
      (await database.db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name)
    expect(await names()).toEqual(expect.arrayContaining(['made', 'written']))
    const [listed] = await database.db.listCollections({ name: 'made' }).toArray()
    expect(listed).toMatchObject({ name: 'made', type: 'collection', idIndex: { name: '_id_', key: { _id: 1 } } })
    expect(await database.db.collection('made').drop()).toBe(true)
    expect(await names()).not.toContain('made')
    const { databases } = await database.client.db().admin().listDatabases({ nameOnly: true })
    expect(databases.map(({ name }) => name)).toContain(database.name)
    expect(await command({ collStats: 'written' })).toMatchObject({
      ns: `${database.name}.written`,
      count: 1,
      nindexes: 1,
    })
    expect(await command({ dbStats: 1 })).toMatchObject({ db: database.name, ok: 1 })
  })

  test('what a shell asks for when it connects, and shows of a collection', async () => {
    const admin = database.client.db('admin')
    expect(await admin.command({ getLog: 'startupWarnings' })).toMatchObject({ totalLinesWritten: 0, log: [], ok: 1 })
    expect(await admin.command({ getLog: '*' })).toMatchObject({ names: ['global', 'startupWarnings'] })
    expect(await admin.command({ getCmdLineOpts: 1 })).toMatchObject({ parsed: {}, ok: 1 })
    expect(await admin.command({ hostInfo: 1 })).toMatchObject({ system: { cpuAddrSize: 64 }, ok: 1 })
    await database.db.collection('shown').insertMany([{ a: 1 }, { a: 2 }])
    expect(await command({ validate: 'shown' })).toMatchObject({ valid: true, nIndexes: 1, errors: [] })
    const stages = [{ $collStats: { storageStats: {}, count: {} } }]
    const [shown] = await database.db.collection('shown').aggregate(stages).toArray()
    expect(shown).toMatchObject({ ns: `${database.name}.shown`, count: 2, storageStats: { count: 2, nindexes: 1 } })
    const summed = [...stages, { $group: { _id: null, n: { $sum: '$storageStats.count' } } }]
    expect(await database.db.collection('shown').aggregate(summed).toArray()).toEqual([{ _id: null, n: 2 }])
  })

  test('content with a collection that is made again', async () => {
    await database.db.createCollection('again')
    expect(await command({ create: 'again' })).toMatchObject({ ok: 1 })
  })

  test('able to give a collection another name', async () => {
    const { db, name } = database
    const rename = (from: string, to: string, rest: Document = {}): Promise<Document> =>
      database.client.db('admin').command({ renameCollection: `${name}.${from}`, to: `${name}.${to}`, ...rest })
    await db.collection<{ _id: number }>('before').insertMany([{ _id: 2 }, { _id: 1 }])
    await db.collection('before').createIndex({ a: 1 })
    await db.collection('taken').insertOne({ a: 1 })
    await expect(rename('before', 'taken')).rejects.toMatchObject({ code: 48 })
    await expect(rename('before', 'before')).rejects.toMatchObject({ code: 20 })
    await expect(rename('nowhere', 'after')).rejects.toMatchObject({ code: 26 })
    expect(await rename('before', 'taken', { dropTarget: true })).toMatchObject({ ok: 1 })
    expect(await db.collection('taken').find().sort({ _id: 1 }).toArray()).toEqual([{ _id: 1 }, { _id: 2 }])
    expect(await db.collection('taken').listIndexes().toArray()).toHaveLength(2)
    expect(await db.listCollections({ name: 'before' }).toArray()).toEqual([])
  })

  test('a target for fail points', async () => {
    const admin = database.client.db('admin')
    const arm = (mode: unknown, data?: Document): Promise<Document> =>
      admin.command({ configureFailPoint: 'failCommand', mode, ...(data && { data }) })
    await arm({ times: 1 }, { failCommands: ['find'], errorCode: 11601 })
    await expect(command({ find: 't' })).rejects.toMatchObject({ code: 11601 })
    expect(await command({ find: 't' })).toMatchObject({ ok: 1 })

    await arm({ times: 1 }, { failCommands: ['count'], closeConnection: true })
    await expect(command({ count: 't' })).rejects.toMatchObject({ name: 'MongoNetworkError' })
    expect(await command({ count: 't' })).toMatchObject({ ok: 1 })

    await arm({ times: 1 }, { failCommands: ['insert'], writeConcernError: { code: 64, errmsg: 'waited' } })
    const failed = command({ insert: 't', documents: [{ _id: 'there' }] })
    await expect(failed).rejects.toMatchObject({ name: 'MongoWriteConcernError', code: 64 })
    expect(await command({ count: 't' })).toMatchObject({ n: 1 })

    await arm('alwaysOn', { failCommands: ['distinct'], errorCode: 2 })
    await expect(database.db.collection('t').distinct('a')).rejects.toMatchObject({ code: 2 })
    await arm('off')
    expect(await database.db.collection('t').distinct('_id')).toEqual(['there'])
  })

  test('able to be slow', async () => {
    const data = { failCommands: ['ping'], blockConnection: true, blockTimeMS: 60 }
    await database.client.db('admin').command({ configureFailPoint: 'failCommand', mode: { times: 1 }, data })
    const before = performance.now()
    await command({ ping: 1 })
    expect(performance.now() - before).toBeGreaterThan(50)
  })
})

describe.each(engines().filter(({ embedded }) => embedded))('What $name lacks', (engine) => {
  const database = useDatabase(engine, 'lacking')

  test.each<Document>([
    { collMod: 'x' },
    { currentOp: 1 },
    { whatsmyuri: 1 },
    { aggregate: 'x', pipeline: [{ $collStats: { latencyStats: {} } }], cursor: {} },
    { mapReduce: 'x' },
    { create: 'x', capped: true, size: 1 },
    { create: 'x', viewOn: 'y', pipeline: [] },
    { find: 'x', tailable: true },
    { find: 'x', collation: { locale: 'en', strength: 2 } },
    { find: 'x', filter: { $where: 'true' } },
    { find: 'x', filter: { $text: { $search: 'a' } } },
    { aggregate: 'x', pipeline: [{ $merge: 'y' }], cursor: {} },
    { aggregate: 'x', pipeline: [{ $project: { a: { $function: {} } } }], cursor: {} },
    { createIndexes: 'x', indexes: [{ key: { a: 'text' }, name: 'a_text' }] },
  ])('is refused by name: %j', async (body) => {
    const refusal: unknown = await database.db.command(body).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 115, codeName: 'CommandNotSupported' })
    expect((refusal as Error).message).toMatch(/is not offered by this stand-in/)
  })

  test('is nothing that it only does not know', async () => {
    await expect(database.db.command({ find: 'x', fitler: {} })).rejects.toMatchObject({ code: 40415 })
    await expect(database.db.command({ update: 'x', updates: [{ q: {}, u: {}, mutli: true }] })).resolves.toMatchObject(
      {
        writeErrors: [{ code: 40415 }],
      },
    )
  })
})
