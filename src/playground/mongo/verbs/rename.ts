import { CommandError } from '../command-error.js'
import { type Collection } from '../store/collection.js'
import { type Command } from './command.js'
import { coverOf } from './indexes.js'
import { type Request } from './request.js'

interface Namespace {
  readonly database: string
  readonly name: string
}

function namespaceOf(request: Request, field: string): Namespace {
  const namespace = request.string(field) ?? ''
  const dot = namespace.indexOf('.')
  if (dot > 0) return { database: namespace.slice(0, dot), name: namespace.slice(dot + 1) }
  throw new CommandError(73, `Invalid namespace specified '${namespace}'`)
}

/** Copies documents, in their natural order, and indexes. What is read from the old collection stays as it was. */
function copyInto(target: Collection, source: Collection): void {
  for (let record = 0; record < source.end; record++) {
    if (source.has(record)) target.insert(Buffer.from(source.bytes(record)))
  }
  for (const { spec } of source.indexes) target.createIndex(spec, coverOf(spec))
}

const renameCollection: Command = {
  fields: ['renameCollection', 'to', 'dropTarget', 'stayTemp'],
  run(request, { databases, cursors }) {
    if (request.database !== 'admin') {
      throw new CommandError(13, 'renameCollection may only be run against the admin database.')
    }
    const [from, to] = [namespaceOf(request, 'renameCollection'), namespaceOf(request, 'to')]
    if (from.database === to.database && from.name === to.name) {
      throw new CommandError(20, "Can't rename a collection to itself")
    }
    const source = databases.find(from.database, from.name)
    const target = databases.find(to.database, to.name)
    if (!source) throw new CommandError(26, `Source collection ${from.database}.${from.name} does not exist`)
    if (target && !request.boolean('dropTarget')) throw new CommandError(48, 'target namespace exists')
    if (target) databases.drop(to.database, to.name)
    copyInto(databases.open(to.database, to.name), source)
    databases.drop(from.database, from.name)
    const gone = new Set([from, to].map(({ database, name }) => `${database}.${name}`))
    cursors.killAll((namespace) => gone.has(namespace))
    return { ok: 1 }
  },
}

/** Giving collections another name. */
export const renameCommands: Readonly<Record<string, Command>> = { renameCollection }
