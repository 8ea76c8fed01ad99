import { EJSON } from 'bson'
import { Journal, type Journaled } from '../journal/journal.js'
import { isDocument, type Document } from './bson/value.js'
import { decodeAnswered } from './sessions/kept-session.js'
import type { Sessions } from './sessions/sessions.js'
import type { Answered, Change } from './store/change-log.js'
import type { Collection } from './store/collection.js'
import type { Databases } from './store/databases.js'
import { parseIndexSpec } from './store/index-spec.js'
import { coverOf } from './verbs/indexes.js'

/** Bytes of documents in one payload of a snapshot. */
const PIECE_BYTES = 1 << 20

/** One change, or an answer; a `put` and an `answered` take the next of the documents that follow the steps in a payload. */
type Step =
  | readonly ['put' | 'remove', namespace: string, record: number]
  | readonly ['create' | 'drop', namespace: string]
  | readonly ['index', namespace: string, listed: Document]
  | readonly ['dropIndex', namespace: string, name: string]
  | typeof ANSWERED

const ANSWERED = ['answered'] as const

/**
 * Keeps the databases on the disk: every change of a command before its reply, those of a transaction when it commits, each
 * together with what is answered if the command is sent again.
 */
export class MongoJournal implements Journaled {
  readonly kind = 'mongo'
  readonly #databases: Databases
  readonly #sessions: Sessions
  readonly #hideTransactions: () => void
  #journal: Journal | undefined
  #isAttached = false

  /** `hideTransactions` has the databases show nothing that a transaction has not committed. */
  constructor(databases: Databases, sessions: Sessions, hideTransactions: () => void) {
    this.#databases = databases
    this.#sessions = sessions
    this.#hideTransactions = hideTransactions
  }

  /** Restores what a directory holds; false when that is nothing. Throws JournalError for one that is damaged. */
  async open(dir: string): Promise<boolean> {
    this.#journal = await Journal.open(dir, this)
    if (this.#journal.hasBegun) this.#attach()
    return this.#journal.hasBegun
  }

  /** Keeps the databases as they are now, and from now on what changes. */
  async keep(): Promise<void> {
    if (this.#journal === undefined) return
    this.#attach()
    await this.#journal.rewrite()
  }

  async close(): Promise<void> {
    await this.#journal?.close()
  }

  replay(payload: Buffer): void {
    const from = 4 + payload.readUInt32LE(0)
    const steps = EJSON.parse(payload.toString('utf8', 4, from)) as Step[]
    let at = from
    for (const step of steps) {
      if (step[0] !== 'put' && step[0] !== 'answered') {
        this.#redo(step)
        continue
      }
      const end = at + payload.readInt32LE(at)
      const document = payload.subarray(at, end)
      if (step[0] === 'put') this.#collection(step[1]).put(step[2], document)
      else this.#sessions.restore(decodeAnswered(document))
      at = end
    }
  }

  *snapshot(): Generator<Uint8Array> {
    this.#hideTransactions()
    for (const database of this.#databases.names()) {
      for (const [, collection] of this.#databases.collections(database)) yield* this.#states(collection)
    }
    for (const session of this.#sessions.all()) {
      const kept = session.kept()
      if (kept) yield written([ANSWERED], [kept])
    }
  }

  #attach(): void {
    if (!this.#isAttached) this.#databases.log.attach((batch, answered) => this.#append(batch, answered))
    this.#isAttached = true
  }

  #append(batch: readonly Change[], answered: Answered | undefined): Promise<void> | undefined {
    const steps = batch.map(stepOf).filter((step) => step !== undefined)
    const documents = batch.flatMap((change) => ('after' in change && change.after ? [change.after] : []))
    const kept = answered?.kept()
    if (kept) {
      steps.push(ANSWERED)
      documents.push(kept)
    }
    return this.#journal?.append(written(steps, documents))
  }

  *#states(collection: Collection): Generator<Uint8Array> {
    const { namespace } = collection
    const indexes = collection.indexes.map(({ spec }) => ['index', namespace, spec.listed] as const)
    yield written([['create', namespace], ...indexes], [])
    for (let record = 0; record < collection.end;) {
      const documents: Buffer[] = []
      const steps: Step[] = []
      this.#hideTransactions()
      for (let bytes = 0; record < collection.end && bytes < PIECE_BYTES; record++) {
        if (!collection.has(record)) continue
        const document = collection.bytes(record)
        steps.push(['put', namespace, record])
        bytes += documents[documents.push(document) - 1]?.length ?? 0
      }
      yield written(steps, documents)
    }
  }

  #redo(step: Exclude<Step, typeof ANSWERED | readonly ['put', ...unknown[]]>): void {
    const [kind, namespace, what] = step
    if (kind === 'drop') this.#databases.drop(...split(namespace))
    else if (kind === 'remove') this.#collection(namespace).put(what, undefined)
    else if (kind === 'dropIndex') this.#collection(namespace).dropIndexes(({ name }) => name === what)
    else if (kind === 'index' && isDocument(what)) {
      const spec = parseIndexSpec(what)
      this.#collection(namespace).createIndex(spec, coverOf(spec))
    } else this.#collection(namespace)
  }

  #collection(namespace: string): Collection {
    return this.#databases.open(...split(namespace))
  }
}

function stepOf(change: Change): Step | undefined {
  switch (change.kind) {
    case 'createCollection':
      return ['create', change.collection.namespace]
    case 'dropCollection':
      return ['drop', change.collection.namespace]
    case 'createIndex':
      return ['index', change.collection.namespace, change.index.spec.listed]
    case 'dropIndex':
      return ['dropIndex', change.collection.namespace, change.index.spec.name]
    case 'dropDatabase':
      return undefined
    default:
      return [change.after ? 'put' : 'remove', change.collection.namespace, change.record]
  }
}

function split(namespace: string): [database: string, name: string] {
  const dot = namespace.indexOf('.')
  return [namespace.slice(0, dot), namespace.slice(dot + 1)]
}

function written(steps: readonly Step[], documents: readonly Uint8Array[]): Buffer {
  const head = Buffer.from(EJSON.stringify(steps, { relaxed: true }))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(head.length)
  return Buffer.concat([length, head, ...documents])
}
