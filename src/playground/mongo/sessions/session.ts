import { CommandError } from '../command-error.js'
import { type Answered } from '../store/change-log.js'
import { Transaction } from '../transactions/transaction.js'
import { type Transactions } from '../transactions/transactions.js'
import { type AnsweredSession, encodeAnswered } from './kept-session.js'
import { RetryableWrite } from './retryable-write.js'

/**
 * A logical session: at any time its newest transaction number stands for one retryable write or for one transaction.
 * Errors carry MongoDB's codes; `TransientTransactionError` is added where they are answered.
 */
export class Session implements Answered {
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

  /** `encodeAnswered`; undefined when it was answered nothing that could be asked for again. */
  kept(): Buffer | undefined {
    const [write, txnNumber] = [this.#write, this.#txnNumber]
    if (!write && this.#transaction?.state !== 'committed') return undefined
    return encodeAnswered({ id: this.id, lastUsed: this.lastUsed, txnNumber, write })
  }

  /** Takes in what it was answered before a restart, unless it was answered something newer. */
  restore({ txnNumber, write }: AnsweredSession): void {
    if (txnNumber < this.#txnNumber) return
    this.#moveTo(txnNumber)
    this.#write = write
    if (!write) this.#transaction = committedBefore()
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

function committedBefore(): Transaction {
  const transaction = new Transaction(0, 0)
  transaction.end('committed')
  return transaction
}
