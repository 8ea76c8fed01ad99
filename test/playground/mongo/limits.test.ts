import { Binary, deserialize } from 'bson'
import { type Document, MongoServerError } from 'mongodb'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BareClient, body, int32, message, OP_MSG, sequence } from '../../support/bare-mongo-client.js'
import { engines, useDatabase } from '../../support/engines.js'

/** What a server says of itself in `maxMessageSizeBytes` and `maxWriteBatchSize`. */
const MOST_BYTES = 48_000_000
const MOST_STATEMENTS = 100_000

const TIME_LIMIT = 60_000

describe.each(engines())('The limits of $name', (engine) => {
  const database = useDatabase(engine, 'limits')
  let bare: BareClient

  beforeEach(() => {
    bare = new BareClient(Number(new URL(database.uri).port))
  })

  afterEach(() => {
    bare.end()
  })

  /** An insert of three documents that is so many bytes on the wire. */
  function insertOf(size: number): Buffer {
    const command = body({ insert: 'large', $db: database.name })
    const insert = (...fillings: number[]): Buffer => {
      const documents = fillings.map((bytes) => ({ filling: new Binary(Buffer.alloc(bytes)) }))
      return message(OP_MSG, int32(0), command, sequence('documents', documents))
    }
    const left = size - insert(0, 0, 0).length
    const third = Math.floor(left / 3)
    return insert(third, third, left - 2 * third)
  }

  test(
    'a message of 48,000,000 bytes is taken',
    async () => {
      const insert = insertOf(MOST_BYTES)
      expect(insert.length).toBe(MOST_BYTES)
      const answer = await bare.send(insert).answer()
      expect(deserialize(answer.subarray(21))).toMatchObject({ n: 3, ok: 1 })
    },
    TIME_LIMIT,
  )

  test('a message of one byte more costs its connection, whatever it is', async () => {
    const head = [MOST_BYTES + 1, 1, 0, OP_MSG].map(int32)
    bare.send(Buffer.concat(head))
    await bare.closed
    expect(await database.db.command({ ping: 1 })).toMatchObject({ ok: 1 })
  })

  test(
    'a command has 100,000 statements at most',
    async () => {
      const insert = (count: number): Promise<Document> =>
        database.db.command({ insert: 'many', documents: Array.from({ length: count }, (_, _id) => ({ _id })) })
      await expect(insert(MOST_STATEMENTS + 1)).rejects.toMatchObject({ code: 16, codeName: 'InvalidLength' })
      await expect(insert(0)).rejects.toBeInstanceOf(MongoServerError)
      expect(await database.db.collection('many').countDocuments()).toBe(0)
      expect(await insert(MOST_STATEMENTS)).toMatchObject({ n: MOST_STATEMENTS, ok: 1 })
    },
    TIME_LIMIT,
  )
})
