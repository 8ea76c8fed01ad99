import { ObjectId } from 'bson'
import { Aggregator } from 'mingo/aggregator'
import { CommandError } from '../command-error.js'
import { DocumentWriter } from '../bson/document-writer.js'
import { BsonType, ElementCursor } from '../bson/element-cursor.js'
import { compareValues } from '../bson/order.js'
import { rewriteTouched, rewriteWhole, touch, type Touched } from '../bson/rewrite.js'
import { decodeExact, fieldOf, readFields, readValue, typedValueAt, type Document } from '../bson/value.js'
import { pipelineOptions, preparePipeline } from '../aggregate/pipeline.js'
import { REMOVED, UNCHANGED } from './operator.js'
import { isPositional, placesOf, setAt, unsetAt, valueAt, type Place, type Positions } from './places.js'
import { positionsIn } from './positions.js'
import { RENAME_TARGET, type Modification, type Update } from './update.js'

/** What an update made of a document: its new bytes, and the top-level fields it wrote to (absent: any). */
export interface Changed {
  readonly bytes: Buffer
  readonly fields: Iterable<string> | undefined
}

/** One document that an update is applied to. */
export interface Target {
  readonly bytes: Buffer
  /** The query that matched the document, for the positional `$`. */
  readonly query: Document
  /** True when the document is being made by an upsert. */
  readonly inserting: boolean
}

const writer = new DocumentWriter()

/** Applies an update to a document; undefined when that changes nothing. Throws what MongoDB throws. */
export function applyUpdate(update: Update, target: Target): Changed | undefined {
  if (update.kind === 'replacement') return replaced(update.bytes, target)
  if (update.kind === 'pipeline') return piped(update, target)
  return modified(update, target)
}

function replaced(replacement: Buffer, { bytes }: Target): Changed | undefined {
  const id = new ElementCursor(bytes)
  id.next()
  const after = writer.build(() => {
    writer.bytes(bytes, id.head, id.end)
    const cursor = new ElementCursor(replacement)
    while (cursor.next()) {
      if (cursor.name === '_id') assertSameId(readElement(id), readElement(cursor))
      else writer.bytes(replacement, cursor.head, cursor.end)
    }
  })
  return after.equals(bytes) ? undefined : { bytes: after, fields: undefined }
}

function readElement(cursor: ElementCursor): unknown {
  return readValue(cursor.bytes, cursor.type, cursor.start, cursor.end)
}

function assertSameId(before: unknown, after: unknown): void {
  if (before === undefined || compareValues(before, after) === 0) return
  throw new CommandError(66, "Performing an update on the path '_id' would modify the immutable field '_id'")
}

const KEEPS_ORDER = new Set(['$set', '$addFields', '$unset'])
const UPDATE_STAGES = new Set([...KEEPS_ORDER, '$project', '$replaceRoot', '$replaceWith'])

function piped(update: Update & { kind: 'pipeline' }, { bytes, inserting }: Target): Changed | undefined {
  const names = update.stages.flatMap((stage) => Object.keys(stage))
  const wrong = names.find((name) => !UPDATE_STAGES.has(name))
  if (wrong !== undefined) throw new CommandError(72, `${wrong} is not allowed to be used within an update`)
  const before = decodeExact(bytes)
  const stages = preparePipeline(update.stages, update.scope)
  const [result] = new Aggregator(stages, pipelineOptions(update.scope)).run<Document>([before])
  if (!result) throw new CommandError(1, 'the pipeline of an update gave no document')
  const after = '_id' in result || !('_id' in before) ? result : { _id: before._id, ...result }
  if (!inserting || '_id' in before) assertSameId(before._id, after._id)
  const keepsOrder = names.every((name) => KEEPS_ORDER.has(name))
  // A field whose name is a number comes first in a JavaScript object.
  const next = withIdFirst(rewriteWhole(bytes, before, after, keepsOrder))
  return next.equals(bytes) ? undefined : { bytes: next, fields: undefined }
}

function modified(update: Update & { kind: 'operators' }, target: Target): Changed | undefined {
  const { modifications, filters, scope } = update
  const fields = new Set(['_id', ...modifications.map(({ path }) => path[0] ?? '')])
  const document = readFields(target.bytes, fields)
  const { _id: id } = document
  const hasPositions = modifications.some(({ path }) => path.some(isPositional))
  const before = hasPositions ? readFields(target.bytes, fields) : document
  const positions = positionsIn(before, target.query, filters, scope)
  const touched: Touched = new Map()
  for (const modification of modifications) {
    if (modification.name === RENAME_TARGET) continue
    if (modification.name === '$setOnInsert' && !target.inserting) continue
    const paths = modification.operator
      ? modify(document, modification, positions, { id, now: scope.now, bytes: target.bytes })
      : rename(document, modification, positions, target.bytes)
    for (const path of paths) touch(touched, path)
  }
  if (touched.size === 0) return undefined
  if (touched.has('_id')) assertSameId(id, document._id)
  return { bytes: rewriteTouched(target.bytes, document, touched), fields: touched.keys() }
}

/** Carries out one operator at all its places; returns the paths of those that changed. */
function modify(
  document: Document,
  { path, operand, operator }: Modification,
  positions: Positions,
  { id, now, bytes }: { readonly id: unknown; readonly now: number; readonly bytes: Buffer },
): (readonly string[])[] {
  if (!operator) return []
  const changed: (readonly string[])[] = []
  for (const place of placesOf(document, path, positions, operator.approach)) {
    const current = valueAt(place)
    if (current === undefined && operator.approach !== 'create') continue
    const typed = (): unknown => typedValueAt(bytes, place.path)
    const result = operator.apply(current, operand, { id, now, path: place.path.join('.'), typed })
    if (result === UNCHANGED) continue
    if (result === REMOVED && Array.isArray(place.container) && current === null) continue
    if (result === REMOVED) unsetAt(place)
    else setAt(place, result)
    changed.push(place.path)
  }
  return changed
}

/** The value is taken from the document's bytes, where its numbers have types: no other operator may change it. */
function rename(
  document: Document,
  { path, operand }: Modification,
  positions: Positions,
  bytes: Buffer,
): (readonly string[])[] {
  const [source] = placesOf(document, path, positions, 'skip')
  if (!source || valueAt(source) === undefined) return []
  const targetPath = String(operand).split('.')
  const [target] = placesOf(document, targetPath, positions, 'create')
  if (!target) return []
  assertNoArrays(document, source, 'source')
  assertNoArrays(document, target, 'destination')
  setAt(target, typedValueAt(bytes, source.path) ?? valueAt(source))
  unsetAt(source)
  return [path, targetPath]
}

function assertNoArrays(document: Document, { path }: Place, which: string): void {
  let value: unknown = document
  for (const name of path) {
    if (Array.isArray(value))
      throw new CommandError(2, `The ${which} field cannot be an array element, '${path.join('.')}'`)
    value = fieldOf(value, name)
  }
}

/** A document's bytes with `_id` as its first field, and a generated one when it has none. */
export function withIdFirst(bytes: Buffer): Buffer {
  const cursor = new ElementCursor(bytes)
  let found: { type: number; head: number; end: number } | undefined
  let first = true
  while (!found && cursor.next()) {
    if (cursor.name === '_id') found = { type: cursor.type, head: cursor.head, end: cursor.end }
    else first = false
  }
  assertUsableId(found?.type)
  if (found && first) return bytes
  return writer.build(() => {
    if (found) writer.bytes(bytes, found.head, found.end)
    else writer.element('_id', new ObjectId())
    const rest = new ElementCursor(bytes)
    while (rest.next()) if (rest.head !== found?.head) writer.bytes(bytes, rest.head, rest.end)
  })
}

function assertUsableId(type: number | undefined): void {
  if (type !== BsonType.array && type !== BsonType.regex && type !== BsonType.undefined) return
  const name = type === BsonType.array ? 'array' : type === BsonType.regex ? 'regex' : 'undefined'
  throw new CommandError(53, `The '_id' value cannot be of type ${name}`)
}
