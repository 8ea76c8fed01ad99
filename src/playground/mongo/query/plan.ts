import { CommandError, notOffered } from '../command-error.js'
import { compareValues } from '../bson/order.js'
import { isDocument, type Document } from '../bson/value.js'
import { type Collection } from '../store/collection.js'
import { idKeyOf, keptIdOf, type IdKey } from '../store/id-key.js'
import { type OrderedRecords, type Side } from '../store/ordered-records.js'
import { recordsOf, type Posting, type RecordIndex } from '../store/record-index.js'
import { type Bound, type Constraints } from './constraints.js'
import { type SortKey } from './sort.js'

/** How the records of a query are come by. Each is a candidate still, except where `exact`. */
export interface Plan {
  readonly stage: 'IDHACK' | 'IXSCAN' | 'COLLSCAN'
  /** The index's name and key, unless the whole collection is read. */
  readonly index: { readonly name: string; readonly key: Document } | undefined
  /** True when the records come in the order that was asked for. */
  readonly sorted: boolean
  /** True when every record is an answer. */
  readonly exact: boolean
  records(): Iterable<number>
}

const ID_INDEX = { name: '_id_', key: { _id: 1 } }

/** Finds the way to the records that a filter may match: by `_id`, by an index, in `_id` order, or all of them. */
export function planQuery(
  collection: Collection,
  filter: Document,
  constraints: Constraints,
  sort: readonly SortKey[],
): Plan {
  const ids = constraints.equal.get('_id')
  if (ids) return byIds(collection, ids, constraints.onlyId, sort.length === 0)
  const direction = idDirection(sort)
  const found = bestIndex(collection, filter, constraints)
  if (found) return byIndex(collection, found, constraints, sort, direction)
  if (direction !== 0 || constraints.idAbove || constraints.idBelow) {
    const records = (): Iterable<number> => walk(collection, collection.byId, constraints, direction === -1)
    return { stage: 'IXSCAN', index: ID_INDEX, sorted: sort.length === 0 || direction !== 0, exact: false, records }
  }
  const records = (): Iterable<number> => naturalOrder(collection)
  return { stage: 'COLLSCAN', index: undefined, sorted: sort.length === 0, exact: false, records }
}

/** 1 or -1 for a sort on `_id` alone, 0 for any other. */
function idDirection(sort: readonly SortKey[]): 1 | -1 | 0 {
  const [key] = sort
  return sort.length === 1 && key?.path.join('.') === '_id' ? key.direction : 0
}

function byIds(collection: Collection, ids: readonly unknown[], exact: boolean, unsorted: boolean): Plan {
  const records = (): Iterable<number> => {
    const found = new Set(ids.map((id) => collection.findId(id)))
    found.delete(-1)
    return found.size < 2 ? found : [...found].sort((a, b) => collection.compareRecords(a, b))
  }
  const stage = ids.length === 1 ? 'IDHACK' : 'IXSCAN'
  return { stage, index: ID_INDEX, sorted: unsorted || ids.length === 1, exact, records }
}

function* naturalOrder(collection: Collection): Generator<number> {
  const { end } = collection
  for (let record = 0; record < end; record++) if (collection.has(record)) yield record
}

interface IndexUse {
  readonly index: RecordIndex
  readonly postings: readonly Posting[]
  readonly size: number
}

/** The index that leaves the fewest candidates, if any serves the filter. */
function bestIndex(collection: Collection, filter: Document, constraints: Constraints): IndexUse | undefined {
  let best: IndexUse | undefined
  for (const index of collection.indexes) {
    const use = useOf(index, filter, constraints)
    if (use && (!best || use.size < best.size)) best = use
  }
  return best
}

/** More combinations of values than this are not looked up in a compound index; its first field alone has to do. */
const MOST_LOOKUPS = 100_000

function useOf(index: RecordIndex, filter: Document, { equal }: Constraints): IndexUse | undefined {
  const demands = Object.keys(index.spec.key).map((path) => equal.get(path))
  const [first] = demands
  if (!first) return undefined
  const all = demands.filter((values) => values !== undefined)
  const isServed = all.length === demands.length && all.reduce((size, { length }) => size * length, 1) <= MOST_LOOKUPS
  const used = isServed ? all : [first]
  if (index.spec.sparse && used.some((values) => values.includes(null))) return undefined
  if (index.spec.partialFilter && !implies(filter, index.spec.partialFilter)) return undefined
  const postings = combinations(used).flatMap((values) => index.find(values) ?? [])
  const size = postings.reduce<number>((sum, posting) => sum + (typeof posting === 'number' ? 1 : posting.size), 0)
  return { index, postings, size }
}

/** All ways to take one value from each list. */
function combinations(lists: readonly (readonly unknown[])[]): unknown[][] {
  return lists.reduce<unknown[][]>((sofar, list) => sofar.flatMap((head) => list.map((item) => [...head, item])), [[]])
}

/** Whether each clause of a partial index's filter stands in the query word for word, or is an `$exists` that equality meets. */
function implies(filter: Document, partial: Document): boolean {
  return Object.entries(partial).every(([path, clause]) => {
    const condition = filter[path]
    if (condition === undefined) return false
    if (compareValues(condition, clause) === 0) return true
    const wantsExistence = isDocument(clause) && Object.keys(clause).length === 1 && clause.$exists === true
    return wantsExistence && condition !== null && !isDocument(condition)
  })
}

function byIndex(
  collection: Collection,
  { index, postings }: IndexUse,
  constraints: Constraints,
  sort: readonly SortKey[],
  direction: 1 | -1 | 0,
): Plan {
  const { name, key } = index.spec
  const [only] = postings
  const inIdOrder = direction !== 0 && postings.length < 2
  const records = (): Iterable<number> => {
    if (inIdOrder && only !== undefined && typeof only !== 'number') {
      return walk(collection, only, constraints, direction === -1)
    }
    const found = new Set<number>()
    for (const posting of postings) for (const record of recordsOf(posting)) found.add(record)
    return Int32Array.from(found).sort()
  }
  return { stage: 'IXSCAN', index: { name, key }, sorted: sort.length === 0 || inIdOrder, exact: false, records }
}

const FIRST_STEP = 32
const LONGEST_STEP = 1024

/**
 * Walks records in the order of their `_id` within the bounds, a few at a time: between the steps the collection may
 * change, so each begins again after the `_id` that the last one ended with.
 */
function* walk(
  collection: Collection,
  records: OrderedRecords,
  { idAbove, idBelow }: Constraints,
  descending: boolean,
): Generator<number> {
  const isPast = endOf(collection, descending ? idAbove : idBelow, descending)
  let from = startOf(collection, descending ? idBelow : idAbove, descending)
  for (let step = FIRST_STEP; ; step = Math.min(step * 4, LONGEST_STEP)) {
    const found = records.slice(from, descending, step)
    const last = found.at(-1)
    if (last === undefined) return
    const key = keptIdOf(collection.bytes(last))
    for (const record of found) {
      if (!collection.has(record)) continue
      if (isPast(record)) return
      yield record
    }
    if (found.length < step) return
    from = beyond(collection, key, descending)
  }
}

function startOf(collection: Collection, bound: Bound | undefined, descending: boolean): Side | undefined {
  if (!bound) return undefined
  const key = idKeyOf(bound.value)
  return bound.inclusive ? collection.sideOf(key) : beyond(collection, key, descending)
}

/** The side of a key that leaves the key itself out. */
function beyond(collection: Collection, key: IdKey, descending: boolean): Side {
  const side = collection.sideOf(key)
  return (record) => side(record) || (descending ? 1 : -1)
}

function endOf(collection: Collection, bound: Bound | undefined, descending: boolean): (record: number) => boolean {
  if (!bound) return () => false
  const key = idKeyOf(bound.value)
  const side = collection.sideOf(key)
  return (record) => {
    const order = descending ? -side(record) : side(record)
    return order > 0 || (order === 0 && !bound.inclusive)
  }
}

/**
 * Throws unless a hint names an index that there is. Which index serves shows in nothing but time, and in the order of
 * what was asked for in no order; only the reverse of that would be another answer.
 */
export function checkHint(collection: Collection | undefined, hint: unknown): void {
  if (hint === undefined || (isDocument(hint) && Object.keys(hint).length === 0)) return
  if (typeof hint !== 'string' && !isDocument(hint)) {
    throw new CommandError(9, 'Hint must be a string or an object')
  }
  if (isDocument(hint) && '$natural' in hint) {
    if (hint.$natural === -1) throw notOffered('the hint { $natural: -1 }')
    return
  }
  const specs = collection?.listIndexes() ?? []
  const known = specs.some((spec) => spec.name === hint || (isDocument(hint) && compareValues(spec.key, hint) === 0))
  if (known || !collection) return
  throw new CommandError(2, 'error processing query: hint provided does not correspond to an existing index')
}
