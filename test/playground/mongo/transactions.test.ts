import {
  MongoClient,
  MongoServerError,
  UUID,
  type ClientSession,
  type CommandStartedEvent,
  type Document,
} from 'mongodb'
import { type Long } from 'bson'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bareCommand } from '../../support/bare-command.js'
import { agrees, engines, type KnownDifference, useDatabase } from '../../support/engines.js'

interface Account extends Document {
  _id: string
  balance: number
}

/** What a promise was rejected with, as a server's error. */
async function refusal(promise: Promise<unknown>): Promise<MongoServerError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof MongoServerError) return error
  throw new Error('expected an error of the server', { cause: error })
}

describe.each(engines())('A transaction on $name', (engine) => {
  const database = useDatabase(engine, 'transactions')
  const accounts = () => database.db.collection<Account>('accounts')
  const sessions: ClientSession[] = []

  /** A session with a transaction that has begun. */
  function begun(): ClientSession {
    const session = database.client.startSession()
    sessions.push(session)
    session.startTransaction()
    return session
  }

  async function balanceOf(_id: string, session?: ClientSession): Promise<number | undefined> {
    return (await accounts().findOne({ _id }, { ...(session && { session }) }))?.balance
  }

  beforeEach(async () => {
    await accounts().deleteMany({})
    await accounts().createIndex({ email: 1 }, { unique: true, sparse: true }, {})
    await accounts().insertMany([
      { _id: 'a', balance: 10 },
      { _id: 'b', balance: 10 },
    ])
  })

  afterEach(async () => {
    for (const session of sessions.splice(0)) {
      if (session.inTransaction()) await session.abortTransaction()
      await session.endSession()
    }
  })

  test('is seen by itself alone until it commits, and then by all', async () => {
    const session = begun()
    await accounts().updateOne({ _id: 'a' }, { $inc: { balance: -5 } }, { session })
    await accounts().updateOne({ _id: 'b' }, { $inc: { balance: 5 } }, { session })
    await accounts().insertOne({ _id: 'c', balance: 1 }, { session })
    await accounts().deleteOne({ _id: 'b' }, { session })
    expect(await accounts().find({}, { session }).sort({ _id: 1 }).toArray()).toEqual([
      { _id: 'a', balance: 5 },
      { _id: 'c', balance: 1 },
    ])
    expect(await accounts().find().sort({ _id: 1 }).toArray()).toEqual([
      { _id: 'a', balance: 10 },
      { _id: 'b', balance: 10 },
    ])
    await session.commitTransaction()
    expect(await accounts().find().sort({ _id: 1 }).toArray()).toEqual([
      { _id: 'a', balance: 5 },
      { _id: 'c', balance: 1 },
    ])
  })

  test('that aborts has never been, its new documents and collections included', async () => {
    const session = begun()
    await accounts().updateOne({ _id: 'a' }, { $set: { balance: 0, email: 'a@example.com' } }, { session })
    await accounts().insertOne({ _id: 'c', balance: 1, email: 'c@example.com' }, { session })
    await database.db.collection('made_inside').insertOne({ a: 1 }, { session })
    expect(await database.db.collection('made_inside').findOne({}, { session })).toMatchObject({ a: 1 })
    await session.abortTransaction()
    expect(await accounts().find().sort({ _id: 1 }).toArray()).toEqual([
      { _id: 'a', balance: 10 },
      { _id: 'b', balance: 10 },
    ])
    expect(await database.db.listCollections({ name: 'made_inside' }).toArray()).toEqual([])
    await accounts().insertOne({ _id: 'd', balance: 1, email: 'c@example.com' })
  })

  test('makes a collection with its index, and both stay when it commits', async () => {
    const session = begun()
    await database.db.collection('made_to_stay').insertOne({ _id: 1 as never, n: 1 }, { session })
    await session.commitTransaction()
    expect(await database.db.collection('made_to_stay').find().toArray()).toEqual([{ _id: 1, n: 1 }])
    expect(await database.db.listCollections({ name: 'made_to_stay' }).toArray()).toHaveLength(1)
  })

  test('sees what was there when it began, whatever others do meanwhile', async () => {
    const session = begun()
    expect(await balanceOf('a', session)).toBe(10)
    await accounts().updateOne({ _id: 'a' }, { $set: { balance: 99 } })
    await accounts().deleteOne({ _id: 'b' })
    await accounts().insertOne({ _id: 'c', balance: 3 })
    const seen = [
      { _id: 'a', balance: 10 },
      { _id: 'b', balance: 10 },
    ]
    expect(await accounts().find({}, { session }).sort({ _id: 1 }).toArray()).toEqual(seen)
    expect(await accounts().countDocuments({ balance: 10 }, { session })).toBe(2)
    expect(await accounts().distinct('balance', {}, { session })).toEqual([10])
    expect(await accounts().find().sort({ _id: 1 }).toArray()).toEqual([
      { _id: 'a', balance: 99 },
      { _id: 'c', balance: 3 },
    ])
  })

  test('reads on from its cursor what it saw, while others write', async () => {
    await accounts().insertMany(Array.from({ length: 50 }, (_, i) => ({ _id: `n${String(i)}`, balance: 1 })))
    const session = begun()
    const cursor = accounts().find({ balance: 1 }, { session, batchSize: 10 })
    let seen = 0
    for await (const { _id } of cursor) {
      seen++
      if (seen === 5) await accounts().updateMany({}, { $set: { balance: 2 } })
      expect(await balanceOf(_id)).toBe(seen < 5 ? 1 : 2)
    }
    expect(seen).toBe(50)
  })

  test('that writes what others have changed since fails at once, with the label to try again', async () => {
    const session = begun()
    expect(await balanceOf('a', session)).toBe(10)
    await accounts().updateOne({ _id: 'a' }, { $inc: { balance: 1 } })
    const error = await refusal(accounts().updateOne({ _id: 'a' }, { $inc: { balance: 1 } }, { session }))
    expect(error).toMatchObject({ code: 112, codeName: 'WriteConflict' })
    expect(error.hasErrorLabel('TransientTransactionError')).toBe(true)
    expect(await balanceOf('a')).toBe(11)
    const gone = await refusal(accounts().findOne({}, { session }))
    expect(gone).toMatchObject({ code: 251, codeName: 'NoSuchTransaction' })
    expect(gone.hasErrorLabel('TransientTransactionError')).toBe(true)
  })

  test('that writes what another transaction has written fails, and that other one goes on', async () => {
    const [first, second] = [begun(), begun()]
    await accounts().updateOne({ _id: 'a' }, { $inc: { balance: 1 } }, { session: first })
    const error = await refusal(accounts().deleteOne({ _id: 'a' }, { session: second }))
    expect(error).toMatchObject({ code: 112 })
    expect(error.errorLabels).toEqual(['TransientTransactionError'])
    await first.commitTransaction()
    expect(await balanceOf('a')).toBe(11)
  })

  test('that takes a unique key which another one is taking fails', async () => {
    const [first, second] = [begun(), begun()]
    await accounts().insertOne({ _id: 'c', balance: 1, email: 'one@example.com' }, { session: first })
    const inserted = accounts().insertOne({ _id: 'd', balance: 1, email: 'one@example.com' }, { session: second })
    expect(await refusal(inserted)).toMatchObject({ code: 112, errorLabels: ['TransientTransactionError'] })
    await first.commitTransaction()
    expect(await accounts().countDocuments({ email: 'one@example.com' })).toBe(1)
  })

  test('in which a key repeats fails with the key, and is aborted', async () => {
    const session = begun()
    await accounts().insertOne({ _id: 'c', balance: 1 }, { session })
    const error = await refusal(accounts().insertOne({ _id: 'a', balance: 1 }, { session }))
    expect(error).toMatchObject({ code: 11000, keyPattern: { _id: 1 }, keyValue: { _id: 'a' } })
    expect(error.hasErrorLabel('TransientTransactionError')).toBe(false)
    expect(await refusal(session.commitTransaction())).toMatchObject({ code: 251 })
    expect(await accounts().countDocuments({})).toBe(2)
  })

  test('makes a write from outside wait for its end', async () => {
    const session = begun()
    await accounts().updateOne({ _id: 'a' }, { $inc: { balance: 1 } }, { session })
    let written = false
    const outside = accounts()
      .updateMany({}, { $inc: { balance: 100 } })
      .then(() => (written = true))
    expect(await balanceOf('b')).toBe(10)
    expect(written).toBe(false)
    await session.commitTransaction()
    await outside
    expect([await balanceOf('a'), await balanceOf('b')]).toEqual([111, 110])
  })

  test.runIf(agrees(engine, 'time limits of waits'))('keeps nobody waiting longer than maxTimeMS', async () => {
    const session = begun()
    await accounts().updateOne({ _id: 'a' }, { $inc: { balance: 1 } }, { session })
    const outside = accounts().updateOne({ _id: 'a' }, { $inc: { balance: 100 } }, { maxTimeMS: 30 })
    expect(await refusal(outside)).toMatchObject({ code: 50, codeName: 'MaxTimeMSExpired' })
    await session.commitTransaction()
    expect(await balanceOf('a')).toBe(11)
  })

  test('that many carry out at once loses no update', async () => {
    const clients = await Promise.all(Array.from({ length: 4 }, () => MongoClient.connect(database.uri)))
    await Promise.all(
      clients.map(async (client) => {
        const own = client.db(database.name).collection<Account>('accounts')
        for (let i = 0; i < 10; i++) {
          await client.withSession((session) =>
            session.withTransaction(async () => {
              const from = await own.findOne({ _id: 'a' }, { session })
              await own.updateOne({ _id: 'a' }, { $set: { balance: (from?.balance ?? 0) - 1 } }, { session })
              await own.updateOne({ _id: 'b' }, { $inc: { balance: 1 } }, { session })
            }),
          )
        }
      }),
    )
    await Promise.all(clients.map((client) => client.close()))
    expect([await balanceOf('a'), await balanceOf('b')]).toEqual([-30, 50])
  })

  test('that nobody disturbs is sent once: no command is repeated', async () => {
    const client = await MongoClient.connect(database.uri, { monitorCommands: true })
    const sent: string[] = []
    client.on('commandStarted', ({ commandName }: CommandStartedEvent) => sent.push(commandName))
    const own = client.db(database.name).collection<Account>('accounts')
    await client.withSession((session) =>
      session.withTransaction(async () => {
        await own.updateOne({ _id: 'a' }, { $inc: { balance: 1 } }, { session })
        await own.findOneAndUpdate({ _id: 'b' }, { $inc: { balance: 1 } }, { session })
        await own.insertOne({ _id: 'c', balance: 1 }, { session })
      }),
    )
    await client.close()
    expect(sent).toEqual(['update', 'findAndModify', 'insert', 'commitTransaction', 'endSessions'])
  })

  test('that is committed twice is committed', async () => {
    const session = begun()
    await accounts().updateOne({ _id: 'a' }, { $inc: { balance: 1 } }, { session })
    await session.commitTransaction()
    await session.commitTransaction()
    expect(await balanceOf('a')).toBe(11)
  })
})

describe.each(engines())('What a command may say of its transaction on $name', (engine) => {
  const database = useDatabase(engine, 'transaction_rules')
  const t = () => database.db.collection<{ _id: number }>('t')
  const made: { id: UUID }[] = []
  const lsid = () => {
    const session = { id: new UUID() }
    made.push(session)
    return session
  }

  afterEach(async () => {
    await bareCommand(database.uri, { killSessions: made.splice(0), $db: 'admin' })
  })

  beforeEach(async () => {
    await t().deleteMany({})
    await t().insertOne({ _id: 1 })
  })

  const long = (value: number) => ({ txnNumber: BigInt(value) })
  const inside = (value: number) => ({ ...long(value), autocommit: false })
  const first = (value: number) => ({ ...inside(value), startTransaction: true })
  const run = (command: Document): Promise<Document> =>
    bareCommand(database.uri, { ...command, $db: database.name, ...(command.lsid ? {} : { lsid: lsid() }) })
  const end = (name: string, session: Document, value: number): Promise<Document> =>
    bareCommand(database.uri, { [name]: 1, lsid: session, ...inside(value), $db: 'admin' })
  const insert = (_id: number): Document => ({ insert: 't', documents: [{ _id }] })

  test('numbers only rise, and a newer transaction aborts the older', async () => {
    const session = lsid()
    expect(await run({ ...insert(2), lsid: session, ...first(5) })).toMatchObject({ ok: 1 })
    expect(await run({ find: 't', lsid: session, ...first(4) })).toMatchObject({ ok: 0, code: 225 })
    expect(await run({ find: 't', lsid: session, ...first(7) })).toMatchObject({ ok: 1 })
    expect(await end('commitTransaction', session, 5)).toMatchObject({ ok: 0, code: 225 })
    expect(await run({ find: 't', lsid: session, ...inside(8) })).toMatchObject({ ok: 0, code: 251 })
    expect(await end('commitTransaction', session, 7)).toMatchObject({ ok: 1 })
    expect(await t().countDocuments({})).toBe(1)
  })

  test('a statement that fails is told like any other, and nothing after it is done', async () => {
    const session = lsid()
    const documents = [{ _id: 2 }, { _id: 1 }, { _id: 3 }]
    const reply = await run({ insert: 't', documents, ordered: false, lsid: session, ...first(1) })
    expect(reply).toMatchObject({ ok: 1, writeErrors: [{ index: 1, code: 11000, keyValue: { _id: 1 } }] })
    expect(await end('commitTransaction', session, 1)).toMatchObject({ ok: 0, code: 251 })
    expect(await t().countDocuments({})).toBe(1)
  })

  test('what has ended stays ended', async () => {
    const session = lsid()
    await run({ ...insert(2), lsid: session, ...first(1) })
    expect(await end('commitTransaction', session, 1)).toMatchObject({ ok: 1 })
    expect(await end('abortTransaction', session, 1)).toMatchObject({ code: 256 })
    expect(await run({ find: 't', lsid: session, ...inside(1) })).toMatchObject({ code: 256 })
    await run({ ...insert(3), lsid: session, ...first(2) })
    expect(await end('abortTransaction', session, 2)).toMatchObject({ ok: 1 })
    expect(await end('commitTransaction', session, 2)).toMatchObject({
      code: 251,
      errorLabels: ['TransientTransactionError'],
    })
    expect(await t().countDocuments({})).toBe(2)
  })

  test.each<[string, Document, number]>([
    ['count', { count: 't' }, 263],
    ['drop', { drop: 't' }, 263],
    ['listCollections', { listCollections: 1 }, 263],
  ])('%s has no place in a transaction', async (_name, command, code) => {
    expect(await run({ ...command, ...first(1) })).toMatchObject({ ok: 0, code })
  })

  const refused: readonly { name: string; command: Document; code: number; differs: KnownDifference }[] = [
    {
      name: 'an index',
      command: { createIndexes: 't', indexes: [{ key: { a: 1 }, name: 'a_1' }], ...first(1) },
      code: 263,
      differs: 'indexes in transactions',
    },
    {
      name: 'a write concern',
      command: { ...insert(2), writeConcern: { w: 1 }, ...first(1) },
      code: 72,
      differs: 'write concerns in transactions',
    },
    {
      name: 'a linearizable read',
      command: { find: 't', readConcern: { level: 'linearizable' }, ...first(1) },
      code: 72,
      differs: 'read concerns in transactions',
    },
    {
      name: 'a start without autocommit',
      command: { find: 't', ...long(1), startTransaction: true },
      code: 72,
      differs: 'fields of sessions',
    },
    {
      name: 'autocommit without a number',
      command: { find: 't', autocommit: false },
      code: 72,
      differs: 'fields of sessions',
    },
    {
      name: 'a transaction number for a read',
      command: { find: 't', ...long(1) },
      code: 50768,
      differs: 'fields of sessions',
    },
  ]

  test.each(refused.filter(({ differs }) => agrees(engine, differs)))(
    '$name is refused in a transaction, or without one',
    async ({ command, code }) => {
      expect(await run(command)).toMatchObject({ ok: 0, code })
    },
  )

  test('a transaction is not begun twice', async () => {
    const session = lsid()
    await run({ find: 't', lsid: session, ...first(3) })
    expect(await run({ find: 't', lsid: session, ...first(3) })).toMatchObject({ ok: 0, code: 117 })
  })

  test.runIf(agrees(engine, 'read concerns in transactions'))(
    'only the first command may name a read concern',
    async () => {
      const session = lsid()
      const readConcern = { level: 'snapshot' }
      expect(await run({ find: 't', lsid: session, ...first(1), readConcern })).toMatchObject({ ok: 1 })
      expect(await run({ find: 't', lsid: session, ...inside(1), readConcern })).toMatchObject({ code: 72 })
    },
  )

  test('a session that is killed takes its transaction with it', async () => {
    const session = lsid()
    await run({ ...insert(2), lsid: session, ...first(1) })
    expect(await run({ killSessions: [session] })).toMatchObject({ ok: 1 })
    expect(await end('commitTransaction', session, 1)).toMatchObject({ code: 251 })
    expect(await t().countDocuments({})).toBe(1)
  })

  test.runIf(agrees(engine, 'cursors of transactions'))(
    'a cursor can only be read on in the transaction that it was opened in',
    async () => {
      const session = lsid()
      await t().insertMany([{ _id: 2 }, { _id: 3 }])
      const found = await run({ find: 't', batchSize: 1, lsid: session, ...first(1) })
      const more = {
        getMore: (found.cursor as { id: Long }).id,
        collection: 't',
        batchSize: 1,
        lsid: session,
      }
      expect(await run(more)).toMatchObject({ code: 50740 })
      expect(await run({ ...more, ...inside(1) })).toMatchObject({ cursor: { nextBatch: [{ _id: 2 }] } })
      await end('commitTransaction', session, 1)
      expect(await run(more)).toMatchObject({ code: 43 })
    },
  )
})
