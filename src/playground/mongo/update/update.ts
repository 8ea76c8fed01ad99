import { Double, Int32, Long, Timestamp } from 'bson'
import { CommandError } from '../command-error.js'
import { byPathOrder } from '../bson/rewrite.js'
import { decodeExact, decodeTyped, isDocument, type Document } from '../bson/value.js'
import { plainNumber, typeNameOf } from '../bson/type-names.js'
import { typedStage } from '../aggregate/typed-stage.js'
import { type Scope } from '../query/language.js'
import { type UpdateOperator } from './operator.js'
import { OPERATORS } from './operators.js'
import { isPositional } from './places.js'
import { parseArrayFilters, type ArrayFilters } from './positions.js'

/** One field of one operator of an update. */
export interface Modification {
  readonly name: string
  readonly path: readonly string[]
  readonly operand: unknown
  /** Absent for `$rename`, whose operand is the new path. */
  readonly operator: UpdateOperator | undefined
}

/** An update as it was sent, checked. */
export type Update =
  | { readonly kind: 'replacement'; readonly bytes: Buffer }
  | { readonly kind: 'pipeline'; readonly stages: readonly Document[]; readonly scope: Scope }
  | {
      readonly kind: 'operators'
      readonly modifications: readonly Modification[]
      readonly filters: ArrayFilters
      readonly scope: Scope
    }

/** The `u` of an update statement, still encoded. */
export interface EncodedUpdate {
  readonly bytes: Buffer
  readonly isArray: boolean
}

/** Reads an update; throws what MongoDB throws for a wrong one. */
export function parseUpdate(encoded: EncodedUpdate, arrayFilters: readonly Document[], scope: Scope): Update {
  if (encoded.isArray) {
    const stages = Object.values(decodeExact(encoded.bytes))
    if (!stages.every(isDocument)) throw new CommandError(14, 'Each element of the pipeline array must be an object')
    if (arrayFilters.length > 0)
      throw new CommandError(9, 'arrayFilters may not be specified for pipeline-style updates')
    return { kind: 'pipeline', stages: stages.map(typedStage), scope }
  }
  const document = decodeTyped(encoded.bytes)
  const [first] = Object.keys(document)
  if (!first?.startsWith('$')) {
    if (arrayFilters.length > 0)
      throw new CommandError(9, 'arrayFilters may not be specified for replacement-style updates')
    return { kind: 'replacement', bytes: replacement(document, encoded.bytes) }
  }
  const modifications = Object.entries(document).flatMap(([name, fields]) => modificationsOf(name, fields))
  modifications.sort((a, b) => comparePaths(a.path, b.path))
  checkConflicts(modifications)
  const filters = parseArrayFilters(
    arrayFilters,
    modifications.map((modification) => modification.path),
    scope,
  )
  return { kind: 'operators', modifications, filters, scope }
}

function replacement(document: Document, bytes: Buffer): Buffer {
  for (const name of Object.keys(document)) {
    if (name.startsWith('$')) {
      throw new CommandError(
        52,
        `The dollar ($) prefixed field '${name}' in '${name}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
      )
    }
  }
  return bytes
}

/** Operators that store what they are given, or compute with it: for them the type of a number is of account. */
const TYPED_OPERANDS = new Set('$set $setOnInsert $inc $mul $min $max $push $addToSet'.split(' '))

function modificationsOf(name: string, fields: unknown): Modification[] {
  const operator = OPERATORS[name]
  if (!operator && name !== '$rename') {
    const expected = 'Expected a valid update modifier or pipeline-style update specified as an array'
    throw new CommandError(9, `Unknown modifier: ${name}. ${expected}`)
  }
  if (!isDocument(fields)) {
    throw new CommandError(
      9,
      `Modifiers operate on fields but we found type ${typeNameOf(fields)} instead. For example: {$mod: {<field>: ...}} not {${name}: ${String(fields)}}`,
    )
  }
  const keepsTypes = TYPED_OPERANDS.has(name)
  return Object.entries(fields).flatMap(([path, value]) => {
    const operand = plainValue(value, keepsTypes)
    const parts = partsOf(path)
    operator?.check?.(operand, path)
    const modification = { name, path: parts, operand, operator }
    return operator ? [modification] : renameOf(modification, path)
  })
}

function partsOf(path: string): string[] {
  if (path === '') throw new CommandError(56, 'An empty update path is not valid.')
  const parts = path.split('.')
  if (parts.includes('')) {
    throw new CommandError(56, `The update path '${path}' contains an empty field name, which is not allowed.`)
  }
  if (isPositional(parts[0] ?? '')) {
    throw new CommandError(2, `Cannot have positional (i.e. '$') element in the first position in path '${path}'`)
  }
  const dollar = parts.find((part) => part.startsWith('$') && !isPositional(part))
  if (dollar !== undefined) {
    throw new CommandError(
      52,
      `The dollar ($) prefixed field '${dollar}' in '${path}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
    )
  }
  return parts
}

/** A rename writes to two places; its target is there as a modification of its own that conflicts are found by. */
function renameOf(modification: Modification, path: string): Modification[] {
  const { operand } = modification
  if (typeof operand !== 'string')
    throw new CommandError(2, `The 'to' field for $rename must be a string: ${path}: ${String(operand)}`)
  if (operand === path)
    throw new CommandError(2, `The source and target field for $rename must differ: ${path}: "${path}"`)
  const target = partsOf(operand)
  if ([...modification.path, ...target].some(isPositional)) {
    throw new CommandError(2, `The source and target field for $rename may not be dynamic: ${path}`)
  }
  return [modification, { ...modification, name: RENAME_TARGET, path: target }]
}

/** The name of the second half of a rename, which the first half carries out. */
export const RENAME_TARGET = '$rename target'

/** Fields are processed in the order of their names, numbers as numbers. */
function comparePaths(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = byPathOrder(a[i] ?? '', b[i] ?? '')
    if (order !== 0) return order
  }
  return a.length - b.length
}

/**
 * Two paths conflict when one leads through the other, or when one goes on with fields where the other goes on with the
 * elements of an array (`$[]`).
 */
function checkConflicts(modifications: readonly Modification[]): void {
  const taken = new Set<string>()
  const ways = new Map<string, boolean>()
  for (const { path } of modifications) {
    for (let length = 1; length <= path.length; length++) {
      const prefix = path.slice(0, length).join('.')
      const isArray = path[length]?.startsWith('$[')
      const other = isArray === undefined ? undefined : ways.get(prefix)
      if (taken.has(prefix) || (other !== undefined && other !== isArray)) throw conflict(path, prefix)
      if (isArray !== undefined) ways.set(prefix, isArray)
    }
    taken.add(path.join('.'))
  }
}

function conflict(path: readonly string[], at: string): CommandError {
  return new CommandError(40, `Updating the path '${path.join('.')}' would create a conflict at '${at}'`)
}

/** Takes number classes down to plain numbers; with `keepTypes`, only where a driver would write the same type. */
function plainValue(value: unknown, keepTypes: boolean): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => plainValue(item, keepTypes))
  if (isDocument(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plainValue(field, keepTypes)]))
  }
  if (keepTypes && isTyped(value)) return value
  return plainNumber(value)
}

function isTyped(value: unknown): boolean {
  if (value instanceof Int32) return false
  if (value instanceof Double) return Number.isInteger(value.value)
  return value instanceof Long && !(value instanceof Timestamp)
}
