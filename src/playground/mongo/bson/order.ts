import { Binary, BSONRegExp, BSONSymbol, ObjectId, Timestamp } from 'bson'
import { compareNumbers, isBsonNumber } from './numbers.js'
import { bsonTypeOf, isDocument, type Document } from './value.js'

/**
 * MongoDB's order of types: values of a lower rank come first. A missing value ranks before null, as in the
 * aggregation language; a sort and a query treat both alike by themselves.
 */
export const Rank = {
  minKey: -1,
  missing: 0,
  null: 5,
  number: 10,
  string: 15,
  document: 20,
  array: 25,
  binary: 30,
  objectId: 35,
  boolean: 40,
  date: 45,
  timestamp: 47,
  regex: 50,
  dbPointer: 55,
  code: 60,
  maxKey: 127,
} as const

const CLASS_RANKS: Readonly<Record<string, number>> = {
  MinKey: Rank.minKey,
  MaxKey: Rank.maxKey,
  Int32: Rank.number,
  Double: Rank.number,
  Long: Rank.number,
  Decimal128: Rank.number,
  BSONSymbol: Rank.string,
  Binary: Rank.binary,
  ObjectId: Rank.objectId,
  Timestamp: Rank.timestamp,
  BSONRegExp: Rank.regex,
  Code: Rank.code,
  DBRef: Rank.document,
}

/** The rank of a value's type among BSON's types. */
export function rankOf(value: unknown): number {
  switch (typeof value) {
    case 'undefined':
      return Rank.missing
    case 'string':
      return Rank.string
    case 'number':
    case 'bigint':
      return Rank.number
    case 'boolean':
      return Rank.boolean
    case 'object':
      return value === null ? Rank.null : rankOfObject(value)
    default:
      return Rank.code
  }
}

function rankOfObject(value: object): number {
  if (Array.isArray(value)) return Rank.array
  if (value instanceof Date) return Rank.date
  if (value instanceof RegExp) return Rank.regex
  return CLASS_RANKS[bsonTypeOf(value) ?? ''] ?? Rank.document
}

/** Orders any two values as MongoDB sorts them. 0 means that MongoDB calls them equal. */
export function compareValues(a: unknown, b: unknown): number {
  if (a === b) return 0
  const rank = rankOf(a)
  const difference = rank - rankOf(b)
  if (difference !== 0) return difference
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b)
  if (isBsonNumber(a) && isBsonNumber(b)) return compareNumbers(a, b)
  if (a instanceof ObjectId && b instanceof ObjectId) return Buffer.compare(a.id, b.id)
  if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime()
  if (Array.isArray(a) && Array.isArray(b)) return compareArrays(a, b)
  if (isDocument(a) && isDocument(b)) return compareDocuments(a, b)
  return compareRareValues(a, b)
}

/** Strings are ordered by their UTF-8 bytes, which differs from JavaScript's order beyond the basic plane. */
export function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i)
    const right = b.charCodeAt(i)
    if (left !== right) return codePointOrder(left) - codePointOrder(right)
  }
  return a.length - b.length
}

/** Lifts surrogates above the rest of the basic plane. */
function codePointOrder(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit
}

function compareArrays(a: readonly unknown[], b: readonly unknown[]): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const order = compareValues(a[i] ?? null, b[i] ?? null)
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** Documents are compared field by field in their own order: type, then name, then value. */
function compareDocuments(a: Document, b: Document): number {
  const left = Object.entries(a).filter(([, value]) => value !== undefined)
  const right = Object.entries(b).filter(([, value]) => value !== undefined)
  const length = Math.min(left.length, right.length)
  for (let i = 0; i < length; i++) {
    const [name, value] = left[i] ?? ['', null]
    const [otherName, otherValue] = right[i] ?? ['', null]
    const order =
      rankOf(value) - rankOf(otherValue) || compareStrings(name, otherName) || compareValues(value, otherValue)
    if (order !== 0) return order
  }
  return left.length - right.length
}

function compareRareValues(a: unknown, b: unknown): number {
  if (typeof a === 'boolean') return Number(a) - Number(b)
  if (a instanceof Binary && b instanceof Binary) {
    return a.position - b.position || a.sub_type - b.sub_type || Buffer.compare(a.value(), b.value())
  }
  if (a instanceof Timestamp && b instanceof Timestamp) return a.compare(b)
  return compareStrings(textOf(a), textOf(b))
}

/** Regular expressions, symbols and code are ordered by what they say. */
function textOf(value: unknown): string {
  if (value instanceof RegExp) return `${value.source}\0${value.flags}`
  if (value instanceof BSONRegExp) return `${value.pattern}\0${value.options}`
  if (value instanceof BSONSymbol) return value.value
  return String(value)
}
