import { type CommandError } from '../command-error.js'
import { type Document } from '../bson/value.js'
import { type Request } from './request.js'

/** Codes of failures that go away by themselves, as when the primary changes: a write that had one may be sent again. */
const RETRYABLE = new Set([6, 7, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436])
/** WriteConflict, LockTimeout, SnapshotUnavailable, NoSuchTransaction. */
const TRANSIENT = new Set([112, 24, 246, 251])

/** What drivers go by when they decide to send a write, or a whole transaction, again. */
export function errorLabels(request: Request, code: number): string[] {
  const isEnding = request.name === 'commitTransaction' || request.name === 'abortTransaction'
  if (!request.has('txnNumber')) return []
  if (!request.has('autocommit') || isEnding) {
    if (RETRYABLE.has(code)) return ['RetryableWriteError']
    return TRANSIENT.has(code) && request.has('autocommit') ? ['TransientTransactionError'] : []
  }
  return TRANSIENT.has(code) || RETRYABLE.has(code) ? ['TransientTransactionError'] : []
}

/** The reply of a command that failed. */
export function errorReply(request: Request, error: CommandError): Document {
  const labels = errorLabels(request, error.code)
  return { ...error.reply(), ...(labels.length > 0 && { errorLabels: labels }) }
}
