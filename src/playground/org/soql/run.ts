import { visibleObject } from '../access.js'
import { OrgError } from '../org-error.js'
import type { FieldDef, ObjectDef } from '../schema.js'
import type { FieldValue, Row, Store } from '../store.js'
import { csvValue, wireDatetime } from '../wire.js'
import { Aggregation } from './aggregate.js'
import type { Name, Query } from './ast.js'
import { clockOf } from './caller-clock.js'
import type { CallerClock } from './caller-clock.js'
import { NOBODY } from './caller.js'
import type { Caller } from './caller.js'
import { aggregateColumn, columnsOf } from './column-metadata.js'
import type { Column } from './column-metadata.js'
import { locate, malformed, notUnderstood, SoqlFailure } from './failure.js'
import { PathResolver } from './field-path.js'
import type { Scope } from './field-path.js'
import { compileFilter } from './filter.js'
import type { Filter } from './filter.js'
import { sortByField } from './order.js'
import { parseSoql } from './parser.js'
import { JsonProjection } from './projection.js'
import type { ChildPager, RecordList } from './projection.js'
import { matching, selectRows } from './row-source.js'
import type { RowView, Tail } from './row-source.js'
import { compileSelection } from './selection.js'
import { semiJoins } from './semi-join.js'
import { shuffled } from './shuffle.js'

/** Whose eyes a statement is run with. */
export interface QueryContext {
  readonly store: Store
  /** Whether field-level security hides a field; a hidden one does not exist (soql.md §4). */
  hidden(object: string, field: string): boolean
  /** Epoch milliseconds, for date literals. */
  readonly now: number
  /** Whose time zone, weeks and records are meant; nobody's when left out. */
  readonly caller?: Caller
  /** queryAll: soft-deleted and merged records too. */
  readonly includeDeleted: boolean
  /** Without the `v`, as in a Call: `66.0`. */
  readonly version: string
  /** Order without ORDER BY: shuffled by this seed (1 when left out), or as stored when null. */
  readonly shuffleSeed?: number | null
}

/** A statement that was understood. Nothing is searched before `rows` is read; then the result stays as it is. */
export interface Prepared {
  /** The object of FROM, in the schema's case. */
  readonly object: string
  /** `count` is `SELECT COUNT()`: its rows are what is counted and are not shown. Rows of `aggregate` are results, not records. */
  readonly kind: 'rows' | 'count' | 'aggregate'
  /** Matched, filtered, ordered and limited; may throw OrgError EXCEEDED_ID_LIMIT for too many groups. */
  readonly rows: readonly Row[]
  /** What is selected, in the order of SELECT and the schema's case: `Account.Name`. Sub-queries are left out. */
  readonly columns: readonly string[]
  /** The same, told with types and sub-queries. */
  readonly metadata: readonly Column[]
  /** How many long text areas are selected: they make pages smaller (rest.md §4). */
  readonly longTexts: number
  /** A record as REST prints it. */
  toJson(row: Row, pager?: ChildPager): object
  /** The same for records below a record, by the relationships that lead there; undefined where none do. */
  readonly below?: (path: readonly string[]) => RecordList['toJson'] | undefined
  /** A record as a bulk result prints it, by columns; null for empty (bulk2.md §8). */
  toCsv(row: Row): (string | null)[]
}

const MAX_OFFSET = 2_000
const MAX_CHILD_QUERIES = 20
const DEFAULT_SEED = 1
/** A longer text area is a long one. */
const SHORT_TEXT = 255

type Plan = Omit<Prepared, 'rows' | 'object'> & { readonly find: () => readonly Row[] }

/** Turns the statement from text into a plan; one is made for each statement. */
class Compiler {
  private readonly resolver: PathResolver
  private readonly view: RowView
  private readonly clock: CallerClock
  readonly def: ObjectDef
  private readonly scope: Scope

  constructor(
    private readonly query: Query,
    private readonly context: QueryContext,
  ) {
    const { store, includeDeleted, shuffleSeed = DEFAULT_SEED, caller = NOBODY } = context
    this.resolver = new PathResolver(store, (object, field) => context.hidden(object, field))
    this.view = { store, includeDeleted, shuffleSeed }
    this.clock = clockOf(caller, context.now)
    this.def = this.object(query.from)
    this.scope = { def: this.def, alias: query.alias?.text }
  }

  plan(): Plan {
    const { query } = this
    if (query.offset && query.offset.value > MAX_OFFSET) {
      throw new SoqlFailure(
        'NUMBER_OUTSIDE_VALID_RANGE',
        `Maximum SOQL offset allowed is ${MAX_OFFSET}`,
        query.offset.start,
      )
    }
    const [first] = query.select
    if (first?.kind === 'aggregate' && !first.call.path && query.select.length === 1) return this.count()
    if (query.groupBy.length > 0 || query.select.some(({ kind }) => kind === 'aggregate')) return this.aggregate()
    return this.records()
  }

  private object(from: Name): ObjectDef {
    const def = visibleObject(this.context, from.text)
    if (def) return def
    throw new SoqlFailure(
      'INVALID_TYPE',
      `sObject type '${from.text}' is not supported. If you are attempting to use a custom object, be sure to append the ` +
        `'__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`,
      from.start,
    )
  }

  private filter(): Filter {
    const semiJoin = semiJoins({
      object: (from) => this.object(from),
      rows: (def, filter) => matching(this.view, def, filter),
    })
    const context = { resolver: this.resolver, scope: this.scope, clock: this.clock }
    const filter = compileFilter(this.query.where, {
      ...context,
      semiJoin: (condition) => semiJoin(condition, context),
    })
    return this.query.scope ? this.scoped(this.query.scope, filter) : filter
  }

  /** USING SCOPE (soql.md §1): `everything` is no filter, `mine` are the caller's own records; no other is understood. */
  private scoped({ text, start }: Name, filter: Filter): Filter {
    const scope = text.toLowerCase()
    if (scope === 'everything') return filter
    if (scope !== 'mine' || !this.def.field('OwnerId')) throw notUnderstood(`USING SCOPE ${text}`, start)
    const userId = this.context.caller?.userId
    return { test: (row) => row['OwnerId'] === userId && filter.test(row), candidates: () => filter.candidates() }
  }

  private tail(): Tail {
    const { orderBy, limit, offset } = this.query
    const by = orderBy.map((item) => {
      if (item.by.kind === 'field') return sortByField(this.resolver.resolve(item.by.path, this.scope), item)
      throw malformed('Ordered field must be grouped or aggregated', item.by.call.start)
    })
    return { by, limit: limit?.value, offset: offset?.value ?? 0 }
  }

  private count(): Plan {
    const { groupBy, orderBy } = this.query
    if (groupBy[0]) throw malformed('COUNT() can not be grouped', groupBy[0].start)
    if (orderBy.length > 0) throw malformed('COUNT() can not be ordered')
    const [filter, tail] = [this.filter(), this.tail()]
    const view = { ...this.view, shuffleSeed: null }
    return {
      kind: 'count',
      find: () => selectRows(view, this.def, filter, tail),
      columns: [],
      metadata: [aggregateColumn('expr0', 'COUNT()', 'int')],
      longTexts: 0,
      toJson: () => ({}),
      toCsv: () => [],
    }
  }

  private aggregate(): Plan {
    const aggregation = new Aggregation(this.query, this.resolver, this.scope, this.clock)
    const filter = this.filter()
    const { columns } = aggregation
    const print = (row: Row): [string, FieldValue][] =>
      columns.map(({ name, type }) => {
        const value = row[name] ?? null
        return [name, type === 'datetime' && typeof value === 'number' ? wireDatetime(value) : value]
      })
    return {
      kind: 'aggregate',
      find: () => aggregation.results(this.mixed(matching(this.view, this.def, filter))),
      columns: columns.map(({ name }) => name),
      metadata: columns.map(({ name, expression, aggregate, type }) => ({
        ...aggregateColumn(name, expression, type),
        aggregate,
      })),
      longTexts: 0,
      toJson: (row) => ({ attributes: { type: 'AggregateResult' }, ...Object.fromEntries(print(row)) }),
      toCsv: (row) => print(row).map(([, value]) => (value === null ? null : String(value))),
    }
  }

  private mixed(rows: readonly Row[]): readonly Row[] {
    return this.view.shuffleSeed === null ? rows : shuffled(rows, this.view.shuffleSeed)
  }

  private records(): Plan {
    const { resolver, view, clock } = this
    const { store, version } = this.context
    this.checkSubQueries()
    const selected = compileSelection(this.query, this.def, { view, resolver, clock, version, path: [] })
    const paths = selected.flatMap((item) => (item.kind === 'field' ? [item.path] : []))
    const [filter, tail] = [this.filter(), this.tail()]
    const projection = new JsonProjection(store, this.def, selected, version)
    return {
      kind: 'rows',
      find: () => selectRows(view, this.def, filter, tail),
      columns: paths.map(({ text }) => text),
      metadata: columnsOf(selected),
      longTexts: paths.filter(({ field }) => isLongText(field)).length,
      toJson: (row, pager) => projection.toJson(row, pager),
      below: (path) => {
        const found = projection.below(path)
        return found && ((row, pager) => found.toJson(row, pager))
      },
      toCsv: (row) => paths.map(({ field, read }) => csvValue(field, read(row))),
    }
  }

  private checkSubQueries(): void {
    const subQueries = this.query.select.filter(({ kind }) => kind === 'children').length
    if (subQueries > MAX_CHILD_QUERIES) throw malformed(`at most ${MAX_CHILD_QUERIES} sub-queries are allowed`)
  }
}

const isLongText = ({ type, length }: FieldDef): boolean => type === 'textarea' && length > SHORT_TEXT

const refusal = (error: unknown, text: string): unknown =>
  error instanceof SoqlFailure ? new OrgError(400, error.code, locate(error, text)) : error

/**
 * Reads and checks a SOQL statement (soql.md).
 *
 * @param text the statement, already URL-decoded
 * @throws OrgError 400 with the codes and messages of soql.md §8
 */
export const prepare = (text: string, context: QueryContext): Prepared => {
  try {
    const compiler = new Compiler(parseSoql(text), context)
    const { find, ...plan } = compiler.plan()
    let rows: readonly Row[] | undefined
    return {
      ...plan,
      object: compiler.def.name,
      get rows() {
        try {
          return (rows ??= find())
        } catch (error) {
          throw refusal(error, text)
        }
      },
    }
  } catch (error) {
    throw refusal(error, text)
  }
}
