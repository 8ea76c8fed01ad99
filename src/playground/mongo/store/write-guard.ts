import { type Collection } from './collection.js'

/**
 * Stands before every write of documents and collections while transactions are open. Each method throws WriteConflict
 * when a transaction stands in the way of the command that runs.
 */
export interface WriteGuard {
  /** Before a document is written: its record (-1 for a new one), and the unique keys that it has from now on. */
  admit(collection: Collection, record: number, keys: readonly string[]): void
  /** Before a collection or its indexes are made, changed or dropped. */
  admitCatalog(namespace: string): void
  /** Whether a transaction has written to this document. */
  holds(collection: Collection, record: number): boolean
  /** True while the store shows what a transaction sees. */
  readonly isInside: boolean
}
