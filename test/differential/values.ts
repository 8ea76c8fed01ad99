import { Binary, Decimal128, Double, Int32, Long, ObjectId } from 'bson'
import fc, { type Arbitrary } from 'fast-check'

/*
 * Values come from small pools, so that filters find something, keys repeat and types meet.
 */

/** The n-th object id of a pool. */
export function objectId(pool: number, n: number): ObjectId {
  return new ObjectId(`65f0${pool.toString(16).padStart(4, '0')}${n.toString(16).padStart(16, '0')}`)
}

/** An object id out of a pool of `size`. */
export function ids(pool: number, size: number): Arbitrary<ObjectId> {
  return fc.integer({ min: 1, max: size }).map((n) => objectId(pool, n))
}

export const int: Arbitrary<Int32> = fc.integer({ min: -2, max: 12 }).map((n) => new Int32(n))

export const double: Arbitrary<Double> = fc.constantFrom(-1.5, 0, 0.5, 2, 2.5, 3, 1e10).map((n) => new Double(n))

export const long: Arbitrary<Long> = fc.constantFrom('-1', '0', '2', '3', '5000000000').map((n) => Long.fromString(n))

export const decimal: Arbitrary<Decimal128> = fc
  .constantFrom('0.5', '2', '2.50', '3')
  .map((n) => Decimal128.fromString(n))

export const number = fc.oneof({ weight: 5, arbitrary: int }, { weight: 2, arbitrary: double }, long)

export const text = fc.constantFrom('', 'a', 'ab', 'b', 'B', 'node', 'mongodb', 'Zoë', '日本', '5', 'a.b', '$a')

export const date: Arbitrary<Date> = fc
  .constantFrom(0, 1, 86_400_000, 1_710_460_800_000, 1_710_460_800_500, -1000)
  .map((at) => new Date(at))

const rare = fc.oneof(
  decimal,
  fc.constantFrom(new Binary(Buffer.from('abc')), new Binary(Buffer.alloc(16, 7), 4)),
  fc.constant('long '.repeat(300)),
)

/** Any value that is neither an array nor an embedded document. */
export const scalar: Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: int },
  { weight: 2, arbitrary: double },
  { weight: 1, arbitrary: long },
  { weight: 5, arbitrary: text },
  { weight: 2, arbitrary: fc.boolean() },
  { weight: 2, arbitrary: fc.constant(null) },
  { weight: 2, arbitrary: date },
  { weight: 1, arbitrary: ids(9, 3) },
  { weight: 1, arbitrary: rare },
)

/** The names of fields inside odd documents. */
export const name = fc.constantFrom('a', 'b', 'c')

/** An embedded document of few fields. */
export function embedded(value: Arbitrary<unknown>): Arbitrary<Record<string, unknown>> {
  return fc.dictionary(name, value, { maxKeys: 3, noNullPrototype: true })
}

const shallow = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: embedded(scalar) },
)

/** Any value, arrays and embedded documents two levels deep among them. */
export const value: Arbitrary<unknown> = fc.oneof(
  { weight: 5, arbitrary: scalar },
  { weight: 2, arbitrary: fc.array(shallow, { maxLength: 3 }) },
  { weight: 2, arbitrary: embedded(shallow) },
)

/** Paths into odd documents: fields, fields of fields, elements. */
export const path = fc.constantFrom('a', 'b', 'c', 'a.b', 'a.c', 'b.a', 'c.a', 'a.0', 'a.1', 'b.0.a', 'a.b.c', 'c.b.0')
