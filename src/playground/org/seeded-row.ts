import { toId18 } from './ids.js'
import type { FieldValue, Row } from './store.js'
import type { Table } from './table.js'

/** What load takes: names in any case; what is left out gets its default. */
export type SeedRecord = Readonly<Record<string, FieldValue | undefined>>

/** What is seeded together. */
interface Seed {
  readonly table: Table
  /** Who made and owns what does not say. */
  readonly userId: string
  /** Epoch milliseconds, whole seconds. */
  readonly now: number
}

/** Fills a blank row with a record as it is given, and what it leaves out of Id, times, makers and owner. Throws as load does. */
export function seededRow(seed: Seed, row: Row, record: SeedRecord): Row {
  for (const key in record) {
    const value = record[key]
    if (value !== undefined) row[seedName(seed.table, row, key)] = value
  }
  complete(seed, row)
  return row
}

function complete({ now, userId }: Seed, row: Row): void {
  if (row.Id !== '') row.Id = seedId(row.Id)
  row['CreatedDate'] ??= now
  row['LastModifiedDate'] ??= row['CreatedDate']
  if (row.SystemModstamp === 0) row.SystemModstamp = Number(row['LastModifiedDate'])
  row['CreatedById'] ??= userId
  row['LastModifiedById'] ??= row['CreatedById']
  if (row['OwnerId'] === null) row['OwnerId'] = userId
}

/** A wrong checksum is a mistake of the seed: no client could ever address the record. */
function seedId(id: string): string {
  const id18 = toId18(id)
  if (id18 === undefined) throw new Error(`${id} is malformed or its checksum is wrong`)
  return id18
}

function seedName(table: Table, row: Row, key: string): string {
  if (Object.hasOwn(row, key)) return key
  const field = table.def.field(key)
  if (field === undefined || field.type === 'address') throw new Error(`${table.def.name} has no field ${key} to load`)
  table.makeRoom(field.name)
  return field.name
}
