import { BsonType, valueSize } from '../bson/element-cursor.js'
import { compareValues } from '../bson/order.js'
import { encode, readValue } from '../bson/value.js'

/** An `_id` as it lies in a document's bytes. */
export interface IdKey {
  readonly bytes: Buffer
  readonly type: number
  readonly start: number
  readonly end: number
}

/** Where the first element's value begins when its name is `_id`: after the size, the type and the name. */
const FIRST_VALUE = 4 + 1 + '_id\0'.length

/**
 * The `_id` of a stored document, its first element; the document begins at `at`. The key is a view and as short-lived
 * as the bytes are.
 */
export function idOf(bytes: Buffer, at = 0): IdKey {
  const type = bytes[at + 4] ?? 0
  const start = at + FIRST_VALUE
  return { bytes, type, start, end: start + valueSize(bytes, type, start) }
}

/** The `_id` as a key of its own, safe to keep. */
export function keptIdOf(document: Buffer): IdKey {
  const { bytes, type, start, end } = idOf(document)
  return { bytes: Buffer.from(bytes.subarray(start, end)), type, start: 0, end: end - start }
}

/** A decoded value as an `_id` to look for. */
export function idKeyOf(value: unknown): IdKey {
  return idOf(encode({ _id: value ?? null }))
}

/** Orders two ids as MongoDB does; object ids and strings without decoding them. */
export function compareIds(a: IdKey, b: IdKey): number {
  if (a.type === b.type) {
    if (a.type === BsonType.objectId) return a.bytes.compare(b.bytes, b.start, b.end, a.start, a.end)
    if (a.type === BsonType.string) return a.bytes.compare(b.bytes, b.start + 4, b.end - 1, a.start + 4, a.end - 1)
  }
  return compareValues(valueOf(a), valueOf(b))
}

function valueOf(key: IdKey): unknown {
  return readValue(key.bytes, key.type, key.start, key.end)
}
