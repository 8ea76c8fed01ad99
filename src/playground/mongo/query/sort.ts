import { CommandError, notOffered } from '../command-error.js'
import { compareValues } from '../bson/order.js'
import { isDocument, type Document } from '../bson/value.js'
import { EMPTY_ARRAY, keyValues } from '../store/index-entries.js'

/** One key of a sort. */
export interface SortKey {
  readonly path: readonly string[]
  readonly direction: 1 | -1
}

/** Reads a sort specification; throws 15975 and its kin for a wrong one. */
export function parseSort(sort: Document): SortKey[] {
  return Object.entries(sort).map(([path, direction]) => {
    if (isDocument(direction)) throw notOffered('a sort by $meta')
    if (direction !== 1 && direction !== -1) {
      throw new CommandError(15975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)')
    }
    const parts = path.split('.')
    if (parts.includes('')) throw new CommandError(15998, 'FieldPath field names may not be empty strings.')
    return { path: parts, direction }
  })
}

/**
 * What a document is sorted by: for each key one value. Of an array the least element counts, of one sorted downwards
 * the greatest; a missing value counts as null, an empty array as less than null.
 */
export function sortValues(document: Document, keys: readonly SortKey[]): unknown[] {
  return keys.map(({ path, direction }) => {
    const values = keyValues(document, path).map((value) => (value === EMPTY_ARRAY ? undefined : (value ?? null)))
    return values.reduce((first, value) => (compareValues(value, first) * direction < 0 ? value : first))
  })
}

/** Orders two documents by their sort values. */
export function compareSortValues(a: readonly unknown[], b: readonly unknown[], keys: readonly SortKey[]): number {
  for (let i = 0; i < keys.length; i++) {
    const order = compareValues(a[i], b[i])
    if (order !== 0) return order * (keys[i]?.direction ?? 1)
  }
  return 0
}

/** An item together with what it is sorted by. */
export interface Sortable<T> {
  readonly item: T
  readonly values: readonly unknown[]
}

/**
 * Sorts items, equal ones in the order they came. With a limit no more than a few times that many are held at once.
 */
export function sorted<T>(items: Iterable<Sortable<T>>, keys: readonly SortKey[], limit = Infinity): T[] {
  const byKeys = (a: Sortable<T>, b: Sortable<T>): number => compareSortValues(a.values, b.values, keys)
  let held: Sortable<T>[] = []
  for (const item of items) {
    held.push(item)
    if (held.length > limit * 2 + 1000) held = held.sort(byKeys).slice(0, limit)
  }
  return held
    .sort(byKeys)
    .slice(0, limit)
    .map(({ item }) => item)
}
