import { Decimal128, type Document, Double, Int32, Long } from 'bson'
import fc, { type Arbitrary } from 'fast-check'
import { date, int, scalar, text } from './values.js'

/*
 * Aggregation expressions by what they are made of, so that most are valid: fields may be missing or null, or, in odd
 * documents, anything at all.
 */

const call = (name: string, ...operands: unknown[]): Document => ({ [name]: operands })

const two = (name: string, one: Arbitrary<unknown>): Arbitrary<Document> =>
  fc.tuple(one, one).map((pair) => call(name, ...pair))

/** A constant as an expression: texts with a dollar would be paths. */
const literal = scalar.map((one) => (typeof one === 'string' && one.startsWith('$') ? { $literal: one } : one))

const plainText = text.filter((one) => !one.startsWith('$'))

export const numeric: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom('$points', '$__v', '$capacity', '$score'),
  int,
  fc.constantFrom(new Double(0.5), new Double(2.5)),
)

const textual: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom('$name', '$email', '$experience_level', '$company', '$status'),
  plainText,
)

const dated: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom('$deletedAt', '$startDate', '$submittedAt', '$salesforce.lastSyncedAt'),
  date,
)

const list: Arbitrary<unknown> = fc.oneof(
  fc
    .constantFrom('$skills', '$tags', '$technologies', '$registeredEvents.status')
    .map((one) => ({ $ifNull: [one, []] })),
  fc.array(plainText, { maxLength: 3 }),
)

const anything: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom('$a', '$b', '$a.b', '$name', '$skills', '$points', '$deletedAt'),
  literal,
)

const numbers: Arbitrary<unknown> = fc.oneof(
  ...['$add', '$multiply', '$subtract', '$max', '$min'].map((name) => two(name, numeric)),
  ...['$abs', '$ceil', '$floor', '$trunc'].map((name) => numeric.map((one) => call(name, one))),
  list.map((one) => call('$size', one)),
  textual.map((one) => ({ $strLenCP: { $ifNull: [one, ''] } })),
  dated.map((one) => ({ $year: one })),
  dated.map((one) => ({ $dayOfWeek: one })),
  fc.tuple(dated, dated).map(([startDate, endDate]) => ({ $dateDiff: { startDate, endDate, unit: 'day' } })),
  two('$cmp', anything),
)

const texts: Arbitrary<unknown> = fc.oneof(
  two('$concat', textual),
  ...['$toLower', '$toUpper'].map((name) => textual.map((one) => ({ [name]: one }))),
  textual.map((input) => ({ $trim: { input } })),
  textual.map((one) => ({ $substrCP: [{ $ifNull: [one, ''] }, new Int32(0), new Int32(2)] })),
  dated.map((one) => ({ $dateToString: { date: one, format: '%Y-%m-%d' } })),
  textual.map((one) => ({ $type: one })),
  fc.tuple(textual, plainText).map(([input, find]) => ({ $replaceAll: { input, find, replacement: '-' } })),
)

const truths: Arbitrary<unknown> = fc.oneof(
  ...['$eq', '$ne', '$gt', '$gte', '$lt', '$lte'].map((name) => two(name, anything)),
  fc.tuple(plainText, list).map((pair) => call('$in', ...pair)),
  ...['$and', '$or'].map((name) => two(name, anything)),
  anything.map((one) => call('$not', one)),
  anything.map((one) => call('$isArray', one)),
  anything.map((one) => ({ $isNumber: one })),
)

const lists: Arbitrary<unknown> = fc.oneof(
  list.map((input) => ({ $filter: { input, as: 'one', cond: { $gt: ['$$one', 'js'] } } })),
  list.map((input) => ({ $map: { input, as: 'one', in: { $concat: ['$$one', '!'] } } })),
  two('$concatArrays', list),
  list.map((one) => call('$reverseArray', one)),
  fc.constant({ $objectToArray: { $ifNull: ['$customResponses', {}] } }),
)

const choices: Arbitrary<unknown> = fc.oneof(
  fc.tuple(truths, anything, anything).map((three) => call('$cond', ...three)),
  two('$ifNull', anything),
  fc.tuple(truths, anything).map(([one, then]) => ({ $switch: { branches: [{ case: one, then }], default: 'other' } })),
  list.map((one) => call('$arrayElemAt', one, new Int32(0))),
  list.map((one) => call('$first', one)),
  fc
    .tuple(dated, fc.integer({ min: -2, max: 40 }))
    .map(([startDate, n]) => ({ $dateAdd: { startDate, unit: 'day', amount: new Int32(n) } })),
)

/** A condition for `$expr`. */
export const truth: Arbitrary<unknown> = truths

/** Any expression. */
export const expression: Arbitrary<unknown> = fc.oneof(numbers, texts, truths, lists, choices, anything)

/** Any expression as the value of a field of a projection, where a number or a truth value would be a flag. */
export const computation: Arbitrary<unknown> = expression.map((one) =>
  typeof one === 'boolean' ||
  one instanceof Int32 ||
  one instanceof Double ||
  one instanceof Long ||
  one instanceof Decimal128
    ? { $literal: one }
    : one,
)
