import { CommandError } from '../command-error.js'
import { compileFilter } from '../query/filter.js'
import { checkHint } from '../query/plan.js'
import { search } from '../query/search.js'
import { parseStatement, queryOf } from '../update/statement.js'
import { type Command } from './command.js'
import { refuseCollation } from './request.js'
import { writeBatch, writeReply } from './write-batch.js'

const STATEMENT_FIELDS = new Set(['q', 'limit', 'collation', 'hint'])

const remove: Command = {
  fields: ['delete', 'deletes', 'ordered', 'let', 'stmtId', 'stmtIds'],
  run(request, server, _connection, operation) {
    const collection = server.databases.find(request.database, request.collection)
    const scope = request.scope(server.now())
    const result = writeBatch(request, 'deletes', operation, (bytes) => {
      const statement = parseStatement(bytes, 'delete.deletes', STATEMENT_FIELDS)
      const { limit, collation, hint } = statement.fields
      refuseCollation(collation)
      if (limit !== 0 && limit !== 1) {
        throw new CommandError(9, `The limit field in delete objects must be 0 or 1. Got ${String(limit)}`)
      }
      if (operation.write && limit === 0) {
        throw new CommandError(72, 'Cannot use (or request) retryable writes with limit=0')
      }
      checkHint(collection, hint)
      const query = queryOf(statement, 'delete.deletes')
      const filter = compileFilter(query, scope)
      let n = 0
      if (!collection) return { n }
      const wanted = { filter, query, sort: [], skip: 0, limit: limit === 1 ? 1 : Infinity }
      for (const record of search(collection, wanted)) {
        collection.remove(record)
        n++
      }
      return { n }
    })
    return writeReply({ n: result.n }, result)
  },
}

/** Removing documents. */
export const deleteCommands: Readonly<Record<string, Command>> = { delete: remove }
