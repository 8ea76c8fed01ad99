import { Long } from 'bson'
import { CommandError } from './command-error.js'
import { type Document } from './bson/value.js'
import { MAX_DOCUMENT_SIZE } from './store/collection.js'
import { EncodedDocuments } from './wire/reply.js'

/** The documents in the first batch of a cursor that asks for no number. */
const FIRST_BATCH = 101
const IDLE_LIMIT_MS = 10 * 60_000

interface Cursor {
  readonly namespace: string
  readonly documents: Iterator<Buffer>
  readonly neverIdle: boolean
  /** A document that was found but did not fit into the last batch. */
  held: Buffer | undefined
  lastUsed: number
}

/** The open cursors. One that is not used for ten minutes is gone. */
export class Cursors {
  readonly #cursors = new Map<string, Cursor>()
  readonly #now: () => number
  #lastId = Math.floor(Math.random() * 2 ** 40)

  constructor(now: () => number) {
    this.#now = now
  }

  get size(): number {
    this.#dropIdle()
    return this.#cursors.size
  }

  /** The `cursor` of a reply with the first batch; the cursor stays open when there is more. */
  open(namespace: string, documents: Iterable<Buffer>, options: CursorOptions = {}): Document {
    const { batchSize = FIRST_BATCH, singleBatch = false, neverIdle = false } = options
    const cursor: Cursor = {
      namespace,
      documents: documents[Symbol.iterator](),
      neverIdle,
      held: undefined,
      lastUsed: this.#now(),
    }
    const batch = takeBatch(cursor, batchSize)
    const isOpen = !singleBatch && cursor.held !== undefined
    const id = isOpen ? this.#keep(cursor) : Long.ZERO
    return { firstBatch: new EncodedDocuments(batch), id, ns: namespace }
  }

  /** The `cursor` of a reply with the next batch. Throws CursorNotFound. */
  next(id: Long, namespace: string, batchSize: number): Document {
    this.#dropIdle()
    const key = id.toString()
    const cursor = this.#cursors.get(key)
    if (!cursor) throw new CommandError(43, `cursor id ${key} not found`)
    if (cursor.namespace !== namespace) {
      throw new CommandError(
        13,
        `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
      )
    }
    this.#cursors.delete(key)
    const batch = takeBatch(cursor, batchSize)
    cursor.lastUsed = this.#now()
    if (cursor.held) this.#cursors.set(key, cursor)
    return { nextBatch: new EncodedDocuments(batch), id: cursor.held ? id : Long.ZERO, ns: namespace }
  }

  /** Closes a cursor; false when there is none. */
  kill(id: Long): boolean {
    this.#dropIdle()
    return this.#cursors.delete(id.toString())
  }

  /** Closes the cursors on a namespace that is gone. */
  killAll(belongs: (namespace: string) => boolean): void {
    for (const [id, { namespace }] of this.#cursors) if (belongs(namespace)) this.#cursors.delete(id)
  }

  #keep(cursor: Cursor): Long {
    this.#dropIdle()
    this.#lastId += 1 + Math.floor(Math.random() * 1000)
    const id = Long.fromNumber(this.#lastId)
    this.#cursors.set(id.toString(), cursor)
    return id
  }

  #dropIdle(): void {
    const limit = this.#now() - IDLE_LIMIT_MS
    for (const [id, cursor] of this.#cursors) {
      if (cursor.lastUsed < limit && !cursor.neverIdle) this.#cursors.delete(id)
    }
  }
}

/** How a cursor is opened. */
export interface CursorOptions {
  readonly batchSize?: number
  readonly singleBatch?: boolean
  readonly neverIdle?: boolean
}

/** Takes documents until there are enough or the batch would be too large, and looks whether there is one more. */
function takeBatch(cursor: Cursor, batchSize: number): Buffer[] {
  const batch: Buffer[] = []
  let size = 0
  for (;;) {
    const next = cursor.held ?? nextOf(cursor)
    cursor.held = undefined
    if (!next) return batch
    const fits = batch.length < batchSize && (batch.length === 0 || size + next.length <= MAX_DOCUMENT_SIZE)
    if (!fits) {
      cursor.held = Buffer.from(next)
      return batch
    }
    batch.push(next)
    size += next.length
  }
}

function nextOf(cursor: Cursor): Buffer | undefined {
  const next = cursor.documents.next()
  return next.done === true ? undefined : next.value
}
