import { setImmediate as breath } from 'node:timers/promises'
import { toId18 } from '../org/ids.js'
import { isObject, type JsonObject } from '../org/json-body.js'
import type { FieldDef, ObjectDef, Schema } from '../org/schema.js'
import type { FieldValue, SeedRecord, Store } from '../org/store.js'
import { coerce } from '../org/values.js'
import { ControlError } from './control-error.js'
import { readField } from './field-reader.js'
import { nearest } from './nearest.js'
import { objectNamed } from './object-order.js'

/** Records loaded at once; between two such batches other requests get their turn. */
const BATCH = 2_000

/** Records on their way into the store. What was taken before a mistake stays. */
export class Seeding {
  readonly #store: Store
  readonly #loaded: Record<string, number> = {}
  #object = ''
  #batch: SeedRecord[] = []

  constructor(store: Store) {
    this.#store = store
  }

  get schema(): Schema {
    return this.#store.schema
  }

  /** How many records of each object are in. */
  get loaded(): Readonly<Record<string, number>> {
    return this.#loaded
  }

  /** One line of a dump: a record, or a custom field. `place` says where it was, for a mistake. */
  async take(line: JsonObject, place: string): Promise<void> {
    const type = isObject(line['attributes']) ? line['attributes']['type'] : undefined
    if (typeof type !== 'string') {
      const example = '{"attributes": {"type": "Contact"}, "LastName": "Okafor"}'
      throw this.#mistake(`${place} does not say its object`, `Send lines such as ${example}.`)
    }
    if (type !== 'CustomField') return this.record(objectNamed(this.schema, type), line, place)
    await this.flush()
    this.#define(line, place)
  }

  /** One record of an object; datetimes are epoch milliseconds or ISO 8601. */
  async record(def: ObjectDef, given: JsonObject, place: string): Promise<void> {
    if (this.#object !== def.name || this.#batch.length === BATCH) await this.flush()
    this.#object = def.name
    this.#batch.push(this.#read(def, given, place))
  }

  /** Loads what is left. */
  async flush(): Promise<void> {
    const [object, batch] = [this.#object, this.#batch]
    this.#batch = []
    if (batch.length === 0) return
    const isThere = ({ Id: id }: SeedRecord) => typeof id === 'string' && this.#store.get(id) !== undefined
    for (const record of batch.filter(isThere)) this.#overwrite(record)
    try {
      this.#store.load(
        object,
        batch.filter((record) => !isThere(record)),
      )
    } catch (error) {
      throw this.#mistake(
        error instanceof Error ? error.message : String(error),
        'Give each record an Id of its own, or none.',
      )
    }
    this.#loaded[object] = (this.#loaded[object] ?? 0) + batch.length
    await breath()
  }

  #overwrite({ Id: id, ...values }: SeedRecord): void {
    const row = this.#store.get(String(id))
    const given = Object.entries(values).filter((entry): entry is [string, FieldValue] => entry[1] !== undefined)
    if (row !== undefined) this.#store.change(row, Object.fromEntries(given))
  }

  #define({ object, field }: JsonObject, place: string): void {
    const def = objectNamed(this.schema, typeof object === 'string' ? object : '')
    const read = readField(field, place)
    if (def.field(read.name) === undefined) this.#store.define(def.name, [read])
  }

  #read(def: ObjectDef, given: JsonObject, place: string): SeedRecord {
    const record: Record<string, FieldValue> = {}
    for (const [name, value] of Object.entries(given)) {
      if (name === 'attributes') continue
      const field = this.#field(def, name, place)
      record[field.name] = this.#value(def, field, value, place)
    }
    return record
  }

  #field(def: ObjectDef, name: string, place: string): FieldDef {
    const field = def.field(name)
    if (field !== undefined && field.type !== 'address') return field
    const names = def.fields.filter(({ type }) => type !== 'address').map((one) => one.name)
    throw this.#mistake(`${place}: ${def.name} has no field ${name}`, `Did you mean ${nearest(name, names)}?`)
  }

  #value(def: ObjectDef, field: FieldDef, value: unknown, place: string): FieldValue {
    if (field.type === 'id') return this.#id(def, value, place)
    if (field.type === 'datetime' && Number.isSafeInteger(value)) return Number(value)
    const read = coerce(field, value, 'json')
    if (read !== undefined) return read
    const told = `${place}: ${field.name} is of type ${field.type}, not ${JSON.stringify(value)}`
    throw this.#mistake(told, 'Dates are 2026-05-04, datetimes 2026-05-04T08:00:00Z or epoch milliseconds.')
  }

  #id(def: ObjectDef, value: unknown, place: string): string {
    const id = typeof value === 'string' ? toId18(value) : undefined
    if (id?.startsWith(def.keyPrefix) === true) return id
    const told = `${place}: ${JSON.stringify(value)} is no Id of ${def.name}`
    throw this.#mistake(told, `Leave it out, or give one that begins with ${def.keyPrefix} and has a right checksum.`)
  }

  #mistake(message: string, fix: string): ControlError {
    const loaded = Object.entries(this.#loaded).map(([object, count]) => `${count} ${object}`)
    const rest = loaded.length === 0 ? 'Nothing was loaded.' : `Loaded before it: ${loaded.join(', ')}.`
    return new ControlError(400, message, `${fix} ${rest}`)
  }
}
