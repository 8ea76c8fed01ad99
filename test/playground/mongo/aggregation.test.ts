import { ObjectId, type Document } from 'mongodb'
import { beforeAll, describe, expect, test } from 'vitest'
import { agrees, engines, useDatabase, type KnownDifference } from '../../support/engines.js'

const x = new ObjectId('65f000000000000000000001')
const y = new ObjectId('65f000000000000000000002')
const day = new Date('2026-03-15T10:20:30.456Z')

const events = [
  { _id: x, name: 'Spring', start: day },
  { _id: y, name: 'Autumn', start: new Date('2026-10-01T00:00:00Z') },
]

const people: (Document & { _id: number })[] = [
  {
    _id: 1,
    name: 'Ada',
    age: 30,
    events: [
      { id: x, as: 'guest' },
      { id: y, as: 'host' },
    ],
    first: x,
  },
  { _id: 2, name: 'Bob', age: 20, events: [{ id: x, as: 'guest' }], first: x, tags: ['p', 'q'] },
  { _id: 3, name: 'Cy', events: [], tags: ['q'], left: day },
  { _id: 4, name: 'Di', age: null, first: y },
]

interface Case {
  name: string
  pipeline: Document[]
  gives?: Document[]
  code?: number
  differs?: KnownDifference
}

const stages: Case[] = [
  {
    name: 'takes the one argument of an expression alone or in a list',
    pipeline: [
      { $match: { _id: 1 } },
      {
        $project: {
          _id: 0,
          a: { $abs: [-2] },
          b: { $floor: 2.5 },
          c: { $reverseArray: [[1, 2]] },
          d: { $strLenCP: ['ab'] },
        },
      },
    ],
    gives: [{ a: 2, b: 2, c: [2, 1], d: 2 }],
  },
  { name: 'counts', pipeline: [{ $match: { age: { $gt: 0 } } }, { $count: 'n' }], gives: [{ n: 2 }] },
  {
    name: 'counts nothing as nothing',
    pipeline: [{ $match: { _id: 99 } }, { $count: 'n' }],
    gives: [],
    differs: 'count of nothing',
  },
  {
    name: 'groups nothing as nothing',
    pipeline: [{ $match: { _id: 99 } }, { $group: { _id: null, n: { $sum: 1 } } }],
    gives: [],
  },
  {
    name: 'groups by an object id, null and missing together',
    pipeline: [{ $group: { _id: '$first', n: { $sum: 1 } } }, { $sort: { _id: 1 } }],
    gives: [
      { _id: null, n: 1 },
      { _id: x, n: 2 },
      { _id: y, n: 1 },
    ],
  },
  {
    name: 'accumulates; what is missing is pushed nowhere',
    pipeline: [
      { $sort: { _id: 1 } },
      {
        $group: {
          _id: null,
          sum: { $sum: '$age' },
          avg: { $avg: '$age' },
          min: { $min: '$age' },
          max: { $max: '$name' },
          first: { $first: '$age' },
          last: { $last: '$age' },
          ages: { $push: '$age' },
        },
      },
    ],
    gives: [{ _id: null, sum: 50, avg: 25, min: 20, max: 'Di', first: 30, last: null, ages: [30, 20, null] }],
  },
  {
    name: 'collects a set',
    pipeline: [{ $group: { _id: null, ids: { $addToSet: '$first' } } }, { $project: { n: { $size: '$ids' } } }],
    gives: [{ _id: null, n: 2 }],
    differs: 'missing values in groups',
  },
  {
    name: 'leaves a missing field out of a compound key',
    pipeline: [
      { $match: { _id: { $in: [1, 3] } } },
      { $group: { _id: { f: '$first', a: '$age' } } },
      { $sort: { '_id.a': 1 } },
    ],
    gives: [{ _id: {} }, { _id: { f: x, a: 30 } }],
    differs: 'missing values in groups',
  },
  {
    name: 'gathers in buckets by their lower boundary, what lies outside or is missing apart',
    pipeline: [{ $bucket: { groupBy: '$age', boundaries: [0, 20, 30], default: 'other' } }],
    gives: [
      { _id: 20, count: 1 },
      { _id: 'other', count: 3 },
    ],
  },
  {
    name: 'gathers in buckets of its own fields, of computed values',
    pipeline: [
      { $match: { age: { $ne: null } } },
      {
        $bucket: {
          groupBy: { $add: ['$age', 0.5] },
          boundaries: [20.5, 30.5, 40],
          output: { n: { $sum: 1 }, oldest: { $max: '$age' } },
        },
      },
    ],
    gives: [
      { _id: 20.5, n: 1, oldest: 20 },
      { _id: 30.5, n: 1, oldest: 30 },
    ],
  },
  {
    name: 'unwinds and counts by event',
    pipeline: [{ $unwind: '$events' }, { $sortByCount: '$events.id' }],
    gives: [
      { _id: x, count: 2 },
      { _id: y, count: 1 },
    ],
  },
  {
    name: 'unwinds with the index, and keeps what has nothing to unwind',
    pipeline: [
      { $sort: { _id: 1 } },
      { $unwind: { path: '$tags', includeArrayIndex: 'i', preserveNullAndEmptyArrays: true } },
      { $project: { tags: 1, i: 1 } },
    ],
    gives: [
      { _id: 1, i: null },
      { _id: 2, tags: 'p', i: 0 },
      { _id: 2, tags: 'q', i: 1 },
      { _id: 3, tags: 'q', i: 0 },
      { _id: 4, i: null },
    ],
  },
  {
    name: 'joins by a field',
    pipeline: [
      { $sort: { _id: 1 } },
      { $lookup: { from: 'events', localField: 'events.id', foreignField: '_id', as: 'e' } },
      { $project: { e: '$e.name' } },
    ],
    gives: [
      { _id: 1, e: ['Spring', 'Autumn'] },
      { _id: 2, e: ['Spring'] },
      { _id: 3, e: [] },
      { _id: 4, e: [] },
    ],
  },
  {
    name: 'joins by a pipeline with variables',
    pipeline: [
      { $match: { _id: 1 } },
      {
        $lookup: {
          from: 'events',
          let: { mine: '$first' },
          pipeline: [{ $match: { $expr: { $eq: ['$_id', '$$mine'] } } }, { $project: { _id: 0, name: 1 } }],
          as: 'e',
        },
      },
      { $project: { e: 1 } },
    ],
    gives: [{ _id: 1, e: [{ name: 'Spring' }] }],
  },
  {
    name: 'joins what is missing with what is missing',
    pipeline: [
      { $match: { _id: 3 } },
      { $lookup: { from: 'events', localField: 'nope', foreignField: 'nope', as: 'e' } },
      { $project: { n: { $size: '$e' } } },
    ],
    gives: [{ _id: 3, n: 2 }],
  },
  {
    name: 'joins a collection that is not there',
    pipeline: [
      { $match: { _id: 1 } },
      { $lookup: { from: 'nowhere', localField: 'first', foreignField: '_id', as: 'e' } },
      { $project: { e: 1 } },
    ],
    gives: [{ _id: 1, e: [] }],
  },
  {
    name: 'adds fields beside and within others',
    pipeline: [
      { $match: { _id: 2 } },
      { $addFields: { 'events.seen': true, twice: { $multiply: ['$age', 2] } } },
      { $project: { events: 1, twice: 1 } },
    ],
    gives: [{ _id: 2, events: [{ id: x, as: 'guest', seen: true }], twice: 40 }],
  },
  {
    name: 'removes a field',
    pipeline: [{ $match: { _id: 4 } }, { $set: { age: '$$REMOVE' } }],
    gives: [{ _id: 4, name: 'Di', first: y }],
  },
  {
    name: 'unsets',
    pipeline: [{ $match: { _id: 1 } }, { $unset: ['events.as', 'age'] }],
    gives: [{ _id: 1, name: 'Ada', events: [{ id: x }, { id: y }], first: x }],
  },
  {
    name: 'replaces the document',
    pipeline: [
      { $match: { _id: 1 } },
      { $replaceRoot: { newRoot: { $mergeObjects: [{ k: 1 }, { $first: '$events' }] } } },
    ],
    gives: [{ k: 1, id: x, as: 'guest' }],
  },
  {
    name: 'sorts, skips and limits',
    pipeline: [{ $sort: { name: -1 } }, { $skip: 1 }, { $limit: 2 }, { $project: { name: 1 } }],
    gives: [
      { _id: 3, name: 'Cy' },
      { _id: 2, name: 'Bob' },
    ],
  },
  {
    name: 'runs several pipelines at once',
    pipeline: [
      { $facet: { all: [{ $count: 'n' }], old: [{ $match: { age: { $gte: 30 } } }, { $project: { _id: 1 } }] } },
    ],
    gives: [{ all: [{ n: 4 }], old: [{ _id: 1 }] }],
  },
  {
    name: 'goes on with another collection',
    pipeline: [
      { $project: { _id: 0, name: 1 } },
      { $unionWith: { coll: 'events', pipeline: [{ $project: { _id: 0, name: 1 } }] } },
      { $sort: { name: 1 } },
      { $limit: 2 },
    ],
    gives: [{ name: 'Ada' }, { name: 'Autumn' }],
  },
  {
    name: 'projects nested fields in the document’s own order',
    pipeline: [{ $match: { _id: 1 } }, { $project: { 'events.as': 1, age: 1, name: 1 } }],
    gives: [{ _id: 1, name: 'Ada', age: 30, events: [{ as: 'guest' }, { as: 'host' }] }],
  },
]

const refused: Case[] = [
  {
    name: 'to sort by the count of nothing',
    pipeline: [{ $sortByCount: null }],
    code: 40149,
    differs: 'codes of pipelines',
  },
  ...[
    { name: 'a bucket without boundaries', spec: { groupBy: '$age' }, code: 40198 },
    { name: 'a bucket of one boundary', spec: { groupBy: '$age', boundaries: [0] }, code: 40192 },
    { name: 'a bucket of several types', spec: { groupBy: '$age', boundaries: [0, 'a'] }, code: 40193 },
    { name: 'a bucket of falling boundaries', spec: { groupBy: '$age', boundaries: [1, 0] }, code: 40194 },
    { name: 'a bucket with a default inside', spec: { groupBy: '$age', boundaries: [0, 9], default: 5 }, code: 40199 },
    { name: 'a bucket with an option of its own', spec: { groupBy: '$age', boundaries: [0, 9], of: 1 }, code: 40197 },
  ].map(({ name, spec, code }) => ({ name, pipeline: [{ $bucket: spec }], code })),
  {
    name: 'a bucket by no path',
    pipeline: [{ $bucket: { groupBy: 'age', boundaries: [0, 1] } }],
    code: 40202,
    differs: 'codes of pipelines',
  },
  {
    name: 'a value in no bucket',
    pipeline: [{ $bucket: { groupBy: '$age', boundaries: [0, 1] } }],
    code: 40066,
    differs: 'codes of pipelines',
  },
  { name: 'a size of three', pipeline: [{ $project: { a: { $size: [1, 2, 3] } } }], code: 16020 },
  { name: 'an unknown stage', pipeline: [{ $nope: 1 }], code: 40324 },
  { name: 'a stage of two', pipeline: [{ $match: {}, $limit: 1 }], code: 40323 },
  { name: 'an unknown expression', pipeline: [{ $project: { a: { $nope: 1 } } }], code: 31325 },
  { name: 'an unknown accumulator', pipeline: [{ $group: { _id: 1, a: { $nope: 1 } } }], code: 15952 },
  { name: 'an unknown operator in a match', pipeline: [{ $match: { a: { $nope: 1 } } }], code: 2 },
  { name: 'a group without an _id', pipeline: [{ $group: {} }], code: 15955 },
  { name: 'a limit below zero', pipeline: [{ $limit: -1 }], code: 5107201 },
  { name: 'an unwinding without a dollar', pipeline: [{ $unwind: 'events' }], code: 28818 },
  {
    name: 'a join without a name for its result',
    pipeline: [{ $lookup: { from: 'events', localField: 'a', foreignField: 'b' } }],
    code: 9,
  },
  { name: 'a sort by nothing', pipeline: [{ $sort: {} }], code: 15976 },
  { name: 'a sort in no direction', pipeline: [{ $sort: { a: 2 } }], code: 15975, differs: 'codes of pipelines' },
  { name: 'an undefined variable', pipeline: [{ $project: { a: '$$nope' } }], code: 17276 },
  { name: 'an inclusion with an exclusion', pipeline: [{ $project: { a: 1, b: 0 } }], code: 31254 },
]

/** Expressions, and what they are for a document with values, and for one without. */
const expressions: [expression: unknown, present: unknown, missing: unknown][] = [
  [{ $add: ['$n', 1] }, 6, null],
  [{ $add: ['$d', 1000] }, new Date(day.getTime() + 1000), null],
  [{ $subtract: ['$d', new Date(0)] }, day.getTime(), null],
  [{ $divide: ['$n', 2] }, 2.5, null],
  [{ $mod: ['$n', 3] }, 2, null],
  [{ $round: ['$m', 1] }, 2.4, null],
  [{ $trunc: '$m' }, 2, null],
  [{ $arrayElemAt: ['$list', -1] }, 2, null],
  [{ $first: '$list' }, 3, null],
  [{ $slice: ['$list', 1, 1] }, [1], null],
  [{ $size: { $ifNull: ['$list', []] } }, 3, 0],
  [{ $filter: { input: '$list', as: 'e', cond: { $gt: ['$$e', 1] } } }, [3, 2], null],
  [{ $map: { input: '$docs', as: 'e', in: '$$e.v' } }, [1, 2], null],
  [{ $reduce: { input: '$list', initialValue: 0, in: { $add: ['$$value', '$$this'] } } }, 6, null],
  [{ $concatArrays: ['$list', [9]] }, [3, 1, 2, 9], null],
  [{ $in: [2, { $ifNull: ['$list', []] }] }, true, false],
  [{ $indexOfArray: ['$list', 2] }, 2, null],
  [{ $isArray: '$list' }, true, false],
  [{ $arrayToObject: '$pairs' }, { a: 1 }, null],
  [{ $objectToArray: '$o' }, [{ k: 'a', v: 1 }], null],
  [{ $and: ['$n', true] }, true, false],
  [{ $cond: [{ $gt: ['$n', null] }, 'there', 'not'] }, 'there', 'not'],
  [{ $lt: ['$nope', '$d'] }, true, false],
  [{ $cmp: ['$n', 'a'] }, -1, -1],
  [{ $eq: ['$id', x] }, true, false],
  [{ $switch: { branches: [{ case: { $eq: ['$n', 5] }, then: 'five' }], default: 'other' } }, 'five', 'other'],
  [{ $ifNull: ['$n', 'none'] }, 5, 'none'],
  [{ $dateAdd: { startDate: '$d', unit: 'day', amount: 2 } }, new Date(day.getTime() + 2 * 86_400_000), null],
  [{ $dateDiff: { startDate: '$d', endDate: new Date('2026-03-17T00:00:00Z'), unit: 'day' } }, 2, null],
  [{ $dateTrunc: { date: '$d', unit: 'day' } }, new Date('2026-03-15T00:00:00Z'), null],
  [{ $dateToString: { date: '$d', format: '%Y-%m-%d' } }, '2026-03-15', null],
  [{ $year: '$d' }, 2026, null],
  [{ $hour: '$d' }, 10, null],
  [{ $isoDayOfWeek: '$d' }, 7, null],
  [{ $mergeObjects: ['$o', { z: 1 }] }, { a: 1, z: 1 }, { z: 1 }],
  [{ $getField: { field: 'a', input: '$o' } }, 1, undefined],
  [{ $setIsSubset: [[1], '$$ROOT.listOrEmpty'] }, true, true],
  [{ $concat: ['$s', '!'] }, 'Hello!', null],
  [{ $toUpper: '$s' }, 'HELLO', ''],
  [{ $toLower: '$s' }, 'hello', ''],
  [{ $split: ['$csv', ','] }, ['a', 'b'], null],
  [{ $trim: { input: '$s', chars: 'Ho' } }, 'ell', null],
  [{ $substrCP: [{ $ifNull: ['$s', ''] }, 1, 3] }, 'ell', ''],
  [{ $regexMatch: { input: { $ifNull: ['$s', ''] }, regex: '^h', options: 'i' } }, true, false],
  [{ $toString: '$id' }, '65f000000000000000000001', null],
  [{ $toObjectId: { $toString: '$id' } }, x, null],
  [{ $toInt: '12' }, 12, 12],
  [{ $type: '$id' }, 'objectId', 'missing'],
  [{ $let: { vars: { a: '$n' }, in: { $add: ['$$a', 1] } } }, 6, null],
  [{ $max: ['$n', 3] }, 5, 3],
  [{ $sum: '$list' }, 6, 0],
  [{ $avg: '$list' }, 2, null],
  ['$docs.v', [1, 2], undefined],
  [{ a: '$n', b: '$nope' }, { a: 5 }, {}],
  [{ $literal: '$n' }, '$n', '$n'],
]

const failing: [expression: unknown, code: number][] = [
  [{ $add: ['$s', 1] }, 14],
  [{ $divide: ['$n', 0] }, 2],
  [{ $toInt: 'abc' }, 241],
  [{ $toObjectId: 'zz' }, 241],
  [{ $size: '$n' }, 17124],
  [{ $in: [1, '$n'] }, 40081],
  [{ $concat: ['$n', 'a'] }, 16702],
  [{ $year: '$s' }, 16006],
  [{ $switch: { branches: [{ case: false, then: 1 }] } }, 40066],
]

describe.each(engines())('Aggregation on $name', (engine) => {
  const database = useDatabase(engine, 'aggregation')
  const aggregate = (pipeline: Document[]) => database.db.collection('people').aggregate(pipeline).toArray()

  beforeAll(async () => {
    await database.db.collection('events').insertMany(events)
    await database.db.collection<Document & { _id: number }>('people').insertMany(people)
    await database.db.collection<Document & { _id: string }>('values').insertMany([
      {
        _id: 'present',
        n: 5,
        m: 2.45,
        d: day,
        list: [3, 1, 2],
        listOrEmpty: [1],
        docs: [{ v: 1 }, { v: 2 }],
        pairs: [{ k: 'a', v: 1 }],
        o: { a: 1 },
        s: 'Hello',
        csv: 'a,b',
        id: x,
      },
      { _id: 'missing', listOrEmpty: [1] },
    ])
  })

  test.each(stages.filter(({ differs }) => agrees(engine, differs)))('$name', async ({ pipeline, gives }) => {
    expect(JSON.stringify(await aggregate(pipeline))).toBe(JSON.stringify(gives))
  })

  test.each(refused.filter(({ differs }) => agrees(engine, differs)))('refuses $name', async ({ pipeline, code }) => {
    await expect(aggregate(pipeline)).rejects.toMatchObject({ code })
  })

  async function evaluate(expression: unknown, _id: string): Promise<unknown> {
    const pipeline = [{ $match: { _id } }, { $project: { _id: 0, r: expression } }]
    const [document] = await database.db.collection('values').aggregate(pipeline).toArray()
    return document?.r
  }

  test.each(expressions)('evaluates %j', async (expression, present, missing) => {
    expect([await evaluate(expression, 'present'), await evaluate(expression, 'missing')]).toEqual([present, missing])
  })

  test.each(failing)('cannot evaluate %j', async (expression, code) => {
    await expect(evaluate(expression, 'present')).rejects.toMatchObject({ code })
  })

  test('gives its result in batches', async () => {
    const many = database.db.collection<Document & { _id: number }>('many')
    await many.insertMany(Array.from({ length: 300 }, (_, _id) => ({ _id })))
    const cursor = many.aggregate([{ $sort: { _id: 1 } }, { $addFields: { twice: { $multiply: ['$_id', 2] } } }], {
      batchSize: 7,
    })
    const twice: unknown[] = []
    for await (const document of cursor) twice.push(document.twice)
    expect(twice).toEqual(Array.from({ length: 300 }, (_, i) => i * 2))
  })

  test('counts documents for a driver', async () => {
    expect(await database.db.collection('people').countDocuments({ 'events.id': x })).toBe(2)
    expect(await database.db.collection('people').countDocuments({ left: null })).toBe(3)
  })
})
