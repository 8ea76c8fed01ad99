import { Journal, type Journaled } from '../journal/journal.js'
import type { KeptPart } from './kept-part.js'
import type { StatedRow, Store } from './store.js'
import type { Definition, StoreChanges } from './store-changes.js'

/** Rows in one payload of a snapshot. What happens at once is one payload up to the other number of rows. */
const [SNAPSHOT_ROWS, MOST_ROWS] = [2_000, 50_000]

const NO_CHANGES: StoreChanges = { defined: [], rows: [], gone: [] }

/** A payload: what has changed, in the order in which it is to be made again. */
interface Entry {
  readonly sequences?: Readonly<Record<string, number>>
  readonly defined?: readonly Definition[]
  readonly rows?: readonly StatedRow[]
  readonly gone?: readonly string[]
  /** Entries of each part by its name. */
  readonly parts?: Readonly<Record<string, readonly unknown[]>>
}

/**
 * Keeps an org on the disk: its records, and what else it has that must survive a restart. Without a directory nothing is
 * kept. Whoever changes the org calls `commit` before control goes back to the event loop: all that has changed until then
 * is there after a restart, or nothing of it.
 */
export class OrgJournal implements Journaled {
  readonly kind = 'org'
  readonly #store: Store
  readonly #parts: readonly KeptPart[]
  #journal: Journal | undefined
  #isPaused = true

  constructor(store: Store, parts: readonly KeptPart[]) {
    this.#store = store
    this.#parts = parts
  }

  /** Restores what a directory holds; false when that is nothing. Throws JournalError for one that is damaged. */
  async open(dir: string): Promise<boolean> {
    this.#journal = await Journal.open(dir, this)
    if (!this.#journal.hasBegun) return false
    this.#resume()
    for (const part of this.#parts) await part.restored?.()
    return true
  }

  /** Keeps the org as it is now, and from now on what changes. Until then a crash leaves what was kept before. */
  async keep(): Promise<void> {
    await this.#journal?.rewrite()
    this.#resume()
  }

  /** Keeps nothing more until `keep` is called: for changes that make sense as a whole only. */
  pause(): void {
    this.#isPaused = true
    this.#store.unwatch()
  }

  /**
   * Writes down what has changed since the last call. Resolves once it and all before it is on the disk; undefined when it
   * is so already. Rejects when it could not be written.
   */
  commit(isLast = false): Promise<unknown> | undefined {
    const journal = this.#journal
    if (journal === undefined || this.#isPaused) return undefined
    const entries = this.#changes(isLast)
    // What could not be written before goes out with whatever is written next, be it nothing.
    if (entries.length === 0) return journal.isOwing ? journal.append(written({})) : journal.settled()
    return this.#written(journal, entries)
  }

  async #written(journal: Journal, entries: readonly Entry[]): Promise<void> {
    await Promise.all(entries.map((entry) => journal.append(written(entry))))
    const [first] = entries
    for (const part of this.#parts) await part.written?.(first?.parts?.[part.name] ?? [])
  }

  async close(): Promise<void> {
    // Nobody waits for an answer any more; what could not be written is lost, as in a crash.
    await this.commit(true)?.catch(() => undefined)
    await this.#journal?.close()
  }

  replay(payload: Buffer): void {
    const entry = JSON.parse(payload.toString()) as Entry
    this.#store.restore({ ...NO_CHANGES, ...entry })
    this.#store.continueAfter(entry.sequences ?? {})
    for (const part of this.#parts) for (const one of entry.parts?.[part.name] ?? []) part.restore(one)
  }

  *snapshot(): Generator<Uint8Array> {
    yield written({ defined: this.#store.definitions() })
    for (const { name } of this.#store.schema.objects()) {
      for (const rows of inPieces(this.#store.states(name), SNAPSHOT_ROWS)) yield written({ rows })
    }
    for (const part of this.#parts) {
      for (const entry of part.whole()) yield written({ parts: { [part.name]: [entry] } })
    }
    yield written({ sequences: this.#store.sequences() })
  }

  #resume(): void {
    this.#isPaused = false
    this.#store.watch()
  }

  #changes(isLast: boolean): Entry[] {
    const parts: Record<string, readonly unknown[]> = {}
    for (const part of this.#parts) {
      const changes = part.changes(isLast)
      if (changes.length > 0) parts[part.name] = changes
    }
    const { defined, rows, gone } = this.#store.takeChanges() ?? NO_CHANGES
    const [first = [], ...more] = inPieces(rows, MOST_ROWS)
    if (defined.length + rows.length + gone.length + Object.keys(parts).length === 0) return []
    return [{ defined, rows: first, gone, parts }, ...more.map((piece) => ({ rows: piece }))]
  }
}

function written(entry: Entry): Buffer {
  return Buffer.from(JSON.stringify(entry))
}

function* inPieces<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let piece: T[] = []
  for (const item of items) {
    if (piece.push(item) < size) continue
    yield piece
    piece = []
  }
  if (piece.length > 0) yield piece
}
