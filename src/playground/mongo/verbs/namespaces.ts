import { CommandError, notOffered } from '../command-error.js'
import { encode, type Document } from '../bson/value.js'
import { compileFilter } from '../query/filter.js'
import { type Collection } from '../store/collection.js'
import { ID_INDEX } from '../store/index-spec.js'
import { type Command, type Server } from './command.js'

/** As in MongoDB 7, a collection that is there already is no error: it has the options that are asked for, none. */
const create: Command = {
  fields: (
    'create capped autoIndexId idIndex size max storageEngine validator validationLevel validationAction ' +
    'indexOptionDefaults viewOn pipeline collation changeStreamPreAndPostImages timeseries clusteredIndex ' +
    'expireAfterSeconds encryptedFields'
  ).split(' '),
  run(request, server) {
    const lacking = ['capped', 'validator', 'viewOn', 'collation', 'timeseries', 'clusteredIndex', 'encryptedFields']
    const asked = lacking.find((name) => request.get(name) !== undefined && request.get(name) !== false)
    if (asked !== undefined) throw notOffered(`a collection with the option '${asked}'`)
    server.databases.open(request.database, request.collection)
    return { ok: 1 }
  },
}

const drop: Command = {
  fields: ['drop'],
  run(request, server) {
    const collection = server.databases.find(request.database, request.collection)
    if (!collection) return { ok: 1 }
    server.databases.drop(request.database, request.collection)
    server.cursors.killAll((namespace) => namespace === request.namespace)
    return { nIndexesWas: collection.listIndexes().length, ns: request.namespace, ok: 1 }
  },
}

const dropDatabase: Command = {
  fields: ['dropDatabase'],
  run(request, server) {
    const { database } = request
    const dropped = server.databases.dropDatabase(database)
    server.cursors.killAll((namespace) => namespace.startsWith(`${database}.`))
    return dropped ? { dropped: database, ok: 1 } : { ok: 1 }
  },
}

function described(name: string, collection: Collection, nameOnly: boolean): Document {
  const brief = { name, type: 'collection' }
  if (nameOnly) return brief
  return { ...brief, options: {}, info: { readOnly: false, uuid: collection.uuid }, idIndex: ID_INDEX }
}

const listCollections: Command = {
  fields: ['listCollections', 'filter', 'nameOnly', 'authorizedCollections', 'cursor'],
  run(request, server) {
    const filter = compileFilter(request.document('filter') ?? {}, request.scope(server.now()))
    const found = server.databases
      .collections(request.database)
      .filter(([name, collection]) => filter.matches(described(name, collection, false)))
      .map(([name, collection]) => encode(described(name, collection, request.boolean('nameOnly'))))
    return { cursor: server.cursors.open(`${request.database}.$cmd.listCollections`, found), ok: 1 }
  },
}

function sizeOf(server: Server, database: string): number {
  return server.databases.collections(database).reduce((sum, [, collection]) => sum + collection.size, 0)
}

const listDatabases: Command = {
  fields: ['listDatabases', 'filter', 'nameOnly', 'authorizedDatabases'],
  run(request, server) {
    if (request.database !== 'admin') {
      throw new CommandError(13, 'listDatabases may only be run against the admin database.')
    }
    const filter = compileFilter(request.document('filter') ?? {}, request.scope(server.now()))
    const databases = server.databases
      .names()
      .map((name): Document => ({ name, sizeOnDisk: sizeOf(server, name), empty: false }))
      .filter((database) => filter.matches(database))
    if (request.boolean('nameOnly')) return { databases: databases.map(({ name }) => ({ name })), ok: 1 }
    const totalSize = databases.reduce((sum, { sizeOnDisk }) => sum + Number(sizeOnDisk), 0)
    return { databases, totalSize, totalSizeMb: Math.floor(totalSize / 1024 / 1024), ok: 1 }
  },
}

/** Collections and databases. */
export const namespaceCommands: Readonly<Record<string, Command>> = {
  create,
  drop,
  dropDatabase,
  listCollections,
  listDatabases,
}
