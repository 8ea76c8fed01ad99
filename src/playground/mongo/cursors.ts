import { Long } from 'bson'
import { CommandError } from './command-error.js'
import { type Document } from './bson/value.js'
import { type Operation } from './sessions/operation.js'
import { MAX_DOCUMENT_SIZE } from './store/collection.js'
import { EncodedDocuments } from './wire/reply.js'

/** The documents in the first batch of a cursor that asks for no number. */
export const FIRST_BATCH = 101
const IDLE_LIMIT_MS = 10 * 60_000

interface Cursor {
  readonly namespace: string
  readonly documents: Iterator<Buffer>
  readonly neverIdle: boolean
  readonly owner: Owner
  /** A document that was found but did not fit into the last batch. */
  held: Buffer | undefined
  lastUsed: number
}

/** The session and the transaction that a cursor was opened in, and can only be used in. */
export type Owner = Pick<Operation, 'session' | 'transaction'>

const NOBODY: Owner = { session: undefined, transaction: undefined }

/** The open cursors. One that is not used for ten minutes is gone, and so is one whose transaction has ended. */
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
    const { batchSize = FIRST_BATCH, singleBatch = false, neverIdle = false, owner = NOBODY } = options
    const cursor: Cursor = {
      namespace,
      documents: documents[Symbol.iterator](),
      neverIdle,
      owner,
      held: undefined,
      lastUsed: this.#now(),
    }
    const batch = takeBatch(cursor, batchSize)
    const isOpen = !singleBatch && cursor.held !== undefined
    const id = isOpen ? this.#keep(cursor) : Long.ZERO
    return { firstBatch: new EncodedDocuments(batch), id, ns: namespace }
  }

  /** The `cursor` of a reply with the next batch. Throws CursorNotFound. */
  next(id: Long, namespace: string, batchSize: number, owner: Owner): Document {
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
    assertOwner(key, cursor.owner, owner)
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

  /** Closes the cursors of a session that has ended. */
  killOfSession(session: string): void {
    for (const [id, { owner }] of this.#cursors) if (owner.session?.id === session) this.#cursors.delete(id)
  }

  /** An id that no cursor has or had. */
  newId(): Long {
    this.#lastId += 1 + Math.floor(Math.random() * 1000)
    return Long.fromNumber(this.#lastId)
  }

  #keep(cursor: Cursor): Long {
    this.#dropIdle()
    const id = this.newId()
    this.#cursors.set(id.toString(), cursor)
    return id
  }

  #dropIdle(): void {
    const limit = this.#now() - IDLE_LIMIT_MS
    for (const [id, { lastUsed, neverIdle, owner }] of this.#cursors) {
      const isOver = owner.transaction !== undefined && owner.transaction.state !== 'open'
      if (isOver || (lastUsed < limit && !neverIdle)) this.#cursors.delete(id)
    }
  }
}

/** How a cursor is opened. */
export interface CursorOptions {
  readonly batchSize?: number
  readonly singleBatch?: boolean
  readonly neverIdle?: boolean
  readonly owner?: Owner
}

/** Throws unless a cursor is used where it was opened. */
function assertOwner(id: string, opened: Owner, used: Owner): void {
  const complain = (code: number, complaint: string): CommandError =>
    new CommandError(code, `Cannot run getMore on cursor ${id}, which was ${complaint}`)
  if (opened.session?.id !== used.session?.id) {
    if (!opened.session) throw complain(50736, 'not created in a session, in a session')
    if (!used.session) throw complain(50737, `created in session ${opened.session.id}, without an lsid`)
    throw complain(50738, `created in session ${opened.session.id}, in session ${used.session.id}`)
  }
  if (opened.transaction === used.transaction) return
  if (!opened.transaction) throw complain(50739, 'not created in a transaction, in a transaction')
  if (!used.transaction) throw complain(50740, 'created in a transaction, without a txnNumber')
  throw complain(50741, 'created in another transaction')
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
