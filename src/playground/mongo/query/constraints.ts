import { isDocument, type Document } from '../bson/value.js'

/** A bound on `_id`. */
export interface Bound {
  readonly value: unknown
  readonly inclusive: boolean
}

/** What a filter demands so plainly that an index can use it: everything else is looked at document by document. */
export interface Constraints {
  /** For a path, the values of which it must have one. */
  readonly equal: ReadonlyMap<string, readonly unknown[]>
  readonly idAbove: Bound | undefined
  readonly idBelow: Bound | undefined
  /** True when `equal` on `_id` is all that the filter says. */
  readonly onlyId: boolean
}

interface Collected {
  equal: Map<string, readonly unknown[]>
  idAbove: Bound | undefined
  idBelow: Bound | undefined
}

/** Collects the plain demands of a filter, through `$and` and into `$elemMatch`. */
export function constraintsOf(filter: Document): Constraints {
  const found: Collected = { equal: new Map(), idAbove: undefined, idBelow: undefined }
  collect(filter, '', found)
  const isAlone = Object.keys(filter).length === 1 && Object.hasOwn(filter, '_id')
  const onlyId = isAlone && found.equal.has('_id') && !isDocument(filter._id)
  return { ...found, onlyId }
}

function collect(filter: Document, prefix: string, found: Collected): void {
  for (const [name, condition] of Object.entries(filter)) {
    if (name === '$and' && Array.isArray(condition)) {
      for (const clause of condition) if (isDocument(clause)) collect(clause, prefix, found)
    } else if (!name.startsWith('$')) {
      collectField(`${prefix}${name}`, condition, found)
    }
  }
}

function collectField(path: string, condition: unknown, found: Collected): void {
  if (!isOperators(condition)) {
    demand(path, [condition], found)
    return
  }
  for (const [operator, operand] of Object.entries(condition)) {
    if (operator === '$eq') demand(path, [operand], found)
    else if (operator === '$in' && Array.isArray(operand)) demand(path, operand, found)
    else if (operator === '$elemMatch' && isDocument(operand)) collect(operand, `${path}.`, found)
    else if (path === '_id') collectBound(operator, operand, found)
  }
}

/** True for a document of operators such as `{ $gt: 1 }`, as opposed to a document to be equal to. */
export function isOperators(condition: unknown): condition is Document {
  if (!isDocument(condition)) return false
  const [first] = Object.keys(condition)
  return first?.startsWith('$') === true && first !== '$ref' && first !== '$id'
}

/** Arrays and regular expressions match by other means than equality. */
function demand(path: string, values: readonly unknown[], found: Collected): void {
  if (values.some((value) => Array.isArray(value) || value instanceof RegExp || value === undefined)) return
  if (!found.equal.has(path)) found.equal.set(path, values)
}

function collectBound(operator: string, value: unknown, found: Collected): void {
  if (operator === '$gt' || operator === '$gte') found.idAbove ??= { value, inclusive: operator === '$gte' }
  if (operator === '$lt' || operator === '$lte') found.idBelow ??= { value, inclusive: operator === '$lte' }
}
