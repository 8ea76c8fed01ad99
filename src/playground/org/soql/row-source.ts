import type { ObjectDef } from '../schema.js'
import type { Row, Store } from '../store.js'
import type { Filter } from './filter.js'
import { sorted } from './order.js'
import type { SortBy } from './order.js'
import { shuffled } from './shuffle.js'

/** What decides which rows a statement sees and in which order, when it states none. */
export interface RowView {
  readonly store: Store
  readonly includeDeleted: boolean
  /** null leaves rows in the order in which they were stored. */
  readonly shuffleSeed: number | null
}

/** The end of a statement. */
export interface Tail {
  readonly by: readonly SortBy<Row>[]
  readonly limit: number | undefined
  readonly offset: number
}

/** A scan that needs only some rows reads on a little, so that the ones it returns are not simply the oldest. */
const [SPARE_FACTOR, SPARE_ROWS] = [4, 1_000]

/** The rows of an object that a filter lets through, by index where it can; stops after `enough`. */
export const matching = (view: RowView, def: ObjectDef, filter: Filter, enough = Number.POSITIVE_INFINITY): Row[] => {
  const found: Row[] = []
  for (const row of filter.candidates() ?? view.store.scan(def.name)) {
    if ((row.IsDeleted && !view.includeDeleted) || !filter.test(row)) continue
    if (found.push(row) >= enough) break
  }
  return found
}

/** Sorts, skips and cuts. Without ORDER BY, and among ties, the order is shuffled (soql.md §5). */
export const finish = (view: RowView, rows: readonly Row[], { by, limit, offset }: Tail): readonly Row[] => {
  const mixed = view.shuffleSeed === null ? rows : shuffled(rows, view.shuffleSeed)
  const end = limit === undefined ? mixed.length : Math.min(offset + limit, mixed.length)
  return sorted(mixed, by, end).slice(offset)
}

/** All of it: filter, order, offset and limit. */
export const selectRows = (view: RowView, def: ObjectDef, filter: Filter, tail: Tail): readonly Row[] => {
  const wanted = tail.by.length === 0 && tail.limit !== undefined ? tail.limit + tail.offset : undefined
  const enough = wanted === undefined ? undefined : Math.max(wanted * SPARE_FACTOR, SPARE_ROWS)
  return finish(view, matching(view, def, filter, enough), tail)
}
