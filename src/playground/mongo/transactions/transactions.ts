import { type Answered, type Change } from '../store/change-log.js'
import { type Collection } from '../store/collection.js'
import { type Databases } from '../store/databases.js'
import { type WriteGuard } from '../store/write-guard.js'
import { Transaction } from './transaction.js'
import { WriteConflict } from './write-conflict.js'

/** MongoDB's transactionLifetimeLimitSeconds, in milliseconds. */
export const LIFETIME_MS = 60_000

/**
 * The open transactions. Commands run one after the other, so a command of a transaction has the whole store put into
 * what the transaction sees; it stays so until somebody else's command comes.
 */
export class Transactions implements WriteGuard {
  readonly #databases: Databases
  readonly #now: () => number
  readonly #open = new Set<Transaction>()
  #shown: Transaction | undefined
  /** Batches of changes that were counted while transactions were open. */
  #batches = 0
  /** In which batch a unique key was last written, since the oldest open transaction began. */
  readonly #keys = new Map<string, number>()
  #detach = (): void => undefined

  constructor(databases: Databases, now: () => number) {
    this.#databases = databases
    this.#now = now
  }

  begin(): Transaction {
    if (this.#open.size === 0) this.#watch()
    const transaction = new Transaction(this.#batches, this.#now() + LIFETIME_MS)
    this.#open.add(transaction)
    return transaction
  }

  /** Puts the store into what a transaction sees, or into what everybody sees. */
  show(transaction: Transaction | undefined): void {
    if (this.#shown === transaction) return
    this.#leave()
    if (!transaction) return
    for (const collection of transaction.made) this.#databases.attach(collection)
    transaction.exchange()
    this.#shown = transaction
  }

  #leave(): void {
    const transaction = this.#shown
    this.#shown = undefined
    if (!transaction) return
    transaction.exchange()
    for (const collection of transaction.made) this.#databases.detach(collection)
  }

  /** Takes what the command of a transaction has changed out of the log: nobody else is to know yet. */
  absorb(transaction: Transaction): void {
    transaction.absorb(this.#databases.log.take())
  }

  /** Makes a transaction's changes everybody's, as one batch. What acknowledges it waits for the promise. */
  commit(transaction: Transaction, answered: Answered | undefined): Promise<void> | undefined {
    this.show(undefined)
    this.#close(transaction)
    for (const collection of transaction.made) this.#databases.attach(collection)
    transaction.exchange(true)
    transaction.end('committed')
    return this.#databases.log.publish(transaction.changes, answered)
  }

  /** Forgets a transaction's changes. */
  abort(transaction: Transaction): void {
    if (transaction.state !== 'open') return
    this.show(undefined)
    this.#close(transaction)
    transaction.end('aborted')
  }

  /** Aborts the transactions that have had their time. */
  expire(): void {
    if (this.#open.size === 0) return
    const now = this.#now()
    for (const transaction of this.#open) if (transaction.expiresAt <= now) this.abort(transaction)
  }

  #close(transaction: Transaction): void {
    this.#open.delete(transaction)
    if (this.#open.size > 0) return
    this.#detach()
    this.#keys.clear()
    this.#databases.log.beforeNeeded--
    this.#databases.log.guard = undefined
  }

  #watch(): void {
    const { log } = this.#databases
    log.beforeNeeded++
    log.guard = this
    this.#detach = log.attach((batch) => {
      this.#observe(batch)
      return undefined
    })
  }

  #observe(batch: readonly Change[]): void {
    this.#batches++
    for (const transaction of this.#open) transaction.observe(batch)
    for (const change of batch) {
      if ('record' in change) for (const key of change.keys) this.#keys.set(key, this.#batches)
    }
  }

  get isInside(): boolean {
    return this.#shown !== undefined
  }

  holds(collection: Collection, record: number): boolean {
    for (const transaction of this.#open) if (transaction.owns(collection, record)) return true
    return false
  }

  admit(collection: Collection, record: number, keys: readonly string[]): void {
    const shown = this.#shown
    if (shown?.isOutdated(collection, record)) throw new WriteConflict()
    for (const other of this.#open) {
      if (other === shown) continue
      if (other.owns(collection, record) || keys.some((key) => other.keys.has(key))) throw new WriteConflict(other)
    }
    if (shown && keys.some((key) => (this.#keys.get(key) ?? 0) > shown.since)) throw new WriteConflict()
  }

  admitCatalog(namespace: string): void {
    for (const other of this.#open) {
      if (other !== this.#shown && other.touched.has(namespace)) throw new WriteConflict(other)
    }
  }
}
