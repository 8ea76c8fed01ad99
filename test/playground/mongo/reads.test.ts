import { MongoServerError, ObjectId, type Document } from 'mongodb'
import { beforeAll, describe, expect, test } from 'vitest'
import { agrees, engines, useDatabase } from '../../support/engines.js'

interface Numbered extends Document {
  _id: number
}

describe.each(engines())('Reads on $name', (engine) => {
  const database = useDatabase(engine, 'reads')
  const numbers = () => database.db.collection<Numbered>('numbers')
  const shapes = () => database.db.collection<Numbered>('shapes')

  beforeAll(async () => {
    await numbers().insertMany(Array.from({ length: 1_000 }, (_, i) => ({ _id: i, even: i % 2 === 0, group: i % 7 })))
    await shapes().insertMany([
      { _id: 1, b: 1, a: { c: 3, b: 2, d: { e: 1, f: 2 } }, list: [{ x: 1, y: 2 }, { y: 3 }, 5], n: [1, 2, 3, 4, 5] },
      { _id: 2, a: 5, list: [], n: null },
      { _id: 3, a: [{ b: 1, c: 2 }, { b: 3 }], n: [9] },
    ])
  })

  test('sort, skip and limit', async () => {
    const found = await numbers().find({ even: true }).sort({ group: -1, _id: 1 }).skip(2).limit(3).toArray()
    expect(found.map(({ _id }) => _id)).toEqual([34, 48, 62])
  })

  test('a limit without a sort takes the first that were inserted', async () => {
    expect(await numbers().find({ group: 3 }).limit(2).toArray()).toMatchObject([{ _id: 3 }, { _id: 10 }])
  })

  test('page by _id', async () => {
    const ids: number[] = []
    for (let last = -1; ;) {
      const page = await numbers()
        .find({ even: false, _id: { $gt: last } })
        .sort({ _id: 1 })
        .limit(99)
        .toArray()
      if (page.length === 0) break
      ids.push(...page.map(({ _id }) => _id))
      last = ids.at(-1) ?? last
    }
    expect(ids).toEqual(Array.from({ length: 500 }, (_, i) => i * 2 + 1))
  })

  test('a range of ids, downwards', async () => {
    const found = await numbers()
      .find({ _id: { $gte: 10, $lt: 13 } })
      .sort({ _id: -1 })
      .toArray()
    expect(found.map(({ _id }) => _id)).toEqual([12, 11, 10])
  })

  test('a sort puts null and missing together, types in MongoDB’s order, arrays by their least', async () => {
    const mixed = database.db.collection<Numbered>('mixed')
    await mixed.insertMany([
      { _id: 1, v: 'b' },
      { _id: 2, v: 2 },
      { _id: 3 },
      { _id: 4, v: null },
      { _id: 5, v: [0, 9] },
      { _id: 6, v: new Date(0) },
      { _id: 7, v: { a: 1 } },
      { _id: 8, v: true },
      { _id: 9, v: new ObjectId() },
      { _id: 10, v: 'a' },
    ])
    const order = async (direction: 1 | -1) =>
      (await mixed.find().sort({ v: direction, _id: 1 }).toArray()).map(({ _id }) => _id)
    expect(await order(1)).toEqual([3, 4, 5, 2, 10, 1, 7, 9, 8, 6])
    expect(await order(-1)).toEqual([6, 8, 9, 7, 1, 10, 5, 2, 3, 4])
  })

  test.runIf(agrees(engine, 'empty arrays in a sort'))('a sort puts an empty array before null', async () => {
    const arrays = database.db.collection<Numbered>('arrays')
    await arrays.insertMany([{ _id: 1, v: null }, { _id: 2, v: [] }, { _id: 3 }, { _id: 4, v: [1] }])
    expect((await arrays.find().sort({ v: 1, _id: 1 }).toArray()).map(({ _id }) => _id)).toEqual([2, 1, 3, 4])
  })

  test('a sort by a field inside an array takes what is no document in it for null', async () => {
    const nested = database.db.collection<Numbered>('nested')
    await nested.insertMany([
      { _id: 1, v: [{ k: 1 }, { k: 5 }] },
      { _id: 2, v: [{ k: 9 }, 3] },
      { _id: 3, v: { k: 2 } },
      { _id: 4, v: [{ k: 4 }] },
    ])
    const order = async (direction: 1 | -1) =>
      (await nested.find().sort({ 'v.k': direction }).toArray()).map(({ _id }) => _id)
    expect(await order(1)).toEqual([2, 1, 3, 4])
    expect(await order(-1)).toEqual([2, 1, 4, 3])
  })

  test.runIf(agrees(engine, 'codes of projections'))('an inclusion among exclusions is refused', async () => {
    await expect(shapes().find().project({ a: 0, b: 1 }).toArray()).rejects.toMatchObject({ code: 31253 })
  })

  test.each<[Document, Document[]]>([
    [{ b: 1 }, [{ _id: 1, b: 1 }, { _id: 2 }, { _id: 3 }]],
    [
      { n: 1, a: 1, _id: 0 },
      [
        { a: { c: 3, b: 2, d: { e: 1, f: 2 } }, n: [1, 2, 3, 4, 5] },
        { a: 5, n: null },
        { a: [{ b: 1, c: 2 }, { b: 3 }], n: [9] },
      ],
    ],
    [{ a: 0, list: 0, n: 0 }, [{ _id: 1, b: 1 }, { _id: 2 }, { _id: 3 }]],
    [{ 'a.b': 1 }, [{ _id: 1, a: { b: 2 } }, { _id: 2 }, { _id: 3, a: [{ b: 1 }, { b: 3 }] }]],
    [{ a: { d: { f: 1 }, c: 1 } }, [{ _id: 1, a: { c: 3, d: { f: 2 } } }, { _id: 2 }, { _id: 3, a: [{ c: 2 }, {}] }]],
    [
      { 'a.b': 0, list: 0, n: 0 },
      [
        { _id: 1, b: 1, a: { c: 3, d: { e: 1, f: 2 } } },
        { _id: 2, a: 5 },
        { _id: 3, a: [{ c: 2 }, {}] },
      ],
    ],
    [{ 'list.y': 1 }, [{ _id: 1, list: [{ y: 2 }, { y: 3 }] }, { _id: 2, list: [] }, { _id: 3 }]],
    [{ _id: 1 }, [{ _id: 1 }, { _id: 2 }, { _id: 3 }]],
    [
      { n: { $slice: 2 }, b: 1 },
      [
        { _id: 1, b: 1, n: [1, 2] },
        { _id: 2, n: null },
        { _id: 3, n: [9] },
      ],
    ],
    [
      { n: { $slice: [-2, 1] }, a: 0, b: 0, list: 0 },
      [
        { _id: 1, n: [4] },
        { _id: 2, n: null },
        { _id: 3, n: [9] },
      ],
    ],
    [
      { list: { $elemMatch: { y: { $gt: 2 } } }, n: 1 },
      [
        { _id: 1, n: [1, 2, 3, 4, 5], list: [{ y: 3 }] },
        { _id: 2, n: null },
        { _id: 3, n: [9] },
      ],
    ],
    [{ a: { $elemMatch: { b: 3 } } }, [{ _id: 1 }, { _id: 2 }, { _id: 3, a: [{ b: 3 }] }]],
    [{ list: { $elemMatch: { y: { $gt: 2 } } } }, [{ _id: 1, list: [{ y: 3 }] }, { _id: 2 }, { _id: 3 }]],
    [
      { twice: { $multiply: ['$b', 2] } },
      [
        { _id: 1, twice: 2 },
        { _id: 2, twice: null },
        { _id: 3, twice: null },
      ],
    ],
  ])('the projection %j', async (projection, expected) => {
    const found = await shapes().find().project(projection).sort({ _id: 1 }).toArray()
    expect(JSON.stringify(found)).toBe(JSON.stringify(expected))
  })

  test('the positional projection leaves the element that the query matched', async () => {
    const found = await shapes().find({ 'list.y': 3 }).project({ 'list.$': 1 }).toArray()
    expect(found).toEqual([{ _id: 1, list: [{ y: 3 }] }])
  })

  test.each<[Document, number]>([
    [{ a: 1, b: 0 }, 31254],
    [{ a: 1, 'a.b': 1 }, 31249],
    [{ 'a.b': 1, a: 1 }, 31250],
    [{ a: { $nope: 1 } }, 31325],
  ])('the projection %j is refused with the code %i', async (projection, code) => {
    await expect(shapes().find().project(projection).toArray()).rejects.toMatchObject({ code })
  })

  test('counts', async () => {
    expect(await numbers().countDocuments({ even: true })).toBe(500)
    expect(await numbers().countDocuments({ even: true }, { skip: 490, limit: 20 })).toBe(10)
    expect(await numbers().estimatedDocumentCount()).toBe(1_000)
    expect(await database.db.collection('nowhere').countDocuments({})).toBe(0)
    expect(await database.db.command({ count: 'numbers', query: { group: 0 }, skip: 3 })).toMatchObject({ n: 140 })
  })

  test('distinct values, those in arrays each for itself', async () => {
    expect((await numbers().distinct('group')).sort()).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(await shapes().distinct('n', { _id: { $ne: 1 } })).toEqual(expect.arrayContaining([9, null]))
    expect((await shapes().distinct('list.y')).sort()).toEqual([2, 3])
  })

  test('a collection that is not there is empty', async () => {
    expect(await database.db.collection('nowhere').find().toArray()).toEqual([])
    expect(await database.db.collection('nowhere').findOne()).toBeNull()
    expect(await database.db.collection('nowhere').distinct('a')).toEqual([])
    expect(
      await database.db
        .collection('nowhere')
        .aggregate([{ $count: 'n' }])
        .toArray(),
    ).toEqual(expect.any(Array))
  })

  test('a query may refer to the variables of its command', async () => {
    const found = await numbers()
      .find({ $expr: { $eq: ['$_id', '$$wanted'] } }, { let: { wanted: 5 } })
      .toArray()
    expect(found).toMatchObject([{ _id: 5 }])
  })
})

describe.each(engines())('Cursors on $name', (engine) => {
  const database = useDatabase(engine, 'cursors')

  beforeAll(async () => {
    await database.db.collection<Numbered>('numbers').insertMany(Array.from({ length: 1_000 }, (_, i) => ({ _id: i })))
    const fill = 'x'.repeat(3_000_000)
    await database.db.collection<Numbered>('large').insertMany(Array.from({ length: 8 }, (_, _id) => ({ _id, fill })))
  })

  function getMore(id: unknown, collection = 'numbers'): Promise<Document> {
    return database.db.command({ getMore: id, collection })
  }

  /** Ids as the server sends them: a driver that turns them into numbers would lose digits. */
  function find(options: Document): Promise<Document> {
    return database.db.command({ find: 'numbers', sort: { _id: 1 }, ...options }, { promoteLongs: false })
  }

  test('begin with 101 documents, and then give the rest', async () => {
    const { cursor } = (await find({})) as { cursor: { id: unknown; firstBatch: unknown[] } }
    expect(cursor.firstBatch).toHaveLength(101)
    const next = await database.db.command({ getMore: cursor.id, collection: 'numbers' })
    expect(next).toMatchObject({ cursor: { ns: `${database.name}.numbers` } })
    expect((next.cursor as { nextBatch: unknown[] }).nextBatch).toHaveLength(899)
  })

  test('go through everything in batches of any size', async () => {
    for (const batchSize of [1, 7, 250, 1_000, 5_000]) {
      const ids: number[] = []
      const cursor = database.db.collection<Numbered>('numbers').find().batchSize(batchSize)
      if (batchSize === 1) cursor.limit(20)
      for await (const { _id } of cursor) ids.push(_id)
      expect(ids).toEqual(Array.from({ length: batchSize === 1 ? 20 : 1_000 }, (_, i) => i))
    }
  })

  test('put no more than 16 MB into a batch', async () => {
    const reply = await database.db.command({ find: 'large', batchSize: 100 })
    const { firstBatch, id } = reply.cursor as { firstBatch: unknown[]; id: unknown }
    expect(firstBatch.length).toBeGreaterThan(1)
    expect(firstBatch.length).toBeLessThan(6)
    await database.db.command({ killCursors: 'large', cursors: [id] })
  })

  test('can be killed, after which nobody knows them', async () => {
    const { cursor } = (await find({ batchSize: 10 })) as { cursor: { id: unknown } }
    const killed = await database.db.command({ killCursors: 'numbers', cursors: [cursor.id] }, { promoteLongs: false })
    expect(killed).toMatchObject({ cursorsKilled: [cursor.id], cursorsNotFound: [] })
    await expect(getMore(cursor.id)).rejects.toMatchObject({ code: 43, codeName: 'CursorNotFound' })
    expect(await database.db.command({ killCursors: 'numbers', cursors: [cursor.id] })).toMatchObject({
      cursorsKilled: [],
    })
  })

  test('belong to their collection', async () => {
    const { cursor } = (await find({ batchSize: 10 })) as { cursor: { id: unknown } }
    await expect(getMore(cursor.id, 'large')).rejects.toMatchObject({ code: 13 })
  })

  test('end with their first batch when that is asked for, and when there is no more', async () => {
    expect(await find({ batchSize: 10, singleBatch: true })).toMatchObject({ cursor: { id: { low: 0, high: 0 } } })
    expect(await find({ limit: 5 })).toMatchObject({ cursor: { id: { low: 0, high: 0 } } })
  })

  test('survive changes to what they go through', async () => {
    const changing = database.db.collection<Numbered>('changing')
    await changing.insertMany(Array.from({ length: 500 }, (_, i) => ({ _id: i, fill: 'x' })))
    const seen: number[] = []
    for await (const { _id } of changing.find().sort({ _id: 1 }).batchSize(50)) {
      seen.push(_id)
      if (_id === 100) await changing.deleteMany({ _id: { $gte: 300 } })
      if (_id === 120) await changing.updateMany({}, { $set: { fill: 'y'.repeat(500) } })
    }
    expect(seen.slice(0, 200)).toEqual(Array.from({ length: 200 }, (_, i) => i))
    expect(new Set(seen).size).toBe(seen.length)
  })

  test('a batch size below zero is refused', async () => {
    await expect(find({ batchSize: -1 })).rejects.toBeInstanceOf(MongoServerError)
  })
})
