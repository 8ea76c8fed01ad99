import { Binary, Long } from 'bson'
import { CommandError } from '../command-error.js'
import { isDocument } from '../bson/value.js'
import { type Request } from '../verbs/request.js'

/** What a command says of its session. */
export interface SessionOptions {
  /** The session's id as text. */
  readonly lsid: string | undefined
  readonly txnNumber: number | undefined
  /** True when the command belongs to a transaction. */
  readonly inTransaction: boolean
  /** True when the command begins its transaction. */
  readonly starts: boolean
}

const NONE: SessionOptions = { lsid: undefined, txnNumber: undefined, inTransaction: false, starts: false }

/** Reads the fields lsid, txnNumber, autocommit and startTransaction. Throws where they do not go together. */
export function sessionOptions(request: Request): SessionOptions {
  if (!request.has('lsid') && !request.has('txnNumber') && !request.has('autocommit')) return NONE
  const lsid = request.has('lsid') ? sessionIdOf(request.get('lsid')) : undefined
  const txnNumber = txnNumberOf(request)
  const autocommit = request.get('autocommit')
  const starts = request.get('startTransaction')
  if (txnNumber !== undefined && lsid === undefined) {
    throw invalid('Transaction number requires a session ID to also be specified')
  }
  if (autocommit !== undefined && txnNumber === undefined) {
    throw invalid("'autocommit' field requires a transaction number to also be specified")
  }
  if (autocommit !== undefined && autocommit !== false) throw invalid('Specifying autocommit=true is not allowed.')
  if (starts !== undefined && autocommit === undefined) {
    throw invalid("'startTransaction' field requires 'autocommit' field to also be specified")
  }
  if (starts !== undefined && starts !== true) throw invalid('Specifying startTransaction=false is not allowed.')
  return { lsid, txnNumber, inTransaction: autocommit === false, starts: starts === true }
}

function invalid(message: string): CommandError {
  return new CommandError(72, message)
}

/** A session's id as text. Throws unless it is the document `{ id: UUID }`. */
export function sessionIdOf(lsid: unknown): string {
  const id = isDocument(lsid) ? lsid.id : undefined
  if (id instanceof Binary && id.sub_type === Binary.SUBTYPE_UUID) return id.toString('hex')
  throw new CommandError(
    14,
    "BSON field 'OperationSessionInfo.lsid' is the wrong type, expected a document { id: UUID }",
  )
}

function txnNumberOf(request: Request): number | undefined {
  const value = request.get('txnNumber')
  if (value === undefined) return undefined
  const number = value instanceof Long ? value.toNumber() : value
  if (typeof number !== 'number') {
    throw new CommandError(14, `BSON field '${request.name}.txnNumber' is the wrong type, expected type 'long'`)
  }
  if (number < 0) throw invalid('Transaction number cannot be negative')
  return number
}
