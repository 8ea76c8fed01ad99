import { hostname } from 'node:os'
import { CommandError, notOffered } from '../command-error.js'
import { isDocument, type Document } from '../bson/value.js'
import { type Collection } from '../store/collection.js'
import { type Command, type Server } from './command.js'
import { type Request } from './request.js'

/** Sizes are those of the documents, in units of `scale` bytes; the indexes' is not measured, and told as 0. */
function statisticsOf(collection: Collection | undefined, scale = 1): Document {
  const count = collection?.count ?? 0
  const bytes = collection?.size ?? 0
  const size = Math.floor(bytes / scale)
  const avgObjSize = count > 0 ? { avgObjSize: Math.floor(bytes / count) } : {}
  const names = (collection?.listIndexes() ?? []).map(({ name }) => name)
  return {
    size,
    count,
    ...avgObjSize,
    storageSize: size,
    freeStorageSize: 0,
    capped: false,
    nindexes: names.length,
    indexBuilds: [],
    totalIndexSize: 0,
    totalSize: size,
    indexSizes: Object.fromEntries(names.map((name) => [name, 0])),
    scaleFactor: scale,
  }
}

/** The bytes in a unit of a reply's sizes. */
function scaleOf(request: Request): number {
  const scale = request.get('scale') ?? 1
  if (typeof scale !== 'number') throw new CommandError(14, `BSON field '${request.name}.scale' is no number`)
  if (scale < 1) throw new CommandError(51024, `BSON field 'scale' value must be >= 1, actual value '${scale}'`)
  return Math.trunc(scale)
}

const collStats: Command = {
  fields: ['collStats', 'collstats', 'scale'],
  run(request, server) {
    const collection = server.databases.find(request.database, request.collection)
    return { ns: request.namespace, ...statisticsOf(collection, scaleOf(request)), ok: 1 }
  },
}

const dbStats: Command = {
  fields: ['dbStats', 'dbstats', 'scale', 'freeStorage'],
  run(request, server) {
    const collections = server.databases.collections(request.database).map(([, collection]) => collection)
    const sum = (of: (collection: Collection) => number): number =>
      collections.reduce((total, collection) => total + of(collection), 0)
    const scale = scaleOf(request)
    const [objects, bytes] = [sum(({ count }) => count), sum(({ size }) => size)]
    const dataSize = Math.floor(bytes / scale)
    return {
      db: request.database,
      collections: collections.length,
      views: 0,
      objects,
      avgObjSize: objects > 0 ? bytes / objects : 0,
      dataSize,
      storageSize: dataSize,
      indexes: sum((collection) => collection.listIndexes().length),
      indexSize: 0,
      totalSize: dataSize,
      scaleFactor: scale,
      ok: 1,
    }
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
export const statisticsCommands: Readonly<Record<string, Command>> = {
  collStats,
  collstats: collStats,
  dbStats,
  dbstats: dbStats,
  validate,
}
