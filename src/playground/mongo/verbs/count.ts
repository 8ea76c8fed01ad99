import { CommandError } from '../command-error.js'
import { valueKey } from '../bson/value-key.js'
import { readTypedFields, type Document } from '../bson/value.js'
import { compileFilter } from '../query/filter.js'
import { valuesAt } from '../query/path.js'
import { checkHint } from '../query/plan.js'
import { search, type Search } from '../query/search.js'
import { type Collection } from '../store/collection.js'
import { type Command, type Server } from './command.js'
import { refuseCollation, type Request } from './request.js'

function searchOf(request: Request, server: Server): Search {
  refuseCollation(request.get('collation'))
  const query = request.document('query') ?? {}
  const limit = request.get('limit')
  return {
    filter: compileFilter(query, request.scope(server.now())),
    query,
    sort: [],
    skip: request.count('skip') ?? 0,
    limit: typeof limit === 'number' && limit !== 0 ? Math.abs(limit) : Infinity,
  }
}

function countOf(collection: Collection, wanted: Search): number {
  if (Object.keys(wanted.query).length === 0) {
    return Math.min(Math.max(collection.count - wanted.skip, 0), wanted.limit)
  }
  let count = 0
  for (const record of search(collection, wanted)) if (record >= 0) count++
  return count
}

const count: Command = {
  fields: ['count', 'query', 'limit', 'skip', 'hint', 'collation', 'fields'],
  run(request, server) {
    const collection = server.databases.find(request.database, request.collection)
    const wanted = searchOf(request, server)
    checkHint(collection, request.get('hint'))
    return { n: collection ? countOf(collection, wanted) : 0, ok: 1 }
  },
}

function distinctValues(collection: Collection, wanted: Search, path: readonly string[]): unknown[] {
  const values = new Map<string, unknown>()
  const fields = new Set(path.slice(0, 1))
  for (const record of search(collection, wanted)) {
    for (const value of valuesAt(readTypedFields(collection.bytes(record), fields), path)) {
      const key = valueKey(value)
      if (!values.has(key)) values.set(key, value)
    }
  }
  return [...values.values()]
}

const distinct: Command = {
  fields: ['distinct', 'key', 'query', 'collation', 'hint'],
  run(request, server): Document {
    const key = request.string('key')
    if (key === undefined) throw new CommandError(40414, "BSON field 'distinct.key' is missing but a required field")
    const collection = server.databases.find(request.database, request.collection)
    const wanted = searchOf(request, server)
    checkHint(collection, request.get('hint'))
    return { values: collection ? distinctValues(collection, wanted, key.split('.')) : [], ok: 1 }
  },
}

/** Counting documents and values. */
export const countCommands: Readonly<Record<string, Command>> = { count, distinct }
