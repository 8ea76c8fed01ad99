import { CommandError } from '../command-error.js'
import { isDocument } from '../bson/value.js'
import { type Transaction } from '../transactions/transaction.js'
import { type Request } from '../verbs/request.js'
import { type RetryableWrite } from './retryable-write.js'
import { sessionOptions, type SessionOptions } from './session-options.js'
import { type Session } from './session.js'
import { type Sessions } from './sessions.js'

/** What a running command is part of. */
export interface Operation {
  readonly session: Session | undefined
  /** The transaction, which is open. */
  readonly transaction: Transaction | undefined
  /** The retryable write. */
  readonly write: RetryableWrite | undefined
}

const ENDINGS = new Set(['commitTransaction', 'abortTransaction'])

const IN_TRANSACTIONS = new Set(
  (
    'find getMore killCursors insert update delete findAndModify findandmodify aggregate distinct create ' +
    'createIndexes commitTransaction abortTransaction'
  ).split(' '),
)

const RETRYABLE = new Set(['insert', 'update', 'delete', 'findAndModify', 'findandmodify', ...ENDINGS])

/** What a command is part of, by what it says of its session. Throws what MongoDB throws when that cannot be. */
export function operationOf(request: Request, sessions: Sessions): Operation {
  const options = sessionOptions(request)
  checkOptions(request, options)
  const session = options.lsid === undefined ? undefined : sessions.use(options.lsid)
  const { txnNumber, inTransaction, starts } = options
  if (!session || txnNumber === undefined) return { session, transaction: undefined, write: undefined }
  if (!inTransaction) return { session, transaction: undefined, write: session.retryableWrite(txnNumber) }
  const transaction = starts ? session.begin(txnNumber) : session.transactionOf(txnNumber)
  if (!ENDINGS.has(request.name)) assertOpen(transaction, txnNumber)
  return { session, transaction, write: undefined }
}

function assertOpen({ state }: Transaction, txnNumber: number): void {
  if (state === 'aborted') throw noSuchTransaction(txnNumber)
  if (state === 'committed') {
    throw new CommandError(256, `Transaction with { txnNumber: ${txnNumber} } has been committed.`)
  }
}

/** The error for a transaction that was aborted. */
export function noSuchTransaction(txnNumber: number): CommandError {
  return new CommandError(251, `Transaction with { txnNumber: ${txnNumber} } has been aborted.`)
}

function checkOptions(request: Request, { txnNumber, inTransaction, starts }: SessionOptions): void {
  const { name } = request
  if (txnNumber === undefined) {
    if (ENDINGS.has(name)) throw new CommandError(125, `${name} must be run within a transaction`)
    return
  }
  if (!inTransaction) checkRetryable(name)
  else checkTransactional(request, starts)
}

function checkRetryable(name: string): void {
  if (ENDINGS.has(name)) {
    throw new CommandError(50768, `${name} may only be run with autocommit: false`)
  }
  if (RETRYABLE.has(name)) return
  throw new CommandError(
    50768,
    'txnNumber may only be provided for multi-document transactions and retryable write commands. ' +
      `autocommit:false was not provided, and ${name} is not a retryable write command.`,
  )
}

function checkTransactional(request: Request, starts: boolean): void {
  const { name } = request
  if (name === 'count') {
    throw notInTransaction(
      "Cannot run 'count' in a multi-document transaction. Please see http://dochub.mongodb.org/core/transaction-count for a recommended alternative.",
    )
  }
  if (!IN_TRANSACTIONS.has(name)) throw notInTransaction(`Cannot run '${name}' in a multi-document transaction.`)
  if (starts && (name === 'killCursors' || ENDINGS.has(name))) {
    throw notInTransaction(`Cannot run ${name} as the first operation in a multi-document transaction.`)
  }
  if (ENDINGS.has(name)) return
  const { database } = request
  if (database === 'admin' || database === 'config' || database === 'local') {
    throw notInTransaction(`Cannot run command against the '${database}' database in a transaction.`)
  }
  checkConcerns(request, starts)
}

function checkConcerns(request: Request, starts: boolean): void {
  if (request.has('writeConcern')) {
    throw new CommandError(72, 'writeConcern is not allowed within a multi-statement transaction')
  }
  const readConcern = request.get('readConcern')
  if (readConcern === undefined) return
  if (!starts) throw new CommandError(72, 'Only the first command in a transaction may specify a readConcern')
  const level = isDocument(readConcern) ? readConcern.level : undefined
  if (level === undefined || level === 'local' || level === 'majority' || level === 'snapshot') return
  throw new CommandError(
    72,
    "The readConcern level must be either 'local' (default), 'majority' or 'snapshot' in order to run in a transaction",
  )
}

/** The error for what a transaction cannot do. */
export function notInTransaction(message: string): CommandError {
  return new CommandError(263, message)
}
