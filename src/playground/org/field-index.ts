import { toId18 } from './ids.js'
import type { FieldDef } from './schema.js'
import type { Row } from './store.js'

const NONE: readonly Row[] = []

/**
 * Equality on one field. A single row is kept bare and not in an array: an e-mail index of a million contacts has a
 * million keys with one row each.
 */
export class FieldIndex {
  readonly #field: FieldDef
  readonly #rows = new Map<string, Row | Row[]>()

  constructor(field: FieldDef) {
    this.#field = field
  }

  add(row: Row): void {
    const key = this.#key(row[this.#field.name])
    if (key === undefined) return
    const found = this.#rows.get(key)
    if (found === undefined) this.#rows.set(key, row)
    else if (Array.isArray(found)) found.push(row)
    else this.#rows.set(key, [found, row])
  }

  remove(row: Row): void {
    const key = this.#key(row[this.#field.name])
    if (key === undefined) return
    const found = this.#rows.get(key)
    if (found === row) this.#rows.delete(key)
    else if (Array.isArray(found)) found.splice(found.indexOf(row), 1)
  }

  /** Rows whose value equals `value` as SOQL compares it: text without case, ids in either length (soql.md §3). */
  find(value: string): readonly Row[] {
    if (this.#rows.size === 0) return NONE
    const key = this.#key(this.#field.type === 'reference' ? (toId18(value) ?? null) : value)
    const found = key === undefined ? undefined : this.#rows.get(key)
    if (found === undefined) return NONE
    return Array.isArray(found) ? found : [found]
  }

  #key(value: Row[string] | undefined): string | undefined {
    if (value === null || value === undefined || value === '') return undefined
    const text = String(value)
    return this.#field.caseSensitive || this.#field.type === 'reference' ? text : text.toLowerCase()
  }
}

/**
 * Which fields are worth an index: keys (Id is the table's own map), e-mail, external ids and references. References to
 * users are left out: they split a million rows into a handful of buckets, and every update would move rows between them.
 */
export function isIndexed(field: FieldDef): boolean {
  if (field.type === 'id') return false
  if (field.type === 'reference') return !field.referenceTo.includes('User')
  return field.idLookup || field.externalId || field.unique
}
