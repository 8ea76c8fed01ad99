import { dependentsOf, derive, memberCounts } from './derived.js'
import { toId18 } from './ids.js'
import type { FieldDef, ObjectDef, Schema } from './schema.js'
import { seededRow, type SeedRecord } from './seeded-row.js'
import type { ChangeNotes, Definition, StoreChanges } from './store-changes.js'
import { Table } from './table.js'
import { type Savepoint, UndoLog } from './undo-log.js'

export type { SeedRecord } from './seeded-row.js'
export type { Savepoint } from './undo-log.js'

/** A datetime is epoch milliseconds (whole seconds), a date `YYYY-MM-DD`, a time `HH:mm:ss.SSSZ`. */
export type FieldValue = string | number | boolean | null

/** One record. A field that is not there is null; fields of type address never are (wire.ts). */
export interface Row {
  Id: string
  IsDeleted: boolean
  SystemModstamp: number
  [field: string]: FieldValue
}

/** A row with only what differs from a blank one. */
export interface StatedRow {
  Id: string
  [field: string]: FieldValue
}

const NONE: readonly Row[] = []

/** Salesforce stores datetimes to the second (rest.md §10). */
export function wholeSecond(epochMs: number): number {
  return Math.floor(epochMs / 1000) * 1000
}

/**
 * The org's records in memory. It keeps what the platform keeps by itself (composed names, copies on campaign members,
 * roll-ups on campaigns) true on every path; the rules of saving are dml.ts.
 */
export class Store {
  readonly schema: Schema
  readonly #now: () => number
  readonly #tables = new Map<string, Table>()
  readonly #undo = new UndoLog()
  #notes: ChangeNotes | undefined
  /** The user who owns and made what is loaded without an owner or maker; the org sets it. */
  seedUserId = ''

  constructor(schema: Schema, now: () => number) {
    this.schema = schema
    this.#now = now
    for (const def of schema.objects()) this.#tables.set(def.name, new Table(def))
  }

  /** Forgets every record and every field that was added to an object. */
  clear(): void {
    for (const def of this.schema.objects()) {
      def.reset()
      const table = new Table(def)
      // Nobody may take the new rows for the old ones.
      table.revision = this.revision(def.name) + 1
      this.#tables.set(def.name, table)
    }
    if (this.#notes !== undefined) this.watch()
  }

  /** Case-insensitive. */
  object(name: string): ObjectDef | undefined {
    return this.schema.object(name)
  }

  /** Adds custom fields to an object; rows that exist already get the default. Throws for an unknown object. */
  define(object: string, fields: readonly FieldDef[]): void {
    const table = this.#table(object)
    for (const field of fields) {
      table.def.add(field)
      table.addField(field)
    }
    this.#notes?.defined.push({ object: table.def.name, fields })
  }

  /** From now on what changes is noted, for `takeChanges`. */
  watch(): void {
    this.#notes = { defined: [], touched: [] }
  }

  /** Nothing is noted any more. */
  unwatch(): void {
    this.#notes = undefined
  }

  /** The custom fields of all objects. */
  definitions(): readonly Definition[] {
    return this.schema.objects().flatMap(({ name, fields }) => {
      const custom = fields.filter((field) => field.custom)
      return custom.length === 0 ? [] : [{ object: name, fields: custom }]
    })
  }

  /**
   * What has changed since it was asked last and was not taken back: custom fields, then rows, each once, as they are
   * now; the Id alone of one that is gone. Not to be asked while a savepoint is open.
   */
  takeChanges(): StoreChanges | undefined {
    const notes = this.#notes
    if (notes === undefined || (notes.touched.length === 0 && notes.defined.length === 0)) return undefined
    this.watch()
    const changes: { defined: Definition[]; rows: StatedRow[]; gone: string[] } = { ...notes, rows: [], gone: [] }
    for (const row of new Set(notes.touched)) {
      const table = this.#tableOf(row)
      const now = table.rows.get(row.Id)
      if (now === row) changes.rows.push(table.stated(row))
      else if (now === undefined) changes.gone.push(row.Id)
    }
    return changes
  }

  /** Every row of an object as `restore` takes it. */
  *states(object: string): Generator<StatedRow> {
    const table = this.#table(object)
    for (const row of table.rows.values()) yield table.stated(row)
  }

  /** Makes changes again, once or more: no rule of saving, nothing derived. */
  restore({ defined, rows, gone }: StoreChanges): void {
    for (const definition of defined) this.#redo(definition)
    for (const stated of rows) this.#tableOf(stated).restore(stated)
    for (const id of gone) {
      const row = this.get(id)
      if (row !== undefined) this.#tableOf(row).remove(row)
    }
  }

  #redo({ object, fields, removed }: Definition): void {
    const def = this.#table(object).def
    for (const field of fields) {
      if (def.field(field.name) === undefined) this.define(object, [field])
      else this.redefine(object, field)
    }
    if (removed !== undefined && def.field(removed) !== undefined) this.undefine(object, removed)
  }

  /** How many ids of each object were made; `continueAfter` keeps them from being made again. */
  sequences(): Record<string, number> {
    return Object.fromEntries([...this.#tables].map(([name, { sequence }]) => [name, sequence]))
  }

  continueAfter(sequences: Readonly<Record<string, number>>): void {
    for (const [name, sequence] of Object.entries(sequences)) this.#table(name).continueAfter(sequence)
  }

  /** Changes what is said of a field; its values stay. Throws for an unknown one. */
  redefine(object: string, field: FieldDef): void {
    const table = this.#table(object)
    table.changeField(table.def.replace(field))
    this.#notes?.defined.push({ object: table.def.name, fields: [field] })
  }

  /** Takes a field away with its values. Throws for an unknown one. */
  undefine(object: string, name: string): void {
    const table = this.#table(object)
    table.dropField(table.def.remove(name).field)
    this.#notes?.defined.push({ object: table.def.name, fields: [], removed: name })
  }

  /** Grows with every change to an object's rows: what was worked out from them holds as long as it stays. */
  revision(object: string): number {
    return this.#table(object).revision
  }

  /** A record by its 15- or 18-character id, deleted ones too. */
  get(id: string): Row | undefined {
    const def = this.schema.byPrefix(id)
    if (def === undefined) return undefined
    const rows = this.#table(def.name).rows
    const found = rows.get(id)
    if (found !== undefined) return found
    const id18 = toId18(id)
    return id18 === undefined ? undefined : rows.get(id18)
  }

  /** All records of an object, deleted ones too, in the order of their ids where the org made them. Throws for an unknown object. */
  scan(object: string): Iterable<Row> {
    return this.#table(object).rows.values()
  }

  /** How many records of an object are not deleted. */
  count(object: string): number {
    let live = 0
    for (const row of this.scan(object)) if (!row.IsDeleted) live++
    return live
  }

  /**
   * Records whose field equals `value`, deleted ones too, without case for text; undefined when the field has no index
   * and the caller must scan. Indexed: Id, e-mail of Contact and Lead, external ids, unique and idLookup fields,
   * references except those to users (field-index.ts).
   */
  lookup(object: string, field: string, value: string): readonly Row[] | undefined {
    const table = this.#table(object)
    const name = table.def.field(field)?.name
    if (name === 'Id') {
      const row = this.get(value)
      return row !== undefined && table.rows.get(row.Id) !== undefined ? [row] : NONE
    }
    return name === undefined ? undefined : table.index(name)?.find(value)
  }

  /** A new row of an object with its defaults and room for the fields in use, not yet in the store. */
  blank(object: string): Row {
    return this.#table(object).blank()
  }

  /** Gives rows that are made from now on room for a field. Throws for an unknown object. */
  makeRoom(object: string, field: string): void {
    this.#table(object).makeRoom(field)
  }

  /** Puts a row in, giving it an Id if it has none, and completes what the platform derives. */
  add(object: string, row: Row): Row {
    const table = this.#table(object)
    const derived = derive(this, table.def.name, row)
    for (const name in derived) row[name] = derived[name] ?? null
    table.add(row)
    this.#notes?.touched.push(row)
    if (this.#undo.isOpen)
      this.#undo.note(() => {
        table.remove(row)
      })
    if (table.def.name === 'CampaignMember') this.#rollUp(row, 1)
    return row
  }

  /** Changes fields of a row that is in the store, and everything derived from them. */
  change(row: Row, values: Readonly<Record<string, FieldValue>>): void {
    const table = this.#tableOf(row)
    const isMember = table.def.name === 'CampaignMember'
    const nameBefore = row['Name']
    this.#notes?.touched.push(row)
    if (isMember) this.#rollUp(row, -1)
    this.#setAll(table, row, values)
    this.#setAll(table, row, derive(this, table.def.name, row))
    if (isMember) this.#rollUp(row, 1)
    const renamed = row['Name'] !== nameBefore
    for (const dependent of dependentsOf(this, table.def.name, row, { values, renamed })) this.change(dependent, {})
  }

  /** Takes a row out for good (hard delete). */
  purge(row: Row): void {
    const table = this.#tableOf(row)
    if (table.def.name === 'CampaignMember') this.#rollUp(row, -1)
    table.remove(row)
    this.#notes?.touched.push(row)
    if (this.#undo.isOpen)
      this.#undo.note(() => {
        table.add(row)
      })
  }

  /**
   * Seeds records exactly as given: no rule of saving is applied. Throws for an unknown field and for an Id that is
   * malformed or taken.
   * Id, CreatedDate, LastModifiedDate, SystemModstamp, OwnerId and the makers are filled in where absent. Campaigns get no
   * statuses by themselves: load CampaignMemberStatus, then CampaignMember, after the people. Returns how many.
   */
  load(object: string, records: Iterable<SeedRecord>): number {
    const table = this.#table(object)
    const seed = { table, userId: this.seedUserId, now: wholeSecond(this.#now()) }
    let loaded = 0
    for (const record of records) {
      this.add(object, seededRow(seed, this.blank(object), record))
      loaded++
    }
    return loaded
  }

  /** Starts remembering changes so that they can be taken back together (allOrNone). Savepoints may be nested. */
  savepoint(): Savepoint {
    const noted = this.#notes?.touched.length ?? 0
    return this.#undo.savepoint(() => {
      this.#notes?.touched.splice(noted)
    })
  }

  #setAll(table: Table, row: Row, values: Readonly<Record<string, FieldValue>>): void {
    for (const name in values) this.#set(table, row, name, values[name] ?? null)
  }

  #set(table: Table, row: Row, name: string, value: FieldValue): void {
    const before = row[name] ?? null
    if (before === value) return
    assign(table, row, name, value)
    if (this.#undo.isOpen)
      this.#undo.note(() => {
        assign(table, row, name, before)
      })
  }

  /** Adds (1) or takes away (-1) a member's part in its campaign's counts (objects.md §4). */
  #rollUp(member: Row, sign: 1 | -1): void {
    const campaign = this.get(String(member['CampaignId']))
    if (campaign === undefined) return
    const table = this.#tableOf(campaign)
    this.#notes?.touched.push(campaign)
    for (const [name, n] of Object.entries(memberCounts(member))) {
      if (n !== 0) this.#set(table, campaign, name, Number(campaign[name]) + sign * n)
    }
  }

  #tableOf(row: Pick<Row, 'Id'>): Table {
    return this.#table(this.schema.byPrefix(row.Id)?.name ?? row.Id)
  }

  #table(object: string): Table {
    const table = this.#tables.get(object) ?? this.#tables.get(this.schema.object(object)?.name ?? '')
    if (table === undefined) throw new Error(`the org has no object ${object}`)
    return table
  }
}

function assign(table: Table, row: Row, name: string, value: FieldValue): void {
  const index = table.index(name)
  index?.remove(row)
  row[name] = value
  table.revision++
  index?.add(row)
}
