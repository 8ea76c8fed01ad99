import { CommandError } from '../command-error.js'
import { isDocument } from '../bson/value.js'
import { compileFilter } from '../query/filter.js'
import { checkHint } from '../query/plan.js'
import { type Scope } from '../query/language.js'
import { parseSort } from '../query/sort.js'
import { type StatementResult } from '../sessions/retryable-write.js'
import { arrayFiltersOf, parseStatement, queryOf, refuseConstants, type Statement } from '../update/statement.js'
import { parseUpdate } from '../update/update.js'
import { writeUpdate, type Outcome, type Write } from '../update/write.js'
import { type Command } from './command.js'
import { refuseCollation } from './request.js'
import { writeBatch, writeReply } from './write-batch.js'

const STATEMENT_FIELDS = new Set(['q', 'u', 'c', 'multi', 'upsert', 'collation', 'arrayFilters', 'hint', 'sort'])

function writeOf(statement: Statement, scope: Scope): Write {
  const { fields, encodedQuery, update } = statement
  refuseCollation(fields.collation)
  refuseConstants(statement)
  if (!update) throw new CommandError(40414, "BSON field 'update.updates.u' is missing but a required field")
  const query = queryOf(statement, 'update.updates')
  const parsed = parseUpdate(update, arrayFiltersOf(fields.arrayFilters), scope)
  const multi = fields.multi === true
  if (multi && parsed.kind === 'replacement') {
    throw new CommandError(9, 'multi update is not supported for replacement-style update')
  }
  const sort = isDocument(fields.sort) ? parseSort(fields.sort) : []
  const filter = compileFilter(query, scope)
  return { query, encodedQuery, filter, update: parsed, multi, upsert: fields.upsert === true, sort }
}

function resultOf({ matched, modified, upserted }: Outcome): StatementResult {
  return upserted ? { n: matched + 1, nModified: modified, upserted } : { n: matched, nModified: modified }
}

const update: Command = {
  fields: ['update', 'updates', 'ordered', 'bypassDocumentValidation', 'let', 'stmtId', 'stmtIds'],
  run(request, server, _connection, operation) {
    const { database, collection: name } = request
    const scope = request.scope(server.now())
    const result = writeBatch(request, 'updates', operation, (bytes) => {
      const statement = parseStatement(bytes, 'update.updates', STATEMENT_FIELDS)
      const write = writeOf(statement, scope)
      if (operation.write && write.multi) {
        throw new CommandError(72, 'Cannot use (or request) retryable writes with multi=true')
      }
      const collection = write.upsert ? server.databases.open(database, name) : server.databases.find(database, name)
      checkHint(collection, statement.fields.hint)
      return collection ? resultOf(writeUpdate(collection, write)) : { n: 0 }
    })
    const { n, nModified, upserted } = result
    return writeReply({ n, ...(upserted.length > 0 && { upserted }), nModified }, result)
  },
}

/** Changing documents. */
export const updateCommands: Readonly<Record<string, Command>> = { update }
