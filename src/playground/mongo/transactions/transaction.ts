import { type Change, type DocumentChange } from '../store/change-log.js'
import { type Collection } from '../store/collection.js'

/** How a document differs between a transaction's view and the world outside: what it is on the side that is not shown. */
interface Difference {
  bytes: Buffer | undefined
  /** True when the transaction itself wrote it; false when others did since it began. */
  own: boolean
}

export type TransactionState = 'open' | 'committed' | 'aborted'

/**
 * A multi-document transaction. It sees the store as it was when the transaction began, and its own writes on top; what
 * differs from the world outside is kept document by document, and exchanged when the view is shown or left.
 */
export class Transaction {
  state: TransactionState = 'open'
  /** All that the transaction has changed, in order. */
  readonly changes: Change[] = []
  /** The collections that it has made, which nobody else sees. */
  readonly made = new Set<Collection>()
  /** The namespaces that it has read or written: their collections are not dropped or indexed meanwhile. */
  readonly touched = new Set<string>()
  /** The namespaces whose collection others have dropped since it began. */
  readonly lost = new Set<string>()
  /** The unique keys that its documents have. */
  readonly keys = new Set<string>()
  /** Settles when the transaction has ended, either way. */
  readonly ended: Promise<void>
  #settle = (): void => undefined
  readonly #differences = new Map<Collection, Map<number, Difference>>()

  /** `since` is the last batch of changes it sees; `expiresAt` (milliseconds) is when it has had its time. */
  constructor(
    readonly since: number,
    readonly expiresAt: number,
  ) {
    this.ended = new Promise((resolve) => (this.#settle = resolve))
  }

  isOpen(): boolean {
    return this.state === 'open'
  }

  end(state: 'committed' | 'aborted'): void {
    this.state = state
    this.#settle()
  }

  /** Whether the transaction has written this document. */
  owns(collection: Collection, record: number): boolean {
    return this.#differences.get(collection)?.get(record)?.own === true
  }

  /** Whether others have changed this document since the transaction began. */
  isOutdated(collection: Collection, record: number): boolean {
    return this.#differences.get(collection)?.get(record)?.own === false
  }

  /** Takes note of what a command of the transaction has changed. */
  absorb(batch: readonly Change[]): void {
    for (const change of batch) {
      this.changes.push(change)
      if (change.kind === 'createCollection') this.made.add(change.collection)
      if (!('record' in change)) continue
      for (const key of change.keys) this.keys.add(key)
      if (!this.made.has(change.collection)) this.#differ(change, true)
    }
  }

  /** Takes note of what others have changed. */
  observe(batch: readonly Change[]): void {
    for (const change of batch) {
      if (change.kind === 'dropCollection') this.lost.add(change.collection.namespace)
      if ('record' in change) this.#differ(change, false)
    }
  }

  #differ({ collection, record, before }: DocumentChange, own: boolean): void {
    const records = this.#differences.get(collection) ?? new Map<number, Difference>()
    this.#differences.set(collection, records)
    if (!records.has(record)) records.set(record, { bytes: before, own })
  }

  /** Exchanges what is shown for what is not, in every document that differs, or in its own ones alone. */
  exchange(onlyOwn = false): void {
    for (const [collection, records] of this.#differences) {
      const wanted = [...records].filter(([, { own }]) => own || !onlyOwn)
      const places = wanted.map(([record, { bytes }]) => ({ record, bytes }))
      for (const [record, difference] of wanted) difference.bytes = copyOf(collection, record)
      for (const { record, bytes } of places) if (!bytes) collection.put(record, undefined)
      for (const { record, bytes } of places) if (bytes) collection.put(record, bytes)
    }
  }
}

function copyOf(collection: Collection, record: number): Buffer | undefined {
  return collection.has(record) ? Buffer.from(collection.bytes(record)) : undefined
}
