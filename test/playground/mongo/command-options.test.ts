import { type Document, MongoServerError } from 'mongodb'
import { beforeAll, describe, expect, test } from 'vitest'
import { agrees, engines, type KnownDifference, useDatabase } from '../../support/engines.js'

const filter = { a: 1 }

const COMMANDS = {
  find: { find: 't', filter },
  aggregate: { aggregate: 't', pipeline: [{ $match: filter }], cursor: {} },
  count: { count: 't', query: filter },
  distinct: { distinct: 't', key: 'a', query: filter },
  findAndModify: { findAndModify: 't', query: filter, update: { $set: { b: 1 } } },
  update: { update: 't', updates: [{ q: filter, u: { $set: { b: 1 } } }] },
  delete: { delete: 't', deletes: [{ q: { a: 0 }, limit: 1 }] },
} satisfies Record<string, Document>

type Name = keyof typeof COMMANDS

const READS: Name[] = ['find', 'aggregate', 'count', 'distinct']
const WRITES: Name[] = ['findAndModify', 'update', 'delete']
const ALL = [...READS, ...WRITES]

/** Options that belong to a statement of an update or a delete instead of the command. */
const OF_STATEMENTS = new Set(['hint', 'collation'])

function commandWith(name: Name, option: Document): Document {
  const isOfStatement = Object.keys(option).some((key) => OF_STATEMENTS.has(key))
  if (isOfStatement && name === 'update')
    return { update: 't', updates: [{ ...COMMANDS.update.updates[0], ...option }] }
  if (isOfStatement && name === 'delete')
    return { delete: 't', deletes: [{ ...COMMANDS.delete.deletes[0], ...option }] }
  return { ...COMMANDS[name], ...option }
}

interface Row {
  readonly option: Document
  readonly of: readonly Name[]
  /** The code of the failure; absent where the option is taken. */
  readonly code?: number
  readonly unless?: KnownDifference
}

const ROWS: readonly Row[] = [
  { option: { hint: 'a_1' }, of: ALL },
  { option: { hint: { a: 1 } }, of: ALL },
  { option: { hint: { $natural: 1 } }, of: ALL },
  { option: { hint: 'nope' }, of: READS, code: 2 },
  { option: { hint: { nope: 1 } }, of: READS, code: 2 },
  { option: { hint: { a: -1 } }, of: READS, code: 2 },
  { option: { hint: 'nope' }, of: WRITES, code: 2, unless: 'hints of writes' },
  { option: { hint: 5 }, of: READS, code: 9, unless: 'codes of options' },
  { option: { hint: { $natural: -1 } }, of: ALL, code: 115, unless: 'what is not offered' },
  { option: { collation: { locale: 'simple' } }, of: ['find', 'aggregate', 'count', 'delete'] },
  { option: { collation: { locale: 'simple' } }, of: ['distinct', 'findAndModify', 'update'], unless: 'collations' },
  { option: { collation: { locale: 'en' } }, of: ALL, code: 115, unless: 'what is not offered' },
  { option: { collation: 'en' }, of: ['find', 'aggregate', 'count', 'delete'], code: 14 },
  { option: { maxTimeMS: 5000 }, of: ALL },
  { option: { maxTimeMS: 0 }, of: ALL },
  { option: { maxTimeMS: -1 }, of: ALL, code: 2, unless: 'wrong options' },
  { option: { maxTimeMS: 'x' }, of: ALL, code: 2, unless: 'codes of options' },
  { option: { comment: { why: 'because' } }, of: ALL },
  { option: { let: { x: 1 } }, of: ['find', 'aggregate', ...WRITES] },
  { option: { let: { x: '$a' } }, of: ['find', 'aggregate', ...WRITES], code: 4890500 },
  { option: { let: 5 }, of: ['find', 'aggregate', ...WRITES], code: 14 },
  { option: { let: { x: 1 } }, of: ['count', 'distinct'], code: 40415, unless: 'wrong options' },
  { option: { readConcern: {} }, of: ALL },
  { option: { readConcern: { level: 'local' } }, of: ALL },
  { option: { readConcern: { level: 'available' } }, of: READS },
  { option: { readConcern: { level: 'majority' } }, of: READS },
  { option: { readConcern: { level: 'linearizable' } }, of: READS },
  { option: { readConcern: { level: 'majority' } }, of: WRITES, code: 72, unless: 'wrong options' },
  { option: { readConcern: { level: 'nope' } }, of: ALL, code: 9, unless: 'wrong options' },
  { option: { readConcern: { nope: 1 } }, of: ALL, code: 72, unless: 'wrong options' },
  { option: { writeConcern: { w: 1, j: true, wtimeout: 100 } }, of: WRITES },
  { option: { writeConcern: { w: 'majority' } }, of: WRITES },
  { option: { writeConcern: { w: -1 } }, of: WRITES, code: 9, unless: 'wrong options' },
  { option: { writeConcern: { nope: 1 } }, of: WRITES, code: 40415, unless: 'wrong options' },
  { option: { writeConcern: { w: 1 } }, of: READS, code: 72, unless: 'wrong options' },
]

const CASES = ROWS.flatMap(({ of, ...row }) => of.map((name) => ({ name, ...row })))

describe.each(engines())('The options of commands on $name', (engine) => {
  const database = useDatabase(engine, 'command_options')

  /** The code of a command's failure, or undefined. */
  async function codeOf(command: Document): Promise<unknown> {
    try {
      const { writeErrors } = await database.db.command(command)
      return (writeErrors as Document[] | undefined)?.[0]?.code
    } catch (error) {
      if (error instanceof MongoServerError) return error.code
      throw error
    }
  }

  beforeAll(async () => {
    await database.db.collection('t').insertMany([{ a: 1 }, { a: 2 }])
    await database.db.collection('t').createIndex({ a: 1 })
  })

  test.each(CASES.filter(({ unless }) => agrees(engine, unless)))('$name with $option: $code', async (one) => {
    expect(await codeOf(commandWith(one.name, one.option))).toBe(one.code)
  })

  test('a hint is not minded where there is no collection', async () => {
    expect(await codeOf({ find: 'nowhere', hint: 'nope' })).toBeUndefined()
  })

  test('a let is evaluated once and seen by filters, pipelines and updates', async () => {
    const { db } = database
    const $expr = { $eq: ['$a', '$$two'] }
    const variables = { let: { two: { $add: [1, 1] } } }
    const { cursor } = await db.command({ find: 't', filter: { $expr }, projection: { _id: 0, a: 1 }, ...variables })
    expect((cursor as Document).firstBatch).toEqual([{ a: 2 }])
    const u = [{ $set: { c: { $multiply: ['$$two', 5] } } }]
    expect(await db.command({ update: 't', updates: [{ q: { $expr }, u }], ...variables })).toMatchObject({ n: 1 })
    const pipeline = [{ $match: { c: { $exists: true } } }, { $project: { _id: 0, c: 1, two: '$$two' } }]
    const aggregated = await db.command({ aggregate: 't', pipeline, cursor: {}, ...variables })
    expect((aggregated.cursor as Document).firstBatch).toEqual([{ c: 10, two: 2 }])
  })
})
