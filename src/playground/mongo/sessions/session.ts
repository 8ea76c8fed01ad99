import { CommandError } from '../command-error.js'
import { type Transaction } from '../transactions/transaction.js'
import { type Transactions } from '../transactions/transactions.js'
import { RetryableWrite } from './retryable-write.js'

/**
 * A logical session: at any time its newest transaction number stands for one retryable write or for one transaction.
 * Errors carry MongoDB's codes; `TransientTransactionError` is added where they are answered.
 */
export class Session {
  #txnNumber = -1
  #transaction: Transaction | undefined
  #write: RetryableWrite | undefined
  readonly #transactions: Transactions

  constructor(
    readonly id: string,
    public lastUsed: number,
    transactions: Transactions,
  ) {
    this.#transactions = transactions
  }

  /** The retryable write of this number, begun or repeated. */
  retryableWrite(txnNumber: number): RetryableWrite {
    this.#assertNotOld(txnNumber)
    if (txnNumber > this.#txnNumber) {
      this.#moveTo(txnNumber)
      this.#write = new RetryableWrite()
    }
    if (this.#write) return this.#write
    throw new CommandError(
      217,
      `Cannot retry a retryable write that has been converted into a transaction with txnNumber ${txnNumber}`,
    )
  }

  /** Begins a transaction; an older one of the session that is open is aborted. */
  begin(txnNumber: number): Transaction {
    this.#assertNotOld(txnNumber)
    if (txnNumber === this.#txnNumber) {
      throw new CommandError(
        117,
        'Only servers in a sharded cluster can start a new transaction at the active transaction number',
      )
    }
    this.#moveTo(txnNumber)
    return (this.#transaction = this.#transactions.begin())
  }

  /** The transaction of this number that was begun before, in whatever state it is. */
  transactionOf(txnNumber: number): Transaction {
    this.#assertNotOld(txnNumber)
    if (txnNumber === this.#txnNumber && this.#transaction) return this.#transaction
    throw new CommandError(
      251,
      `Given transaction number ${txnNumber} does not match any in-progress transactions. The active transaction number is ${this.#txnNumber}`,
    )
  }

  /** Aborts the session's transaction, if it has one that is open. */
  end(): void {
    if (this.#transaction) this.#transactions.abort(this.#transaction)
  }

  #moveTo(txnNumber: number): void {
    this.end()
    this.#txnNumber = txnNumber
    this.#transaction = undefined
    this.#write = undefined
  }

  #assertNotOld(txnNumber: number): void {
    if (txnNumber >= this.#txnNumber) return
    throw new CommandError(
      225,
      `Cannot start transaction ${txnNumber} on session ${this.id} because a newer transaction ${this.#txnNumber} has already started.`,
    )
  }
}
