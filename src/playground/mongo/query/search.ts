import { readFields, type Document } from '../bson/value.js'
import { type Collection } from '../store/collection.js'
import { type Filter } from './filter.js'
import { planQuery, type Plan } from './plan.js'
import { sorted, sortValues, type Sortable, type SortKey } from './sort.js'

/** What records are looked for, and in which order. */
export interface Search {
  readonly filter: Filter
  /** The filter as it was sent, for what can be read off it. */
  readonly query: Document
  readonly sort: readonly SortKey[]
  readonly skip: number
  /** Infinity for no limit. */
  readonly limit: number
}

/** The way a search takes to its records. */
export function planOf(collection: Collection, { filter, query, sort }: Search): Plan {
  return planQuery(collection, query, filter.constraints, sort)
}

/**
 * The records that a search finds, one by one: the collection may change in between. Records of a sort that no index
 * serves are all found first.
 */
export function* search(collection: Collection, wanted: Search): Generator<number> {
  const plan = planOf(collection, wanted)
  const found = plan.sorted ? matching(collection, plan, wanted) : inOrder(collection, plan, wanted)
  let toSkip = wanted.skip
  let left = wanted.limit
  if (left === 0) return
  for (const record of found) {
    if (!collection.has(record)) continue
    if (toSkip-- > 0) continue
    yield record
    if (--left === 0) return
  }
}

function* matching(collection: Collection, plan: Plan, { filter }: Search): Generator<number> {
  for (const record of plan.records()) {
    if (plan.exact || (collection.has(record) && filter.matchesBytes(collection.bytes(record)))) yield record
  }
}

function inOrder(collection: Collection, plan: Plan, wanted: Search): number[] {
  return sorted(sortables(collection, plan, wanted), wanted.sort, wanted.skip + wanted.limit)
}

function* sortables(collection: Collection, plan: Plan, { filter, sort }: Search): Generator<Sortable<number>> {
  const sortFields = sort.map((key) => key.path[0] ?? '')
  const fields = new Set([...(filter.fields ?? []), ...sortFields])
  for (const record of plan.records()) {
    const bytes = collection.bytes(record)
    const document = readFields(bytes, fields)
    const isMatch = filter.fields ? filter.matches(document) : filter.matchesBytes(bytes)
    if (isMatch) yield { item: record, values: sortValues(document, sort) }
  }
}
