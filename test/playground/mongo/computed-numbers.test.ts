import { Double, type Document, EJSON, Int32, Long } from 'bson'
import { beforeAll, describe, expect, test } from 'vitest'
import { agrees, engines, useDatabase } from '../../support/engines.js'

const [int, double, long] = ['$int', '$double', '$long']
const DOCUMENT = {
  _id: 1,
  int: new Int32(7),
  double: new Double(3),
  long: Long.fromNumber(2),
  zero: { int: new Int32(0), double: new Double(0), long: Long.fromNumber(0) },
  max: { int: new Int32(2 ** 31 - 1), long: Long.MAX_VALUE },
  list: [new Int32(1), new Double(2), Long.fromNumber(3)],
  at: new Date(100),
}

/** An expression, and the value it has in its type. */
const EXPRESSIONS: [unknown, unknown][] = [
  [int, new Int32(7)],
  [double, new Double(3)],
  [long, Long.fromNumber(2)],
  [{ $literal: new Double(4) }, new Double(4)],
  [{ $add: [int, int] }, new Int32(14)],
  [{ $add: [int, long] }, Long.fromNumber(9)],
  [{ $add: [int, double] }, new Double(10)],
  [{ $add: [long, double] }, new Double(5)],
  [{ $add: ['$max.int', new Int32(1)] }, Long.fromNumber(2 ** 31)],
  [{ $add: ['$max.long', new Int32(1)] }, new Double(2 ** 63)],
  [{ $add: ['$at', double] }, new Date(103)],
  [{ $subtract: [double, int] }, new Double(-4)],
  [{ $subtract: [int, long] }, Long.fromNumber(5)],
  [{ $subtract: ['$at', new Date(40)] }, Long.fromNumber(60)],
  [{ $subtract: ['$at', long] }, new Date(98)],
  [{ $multiply: [int, double] }, new Double(21)],
  [{ $multiply: [int, long] }, Long.fromNumber(14)],
  [{ $divide: [new Int32(8), long] }, new Double(4)],
  [{ $mod: [int, long] }, Long.fromNumber(1)],
  [{ $pow: [int, new Int32(2)] }, new Int32(49)],
  [{ $abs: long }, Long.fromNumber(2)],
  [{ $ceil: new Double(2.5) }, new Double(3)],
  [{ $floor: int }, new Int32(7)],
  [{ $trunc: new Double(2.5) }, new Double(2)],
  [{ $round: [new Double(2.5), new Int32(0)] }, new Double(2)],
  [{ $round: [new Double(-1.256), new Int32(2)] }, new Double(-1.26)],
  [{ $sqrt: new Int32(9) }, new Double(3)],
  [{ $sum: '$list' }, new Double(6)],
  [{ $sum: [int, long] }, Long.fromNumber(9)],
  [{ $avg: '$list' }, new Double(2)],
  [{ $max: [int, double] }, new Int32(7)],
  [{ $min: [int, double] }, new Double(3)],
  [{ $cond: ['$zero.double', int, long] }, Long.fromNumber(2)],
  [{ $cond: { if: '$zero.long', then: int, else: double } }, new Double(3)],
  [{ $ifNull: ['$nothing', double] }, new Double(3)],
  [{ $switch: { branches: [{ case: '$zero.long', then: 1 }], default: long } }, Long.fromNumber(2)],
  [{ $or: ['$zero.double', '$zero.long', '$zero.int'] }, false],
  [{ $and: [double, long] }, true],
  [{ $not: ['$zero.long'] }, true],
  [{ $eq: [long, new Double(2)] }, true],
  [{ $in: [long, [new Double(2)]] }, true],
  [{ $arrayElemAt: ['$list', Long.fromNumber(1)] }, new Double(2)],
  [{ $slice: ['$list', new Double(1)] }, [new Int32(1)]],
  [{ $filter: { input: '$list', cond: { $subtract: ['$$this', new Double(2)] } } }, [new Int32(1), Long.fromNumber(3)]],
  [
    { $map: { input: '$list', in: { $multiply: ['$$this', long] } } },
    [Long.fromNumber(2), new Double(4), Long.fromNumber(6)],
  ],
  [{ $reduce: { input: '$list', initialValue: long, in: { $add: ['$$value', '$$this'] } } }, new Double(8)],
  [{ $indexOfArray: ['$list', new Int32(3)] }, new Int32(2)],
  [{ $setIntersection: ['$list', [Long.fromNumber(1)]] }, [new Int32(1)]],
  [{ $size: '$list' }, new Int32(3)],
  [{ $dateDiff: { startDate: new Date(0), endDate: '$at', unit: 'millisecond' } }, Long.fromNumber(100)],
  [{ $dateAdd: { startDate: '$at', unit: 'millisecond', amount: long } }, new Date(102)],
  [{ $toInt: double }, new Int32(3)],
  [{ $toLong: double }, Long.fromNumber(3)],
  [{ $toDouble: int }, new Double(7)],
  [{ $toBool: '$zero.long' }, false],
  [{ $toString: double }, '3'],
  [{ $type: double }, 'double'],
  [{ $isNumber: long }, true],
]

/** A value as a text that tells the types of its numbers. */
const typed = (value: unknown): string => EJSON.stringify(value, { relaxed: false })

function expectTyped(found: unknown, wanted: unknown): void {
  expect(typed(found)).toBe(typed(wanted))
}

describe.each(engines())('Numbers that are computed on $name', (engine) => {
  const database = useDatabase(engine, 'computed_numbers')
  const results = (pipeline: Document[]): Promise<Document[]> =>
    database.db.collection('t').aggregate(pipeline, { promoteValues: false, promoteLongs: false }).toArray()

  beforeAll(async () => {
    await database.db.collection<typeof DOCUMENT>('t').insertOne(DOCUMENT)
  })

  test.each(EXPRESSIONS)('%j has the type that MongoDB gives it', async (expression, value) => {
    const [found] = await results([{ $replaceWith: { value: expression } }])
    expectTyped(found, { value })
  })

  test('keep their types through a group', async () => {
    const of = (operator: string) =>
      Object.fromEntries([int, double, long].map((path) => [path.slice(1), { [operator]: path }]))
    const grouped = async (operator: string): Promise<Document | undefined> =>
      (await results([{ $group: { _id: double, ...of(operator) } }]))[0]
    const same = { _id: new Double(3), int: DOCUMENT.int, double: DOCUMENT.double, long: DOCUMENT.long }
    for (const operator of ['$sum', '$min', '$max', '$first', '$last']) expectTyped(await grouped(operator), same)
    expectTyped(await grouped('$avg'), {
      _id: new Double(3),
      int: new Double(7),
      double: new Double(3),
      long: new Double(2),
    })
  })

  test.runIf(agrees(engine, 'ints for doubles'))('are doubles as soon as one of them is', async () => {
    expectTyped(await results([{ $replaceWith: { value: { $mod: [int, double] } } }]), [{ value: new Double(1) }])
    const counted = await results([{ $group: { _id: null, n: { $sum: new Double(1) } } }])
    expectTyped(counted, [{ _id: null, n: new Double(1) }])
  })

  test('keep their types through an update with a pipeline, and through a projection', async () => {
    const values = database.db.collection<typeof DOCUMENT>('updated')
    await values.insertOne(DOCUMENT)
    await values.updateOne({ _id: 1 }, [{ $set: { int: { $add: [int, new Double(0)] }, sum: { $add: [long, long] } } }])
    const projection = { int: 1, sum: 1, more: { $multiply: [long, '$zero.double'] } }
    const found = await values.findOne({}, { projection, promoteValues: false, promoteLongs: false })
    expectTyped(found, { _id: new Int32(1), int: new Double(7), sum: Long.fromNumber(4), more: new Double(0) })
  })

  test('number the elements of an array as longs', async () => {
    const unwound = await results([
      { $unwind: { path: '$list', includeArrayIndex: 'at' } },
      { $project: { _id: 0, list: 1, at: 1 } },
    ])
    expectTyped(
      unwound,
      DOCUMENT.list.map((list, i) => ({ list, at: Long.fromNumber(i) })),
    )
  })
})
