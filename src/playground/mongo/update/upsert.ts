import { CommandError } from '../command-error.js'
import { compareValues } from '../bson/order.js'
import { decodeTyped, encode, fieldOf, isDocument, setField, type Document } from '../bson/value.js'
import { isOperators } from '../query/constraints.js'
import { applyUpdate, withIdFirst } from './apply.js'
import { type Update } from './update.js'

/**
 * The document that an upsert inserts: what the query demands by equality, changed by the update. Throws what MongoDB
 * throws when the two do not go together.
 */
export function upsertedDocument(encodedQuery: Buffer, update: Update): Buffer {
  const demands = new Map<string, unknown>()
  const isReplacement = update.kind === 'replacement'
  collectDemands(decodeTyped(encodedQuery), demands, isReplacement)
  if (isReplacement) return replacementFor(demands, update.bytes)
  const base = encode(documentOf(demands))
  return withIdFirst(applyUpdate(update, { bytes: base, query: {}, inserting: true })?.bytes ?? base)
}

/** Of a query a replacement only takes the `_id`. */
function replacementFor(demands: ReadonlyMap<string, unknown>, replacement: Buffer): Buffer {
  if (!demands.has('_id')) return withIdFirst(replacement)
  const base = encode({ _id: demands.get('_id') })
  const update: Update = { kind: 'replacement', bytes: replacement }
  return applyUpdate(update, { bytes: base, query: {}, inserting: true })?.bytes ?? base
}

function collectDemands(query: Document, demands: Map<string, unknown>, onlyId: boolean): void {
  for (const [name, condition] of Object.entries(query)) {
    const clauses = Array.isArray(condition) ? condition.filter(isDocument) : []
    if (name === '$and' || (name === '$or' && clauses.length === 1)) {
      for (const clause of clauses) collectDemands(clause, demands, onlyId)
    } else if (onlyId ? name === '_id' : !name.startsWith('$')) {
      collectDemand(name, condition, demands)
    }
  }
}

function collectDemand(path: string, condition: unknown, demands: Map<string, unknown>): void {
  if (condition instanceof RegExp) return
  if (!isOperators(condition)) {
    demand(path, condition, demands)
    return
  }
  for (const [operator, operand] of Object.entries(condition)) {
    const isList = Array.isArray(operand) && (operator === '$all' || (operator === '$in' && operand.length === 1))
    if (operator === '$eq') demand(path, operand, demands)
    else if (isList) for (const one of operand.filter(isPlainValue)) demand(path, one, demands)
  }
}

/** What stands for itself in a list of values: neither a pattern nor a condition. */
function isPlainValue(value: unknown): boolean {
  return !(value instanceof RegExp) && !isOperators(value)
}

function demand(path: string, value: unknown, demands: Map<string, unknown>): void {
  for (const other of demands.keys()) {
    if (other === path && compareValues(demands.get(other), value) === 0) return
    if (other === path || other.startsWith(`${path}.`) || path.startsWith(`${other}.`)) {
      throw new CommandError(54, `cannot infer query fields to set, path '${path}' is matched twice`)
    }
  }
  demands.set(path, value)
}

function documentOf(demands: ReadonlyMap<string, unknown>): Document {
  const document: Document = {}
  if (demands.has('_id')) document._id = demands.get('_id')
  for (const [path, value] of demands) setPath(document, path.split('.'), value)
  return document
}

function setPath(document: Document, path: readonly string[], value: unknown): void {
  const [name = '', ...rest] = path
  if (rest.length === 0) {
    setField(document, name, value)
    return
  }
  const below = fieldOf(document, name)
  const child = isDocument(below) ? below : {}
  setField(document, name, child)
  setPath(child, rest, value)
}
