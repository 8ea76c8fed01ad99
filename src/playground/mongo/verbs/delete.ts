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
  fields: ['delete', 'deletes', 'ordered', 'let'],
  run(request, server) {
    const collection = server.databases.find(request.database, request.collection)
    const scope = request.scope(server.now())
    let n = 0
    const errors = writeBatch(request, 'deletes', (bytes) => {
      const statement = parseStatement(bytes, 'delete.deletes', STATEMENT_FIELDS)
      const { limit, collation, hint } = statement.fields
      refuseCollation(collation)
      if (limit !== 0 && limit !== 1) {
        throw new CommandError(9, `The limit field in delete objects must be 0 or 1. Got ${String(limit)}`)
      }
      checkHint(collection, hint)
      const query = queryOf(statement, 'delete.deletes')
      const filter = compileFilter(query, scope)
      if (!collection) return
      const wanted = { filter, query, sort: [], skip: 0, limit: limit === 1 ? 1 : Infinity }
      for (const record of search(collection, wanted)) {
        collection.remove(record)
        n++
      }
    })
    return writeReply({ n }, errors)
  },
}

/** Removing documents. */
export const deleteCommands: Readonly<Record<string, Command>> = { delete: remove }
