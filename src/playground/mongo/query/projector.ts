import { evalExpr } from 'mingo/core'
import { CommandError } from '../command-error.js'
import { DocumentWriter } from '../bson/document-writer.js'
import { ElementCursor } from '../bson/element-cursor.js'
import { rewriteWhole } from '../bson/rewrite.js'
import { decodeExact, fieldOf, isDocument, type Document } from '../bson/value.js'
import { options, type Scope } from './language.js'
import { matchedIndex } from './matched-element.js'
import { elementTest } from './predicates.js'
import { applyTree, parseProjection, withComputed, type Cut, type Projection } from './projection.js'

const writer = new DocumentWriter()

/**
 * What turns a document's bytes into those that a find returns. Whole fields are copied or left out without decoding
 * anything; the rest is decoded, but values that stay as they are keep their bytes.
 */
export function projector(spec: Document, query: Document, scope: Scope): (bytes: Buffer) => Buffer {
  if (Object.keys(spec).length === 0) return (bytes) => bytes
  const projection = parseProjection(spec, true)
  const { mode, tree, computed, cuts, positional } = projection
  const isWhole = computed.length === 0 && cuts.length === 0 && positional === undefined
  if (isWhole && [...tree.values()].every((below) => below === true)) {
    return (bytes) => trimmed(bytes, tree, mode === 'include')
  }
  const cutters = cuts.map((cut) => ({ ...cut, cut: cutter(cut, scope) }))
  const keepsOrder = !cuts.some(({ operator }) => operator === '$elemMatch')
  return (bytes) => {
    const before = decodeExact(bytes)
    let after: unknown = applyTree(before, projection)
    for (const { path, operator, cut } of cutters) {
      after = cutAt(after, path, cut)
      if (operator === '$elemMatch') after = withLast(after, path)
    }
    if (positional !== undefined) after = matchedOnly(after, before, positional.split('.'), query, scope)
    for (const { path, expression } of computed) {
      after = withComputed(after, path, evalExpr(before, expression, options(scope)))
    }
    return rewriteWhole(bytes, before, after as Document, keepsOrder)
  }
}

/** What `$elemMatch` finds comes after the other fields, wherever the document has it. */
function withLast(document: unknown, [name = '']: readonly string[]): unknown {
  const value = fieldOf(document, name)
  return value === undefined ? document : withComputed(withComputed(document, [name], undefined), [name], value)
}

function trimmed(bytes: Buffer, tree: Projection['tree'], keep: boolean): Buffer {
  return writer.build(() => {
    const cursor = new ElementCursor(bytes)
    while (cursor.next()) if (tree.has(cursor.name) === keep) writer.bytes(bytes, cursor.head, cursor.end)
  })
}

/** What is left of a value; undefined takes the field away. */
type Cutter = (value: unknown) => unknown

/** A cut of arrays that leaves other values as they are. */
function ofArrays(cut: (array: readonly unknown[]) => readonly unknown[]): Cutter {
  return (value) => (Array.isArray(value) ? cut(value) : value)
}

function cutter({ operator, operand }: Cut, scope: Scope): Cutter {
  if (operator === '$slice') return ofArrays((array) => sliced(array, operand))
  const test = elementTest(operand, options(scope))
  return (value) => {
    const found: unknown[] = Array.isArray(value) ? value.filter(test) : []
    return found.length === 0 ? undefined : found.slice(0, 1)
  }
}

function sliced(array: readonly unknown[], operand: unknown): readonly unknown[] {
  if (!Array.isArray(operand))
    return Number(operand) < 0 ? array.slice(Number(operand)) : array.slice(0, Number(operand))
  const [skip = 0, count = 0] = operand.map(Number)
  if (count <= 0) throw new CommandError(28724, 'First argument to $slice must be an array and the limit positive')
  const start = skip < 0 ? Math.max(array.length + skip, 0) : skip
  return array.slice(start, start + count)
}

function cutAt(value: unknown, path: readonly string[], cut: Cutter): unknown {
  const [name, ...rest] = path
  if (name === undefined) return cut(value)
  if (Array.isArray(value)) return value.map((element: unknown) => cutAt(element, path, cut))
  if (!isDocument(value) || !Object.hasOwn(value, name)) return value
  return withComputed(value, [name], cutAt(fieldOf(value, name), rest, cut))
}

/** The positional projection leaves the one element that the query matched. */
function matchedOnly(
  after: unknown,
  before: Document,
  path: readonly string[],
  query: Document,
  scope: Scope,
): unknown {
  const cut = ofArrays((array) => {
    const index = matchedIndex(before, query, path, scope)
    return array.slice(index, index + 1)
  })
  return cutAt(after, path, cut)
}
