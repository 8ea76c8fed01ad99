import { FieldIndex, isIndexed } from './field-index.js'
import { composeId, ordinalOf } from './ids.js'
import { RowMap } from './row-map.js'
import type { FieldDef, ObjectDef } from './schema.js'
import type { FieldValue, Row, StatedRow } from './store.js'

/** The rows of one object with their indexes. Knows no rule of saving. */
export class Table {
  readonly def: ObjectDef
  readonly rows = new RowMap()
  readonly #indexes = new Map<string, FieldIndex>()
  /**
   * Every new row is a copy of this one, so that most rows of an object share one shape and stay compact. It has the
   * fields that are never empty and those that some row used: of the others a row says nothing, and takes no memory.
   */
  #blank: Row = { Id: '', IsDeleted: false, SystemModstamp: 0 }
  #sequence = 0
  /** Grows with every change to a row; whoever changes a value counts it. */
  revision = 0

  constructor(def: ObjectDef) {
    this.def = def
    for (const field of def.fields) this.addField(field)
  }

  /** A row with its defaults, and null for what other rows used. */
  blank(): Row {
    return { ...this.#blank }
  }

  #nextId(): string {
    let id = composeId(this.def.keyPrefix, ++this.#sequence)
    while (this.rows.get(id) !== undefined) id = composeId(this.def.keyPrefix, ++this.#sequence)
    return id
  }

  /** Rows that exist already get the field's default too. A compound has no value of its own. */
  addField(field: FieldDef): void {
    if (field.type === 'address') return
    if (!Object.hasOwn(this.#blank, field.name) && isNeverEmpty(field)) {
      this.#widen(field.name, field.defaultValue)
      for (const row of this.rows.values()) row[field.name] = field.defaultValue
    }
    if (isIndexed(field)) this.#addIndex(field)
  }

  /** Gives new rows room for a field, so that they need not grow. */
  makeRoom(name: string): void {
    if (!Object.hasOwn(this.#blank, name)) this.#widen(name, null)
  }

  /** Made whole and not grown field by field: V8 then copies it ten times as fast. */
  #widen(name: string, value: FieldValue): void {
    this.#blank = Object.fromEntries([...Object.entries(this.#blank), [name, value]]) as Row
  }

  /** A field that is described otherwise now: an index more or less, another default for new rows. */
  changeField(field: FieldDef): void {
    this.#blank = { ...this.#blank, [field.name]: field.defaultValue }
    this.#indexes.delete(field.name)
    if (isIndexed(field)) this.#addIndex(field)
  }

  /** Rows that have it keep an empty place for it: without one V8 would store each of them as a dictionary. */
  dropField({ name }: FieldDef): void {
    this.#indexes.delete(name)
    this.#blank = Object.fromEntries(Object.entries(this.#blank).filter(([key]) => key !== name)) as Row
    for (const row of this.rows.values()) if (row[name] !== undefined) row[name] = null
  }

  #addIndex(field: FieldDef): void {
    const index = new FieldIndex(field)
    for (const row of this.rows.values()) index.add(row)
    this.#indexes.set(field.name, index)
  }

  /** The number of the last id that was made here. */
  get sequence(): number {
    return this.#sequence
  }

  /** The values in which a row differs from a blank one, and its Id. */
  stated(row: Row): StatedRow {
    const stated: StatedRow = { Id: row.Id }
    for (const name in this.#blank) {
      const value = row[name] ?? null
      if (value !== this.#blank[name]) stated[name] = value
    }
    for (const name in row) {
      const value = row[name] ?? null
      // What the recycle bin knows of a row is none of its fields.
      const counts = row.IsDeleted || !name.startsWith('$')
      if (value !== null && counts && !Object.hasOwn(this.#blank, name)) stated[name] = value
    }
    return stated
  }

  /** Puts a row there as it is stated, over the one with its Id if there is one; no id up to its is made again. */
  restore(stated: StatedRow): void {
    const known = this.rows.get(stated.Id)
    if (known === undefined) this.add(Object.assign(this.blank(), stated))
    else {
      this.revision++
      for (const index of this.#indexes.values()) index.remove(known)
      for (const name in known) known[name] = null
      Object.assign(known, this.#blank, stated)
      for (const index of this.#indexes.values()) index.add(known)
    }
    this.continueAfter(ordinalOf(stated.Id))
  }

  /** Makes no id again that is not above `sequence`. */
  continueAfter(sequence: number): void {
    this.#sequence = Math.max(this.#sequence, sequence)
  }

  index(field: string): FieldIndex | undefined {
    return this.#indexes.get(field)
  }

  /** Gives the row an Id if it has none. Throws for an Id that is taken or of another object. */
  add(row: Row): void {
    if (row.Id === '') row.Id = this.#nextId()
    else this.#checkGiven(row.Id)
    this.rows.set(row)
    this.revision++
    for (const index of this.#indexes.values()) index.add(row)
  }

  #checkGiven(id: string): void {
    if (!id.startsWith(this.def.keyPrefix)) throw new Error(`${id} is no id of ${this.def.name}`)
    if (this.rows.get(id) !== undefined) throw new Error(`${id} is taken`)
  }

  remove(row: Row): void {
    this.rows.delete(row.Id)
    this.revision++
    for (const index of this.#indexes.values()) index.remove(row)
  }
}

function isNeverEmpty({ nillable, defaultedOnCreate, defaultValue }: FieldDef): boolean {
  return !nillable || defaultedOnCreate || defaultValue !== null
}
