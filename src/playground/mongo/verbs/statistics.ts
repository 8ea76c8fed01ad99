import { hostname } from 'node:os'
import { CommandError, notOffered } from '../command-error.js'
import { isDocument, type Document } from '../bson/value.js'
import { type Collection } from '../store/collection.js'
import { type Command, type Server } from './command.js'
import { type Request } from './request.js'

function statisticsOf(collection: Collection | undefined): Document {
  const count = collection?.count ?? 0
  const size = collection?.size ?? 0
  const avgObjSize = count > 0 ? { avgObjSize: Math.floor(size / count) } : {}
  const nindexes = collection?.listIndexes().length ?? 0
  return { count, size, ...avgObjSize, storageSize: size, nindexes, capped: false }
}

const collStats: Command = {
  fields: ['collStats', 'collstats', 'scale'],
  run(request, server) {
    const collection = server.databases.find(request.database, request.collection)
    return { ns: request.namespace, ...statisticsOf(collection), ok: 1 }
  },
}

/** The one document of `$collStats`, with which what the shell's `db.collection.stats()` asks for begins. */
export function collectionStatistics(request: Request, server: Server, first: Document): Document {
  const wanted = first.$collStats
  if (!isDocument(wanted)) throw new CommandError(5447000, '$collStats must take a nested object')
  const lacking = Object.keys(wanted).find((name) => name !== 'storageStats' && name !== 'count')
  if (lacking !== undefined) throw notOffered(`$collStats with '${lacking}'`)
  const collection = server.databases.find(request.database, request.collection)
  if (!collection) throw new CommandError(26, `Collection [${request.namespace}] not found.`)
  const storageStats = statisticsOf(collection)
  const head = { ns: request.namespace, host: hostname(), localTime: new Date(server.now()) }
  const count = 'count' in wanted ? { count: collection.count } : {}
  return { ...head, ...('storageStats' in wanted ? { storageStats } : {}), ...count }
}

/** Indexes are made from the documents alone: there is nothing that could contradict them. */
const validate: Command = {
  fields: ['validate', 'full', 'background', 'metadata', 'checkBSONConformance'],
  run(request, server) {
    const collection = server.databases.find(request.database, request.collection)
    if (!collection) {
      throw new CommandError(26, `Collection '${request.namespace}' does not exist to validate.`)
    }
    const indexes = collection.listIndexes()
    return {
      ns: request.namespace,
      nInvalidDocuments: 0,
      nrecords: collection.count,
      nIndexes: indexes.length,
      valid: true,
      repaired: false,
      warnings: [],
      errors: [],
      ok: 1,
    }
  },
}

/** What is told of collections by the numbers. */
export const statisticsCommands: Readonly<Record<string, Command>> = { collStats, collstats: collStats, validate }
