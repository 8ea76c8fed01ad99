import { javaDouble } from './java-number.js'
import type { FieldDef, ObjectDef } from './schema.js'
import type { FieldValue, Row } from './store.js'

/** `2022-02-15T06:21:19.000+0000`: UTC, no colon in the zone (rest.md §10). */
export function wireDatetime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '+0000')
}

/** A field of a row as REST prints it: datetimes in the org's form, compounds composed, the rest as stored. */
export function jsonValue(def: ObjectDef, field: FieldDef, row: Row): unknown {
  if (field.type === 'address') return compoundAddress(def, field, row)
  const value = row[field.name] ?? null
  return field.type === 'datetime' && typeof value === 'number' ? wireDatetime(value) : value
}

/** A stored value as bulk results print it: null for empty, datetimes with `Z` (bulk2.md §8), doubles as `1.0` (rest.md §10). */
export function csvValue(field: FieldDef, value: FieldValue | undefined): string | null {
  if (value === null || value === undefined) return null
  if (typeof value !== 'number' || field.type === 'int') return String(value)
  return field.type === 'datetime' ? new Date(value).toISOString() : javaDouble(value)
}

const PARTS = ['Street', 'City', 'State', 'PostalCode', 'Country'] as const

/** The parts of an address with lower-case first letters; null when all of them are empty. */
function compoundAddress(def: ObjectDef, field: FieldDef, row: Row): object | null {
  const parts = def.fields.filter((part) => part.compoundFieldName === field.name)
  const named: Record<string, FieldValue> = {}
  for (const name of PARTS) {
    const part = parts.find((candidate) => candidate.name.endsWith(name))
    named[name.charAt(0).toLowerCase() + name.slice(1)] = part === undefined ? null : (row[part.name] ?? null)
  }
  if (Object.values(named).every((value) => value === null)) return null
  return { ...named, geocodeAccuracy: null, latitude: null, longitude: null }
}

/** The `attributes` that every record of a REST answer begins with (rest.md §4). */
export function attributesOf(def: ObjectDef, row: Row, version: string): { type: string; url: string } {
  return { type: def.name, url: `/services/data/v${version}/sobjects/${def.name}/${row.Id}` }
}
