import { deserialize, Double, Int32, Long, ObjectId, serialize, type DeserializeOptions } from 'bson'
import { BsonType, ElementCursor } from './element-cursor.js'

/** A decoded document. Numbers are plain numbers where that loses nothing; every other BSON type is `bson`'s class for it. */
export type Document = Record<string, unknown>

const PLAIN: DeserializeOptions = { promoteLongs: true, promoteValues: true, validation: { utf8: false } }
const TYPED: DeserializeOptions = { promoteLongs: false, promoteValues: false, validation: { utf8: false } }

/** Decodes a whole document for mingo. */
export function decode(bytes: Buffer): Document {
  return deserialize(bytes, PLAIN)
}

/** Decodes a document with every number in its own BSON class, for the few who look at a number's type. */
export function decodeTyped(bytes: Buffer): Document {
  return deserialize(bytes, TYPED)
}

/**
 * Decodes a document for what computes with it: a number is plain where `encode` would write it in the type that it has
 * here (ints, doubles with a fraction), else in its BSON class (whole doubles, longs).
 */
export function decodeExact(bytes: Buffer): Document {
  return exactFields(decodeTyped(bytes))
}

function exactFields<T extends object>(container: T): T {
  for (const [name, value] of Object.entries(container)) {
    if (typeof value !== 'object' || value === null) continue
    const exact: unknown = exactValue(value as object)
    if (exact !== value) setField(container as Document, name, exact)
  }
  return container
}

function exactValue(value: object): unknown {
  if (value instanceof Int32) return value.value
  if (value instanceof Double) return exactDouble(value.value)
  return Array.isArray(value) || isDocument(value) ? exactFields(value) : value
}

/** A double in the form in which `encode` writes it as one: plain unless it could be an int. */
export function exactDouble(value: number): number | Double {
  return Number.isInteger(value) && Math.abs(value) <= 2 ** 31 ? new Double(value) : value
}

/** Encodes a document. A field that is undefined is left out; an undefined array element is null. */
export function encode(document: Document): Buffer {
  const bytes = serialize(document, { ignoreUndefined: true })
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Decodes one value. The commonest types are read here, the rest by `bson` from a document of one element. */
export function readValue(bytes: Buffer, type: number, start: number, end: number): unknown {
  switch (type) {
    case BsonType.double:
      return bytes.readDoubleLE(start)
    case BsonType.string:
      return bytes.toString('utf8', start + 4, end - 1)
    case BsonType.document:
      return decode(bytes.subarray(start, end))
    case BsonType.objectId:
      return new ObjectId(bytes.subarray(start, end))
    case BsonType.boolean:
      return bytes[start] === 1
    case BsonType.date:
      return new Date(readLong(bytes, start).toNumber())
    case BsonType.null:
      return null
    case BsonType.int32:
      return bytes.readInt32LE(start)
    case BsonType.long: {
      const long = readLong(bytes, start)
      const number = long.toNumber()
      return Number.isSafeInteger(number) ? number : long
    }
    default:
      return readRareValue(bytes, type, start, end)
  }
}

function readLong(bytes: Buffer, at: number): Long {
  return new Long(bytes.readInt32LE(at), bytes.readInt32LE(at + 4))
}

function readRareValue(bytes: Buffer, type: number, start: number, end: number): unknown {
  return decode(alone(bytes, type, start, end)).v
}

/** A document whose only field, `v`, has the value. */
function alone(bytes: Buffer, type: number, start: number, end: number): Buffer {
  const single = Buffer.alloc(end - start + 8)
  single.writeInt32LE(single.length, 0)
  single[4] = type
  single[5] = 0x76
  bytes.copy(single, 7, start, end)
  return single
}

/** The value at a path of names and array indexes, with its numbers in their BSON classes; undefined where there is none. */
export function typedValueAt(bytes: Buffer, path: readonly string[]): unknown {
  const [name, ...rest] = path
  const cursor = new ElementCursor(bytes)
  while (cursor.next()) {
    if (cursor.name !== name) continue
    if (rest.length === 0) return readTypedValue(bytes, cursor.type, cursor.start, cursor.end)
    const isContainer = cursor.type === BsonType.document || cursor.type === BsonType.array
    return isContainer ? typedValueAt(bytes.subarray(cursor.start, cursor.end), rest) : undefined
  }
  return undefined
}

/** The value of a field of a document, or of an element of an array; undefined for what any JavaScript object has. */
export function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return Reflect.get(value, name)
}

/** The value at a path through embedded documents; arrays are not gone through. */
export function valueAtPath(document: Document, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => (isDocument(value) ? fieldOf(value, name) : undefined), document)
}

/** Sets a field, also one that is called `__proto__`: to MongoDB that is only a name. */
export function setField(document: Document, name: string, value: unknown): void {
  if (name !== '__proto__') document[name] = value
  else Object.defineProperty(document, name, { value, writable: true, enumerable: true, configurable: true })
}

/** Decodes only the named top-level fields: what a filter, a sort or an index looks at. */
export function readFields(bytes: Buffer, wanted: ReadonlySet<string>): Document {
  return pickFields(bytes, wanted, readValue)
}

/** The same with every number in its own BSON class. */
export function readTypedFields(bytes: Buffer, wanted: ReadonlySet<string>): Document {
  return pickFields(bytes, wanted, readTypedValue)
}

/** The same as `decodeExact` does it. */
export function readExactFields(bytes: Buffer, wanted: ReadonlySet<string>): Document {
  return pickFields(bytes, wanted, readExactValue)
}

/** Decodes one value as `decodeExact` does it. */
export function readExactValue(...[bytes, type, start, end]: Parameters<Reader>): unknown {
  switch (type) {
    case BsonType.double:
      return exactDouble(bytes.readDoubleLE(start))
    case BsonType.long:
      return readLong(bytes, start)
    case BsonType.document:
      return decodeExact(bytes.subarray(start, end))
    case BsonType.array:
      return decodeExact(alone(bytes, type, start, end)).v
    default:
      return readValue(bytes, type, start, end)
  }
}

type Reader = (bytes: Buffer, type: number, start: number, end: number) => unknown

function readTypedValue(...[bytes, type, start, end]: Parameters<Reader>): unknown {
  return decodeTyped(alone(bytes, type, start, end)).v
}

function pickFields(bytes: Buffer, wanted: ReadonlySet<string>, read: Reader): Document {
  const document: Document = {}
  const cursor = new ElementCursor(bytes)
  let missing = wanted.size
  while (missing > 0 && cursor.next()) {
    const name = cursor.name
    if (!wanted.has(name)) continue
    setField(document, name, read(bytes, cursor.type, cursor.start, cursor.end))
    missing--
  }
  return document
}

/** True for what MongoDB calls an embedded document: not an array, and no value of another BSON type. */
export function isDocument(value: unknown): value is Document {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || bsonTypeOf(value) === 'DBRef'
}

/** The name of `bson`'s class that a value belongs to, or undefined for a plain JavaScript value. */
export function bsonTypeOf(value: object): string | undefined {
  const type: unknown = Reflect.get(value, '_bsontype')
  return typeof type === 'string' ? type : undefined
}
