import { toId18 } from './ids.js'
import { KeyedRows } from './keyed-rows.js'
import type { FieldDef } from './schema.js'
import type { Row } from './store.js'
import { foldedHash, textHash } from './text-hash.js'

const NONE: readonly Row[] = []

/** Equality on one field. */
export class FieldIndex {
  readonly #name: string
  readonly #isReference: boolean
  readonly #rows: KeyedRows

  constructor({ name, type, caseSensitive }: FieldDef) {
    this.#name = name
    this.#isReference = type === 'reference'
    this.#rows = new KeyedRows(
      caseSensitive || this.#isReference
        ? { hash: textHash, has: (row, key) => String(row[name]) === key }
        : { hash: foldedHash, has: (row, key) => sameWithoutCase(String(row[name]), key) },
    )
  }

  add(row: Row): void {
    const key = row[this.#name]
    if (isKey(key)) this.#rows.add(String(key), row)
  }

  remove(row: Row): void {
    const key = row[this.#name]
    if (isKey(key)) this.#rows.remove(String(key), row)
  }

  /** Rows whose value equals `value` as SOQL compares it: text without case, ids in either length (soql.md §3). */
  find(value: string): readonly Row[] {
    const key = this.#isReference ? toId18(value) : value
    return isKey(key) ? this.#rows.find(key) : NONE
  }
}

function isKey<T>(value: T | null | undefined | ''): value is T {
  return value !== null && value !== undefined && value !== ''
}

function sameWithoutCase(one: string, other: string): boolean {
  return one === other || one.toLowerCase() === other.toLowerCase()
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
