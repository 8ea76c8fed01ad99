import type { FieldDef } from '../schema.js'
import type { FieldValue, Row } from '../store.js'
import type { OrderItem } from './ast.js'
import { invalidField } from './failure.js'
import type { FieldPath } from './field-path.js'

/** A value by which things are sorted. */
export type Key = string | number | boolean | null

/** What to sort by, found in the schema. */
export interface SortBy<T> {
  key(item: T): Key
  readonly descending: boolean
  readonly nullsLast: boolean
}

/** Picklists sort by set-up order and not by alphabet; values that were never set up come after (soql.md §5). */
const picklistKey = (field: FieldDef): ((value: FieldValue) => Key) => {
  const places = new Map(field.picklistValues.map(({ value }, place) => [value.toLowerCase(), place]))
  return (value) => {
    if (typeof value !== 'string' || value === '') return null
    const place = places.get(value.toLowerCase()) ?? places.size
    return `${String(place).padStart(6, '0')}${value.toUpperCase()}`
  }
}

/** English locales sort text by upper case; ids sort as they are (soql.md §5). */
export const sortKey = (field: FieldDef): ((value: FieldValue) => Key) => {
  if (field.type === 'picklist') return picklistKey(field)
  if (field.type === 'id' || field.type === 'reference') return (value) => value
  return (value) => (typeof value === 'string' ? (value === '' ? null : value.toUpperCase()) : value)
}

/**
 * One item of ORDER BY on a field. NULLS LAST is ignored on relationship paths that may be empty (soql.md §5).
 *
 * @throws SoqlFailure INVALID_FIELD for a field that can not be sorted
 */
export const sortByField = (path: FieldPath, { descending, nullsLast }: OrderItem): SortBy<Row> => {
  const { field, steps } = path
  if (!field.sortable) throw invalidField(`field '${field.name}' can not be sorted in a query call`, path.start)
  const mayBeEmpty = steps.some(({ foreignKey }) => foreignKey.nillable)
  const keyOf = sortKey(field)
  return { key: (row) => keyOf(path.read(row)), descending, nullsLast: nullsLast && !mayBeEmpty }
}

const compareKeys = (
  a: Key,
  b: Key,
  { descending, nullsLast }: Pick<SortBy<never>, 'descending' | 'nullsLast'>,
): number => {
  if (a === b) return 0
  if (a === null || b === null) return (a === null) === nullsLast ? 1 : -1
  return a < b === descending ? 1 : -1
}

interface Keyed<T> {
  readonly item: T
  readonly keys: readonly Key[]
}

const comparer = <T>(by: readonly SortBy<T>[]): ((a: Keyed<T>, b: Keyed<T>) => number) => {
  const order = by.map(({ descending, nullsLast }) => ({ descending, nullsLast }))
  return (a, b) => {
    let at = 0
    for (const one of order) {
      const difference = compareKeys(a.keys[at] ?? null, b.keys[at] ?? null, one)
      if (difference !== 0) return difference
      at++
    }
    return 0
  }
}

/**
 * The first `keep` items in order, all by default; ties stay in the order they came in. Keys are made once for each item,
 * and what can no longer be among the first is dropped on the way, so that a page out of a million costs one pass.
 */
export const sorted = <T>(items: readonly T[], by: readonly SortBy<T>[], keep = items.length): readonly T[] => {
  if (by.length === 0) return items.slice(0, keep)
  if (keep === 0) return []
  const compare = comparer(by)
  let best: Keyed<T>[] = []
  let worst: Keyed<T> | undefined
  for (const item of items) {
    const keyed = { item, keys: by.map((one) => one.key(item)) }
    if (worst && compare(keyed, worst) >= 0) continue
    best.push(keyed)
    if (best.length < 2 * keep) continue
    best = best.sort(compare).slice(0, keep)
    worst = best.at(-1)
  }
  return best
    .sort(compare)
    .slice(0, keep)
    .map(({ item }) => item)
}
