import { Long } from 'bson'
import { BsonType, ElementCursor } from '../bson/element-cursor.js'
import { isDocument, readExactValue, readValue, type Document } from '../bson/value.js'
import { CommandError, notOffered } from '../command-error.js'
import { typeNameOf } from '../bson/type-names.js'
import { type Scope } from '../query/language.js'
import { variablesOf } from '../query/variables.js'
import { type Message } from '../wire/message.js'

/** A field of a command's body, still encoded. */
export interface EncodedField {
  readonly type: number
  readonly start: number
  readonly end: number
}

/** A command with its fields, each decoded when it is asked for. A wrong type is answered as MongoDB does (14). */
export class Request {
  readonly name: string
  readonly #body: Buffer
  readonly #fields = new Map<string, EncodedField>()
  readonly #sequences: Message['sequences']

  constructor({ body, sequences }: Pick<Message, 'body' | 'sequences'>) {
    this.#body = body
    this.#sequences = sequences
    const cursor = new ElementCursor(body)
    while (cursor.next()) {
      this.#fields.set(cursor.name, { type: cursor.type, start: cursor.start, end: cursor.end })
    }
    const [name = ''] = this.#fields.keys()
    this.name = name
  }

  /** The names of the fields, those sent as sequences included. */
  get names(): string[] {
    return [...this.#fields.keys(), ...this.#sequences.keys()]
  }

  has(name: string): boolean {
    return this.#fields.has(name)
  }

  /** A field's value, or undefined. */
  get(name: string): unknown {
    const field = this.#fields.get(name)
    return field && readValue(this.#body, field.type, field.start, field.end)
  }

  /** The database a command is for. */
  get database(): string {
    const database = this.get('$db')
    if (typeof database === 'string') return database
    throw new CommandError(40414, 'OP_MSG requests require a $db argument')
  }

  /** The collection that the command's first field names. */
  get collection(): string {
    const name = this.get(this.name)
    if (typeof name === 'string') return name
    throw new CommandError(73, `collection name has invalid type ${typeNameOf(name)}`)
  }

  get namespace(): string {
    return `${this.database}.${this.collection}`
  }

  /** A field's value with its numbers in their types, for expressions. */
  #exact(name: string): unknown {
    const field = this.#fields.get(name)
    return field && readExactValue(this.#body, field.type, field.start, field.end)
  }

  document(name: string): Document | undefined {
    return this.#asDocument(name, this.get(name))
  }

  /** A document that has expressions in it. */
  exactDocument(name: string): Document | undefined {
    return this.#asDocument(name, this.#exact(name))
  }

  #asDocument(name: string, value: unknown): Document | undefined {
    if (value === undefined || value === null) return undefined
    if (isDocument(value)) return value
    throw this.#wrongType(name, value, 'object')
  }

  /** A field's document as its bytes. */
  encoded(name: string): { bytes: Buffer; isArray: boolean } | undefined {
    const field = this.#fields.get(name)
    if (field?.type !== BsonType.document && field?.type !== BsonType.array) return undefined
    return { bytes: this.#body.subarray(field.start, field.end), isArray: field.type === BsonType.array }
  }

  string(name: string): string | undefined {
    const value = this.get(name)
    if (value === undefined || typeof value === 'string') return value
    throw this.#wrongType(name, value, 'string')
  }

  /** A whole number that is not negative. */
  count(name: string): number | undefined {
    const value = this.get(name)
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'number') throw this.#wrongType(name, value, 'long')
    if (value < 0) {
      throw new CommandError(51024, `BSON field '${name}' value must be >= 0, actual value '${value}'`)
    }
    return Math.trunc(value)
  }

  boolean(name: string): boolean {
    const value = this.get(name)
    if (value === undefined || value === null) return false
    if (typeof value === 'boolean') return value
    if (typeof value === 'number') return value !== 0
    throw this.#wrongType(name, value, 'bool')
  }

  /** A cursor's id. */
  long(value: unknown, name: string): Long {
    if (value instanceof Long) return value
    if (typeof value === 'number') return Long.fromNumber(value)
    throw this.#wrongType(name, value, 'long')
  }

  /** An array of documents, decoded. */
  documents(name: string): Document[] {
    return this.#asDocuments(name, this.get(name))
  }

  /** An array of documents that have expressions in them. */
  exactDocuments(name: string): Document[] {
    return this.#asDocuments(name, this.#exact(name))
  }

  #asDocuments(name: string, value: unknown): Document[] {
    if (value === undefined) return []
    if (Array.isArray(value) && value.every(isDocument)) return value
    throw this.#wrongType(name, value, 'array')
  }

  /** The documents of a write as their bytes, whether they came in the body or as a sequence of their own. */
  encodedDocuments(name: string): readonly Buffer[] {
    const sequence = this.#sequences.get(name)
    if (sequence) return sequence
    const field = this.#fields.get(name)
    if (field?.type !== BsonType.array) {
      throw new CommandError(40414, `BSON field '${this.name}.${name}' is missing but a required field`)
    }
    const documents: Buffer[] = []
    const cursor = new ElementCursor(this.#body, field.start)
    while (cursor.next()) {
      if (cursor.type !== BsonType.document) throw this.#wrongType(`${name}.${cursor.name}`, cursor.name, 'object')
      documents.push(this.#body.subarray(cursor.start, cursor.end))
    }
    return documents
  }

  #wrongType(name: string, value: unknown, expected: string): CommandError {
    return new CommandError(
      14,
      `BSON field '${this.name}.${name}' is the wrong type '${typeNameOf(value)}', expected type '${expected}'`,
    )
  }

  /** What the command's expressions may refer to. */
  scope(now: number): Scope {
    return { now, variables: variablesOf(this.exactDocument('let') ?? {}, now) }
  }
}

/** Throws for a collation other than the simple one. */
export function refuseCollation(collation: unknown): void {
  if (collation === undefined || collation === null) return
  if (isDocument(collation) && (Object.keys(collation).length === 0 || collation.locale === 'simple')) return
  throw isDocument(collation) ? notOffered('a collation') : new CommandError(14, 'a collation has to be an object')
}
