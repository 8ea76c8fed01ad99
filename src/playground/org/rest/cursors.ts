import type { OrgCore } from '../core.js'
import { composeId } from '../ids.js'
import { type KeptPart, smallPart } from '../kept-part.js'
import { prepareAgain, rowsOf } from '../soql/kept-result.js'
import type { RecordList } from '../soql/projection.js'
import type { Store } from '../store.js'

/** Cursors live two days (rest.md §4). The real org has no cap; here the oldest of more than a thousand gives way. */
const CURSOR_MS = 2 * 24 * 60 * 60 * 1000
const MAX_CURSORS = 1000
const CURSOR_PREFIX = '01g'
/** Rows of all cursors that are kept for a restart, the newest first, and those that are written at a time. */
const [MAX_KEPT_ROWS, PIECE_ROWS] = [2_000_000, 10_000]

/** A statement that gave rows, by which they can be printed after a restart. */
export interface Statement {
  /** SOQL. */
  readonly text: string
  /** The object of FROM, or of the sub-query. */
  readonly object: string
  /** For what is left below a record the relationships that lead there. */
  readonly path?: readonly string[]
  readonly includeDeleted: boolean
  readonly version: string
}

/** Whose result it is, and how it is paged. JSON. */
export interface Opening {
  readonly userId: string
  readonly openedAt: number
  /** Rows that a page of it holds at most. */
  readonly widest: number
  readonly statement: Statement
}

/** Of a cursor all but its rows, or some of them by their Ids. */
interface Entry {
  readonly cursor?: { readonly id: string; readonly opening: Opening }
  readonly of?: string
  readonly ids?: readonly string[]
}

/** The results that are being read, each for two days or until too many others were opened. */
export class Cursors {
  readonly #core: OrgCore
  readonly #cursors = new Map<string, Cursor>()
  /** Those that a journal does not know of yet. */
  readonly #untold = new Set<Cursor>()
  #opened = 0

  constructor(core: OrgCore) {
    this.#core = core
    core.onReset(() => {
      this.#cursors.clear()
      this.#untold.clear()
    })
    // A URL of a cursor that ended must not lead into a new one.
    core.keep(
      smallPart({
        name: 'cursors',
        version: () => this.#opened,
        read: () => this.#opened,
        write: (opened) => {
          this.#opened = opened
        },
      }),
    )
    core.keep(this.#kept())
  }

  /** Returns the cursor's id. */
  open(list: RecordList, opening: Opening): string {
    const id = composeId(CURSOR_PREFIX, ++this.#opened)
    this.#untold.add(this.#add(new Cursor(id, opening, this.#core.store, list)))
    return id
  }

  /** Undefined for one that is over, or never was. */
  find(id: string, now: number): Cursor | undefined {
    const cursor = this.#cursors.get(id)
    return cursor?.isAlive(now) === true ? cursor : undefined
  }

  #add(cursor: Cursor): Cursor {
    this.#cursors.set(cursor.id, cursor)
    const [oldest = cursor] = this.#cursors.values()
    if (this.#cursors.size > MAX_CURSORS) {
      this.#cursors.delete(oldest.id)
      this.#untold.delete(oldest)
    }
    return cursor
  }

  /** Rows by their Ids, as those of query jobs are: values are what the records have when they are read. */
  #kept(): KeptPart {
    return {
      name: 'openCursors',
      changes: () => {
        const untold = [...this.#untold].filter((cursor) => cursor.count <= MAX_KEPT_ROWS)
        this.#untold.clear()
        return untold.flatMap((cursor) => [...entriesOf(cursor)])
      },
      whole: () => this.#whole(),
      restore: (entry) => {
        this.#restore(entry as Entry)
      },
    }
  }

  *#whole(): Generator<Entry> {
    let rows = 0
    const newest = [...this.#cursors.values()].reverse().filter((cursor) => {
      if (!cursor.isAlive(this.#core.now())) return false
      rows += cursor.count
      return rows <= MAX_KEPT_ROWS
    })
    for (const cursor of newest.reverse()) yield* entriesOf(cursor)
  }

  #restore({ cursor, of = '', ids = [] }: Entry): void {
    if (cursor !== undefined) this.#add(new Cursor(cursor.id, cursor.opening, this.#core.store))
    this.#cursors.get(of)?.take(ids)
  }
}

function* entriesOf(cursor: Cursor): Generator<Entry> {
  const { id, userId, openedAt, widest, statement } = cursor
  yield { cursor: { id, opening: { userId, openedAt, widest, statement } } }
  for (let from = 0; from < cursor.count; from += PIECE_ROWS) {
    yield { of: id, ids: cursor.ids(from, from + PIECE_ROWS) }
  }
}

/** A result that is read page by page. */
export class Cursor implements Opening {
  readonly userId: string
  readonly openedAt: number
  readonly widest: number
  readonly statement: Statement
  readonly #store: Store
  #list: RecordList | undefined
  /** After a restart, until somebody reads on. */
  readonly #ids: string[] = []

  constructor(
    readonly id: string,
    { userId, openedAt, widest, statement }: Opening,
    store: Store,
    list?: RecordList,
  ) {
    this.userId = userId
    this.openedAt = openedAt
    this.widest = widest
    this.statement = statement
    this.#store = store
    this.#list = list
  }

  isAlive(now: number): boolean {
    return now - this.openedAt <= CURSOR_MS
  }

  get count(): number {
    return this.#list?.rows.length ?? this.#ids.length
  }

  ids(from: number, end: number): readonly string[] {
    return this.#list?.rows.slice(from, end).map((row) => row.Id) ?? this.#ids.slice(from, end)
  }

  /** Takes in rows that were found before a restart. */
  take(ids: readonly string[]): void {
    for (const id of ids) this.#ids.push(id)
  }

  get list(): RecordList {
    return (this.#list ??= this.#again())
  }

  #again(): RecordList {
    const { statement, userId, openedAt: at } = this
    const { path = [], object } = statement
    const prepared = prepareAgain(this.#store, { ...statement, userId, at })
    const toJson = prepared.below?.(path) ?? ((row, pager) => prepared.toJson(row, pager))
    return { rows: rowsOf(this.#store, object, this.#ids), toJson }
  }
}
