import { CommandError } from '../command-error.js'

/** BSON's type bytes (bsonspec.org), as far as this server looks at them itself. */
export const BsonType = {
  double: 0x01,
  string: 0x02,
  document: 0x03,
  array: 0x04,
  binary: 0x05,
  undefined: 0x06,
  objectId: 0x07,
  boolean: 0x08,
  date: 0x09,
  null: 0x0a,
  regex: 0x0b,
  dbPointer: 0x0c,
  code: 0x0d,
  symbol: 0x0e,
  codeWithScope: 0x0f,
  int32: 0x10,
  timestamp: 0x11,
  long: 0x12,
  decimal128: 0x13,
  maxKey: 0x7f,
  minKey: 0xff,
} as const

/** Sizes of the values whose size their type alone decides. */
const FIXED_SIZES = new Map<number, number>([
  [BsonType.double, 8],
  [BsonType.undefined, 0],
  [BsonType.objectId, 12],
  [BsonType.boolean, 1],
  [BsonType.date, 8],
  [BsonType.null, 0],
  [BsonType.int32, 4],
  [BsonType.timestamp, 8],
  [BsonType.long, 8],
  [BsonType.decimal128, 16],
  [BsonType.maxKey, 0],
  [BsonType.minKey, 0],
])

/** How deep documents may be nested, as in MongoDB. */
const MAX_DEPTH = 180

/** The bytes a value of `type` takes that begins at `at`. */
export function valueSize(bytes: Buffer, type: number, at: number): number {
  const fixed = FIXED_SIZES.get(type)
  if (fixed !== undefined) return fixed
  switch (type) {
    case BsonType.document:
    case BsonType.array:
    case BsonType.codeWithScope:
      return bytes.readInt32LE(at)
    case BsonType.string:
    case BsonType.code:
    case BsonType.symbol:
      return 4 + bytes.readInt32LE(at)
    case BsonType.binary:
      return 5 + bytes.readInt32LE(at)
    case BsonType.dbPointer:
      return 16 + bytes.readInt32LE(at)
    case BsonType.regex: {
      const pattern = bytes.indexOf(0, at)
      return bytes.indexOf(0, pattern + 1) + 1 - at
    }
    default:
      throw new CommandError(22, `Unrecognized BSON type 0x${type.toString(16)}`)
  }
}

/** Where an element lies among a document's bytes: see ElementCursor. */
export interface Place {
  readonly type: number
  readonly head: number
  readonly start: number
  readonly end: number
}

/**
 * Walks over the elements of a BSON document without decoding any of them. The document must be a valid one:
 * `assertDocument` has looked at every document that came in over the wire.
 */
export class ElementCursor {
  type = 0
  /** Where the element begins: its type byte. */
  head = 0
  /** Where the value begins. */
  start: number
  /** Where the value ends. */
  end: number
  readonly #limit: number

  constructor(
    readonly bytes: Buffer,
    at = 0,
  ) {
    this.start = at
    this.end = at + 4
    this.#limit = at + bytes.readInt32LE(at) - 1
  }

  /** Steps to the next element; false after the last. */
  next(): boolean {
    if (this.end >= this.#limit) return false
    this.head = this.end
    this.type = this.bytes[this.head] ?? 0
    this.start = this.head + 1
    while (this.bytes[this.start++] !== 0);
    this.end = this.start + valueSize(this.bytes, this.type, this.start)
    return true
  }

  /** Where the cursor is, for `moveTo`. */
  place(): Place {
    const { type, head, start, end } = this
    return { type, head, start, end }
  }

  moveTo({ type, head, start, end }: Place): void {
    this.type = type
    this.head = head
    this.start = start
    this.end = end
  }

  /** The name of the present element. */
  get name(): string {
    return this.bytes.toString('utf8', this.head + 1, this.start - 1)
  }
}

/** Throws InvalidBSON unless a whole, well-formed document begins at `at` and ends no later than `limit`. Returns its size. */
export function assertDocument(bytes: Buffer, at: number, limit: number, depth = 0): number {
  if (at + 5 > limit) throw new CommandError(22, 'BSON document is cut short')
  const size = bytes.readInt32LE(at)
  if (size < 5 || at + size > limit || bytes[at + size - 1] !== 0) throw new CommandError(22, 'invalid BSON size')
  if (depth > MAX_DEPTH) throw new CommandError(15, `BSON is nested deeper than ${MAX_DEPTH} levels`)
  const end = at + size - 1
  let position = at + 4
  while (position < end) position = assertElement(bytes, position, end, depth)
  return size
}

/** The least a value of a type can take: its length, and what cannot be absent. */
function leastSize(type: number): number {
  switch (type) {
    case BsonType.string:
    case BsonType.code:
    case BsonType.symbol:
    case BsonType.binary:
    case BsonType.document:
    case BsonType.array:
      return 5
    case BsonType.regex:
      return 2
    case BsonType.dbPointer:
      return 17
    case BsonType.codeWithScope:
      return 14
    default:
      return 0
  }
}

/** Checks the element at `at` and returns where the next one begins. */
function assertElement(bytes: Buffer, at: number, end: number, depth: number): number {
  const type = bytes[at] ?? 0
  const start = bytes.indexOf(0, at + 1) + 1
  if (start === 0 || start > end) throw new CommandError(22, 'BSON field name is cut short')
  const needed = FIXED_SIZES.get(type) ?? 4
  if (start + needed > end && type !== BsonType.regex) throw new CommandError(22, 'BSON value is cut short')
  const size = valueSize(bytes, type, start)
  if (size < leastSize(type) || start + size > end) throw new CommandError(22, 'BSON value runs past its document')
  if (type === BsonType.document || type === BsonType.array) assertDocument(bytes, start, start + size, depth + 1)
  if (type === BsonType.string && bytes[start + size - 1] !== 0) {
    throw new CommandError(22, 'BSON string is not terminated')
  }
  return start + size
}
