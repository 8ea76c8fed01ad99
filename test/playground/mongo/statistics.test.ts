import { type Document } from 'mongodb'
import { beforeAll, describe, expect, test } from 'vitest'
import { engines, useDatabase } from '../../support/engines.js'

const any = {
  number: expect.any(Number) as number,
  string: expect.any(String) as string,
  date: expect.any(Date) as Date,
}

describe.each(engines())('What $name tells of itself', (engine) => {
  const database = useDatabase(engine, 'statistics')
  const command = (body: Document): Promise<Document> => database.db.command(body)
  const ask = (body: Document): Promise<Document> => database.client.db('admin').command(body)

  beforeAll(async () => {
    await database.db.collection('t').insertMany([{ a: 1 }, { a: 2 }])
    await database.db.collection('t').createIndex({ a: 1 })
  })

  test('serverStatus: what it is, since when, and how often it was asked', async () => {
    const inserts = async (): Promise<number> =>
      ((await ask({ serverStatus: 1 })).opcounters as Record<string, number>).insert ?? NaN
    expect(await ask({ serverStatus: 1, repl: 0 })).toMatchObject({
      host: any.string,
      version: '7.0.0',
      process: any.string,
      pid: any.number,
      uptime: any.number,
      localTime: any.date,
      ok: 1,
    })
    const before = await inserts()
    await database.db.collection('other').insertOne({ a: 3 })
    expect(await inserts()).toBeGreaterThan(before)
  })

  test('getParameter: one by name, or all', async () => {
    const version = { featureCompatibilityVersion: { version: '7.0' } }
    expect(await ask({ getParameter: 1, featureCompatibilityVersion: 1 })).toMatchObject({ ...version, ok: 1 })
    expect(await ask({ getParameter: '*' })).toMatchObject({ ...version, transactionLifetimeLimitSeconds: 60, ok: 1 })
    await expect(ask({ getParameter: 1, nope: 1 })).rejects.toMatchObject({ code: 72 })
    await expect(ask({ getParameter: 1 })).rejects.toMatchObject({ code: 72 })
  })

  test('dbStats: how many of everything, sizes in the unit asked for', async () => {
    const counts = { db: database.name, collections: any.number, views: 0, objects: any.number, indexes: any.number }
    const sizes = { avgObjSize: any.number, dataSize: any.number, storageSize: any.number, totalSize: any.number }
    expect(await command({ dbStats: 1 })).toMatchObject({ ...counts, ...sizes, scaleFactor: 1, ok: 1 })
    expect(await command({ dbStats: 1, scale: 1024 })).toMatchObject({ scaleFactor: 1024, ok: 1 })
    await expect(command({ dbStats: 1, scale: 0 })).rejects.toMatchObject({ code: 51024 })
  })

  test('collStats: of a collection, and of none', async () => {
    const indexSizes = { _id_: any.number, a_1: any.number }
    expect(await command({ collStats: 't' })).toMatchObject({
      ns: `${database.name}.t`,
      size: any.number,
      count: 2,
      nindexes: 2,
      indexSizes,
      scaleFactor: 1,
      ok: 1,
    })
    expect(await command({ collStats: 't', scale: 1024 })).toMatchObject({ size: 0, count: 2, scaleFactor: 1024 })
    expect(await command({ collStats: 'nope' })).toMatchObject({ size: 0, count: 0, nindexes: 0, ok: 1 })
  })
})
