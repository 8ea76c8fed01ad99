import { asCommandError, CommandError } from '../command-error.js'
import { type Document } from '../bson/value.js'
import { type Operation } from '../sessions/operation.js'
import { type StatementResult } from '../sessions/retryable-write.js'
import { WriteConflict } from '../transactions/write-conflict.js'
import { type Request } from './request.js'

/** MongoDB's limit for the statements of one write command. */
export const MAX_WRITE_BATCH = 100_000

/** What the statements of a write command did together. */
export interface BatchResult {
  n: number
  nModified: number
  readonly upserted: Document[]
  readonly errors: Document[]
  /** The numbers of statements that were carried out before, and only answered again. */
  readonly retried: number[]
}

type CarryOut = (statement: Buffer) => StatementResult

/**
 * Carries out the statements of a write command one by one. An ordered command stops at the first that fails, an
 * unordered one goes on, unless it is part of a transaction, which a failure ends; each failure is reported with the
 * number of its statement. A write that a transaction stands in the way of is a failure of the whole command.
 */
export function writeBatch(request: Request, field: string, operation: Operation, carryOut: CarryOut): BatchResult {
  const statements = statementsOf(request, field)
  const ordered = !request.has('ordered') || request.boolean('ordered')
  const numbers = operation.write ? statementNumbers(request) : undefined
  const result: BatchResult = { n: 0, nModified: 0, upserted: [], errors: [], retried: [] }
  for (const [index, statement] of statements.entries()) {
    try {
      add(result, index, numbers ? once(operation, numbers(index), statement, carryOut, result) : carryOut(statement))
    } catch (thrown) {
      if (thrown instanceof WriteConflict) throw thrown
      const { code, message, extra } = asCommandError(thrown)
      result.errors.push({ index, code, ...extra, errmsg: message })
      if (ordered || operation.transaction) break
    }
  }
  return result
}

function statementsOf(request: Request, field: string): readonly Buffer[] {
  const statements = request.encodedDocuments(field)
  if (statements.length > 0 && statements.length <= MAX_WRITE_BATCH) return statements
  throw new CommandError(
    16,
    `Write batch sizes must be between 1 and ${MAX_WRITE_BATCH}. Got ${statements.length} operations.`,
  )
}

/** The number of a statement within its retryable write: as the client says, or counted. */
function statementNumbers(request: Request): (index: number) => number {
  const given = request.get('stmtIds')
  if (Array.isArray(given)) return (index) => Number(given[index])
  const first = request.count('stmtId') ?? 0
  return (index) => first + index
}

function once(
  { write }: Operation,
  number: number,
  statement: Buffer,
  carryOut: CarryOut,
  { retried }: BatchResult,
): StatementResult {
  const known = write?.resultOf(number)
  if (known) {
    retried.push(number)
    return known
  }
  const result = carryOut(statement)
  write?.remember(number, result)
  return result
}

function add(batch: BatchResult, index: number, { n, nModified = 0, upserted }: StatementResult): void {
  batch.n += n
  batch.nModified += nModified
  if (upserted) batch.upserted.push({ index, _id: upserted.id })
}

/** The reply of a write command; `result` is what it says of its success. */
export function writeReply(result: Document, { errors, retried }: BatchResult): Document {
  return {
    ...result,
    ...(errors.length > 0 && { writeErrors: errors }),
    ...(retried.length > 0 && { retriedStmtIds: retried }),
    ok: 1,
  }
}
