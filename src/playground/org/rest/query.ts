import type { Call, Reply, Route } from '../api.js'
import type { OrgCore } from '../core.js'
import { notImplemented, OrgError } from '../org-error.js'
import { callerOf } from '../soql/caller.js'
import type { RecordList } from '../soql/projection.js'
import type { Prepared } from '../soql/run.js'
import { prepare } from '../soql/run.js'
import { Cursors, type Opening } from './cursors.js'
import { fillPage } from './query-page.js'

/** A result, of which a cursor is opened when it does not fit on a page. */
interface Result extends Pick<Opening, 'widest' | 'statement'> {
  readonly list: RecordList
  /** Grouped results can not be paged (soql.md §5). */
  readonly pageable: boolean
}

const [MIN_PAGE, MAX_PAGE] = [200, 2000]
/** Wide rows come in smaller pages: 1,000 were recorded for 16 fields, two long texts leave 200 (rest.md §4). */
const [WIDE_FIELDS, WIDE_PAGE, LONG_TEXTS, LONG_PAGE] = [16, 1000, 2, 200]

/** `/query`, `/queryAll` and their pages (rest.md §4). */
export function queryRoutes(core: OrgCore): Route[] {
  const queries = new Queries(core)
  return [
    { method: 'GET', path: '/query', handle: (call) => queries.run(call, false) },
    { method: 'GET', path: '/queryAll', handle: (call) => queries.run(call, true) },
    { method: 'GET', path: '/query/:locator', handle: (call) => queries.more(call) },
    { method: 'GET', path: '/queryAll/:locator', handle: (call) => queries.more(call) },
  ]
}

class Queries {
  readonly #core: OrgCore
  readonly #cursors: Cursors
  #pages = 0

  constructor(core: OrgCore) {
    this.#core = core
    this.#cursors = new Cursors(core)
  }

  run(call: Call, includeDeleted: boolean): Reply {
    if (call.query.has('explain')) throw notImplemented('query plans (explain)')
    const prepared = this.#prepared(call, includeDeleted)
    if (call.query.get('columns') === 'true') return { status: 200, json: columnsJson(this.#core, prepared) }
    if (prepared.kind === 'count')
      return { status: 200, json: { totalSize: prepared.rows.length, done: true, records: [] } }
    const statement = { text: soqlOf(call), object: prepared.object, includeDeleted, version: call.version }
    const pageable = prepared.kind !== 'aggregate'
    return this.#page(call, { list: prepared, widest: widestPage(prepared), pageable, statement }, 0)
  }

  more(call: Call): Reply {
    const locator = /^(01g[0-9A-Za-z]{15})-(\d+)$/.exec(call.params['locator'] ?? '')
    const [, id = '', offset = '0'] = locator ?? []
    const cursor = this.#cursors.find(id, call.now())
    // The same user must read on (rest.md §4).
    if (cursor?.userId !== call.session.userId || Number(offset) > cursor.list.rows.length) {
      throw new OrgError(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator')
    }
    const { list, widest, statement } = cursor
    return this.#page(call, { list, widest, statement, pageable: true }, Number(offset), id)
  }

  #prepared(call: Call, includeDeleted: boolean): Prepared {
    const soql = soqlOf(call)
    const { store } = this.#core
    const hidden = (object: string, field: string): boolean => this.#core.hidden(object, field)
    const caller = callerOf(store, call.session.userId)
    return prepare(soql, { store, hidden, now: call.now(), caller, includeDeleted, version: call.version })
  }

  #page(call: Call, result: Result, offset: number, cursorId?: string): Reply {
    const { list, widest, statement } = result
    const size = Math.min(this.#pageSize(call), widest)
    const { records, end } = fillPage(list, offset, size, (rest, from) =>
      pageUrl(
        call,
        this.#open(call, { list: rest, widest: MAX_PAGE, statement: { ...statement, ...rest.place } }),
        from,
      ),
    )
    const totalSize = list.rows.length
    if (end === totalSize) return { status: 200, json: { totalSize, done: true, records } }
    if (!result.pageable) throw notPageable()
    const nextRecordsUrl = pageUrl(call, cursorId ?? this.#open(call, result), end)
    return { status: 200, json: { totalSize, done: false, nextRecordsUrl, records } }
  }

  /** The setting, and below it the client's hint of 200 to 2,000 (rest.md §4). */
  #pageSize(call: Call): number {
    const { pageSizes } = this.#core.settings
    const size = pageSizes[this.#pages++ % pageSizes.length] ?? MAX_PAGE
    const hint = /batchSize=(\d+)/i.exec(String(call.headers['sforce-query-options'] ?? ''))?.[1]
    return hint === undefined ? size : Math.min(size, Math.max(MIN_PAGE, Math.min(MAX_PAGE, Number(hint))))
  }

  #open(call: Call, { list, widest, statement }: Omit<Result, 'pageable'>): string {
    return this.#cursors.open(list, { userId: call.session.userId, openedAt: call.now(), widest, statement })
  }
}

function soqlOf(call: Call): string {
  const soql = call.query.get('q')
  if (soql !== null) return soql
  throw new OrgError(400, 'MALFORMED_QUERY', "unexpected token: '<EOF>'")
}

function notPageable(): OrgError {
  const message = 'Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch'
  return new OrgError(400, 'EXCEEDED_ID_LIMIT', message)
}

function pageUrl(call: Call, cursorId: string, offset: number): string {
  return `/services/data/v${call.version}/query/${cursorId}-${offset}`
}

function widestPage({ columns, longTexts }: Prepared): number {
  if (longTexts >= LONG_TEXTS) return LONG_PAGE
  return columns.length >= WIDE_FIELDS ? WIDE_PAGE : MAX_PAGE
}

/** `columns=true` asks what a statement would return instead of running it, as the Salesforce CLI does (bulk2.md §12). */
function columnsJson(core: OrgCore, { metadata, object, kind }: Prepared): object {
  return {
    columnMetadata: metadata,
    entityName: object,
    groupBy: kind === 'aggregate',
    idSelected: metadata.some(({ columnName }) => columnName === 'Id'),
    keyPrefix: core.store.object(object)?.keyPrefix ?? null,
  }
}
