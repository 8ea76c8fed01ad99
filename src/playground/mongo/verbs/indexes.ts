import { CommandError } from '../command-error.js'
import { compareValues } from '../bson/order.js'
import { encode, isDocument, type Document } from '../bson/value.js'
import { compileFilter } from '../query/filter.js'
import { type Collection } from '../store/collection.js'
import { notInTransaction } from '../sessions/operation.js'
import { findSameIndex, isIdIndex, parseIndexSpec, type IndexSpec } from '../store/index-spec.js'
import { EVERYTHING, type Cover } from '../store/record-index.js'
import { type Command, type Server } from './command.js'
import { type Request } from './request.js'

/** Which documents an index takes in. */
export function coverOf({ partialFilter }: IndexSpec): Cover {
  if (!partialFilter) return EVERYTHING
  const filter = compileFilter(partialFilter)
  if (!filter.fields) throw new CommandError(67, 'unsupported expression in partial index')
  return { fields: filter.fields, matches: (document) => filter.matches(document) }
}

/** The indexes that are not there yet. Throws for one that contradicts another, or that is asked for twice (68). */
function missing(collection: Collection, specs: readonly IndexSpec[]): IndexSpec[] {
  const present = collection.indexes.map(({ spec }) => spec)
  const fresh: IndexSpec[] = []
  for (const spec of specs) {
    if (isIdIndex(spec) || findSameIndex(present, spec)) continue
    if (findSameIndex(fresh, spec)) throw new CommandError(68, `Identical index already exists: ${spec.name}`)
    fresh.push(spec)
  }
  return fresh
}

/** Builds all indexes or none. */
function createAll(collection: Collection, specs: readonly IndexSpec[]): void {
  const made = new Set<string>()
  try {
    for (const spec of missing(collection, specs)) {
      collection.createIndex(spec, coverOf(spec))
      made.add(spec.name)
    }
  } catch (error) {
    collection.dropIndexes(({ name }) => made.has(name))
    throw error
  }
}

const createIndexes: Command = {
  fields: ['createIndexes', 'indexes', 'commitQuorum', 'ignoreUnknownIndexOptions'],
  run(request, server, _connection, operation) {
    const specs = request.documents('indexes').map(parseIndexSpec)
    if (specs.length === 0) throw new CommandError(2, 'Must specify at least one index to create')
    const existed = server.databases.find(request.database, request.collection) !== undefined
    const collection = server.databases.open(request.database, request.collection)
    const numIndexesBefore = collection.listIndexes().length
    if (operation.transaction && !operation.transaction.made.has(collection)) {
      throw notInTransaction(
        `Cannot create new indexes on existing collection ${request.namespace} in a multi-document transaction.`,
      )
    }
    try {
      createAll(collection, specs)
    } catch (error) {
      if (!existed) server.databases.drop(request.database, request.collection)
      throw error
    }
    const numIndexesAfter = collection.listIndexes().length
    const note = numIndexesAfter === numIndexesBefore ? { note: 'all indexes already exist' } : {}
    return { numIndexesBefore, numIndexesAfter, createdCollectionAutomatically: !existed, ...note, ok: 1 }
  },
}

function existing(request: Request, server: Server, complaint: string): Collection {
  const collection = server.databases.find(request.database, request.collection)
  if (!collection) throw new CommandError(26, `${complaint}${request.namespace}`)
  return collection
}

const listIndexes: Command = {
  fields: ['listIndexes', 'cursor'],
  run(request, server) {
    const indexes = existing(request, server, 'ns does not exist: ').listIndexes()
    return { cursor: server.cursors.open(request.namespace, indexes.map(encode)), ok: 1 }
  },
}

/** Which indexes a dropIndexes means: by name, by key, several by name, or all but that on `_id`. */
function dropMatcher(collection: Collection, wanted: unknown): (spec: IndexSpec) => boolean {
  if (wanted === '*') return () => true
  const names: unknown[] = Array.isArray(wanted) ? wanted : [wanted]
  for (const name of names) assertDroppable(collection, name)
  return (spec) => names.some((name) => means(spec.listed, name))
}

function means(listed: Document, name: unknown): boolean {
  return listed.name === name || (isDocument(name) && compareValues(listed.key, name) === 0)
}

function assertDroppable(collection: Collection, name: unknown): void {
  const found = collection.listIndexes().find((listed) => means(listed, name))
  if (found?.name === '_id_') throw new CommandError(72, 'cannot drop _id index')
  if (found) return
  if (isDocument(name)) throw new CommandError(27, `can't find index with key: ${JSON.stringify(name)}`)
  throw new CommandError(27, `index not found with name [${String(name)}]`)
}

const dropIndexes: Command = {
  fields: ['dropIndexes', 'deleteIndexes', 'index'],
  run(request, server) {
    const collection = existing(request, server, 'ns not found ')
    const nIndexesWas = collection.listIndexes().length
    collection.dropIndexes(dropMatcher(collection, request.get('index')))
    return { nIndexesWas, ok: 1 }
  },
}

/** Indexes. */
export const indexCommands: Readonly<Record<string, Command>> = {
  createIndexes,
  listIndexes,
  dropIndexes,
  deleteIndexes: dropIndexes,
}
