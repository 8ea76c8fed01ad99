import { CommandError } from '../command-error.js'
import { compareValues } from '../bson/order.js'
import { shellText } from '../bson/shell-text.js'
import { valueKey } from '../bson/value-key.js'
import { isDocument } from '../bson/value.js'
import { isOperators } from '../query/constraints.js'
import { plainNumber, typeNameOf } from '../bson/type-names.js'
import { compileFilter } from '../query/filter.js'
import { compareSortValues, parseSort, sortValues } from '../query/sort.js'
import { type At, UNCHANGED, type UpdateOperator } from './operator.js'

/** `$push` with its modifiers, or with a single value. */
interface Pushed {
  readonly values: readonly unknown[]
  readonly position: number | undefined
  readonly slice: number | undefined
  readonly sort: unknown
}

const PUSH_CLAUSES = new Set(['$each', '$position', '$slice', '$sort'])

function pushedOf(operand: unknown): Pushed {
  if (!isDocument(operand) || !('$each' in operand)) {
    return { values: [operand], position: undefined, slice: undefined, sort: undefined }
  }
  const { $each, $position, $slice, $sort } = operand
  for (const clause of Object.keys(operand)) {
    if (!PUSH_CLAUSES.has(clause)) throw new CommandError(2, `Unrecognized clause in $push: ${clause}`)
  }
  if (!Array.isArray($each)) {
    throw new CommandError(
      2,
      `The argument to $each in $push must be an array but it was of type: ${typeNameOf($each)}`,
    )
  }
  return {
    values: $each,
    position: integer($position, '$position'),
    slice: integer($slice, '$slice'),
    sort: plainSort($sort),
  }
}

function plainSort(sort: unknown): unknown {
  if (!isDocument(sort)) return plainNumber(sort)
  return Object.fromEntries(Object.entries(sort).map(([path, direction]) => [path, plainNumber(direction)]))
}

function integer(given: unknown, clause: string): number | undefined {
  if (given === undefined) return undefined
  const value = plainNumber(given)
  if (typeof value === 'number' && Number.isInteger(value)) return value
  throw new CommandError(2, `The value for ${clause} must be an integer value but was given type: ${typeNameOf(value)}`)
}

const push: UpdateOperator = {
  approach: 'create',
  check: (operand) => {
    const { sort } = pushedOf(operand)
    if (sort === undefined || sort === 1 || sort === -1) return
    if (!isDocument(sort))
      throw new CommandError(
        2,
        'The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields',
      )
    parseSort(sort)
  },
  apply: (current, operand, at) => {
    const before = arrayOr(current, at)
    const { values, position, slice, sort } = pushedOf(operand)
    const index = position ?? before.length
    const after = [...before]
    after.splice(index, 0, ...values)
    if (sort !== undefined) sortElements(after, sort)
    const kept = slice === undefined ? after : slice < 0 ? after.slice(slice) : after.slice(0, slice)
    const isIdle = values.length === 0 && current !== undefined && sameElements(before, kept)
    return isIdle ? UNCHANGED : kept
  },
}

function arrayOr(current: unknown, { path, id }: At): readonly unknown[] {
  if (current === undefined) return []
  if (Array.isArray(current)) return current
  throw new CommandError(
    2,
    `The field '${path}' must be an array but is of type ${typeNameOf(current)} in document {_id: ${shellText(id)}}`,
  )
}

function sortElements(elements: unknown[], sort: unknown): void {
  if (typeof sort === 'number') {
    elements.sort((a, b) => compareValues(a, b) * sort)
    return
  }
  const keys = parseSort(isDocument(sort) ? sort : {})
  const valuesOf = (element: unknown): unknown[] => sortValues(isDocument(element) ? element : {}, keys)
  elements.sort((a, b) => compareSortValues(valuesOf(a), valuesOf(b), keys))
}

function sameElements(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && compareValues([...a], [...b]) === 0
}

const addToSet: UpdateOperator = {
  approach: 'create',
  check: (operand) => void addedOf(operand),
  apply: (current, operand, at) => {
    if (current !== undefined && !Array.isArray(current)) {
      throw new CommandError(
        2,
        `Cannot apply $addToSet to non-array field. Field named '${at.path}' has non-array type ${typeNameOf(current)}`,
      )
    }
    const before: unknown[] = current ?? []
    const seen = new Set(before.map(valueKey))
    const added = addedOf(operand).filter((value) => {
      const key = valueKey(value)
      return !seen.has(key) && seen.add(key)
    })
    return current !== undefined && added.length === 0 ? UNCHANGED : [...before, ...added]
  },
}

function addedOf(operand: unknown): readonly unknown[] {
  if (!isDocument(operand) || Object.keys(operand)[0] !== '$each') return [operand]
  if (!Array.isArray(operand.$each)) {
    throw new CommandError(
      14,
      `The argument to $each in $addToSet must be an array but it was of type ${typeNameOf(operand.$each)}`,
    )
  }
  return operand.$each
}

const pop: UpdateOperator = {
  approach: 'skip',
  check: (operand) => {
    if (operand !== 1 && operand !== -1) throw new CommandError(9, `$pop expects 1 or -1, found: ${shellText(operand)}`)
  },
  apply: (current, operand, { path }) => {
    if (!Array.isArray(current)) {
      throw new CommandError(14, `Path '${path}' contains an element of non-array type '${typeNameOf(current)}'`)
    }
    if (current.length === 0) return UNCHANGED
    const elements: unknown[] = current
    return operand === 1 ? elements.slice(0, -1) : elements.slice(1)
  },
}

function pulling(name: string, testOf: (operand: unknown) => (element: unknown) => boolean): UpdateOperator['apply'] {
  return (current, operand) => {
    if (!Array.isArray(current)) throw new CommandError(2, `Cannot apply ${name} to a non-array value`)
    const test = testOf(operand)
    const kept = current.filter((element: unknown) => !test(element))
    return kept.length === current.length ? UNCHANGED : kept
  }
}

const pull: UpdateOperator = {
  approach: 'skip',
  check: (operand) => void pullTest(operand),
  apply: pulling('$pull', pullTest),
}

/** What `$pull` takes away: elements that pass operators, embedded documents that pass a filter, or equal values. */
function pullTest(operand: unknown): (element: unknown) => boolean {
  if (isOperators(operand) || operand instanceof RegExp) {
    const filter = compileFilter({ element: operand })
    return (element) => filter.matches({ element })
  }
  if (!isDocument(operand)) return (element) => compareValues(element, operand) === 0
  const filter = compileFilter(operand)
  return (element) => isDocument(element) && filter.matches(element)
}

const pullAll: UpdateOperator = {
  approach: 'skip',
  check: (operand) => {
    if (!Array.isArray(operand)) {
      throw new CommandError(2, `$pullAll requires an array argument but was given a ${typeNameOf(operand)}`)
    }
  },
  apply: pulling('$pullAll', (operand) => {
    const keys = new Set(Array.isArray(operand) ? operand.map(valueKey) : [])
    return (element) => keys.has(valueKey(element))
  }),
}

/** The update operators that work on arrays. */
export const ARRAY_OPERATORS: Readonly<Record<string, UpdateOperator>> = {
  $push: push,
  $addToSet: addToSet,
  $pop: pop,
  $pull: pull,
  $pullAll: pullAll,
}
