import type { Call, Reply, Route } from '../api.js'
import type { OrgCore } from '../core.js'
import { notImplemented, OrgError } from '../org-error.js'
import { composeId } from '../ids.js'
import type { Prepared } from '../soql/run.js'
import { prepare } from '../soql/run.js'

/** A result that is read page by page. */
interface Cursor {
  readonly prepared: Prepared
  readonly userId: string
  readonly openedAt: number
}

/** Cursors live two days (rest.md §4). The real org has no cap; here the oldest of more than a thousand gives way. */
const CURSOR_MS = 2 * 24 * 60 * 60 * 1000
const MAX_CURSORS = 1000
const CURSOR_PREFIX = '01g'
const [MIN_PAGE, MAX_PAGE] = [200, 2000]

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
  readonly #cursors = new Map<string, Cursor>()
  #opened = 0
  #pages = 0

  constructor(core: OrgCore) {
    this.#core = core
  }

  run(call: Call, includeDeleted: boolean): Reply {
    const soql = call.query.get('q')
    if (call.query.has('explain')) throw notImplemented('query plans (explain)')
    if (call.query.has('columns')) throw notImplemented('query column metadata (columns=true)')
    if (soql === null) throw new OrgError(400, 'MALFORMED_QUERY', "unexpected token: '<EOF>'")
    const { store } = this.#core
    const hidden = (object: string, field: string): boolean => this.#core.hidden(object, field)
    const prepared = prepare(soql, { store, hidden, now: call.now(), includeDeleted, version: call.version })
    if (prepared.kind === 'count')
      return { status: 200, json: { totalSize: prepared.rows.length, done: true, records: [] } }
    return this.#page(call, prepared, 0, undefined)
  }

  more(call: Call): Reply {
    const locator = /^(01g[0-9A-Za-z]{15})-(\d+)$/.exec(call.params['locator'] ?? '')
    const [, id = '', offset = '0'] = locator ?? []
    const cursor = this.#cursors.get(id)
    const alive = cursor !== undefined && call.now() - cursor.openedAt <= CURSOR_MS
    // The same user must read on (rest.md §4).
    if (!alive || cursor.userId !== call.session.userId || Number(offset) > cursor.prepared.rows.length) {
      throw new OrgError(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator')
    }
    return this.#page(call, cursor.prepared, Number(offset), id)
  }

  #page(call: Call, prepared: Prepared, offset: number, cursorId: string | undefined): Reply {
    const { rows } = prepared
    const end = Math.min(rows.length, offset + this.#pageSize(call))
    const records = rows.slice(offset, end).map((row) => prepared.toJson(row))
    if (end === rows.length) return { status: 200, json: { totalSize: rows.length, done: true, records } }
    if (prepared.kind === 'aggregate') {
      const message =
        'Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch'
      throw new OrgError(400, 'EXCEEDED_ID_LIMIT', message)
    }
    const id = cursorId ?? this.#open(call, prepared)
    const nextRecordsUrl = `/services/data/v${call.version}/query/${id}-${end}`
    return { status: 200, json: { totalSize: rows.length, done: false, nextRecordsUrl, records } }
  }

  /** The setting, and below it the client's hint of 200 to 2,000 (rest.md §4). */
  #pageSize(call: Call): number {
    const { pageSizes } = this.#core.settings
    const size = pageSizes[this.#pages++ % pageSizes.length] ?? MAX_PAGE
    const hint = /batchSize=(\d+)/i.exec(String(call.headers['sforce-query-options'] ?? ''))?.[1]
    return hint === undefined ? size : Math.min(size, Math.max(MIN_PAGE, Math.min(MAX_PAGE, Number(hint))))
  }

  #open(call: Call, prepared: Prepared): string {
    const id = composeId(CURSOR_PREFIX, ++this.#opened)
    this.#cursors.set(id, { prepared, userId: call.session.userId, openedAt: call.now() })
    const [oldest] = this.#cursors.keys()
    if (this.#cursors.size > MAX_CURSORS && oldest !== undefined) this.#cursors.delete(oldest)
    return id
  }
}
