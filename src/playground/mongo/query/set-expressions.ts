import { evalExpr } from 'mingo/core'
import { type ExpressionOperator } from 'mingo/types'
import { CommandError } from '../command-error.js'
import { compareValues } from '../bson/order.js'
import { plainNumber, typeNameOf } from '../bson/type-names.js'
import { valueKey } from '../bson/value-key.js'

/*
 * Expressions that find values in arrays by equality: MongoDB's, to which a number's type is of no account.
 */

type Evaluated = Parameters<ExpressionOperator>[2]

/** A set: its values by what makes them equal. */
type Values = ReadonlyMap<string, unknown>

function setOf(array: readonly unknown[]): Values {
  const values = new Map<string, unknown>()
  for (const one of array) {
    const key = valueKey(one ?? null)
    if (!values.has(key)) values.set(key, one)
  }
  return values
}

/** An operator of sets; `nullable` ones are null when one of the sets is. */
function ofSets(
  name: string,
  { code, nullable }: { readonly code: number; readonly nullable: boolean },
  compute: (sets: readonly Values[]) => unknown,
): ExpressionOperator {
  return (document: unknown, operand: unknown, options: Evaluated) => {
    const operands: readonly unknown[] = Array.isArray(operand) ? operand : [operand]
    const arrays = operands.map((one) => evalExpr(document, one, options))
    if (nullable && arrays.some((one) => one === null || one === undefined)) return null
    const sets = arrays.map((one) => {
      if (Array.isArray(one)) return setOf(one)
      throw new CommandError(
        code,
        `All operands of ${name} must be arrays. One argument is of type: ${typeNameOf(one)}`,
      )
    })
    return compute(sets)
  }
}

function union(sets: readonly Values[]): unknown {
  return [...setOf(sets.flatMap((set) => [...set.values()])).values()]
}

function intersection([first, ...others]: readonly Values[]): unknown {
  return [...(first ?? [])].filter(([key]) => others.every((set) => set.has(key))).map(([, one]) => one)
}

function difference([first, second]: readonly Values[]): unknown {
  return [...(first ?? [])].filter(([key]) => !second?.has(key)).map(([, one]) => one)
}

function isSubset([first, second]: readonly Values[]): boolean {
  return [...(first?.keys() ?? [])].every((key) => second?.has(key))
}

function areEqual([first, ...others]: readonly Values[]): boolean {
  return others.every((set) => set.size === first?.size && isSubset([set, first]))
}

const indexOfArray: ExpressionOperator = (document: unknown, operand: unknown, options: Evaluated) => {
  const operands: readonly unknown[] = Array.isArray(operand) ? operand : [operand]
  if (operands.length < 2 || operands.length > 4) {
    throw new CommandError(
      28667,
      `Expression $indexOfArray takes at least 2 arguments, and at most 4, but ${operands.length} were passed in.`,
    )
  }
  const [array, wanted, ...range] = operands.map((one) => evalExpr(document, one, options))
  if (array === null || array === undefined) return null
  if (!Array.isArray(array)) {
    throw new CommandError(40090, `$indexOfArray requires an array as a first argument, found: ${typeNameOf(array)}`)
  }
  const [start = 0, end = array.length] = range.map(indexOf)
  const found = array.slice(start, Math.max(end, start)).findIndex((one) => compareValues(one, wanted) === 0)
  return found < 0 ? -1 : found + start
}

function indexOf(value: unknown): number {
  const index = plainNumber(value)
  if (typeof index !== 'number' || !Number.isInteger(index)) {
    throw new CommandError(
      40096,
      `$indexOfArray requires an integral index, found a value of type: ${typeNameOf(value)}`,
    )
  }
  if (index >= 0) return index
  throw new CommandError(40097, `$indexOfArray requires a nonnegative index, found: ${index}`)
}

/** The expressions that replace mingo's of the same name. */
export const SET_EXPRESSIONS: Record<`$${string}`, ExpressionOperator> = {
  $setUnion: ofSets('$setUnion', { code: 17043, nullable: true }, union),
  $setIntersection: ofSets('$setIntersection', { code: 17047, nullable: true }, intersection),
  $setDifference: ofSets('$setDifference', { code: 17048, nullable: true }, difference),
  $setIsSubset: ofSets('$setIsSubset', { code: 17046, nullable: false }, isSubset),
  $setEquals: ofSets('$setEquals', { code: 17044, nullable: false }, areEqual),
  $indexOfArray: indexOfArray,
}
