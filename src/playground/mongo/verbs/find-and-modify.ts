import { CommandError } from '../command-error.js'
import { encode, type Document } from '../bson/value.js'
import { compileFilter } from '../query/filter.js'
import { checkHint } from '../query/plan.js'
import { projector } from '../query/projector.js'
import { search } from '../query/search.js'
import { parseSort } from '../query/sort.js'
import { type Collection } from '../store/collection.js'
import { arrayFiltersOf } from '../update/statement.js'
import { parseUpdate } from '../update/update.js'
import { insertUpserted, searchFor, updateRecord, type Write } from '../update/write.js'
import { EncodedDocument } from '../wire/reply.js'
import { type Command, type Server } from './command.js'
import { refuseCollation, type Request } from './request.js'

type Target = Omit<Write, 'update' | 'upsert'>

function targetOf(request: Request, server: Server): Target {
  refuseCollation(request.get('collation'))
  const query = request.document('query') ?? {}
  const filter = compileFilter(query, request.scope(server.now()))
  const encodedQuery = request.encoded('query')?.bytes ?? encode({})
  return { query, encodedQuery, filter, multi: false, sort: parseSort(request.document('sort') ?? {}) }
}

function firstRecord(collection: Collection, target: Target): number | undefined {
  const [record] = search(collection, searchFor(target))
  return record
}

/** A copy of the document, cut down to the fields asked for: the original is about to change. */
function valueOf(collection: Collection, record: number, project: (bytes: Buffer) => Buffer): EncodedDocument {
  return new EncodedDocument(Buffer.from(project(collection.bytes(record))))
}

type Project = (bytes: Buffer) => Buffer

function removeOne(collection: Collection | undefined, target: Target, project: Project): Document {
  const record = collection && firstRecord(collection, target)
  if (!collection || record === undefined) return { lastErrorObject: { n: 0 }, value: null, ok: 1 }
  const value = valueOf(collection, record, project)
  collection.remove(record)
  return { lastErrorObject: { n: 1 }, value, ok: 1 }
}

function updateOne(request: Request, server: Server, target: Target, project: Project): Document {
  const encoded = request.encoded('update')
  if (!encoded) throw new CommandError(9, 'Either an update or remove=true must be specified')
  const update = parseUpdate(encoded, arrayFiltersOf(request.get('arrayFilters')), request.scope(server.now()))
  const wantsNew = request.boolean('new')
  const upserts = request.boolean('upsert')
  const collection = upserts
    ? server.databases.open(request.database, request.collection)
    : server.databases.find(request.database, request.collection)
  const record = collection && firstRecord(collection, target)
  if (collection && record !== undefined) {
    const before = wantsNew ? undefined : valueOf(collection, record, project)
    updateRecord(collection, record, update, target.query)
    const value = before ?? valueOf(collection, record, project)
    return { lastErrorObject: { n: 1, updatedExisting: true }, value, ok: 1 }
  }
  if (!collection || !upserts) return { lastErrorObject: { n: 0, updatedExisting: false }, value: null, ok: 1 }
  const inserted = insertUpserted(collection, target.encodedQuery, update)
  const value = wantsNew ? valueOf(collection, inserted.record, project) : null
  return { lastErrorObject: { n: 1, updatedExisting: false, upserted: inserted.id }, value, ok: 1 }
}

const findAndModify: Command = {
  fields: (
    'findAndModify findandmodify query sort remove update new fields upsert bypassDocumentValidation collation ' +
    'arrayFilters hint let stmtId'
  ).split(' '),
  run(request, server, _connection, { write }) {
    if (write?.reply) return { ...write.reply, retriedStmtId: 0 }
    const reply = modify(request, server)
    if (write) write.reply = reply
    return reply
  },
}

function modify(request: Request, server: Server): Document {
  const target = targetOf(request, server)
  const project = projector(request.exactDocument('fields') ?? {}, target.query, request.scope(server.now()))
  const collection = server.databases.find(request.database, request.collection)
  checkHint(collection, request.get('hint'))
  if (!request.boolean('remove')) return updateOne(request, server, target, project)
  if (request.has('update')) throw new CommandError(9, 'Cannot specify both an update and remove=true')
  if (request.boolean('upsert')) throw new CommandError(9, 'Cannot specify both upsert=true and remove=true')
  if (request.boolean('new')) {
    throw new CommandError(
      9,
      "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document",
    )
  }
  return removeOne(collection, target, project)
}

/** Changing a document and getting it in one step. */
export const findAndModifyCommands: Readonly<Record<string, Command>> = { findAndModify, findandmodify: findAndModify }
