import { CommandError, notOffered } from '../command-error.js'
import { BsonType, ElementCursor } from '../bson/element-cursor.js'
import { encode, isDocument, readValue, type Document } from '../bson/value.js'
import { type EncodedUpdate } from './update.js'

/** One statement of an update or delete command: its fields, and the update itself still encoded. */
export interface Statement {
  readonly fields: Document
  /** The query, still encoded; empty when there is none. */
  readonly encodedQuery: Buffer
  readonly update: EncodedUpdate | undefined
}

/** Takes a statement apart. Throws for a field that statements of its kind do not have. */
export function parseStatement(bytes: Buffer, command: string, known: ReadonlySet<string>): Statement {
  const fields: Document = {}
  let update: EncodedUpdate | undefined
  let encodedQuery = encode({})
  const cursor = new ElementCursor(bytes)
  while (cursor.next()) {
    const name = cursor.name
    if (!known.has(name)) throw new CommandError(40415, `BSON field '${command}.${name}' is an unknown field.`)
    if (name === 'q') encodedQuery = bytes.subarray(cursor.start, cursor.end)
    if (name === 'u') update = encodedUpdate(cursor)
    else fields[name] = readValue(bytes, cursor.type, cursor.start, cursor.end)
  }
  return { fields, encodedQuery, update }
}

function encodedUpdate({ bytes, type, start, end }: ElementCursor): EncodedUpdate {
  if (type !== BsonType.document && type !== BsonType.array) {
    throw new CommandError(9, 'Update argument must be either an object or an array')
  }
  return { bytes: bytes.subarray(start, end), isArray: type === BsonType.array }
}

/** The query of a statement. */
export function queryOf({ fields }: Statement, command: string): Document {
  if (isDocument(fields.q)) return fields.q
  throw new CommandError(40414, `BSON field '${command}.q' is missing but a required field`)
}

/** The array filters of a statement. */
export function arrayFiltersOf(filters: unknown): Document[] {
  if (filters === undefined || filters === null) return []
  if (Array.isArray(filters) && filters.every(isDocument)) return filters
  throw new CommandError(14, "BSON field 'arrayFilters' is the wrong type, expected type 'array'")
}

/** Throws for what a statement may ask for with MongoDB but not here. */
export function refuseConstants({ fields }: Statement): void {
  if (fields.c !== undefined) throw notOffered("an update with constants ('c')")
}
