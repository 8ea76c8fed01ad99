import { CommandError, asCommandError } from '../command-error.js'
import { type Document } from '../bson/value.js'
import { type Request } from './request.js'

/** MongoDB's limit for the statements of one write command. */
export const MAX_WRITE_BATCH = 100_000

/**
 * Carries out the statements of a write command one by one. An ordered command stops at the first that fails, an
 * unordered one goes on; each failure is reported with the number of its statement.
 */
export function writeBatch(
  request: Request,
  field: string,
  carryOut: (statement: Buffer, index: number) => void,
): Document[] {
  const statements = request.encodedDocuments(field)
  if (statements.length === 0 || statements.length > MAX_WRITE_BATCH) {
    throw new CommandError(
      16,
      `Write batch sizes must be between 1 and ${MAX_WRITE_BATCH}. Got ${statements.length} operations.`,
    )
  }
  const ordered = !request.has('ordered') || request.boolean('ordered')
  const errors: Document[] = []
  for (const [index, statement] of statements.entries()) {
    try {
      carryOut(statement, index)
    } catch (thrown) {
      const { code, message, extra } = asCommandError(thrown)
      errors.push({ index, code, ...extra, errmsg: message })
      if (ordered) break
    }
  }
  return errors
}

/** The reply of a write command. */
export function writeReply(result: Document, errors: readonly Document[]): Document {
  return { ...result, ...(errors.length > 0 && { writeErrors: errors }), ok: 1 }
}
