import { Double, Int32, Long, Timestamp } from 'bson'
import { CommandError } from '../command-error.js'
import { bsonTypeOf, isDocument } from './value.js'

/** BSON's types by the names and numbers that `$type` takes. */
const NUMBERS: Readonly<Record<string, number>> = {
  double: 1,
  string: 2,
  object: 3,
  array: 4,
  binData: 5,
  undefined: 6,
  objectId: 7,
  bool: 8,
  date: 9,
  null: 10,
  regex: 11,
  dbPointer: 12,
  javascript: 13,
  symbol: 14,
  javascriptWithScope: 15,
  int: 16,
  timestamp: 17,
  long: 18,
  decimal: 19,
  minKey: -1,
  maxKey: 127,
}
const ALL_NUMBER_TYPES = [1, 16, 18, 19]

const CLASS_NUMBERS: Readonly<Record<string, number>> = {
  Binary: 5,
  ObjectId: 7,
  BSONRegExp: 11,
  Code: 13,
  BSONSymbol: 14,
  Int32: 16,
  Timestamp: 17,
  Long: 18,
  Decimal128: 19,
  Double: 1,
  MinKey: -1,
  MaxKey: 127,
}

/** The number of a value's BSON type. A plain number is taken for what a driver would send it as. */
export function typeNumberOf(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return 2
    case 'boolean':
      return 8
    case 'number':
      return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? 16 : 1
    case 'object':
      return value === null ? 10 : typeNumberOfObject(value)
    default:
      return 18
  }
}

function typeNumberOfObject(value: object): number {
  if (Array.isArray(value)) return 4
  if (value instanceof Date) return 9
  if (value instanceof RegExp) return 11
  return CLASS_NUMBERS[bsonTypeOf(value) ?? ''] ?? 3
}

/** The name of a value's BSON type; `missing` for undefined. */
export function typeNameOf(value: unknown): string {
  if (value === undefined) return 'missing'
  const number = typeNumberOf(value)
  return Object.entries(NUMBERS).find(([, candidate]) => candidate === number)?.[0] ?? 'object'
}

/** The type numbers that one name, alias or number in a `$type` stands for. */
export function typeNumbersOf(name: unknown): number[] {
  if (name === 'number') return ALL_NUMBER_TYPES
  const number = typeof name === 'string' ? NUMBERS[name] : name
  if (typeof number === 'number' && Object.values(NUMBERS).includes(number)) return [number]
  if (typeof name === 'string') throw new CommandError(2, `Unknown type name alias: ${name}`)
  throw new CommandError(2, `Invalid numerical type code: ${String(name)}`)
}

/** Takes BSON's number classes down to plain numbers, where that loses nothing. */
export function plainNumber(value: unknown): unknown {
  if (value instanceof Int32 || value instanceof Double) return value.value
  if (!(value instanceof Long) || value instanceof Timestamp) return value
  const number = value.toNumber()
  return Number.isSafeInteger(number) ? number : value
}

/** Takes every number of a value down to a plain one, where that loses nothing but its type. */
export function plainNumbers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainNumbers)
  if (!isDocument(value)) return plainNumber(value)
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plainNumbers(field)]))
}
