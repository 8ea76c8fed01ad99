import type { FieldType } from '../schema.js'
import type { FieldValue, Row } from '../store.js'
import type { AggregateCall, AggregateFunction, Name, OrderItem, Query, SelectItem } from './ast.js'
import type { CallerClock } from './caller-clock.js'
import { invalidField, malformed, SoqlFailure } from './failure.js'
import type { FieldPath, PathResolver, Scope } from './field-path.js'
import { compileFilter } from './filter.js'
import { sorted, sortKey } from './order.js'
import type { SortBy } from './order.js'

/** Grouped results can not be paged (soql.md §5). */
const MAX_GROUPS = 2_000

/** One column of a grouped or aggregated result. */
export interface AggregateColumn {
  readonly name: string
  /** As it stands in the statement, `COUNT(Id)`. */
  readonly expression: string
  readonly aggregate: boolean
  /** The type its values are printed as. */
  readonly type: FieldType
  value(group: readonly Row[]): FieldValue
}

type Compute = (group: readonly Row[]) => FieldValue

const NUMBERS = new Set<FieldType>(['int', 'double', 'currency', 'percent'])
const UNORDERED = new Set<FieldType>(['boolean', 'address', 'multipicklist', 'encryptedstring'])

const supports = (fn: AggregateFunction, { type, length }: FieldPath['field']): boolean => {
  if (type === 'address' || (type === 'textarea' && length > 255)) return false
  if (fn === 'SUM' || fn === 'AVG') return NUMBERS.has(type)
  return fn === 'MIN' || fn === 'MAX' ? !UNORDERED.has(type) : true
}

const fold = (value: FieldValue): FieldValue => (typeof value === 'string' ? value.toLowerCase() : value)
const present = (value: FieldValue): boolean => value !== null && value !== ''

const extreme = (path: FieldPath, direction: 1 | -1): Compute => {
  const keyOf = sortKey(path.field)
  return (group) => {
    let best: FieldValue = null
    for (const row of group) {
      const value = path.read(row)
      const [key, bestKey] = [keyOf(value), keyOf(best)]
      if (key === null) continue
      if (bestKey === null || (direction === 1 ? key > bestKey : key < bestKey)) best = value
    }
    return best
  }
}

const total = (path: FieldPath, mean: boolean): Compute => {
  return (group) => {
    let [sum, count] = [0, 0]
    for (const row of group) {
      const value = path.read(row)
      if (typeof value !== 'number') continue
      sum += value
      count++
    }
    if (count === 0) return null
    return mean ? sum / count : sum
  }
}

const compute = (fn: AggregateFunction, path: FieldPath): Compute => {
  switch (fn) {
    case 'COUNT':
      return (group) => group.filter((row) => present(path.read(row))).length
    case 'COUNT_DISTINCT':
      return (group) =>
        new Set(
          group
            .map((row) => path.read(row))
            .filter(present)
            .map(fold),
        ).size
    case 'MIN':
      return extreme(path, -1)
    case 'MAX':
      return extreme(path, 1)
    case 'SUM':
      return total(path, false)
    case 'AVG':
      return total(path, true)
  }
}

/** Groups and aggregates of one statement: what to select, group and sort by, checked against the schema. */
export class Aggregation {
  readonly columns: readonly AggregateColumn[]
  private readonly groupBy: readonly FieldPath[]
  private readonly by: readonly SortBy<readonly Row[]>[]
  private readonly having: (group: readonly Row[]) => boolean
  private unnamed = 0

  /** @throws SoqlFailure for fields that are neither grouped nor aggregated, or do not allow it */
  constructor(
    private readonly query: Query,
    private readonly resolver: PathResolver,
    private readonly scope: Scope,
    private readonly clock: CallerClock,
  ) {
    this.groupBy = query.groupBy.map((name) => this.groupField(name))
    this.columns = query.select.map((item) => this.column(item))
    this.having = this.groupFilter()
    this.by = query.orderBy.map((item) => this.sortBy(item))
    const names = new Set(this.columns.map(({ name }) => name.toLowerCase()))
    if (names.size < this.columns.length) throw malformed('duplicate alias in an aggregate query')
    this.checkUngrouped()
  }

  /** The result rows: one for each group, or a single one without GROUP BY. */
  results(rows: readonly Row[]): Row[] {
    const groups = sorted(this.groups(rows).filter(this.having), this.by)
    const offset = this.query.offset?.value ?? 0
    const cut = groups.slice(offset, offset + (this.query.limit?.value ?? groups.length))
    if (cut.length > MAX_GROUPS) {
      throw new SoqlFailure(
        'EXCEEDED_ID_LIMIT',
        'Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch',
      )
    }
    return cut.map((group) => this.result(group))
  }

  private result(group: readonly Row[]): Row {
    const row: Row = { Id: '', IsDeleted: false, SystemModstamp: 0 }
    for (const column of this.columns) row[column.name] = column.value(group)
    return row
  }

  private groups(rows: readonly Row[]): (readonly Row[])[] {
    if (this.groupBy.length === 0) return [rows]
    const groups = new Map<string, Row[]>()
    for (const row of rows) {
      const key = JSON.stringify(this.groupBy.map((path) => fold(path.read(row))))
      const group = groups.get(key)
      if (group) group.push(row)
      else groups.set(key, [row])
    }
    return [...groups.values()]
  }

  private groupField(name: Name): FieldPath {
    const path = this.resolver.resolve(name, this.scope)
    if (path.field.groupable) return path
    throw invalidField(`field '${path.field.name}' can not be grouped in a query call`, name.start)
  }

  private column(item: Query['select'][number]): AggregateColumn {
    if (item.kind === 'field') {
      const path = this.grouped(item.path)
      const name = item.alias?.text ?? path.field.name
      return { name, expression: path.text, aggregate: false, type: path.field.type, value: first(path) }
    }
    if (item.kind !== 'aggregate') throw notGrouped(item)
    const name = item.alias?.text ?? `expr${this.unnamed++}`
    const { path, value, type } = this.call(item.call)
    return { name, expression: `${item.call.fn}(${path.text})`, aggregate: true, type, value }
  }

  private call({ fn, path: name, start }: AggregateCall): { path: FieldPath; value: Compute; type: FieldType } {
    if (!name) throw malformed('COUNT() must be the only element in the SELECT list', start)
    const path = this.resolver.resolve(name, this.scope)
    const type = fn === 'MIN' || fn === 'MAX' ? path.field.type : 'double'
    if (supports(fn, path.field)) return { path, value: compute(fn, path), type }
    throw malformed(`field ${path.field.name} does not support aggregate operator ${fn}`, start)
  }

  /** HAVING is a filter over rows that hold what it compares: grouped fields and aggregates, by their expression. */
  private groupFilter(): (group: readonly Row[]) => boolean {
    const values = new Map<string, Compute>()
    const resolve = (name: Name): FieldPath => {
      const { path, value, type } = name.call ? this.call(name.call) : this.groupedValue(name)
      const key = name.text.toLowerCase()
      values.set(key, value)
      const field = { ...path.field, type, filterable: true }
      return { ...path, field, steps: [], text: key, start: name.start, read: (row) => row[key] ?? null }
    }
    const { store } = this.resolver
    const context = { resolver: { store, resolve }, scope: this.scope, clock: this.clock, semiJoin: noSemiJoin }
    const filter = compileFilter(this.query.having, context)
    return (group) => {
      const row: Row = { Id: '', IsDeleted: false, SystemModstamp: 0 }
      for (const [key, value] of values) row[key] = value(group)
      return filter.test(row)
    }
  }

  private groupedValue(name: Name): { path: FieldPath; value: Compute; type: FieldType } {
    const path = this.grouped(name)
    return { path, value: first(path), type: path.field.type }
  }

  private grouped(name: Name): FieldPath {
    const path = this.resolver.resolve(name, this.scope)
    if (this.groupBy.some(({ text }) => text === path.text)) return path
    throw malformed(`Field must be grouped or aggregated: ${path.text}`, name.start)
  }

  private sortBy(item: OrderItem): SortBy<readonly Row[]> {
    const { descending, nullsLast } = item
    if (item.by.kind === 'aggregate') return { key: this.call(item.by.call).value, descending, nullsLast }
    const path = this.grouped(item.by.path)
    const keyOf = sortKey(path.field)
    return { key: (group) => keyOf(first(path)(group)), descending, nullsLast }
  }

  private checkUngrouped(): void {
    if (this.groupBy.length > 0) return
    const { limit, orderBy, offset } = this.query
    const start = limit?.start ?? offset?.start
    if (start !== undefined)
      throw malformed('Non-grouped query that uses overall aggregate functions cannot also use LIMIT', start)
    if (orderBy.length > 0) throw malformed('an aggregate without GROUP BY can not be ordered')
  }
}

const noSemiJoin = (): never => {
  throw malformed('Semi join sub-selects are not allowed in HAVING')
}

const notGrouped = (item: Exclude<SelectItem, { readonly kind: 'field' | 'aggregate' }>) => {
  if (item.kind === 'label') return malformed('toLabel() can not stand in an aggregate query', item.path.start)
  if (item.kind === 'fields')
    return malformed('The SOQL FIELDS function is not supported in an aggregate query', item.start)
  if (item.kind === 'typeof') return malformed('TYPEOF can not stand in an aggregate query', item.start)
  return malformed('a sub-query can not stand in an aggregate query', item.start)
}

const first =
  (path: FieldPath): Compute =>
  (group) => {
    const [row] = group
    return row ? path.read(row) : null
  }
