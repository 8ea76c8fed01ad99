import { CommandError, notOffered } from '../command-error.js'
import { type Document } from '../bson/value.js'
import { compileFilter } from '../query/filter.js'
import { checkHint } from '../query/plan.js'
import { projector } from '../query/projector.js'
import { search, type Search } from '../query/search.js'
import { parseSort } from '../query/sort.js'
import { type Collection } from '../store/collection.js'
import { type Command, type Server } from './command.js'
import { refuseCollation, type Request } from './request.js'

/** Reads what a find looks for. `query` and `limit` are called otherwise by count. */
export function searchOf(request: Request, server: Server): Search {
  refuseCollation(request.get('collation'))
  const query = request.document('filter') ?? {}
  return {
    filter: compileFilter(query, request.scope(server.now())),
    query,
    sort: parseSort(request.document('sort') ?? {}),
    skip: request.count('skip') ?? 0,
    limit: request.count('limit') || Infinity,
  }
}

function refuseUnoffered(request: Request): void {
  for (const name of ['tailable', 'awaitData', 'returnKey', 'showRecordId', 'min', 'max']) {
    const value = request.get(name)
    if (value !== undefined && value !== false) throw notOffered(`a find with '${name}'`)
  }
}

function* projected(collection: Collection, wanted: Search, project: (bytes: Buffer) => Buffer): Iterable<Buffer> {
  for (const record of search(collection, wanted)) yield project(collection.bytes(record))
}

const find: Command = {
  fields: (
    'find filter sort projection hint skip limit batchSize singleBatch noCursorTimeout allowPartialResults ' +
    'allowDiskUse let collation oplogReplay tailable awaitData returnKey showRecordId min max'
  ).split(' '),
  run(request, server, _connection, operation) {
    refuseUnoffered(request)
    const collection = server.databases.find(request.database, request.collection)
    const wanted = searchOf(request, server)
    const project = projector(request.exactDocument('projection') ?? {}, wanted.query, request.scope(server.now()))
    checkHint(collection, request.get('hint'))
    const documents = collection ? projected(collection, wanted, project) : []
    const batchSize = request.count('batchSize')
    const cursor = server.cursors.open(request.namespace, documents, {
      ...(batchSize !== undefined && { batchSize }),
      singleBatch: request.boolean('singleBatch'),
      neverIdle: request.boolean('noCursorTimeout'),
      owner: operation,
    })
    return { cursor, ok: 1 }
  },
}

const getMore: Command = {
  fields: ['getMore', 'collection', 'batchSize', 'term', 'lastKnownCommittedOpTime'],
  run(request, server, _connection, operation) {
    const id = request.long(request.get('getMore'), 'getMore')
    const collection = request.string('collection')
    if (collection === undefined)
      throw new CommandError(40414, "BSON field 'getMore.collection' is missing but a required field")
    const batchSize = request.count('batchSize') || Infinity
    const namespace = `${request.database}.${collection}`
    if (!server.changeStreams.has(id))
      return { cursor: server.cursors.next(id, namespace, batchSize, operation), ok: 1 }
    const patience = request.count('maxTimeMS')
    const prepare = (): void => {
      server.transactions.show(undefined)
    }
    const next = server.changeStreams.next(id, namespace, { batchSize, patience, prepare })
    return next.then((cursor) => ({ cursor, ok: 1 }))
  },
}

const killCursors: Command = {
  fields: ['killCursors', 'cursors'],
  run(request, server) {
    const ids = request.get('cursors')
    if (!Array.isArray(ids))
      throw new CommandError(14, "BSON field 'killCursors.cursors' is the wrong type, expected type 'array'")
    const cursorsKilled: unknown[] = []
    const cursorsNotFound: unknown[] = []
    for (const given of ids) {
      const id = request.long(given, 'cursors')
      if (server.cursors.kill(id) || server.changeStreams.kill(id)) cursorsKilled.push(id)
      else cursorsNotFound.push(id)
    }
    return { cursorsKilled, cursorsNotFound, cursorsAlive: [], cursorsUnknown: [], ok: 1 } satisfies Document
  },
}

/** Reading documents, batch by batch. */
export const findCommands: Readonly<Record<string, Command>> = { find, getMore, killCursors }
