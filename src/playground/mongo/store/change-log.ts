import { type Collection } from './collection.js'
import { type RecordIndex } from './record-index.js'
import { LogicalClock } from './logical-clock.js'
import { type WriteGuard } from './write-guard.js'

/** A document that was inserted, changed or removed. The bytes stay as they are for as long as somebody holds them. */
export interface DocumentChange {
  readonly kind: 'insert' | 'update' | 'replace' | 'remove'
  readonly collection: Collection
  /** The number of the record, which is never given to another document of the collection. */
  readonly record: number
  /** What the document was: undefined for an insert, and unless `ChangeLog.keepsBefore`. */
  readonly before: Buffer | undefined
  /** What it is now; undefined for a removal. */
  readonly after: Buffer | undefined
  /** The keys in unique indexes that the document newly has; only told while there is a guard. */
  readonly keys: readonly string[]
}

/** A collection that was made or dropped. With it go its indexes, without changes of their own. */
export interface CollectionChange {
  readonly kind: 'createCollection' | 'dropCollection'
  readonly collection: Collection
}

/** An index that was built or dropped; `index.spec.listed` is what it was asked for. */
export interface IndexChange {
  readonly kind: 'createIndex' | 'dropIndex'
  readonly collection: Collection
  readonly index: RecordIndex
}

/** A database that was dropped. Its collections went before, each with a change of its own. */
export interface DatabaseChange {
  readonly kind: 'dropDatabase'
  readonly database: string
}

/** One physical change of the store. Changes are in the order in which they were made. */
export type Change = DocumentChange | CollectionChange | IndexChange | DatabaseChange

/** Whose command made a batch, where it may be sent again after a restart and is to be answered the same then. */
export interface Answered {
  /** What it was answered, as a document for `decodeAnswered`. */
  kept(): Buffer | undefined
}

/**
 * Takes the changes of one command, or of one transaction that commits, and what was answered: they stand or fall
 * together. The command's reply waits for the promise, if there is one; that is where a journal makes them durable. The
 * array is not to be kept; it is empty where an answer is given that changed nothing.
 */
export type ChangeSink = (batch: readonly Change[], answered: Answered | undefined) => Promise<void> | undefined

/**
 * What the commands change, change by change: every change of documents, collections and indexes is noted here by the
 * store when it is made, and handed to the sinks when its command has run. Without a sink nothing is kept.
 */
export class ChangeLog {
  readonly #sinks = new Set<ChangeSink>()
  #batch: Change[] = []
  #changed = false
  /** How many need to know what a document was before a change; without any, that is not copied. */
  beforeNeeded = 0
  /** Is asked before every write, while there is one. */
  guard: WriteGuard | undefined

  /** `clock` moves on with every batch. */
  constructor(readonly clock = new LogicalClock(Date.now)) {}

  /** Adds a sink: every batch goes to it until the function that is returned is called. */
  attach(sink: ChangeSink): () => void {
    this.#sinks.add(sink)
    return () => {
      this.#sinks.delete(sink)
    }
  }

  /** True while changes are to be noted. */
  get isKept(): boolean {
    return this.#sinks.size > 0
  }

  /** True while a change of a document is to say what the document was before. */
  get keepsBefore(): boolean {
    return this.beforeNeeded > 0
  }

  /** Notes that something was changed, for those who need not know what. */
  touch(): void {
    this.#changed = true
  }

  /** Notes a change that was made. */
  note(change: Change): void {
    this.#changed = true
    if (this.isKept) this.#batch.push(change)
  }

  /** Ends a command: hands what it changed to the sinks. Whoever acknowledges the command waits for the promise. */
  commit(answered?: Answered): Promise<void> | undefined {
    return this.#changed || answered ? this.publish(this.take(), answered) : undefined
  }

  /** Takes the changes that were noted since the last command, so that no sink gets them. */
  take(): readonly Change[] {
    const batch = this.#batch
    this.#batch = []
    this.#changed = false
    return batch
  }

  /** Hands a batch to the sinks that was not noted here. */
  publish(batch: readonly Change[], answered?: Answered): Promise<void> | undefined {
    this.clock.tick()
    if (batch.length === 0 && !answered) return undefined
    const pending = [...this.#sinks].map((sink) => sink(batch, answered)).filter((done) => done !== undefined)
    return pending.length > 0 ? Promise.all(pending).then(() => undefined) : undefined
  }
}
