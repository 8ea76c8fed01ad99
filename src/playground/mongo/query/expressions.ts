import { ObjectId } from 'bson'
import { evalExpr } from 'mingo/core'
import { type ExpressionOperator } from 'mingo/types'
import { CommandError } from '../command-error.js'
import { isBsonNumber } from '../bson/numbers.js'
import { compareValues } from '../bson/order.js'
import { shellText } from '../bson/shell-text.js'
import { isDocument } from '../bson/value.js'
import { accumulatorOf } from './accumulators.js'
import { typeNameOf } from '../bson/type-names.js'
import { NUMBER_EXPRESSIONS } from './number-expressions.js'
import { NULLABLE_EXPRESSIONS } from './nullable-expressions.js'
import { SET_EXPRESSIONS } from './set-expressions.js'
import { isTrue, TRUTHS } from './truth.js'
import { argument, UNARY_EXPRESSIONS } from './unary-expressions.js'

/*
 * Expressions that replace mingo's. Its comparisons only know values of one type and look into arrays, where MongoDB
 * compares any two values by their order; and it knows no object ids.
 */

type Evaluated = Parameters<ExpressionOperator>[2]

function comparison(holds: (order: number) => unknown, name: string): ExpressionOperator {
  return (document: unknown, operands: unknown, options: Evaluated) => {
    const [left, right] = pairOf(document, operands, options, name)
    return holds(Math.sign(compareValues(left, right)))
  }
}

function pairOf(document: unknown, operands: unknown, options: Evaluated, name: string): unknown[] {
  if (!Array.isArray(operands) || operands.length !== 2) {
    const given = Array.isArray(operands) ? operands.length : 1
    throw new CommandError(16020, `Expression ${name} takes exactly 2 arguments. ${given} were passed in.`)
  }
  return operands.map((operand) => evalExpr(document, operand, options))
}

const isIn: ExpressionOperator = (document: unknown, operands: unknown, options: Evaluated) => {
  const [value, list] = pairOf(document, operands, options, '$in')
  if (!Array.isArray(list)) {
    throw new CommandError(40081, `$in requires an array as a second argument, found: ${typeNameOf(list)}`)
  }
  return list.some((item) => compareValues(item, value ?? null) === 0)
}

const type: ExpressionOperator = (document: unknown, operand: unknown, options: Evaluated) =>
  typeNameOf(argument('$type', document, operand, options))

const toString: ExpressionOperator = (document: unknown, operand: unknown, options: Evaluated) =>
  textOf(argument('$toString', document, operand, options))

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (value instanceof Date) return value.toISOString()
  if (value instanceof ObjectId) return value.toHexString()
  if (typeof value === 'string' || typeof value === 'boolean' || isBsonNumber(value)) return String(value)
  throw new CommandError(
    241,
    `Unsupported conversion from ${typeNameOf(value)} to string in $convert with no onError value`,
  )
}

const toObjectId: ExpressionOperator = (document: unknown, operand: unknown, options: Evaluated) => {
  const value = argument('$toObjectId', document, operand, options)
  if (value === null || value === undefined) return null
  if (value instanceof ObjectId) return value
  if (typeof value === 'string' && /^[0-9a-f]{24}$/i.test(value)) return new ObjectId(value)
  throw new CommandError(241, `Failed to parse objectId ${shellText(value)} in $convert with no onError value`)
}

/** Letter case: a missing value is an empty string; only ASCII letters change. */
function letterCase(name: string, change: (text: string) => string, pattern: RegExp): ExpressionOperator {
  return (document: unknown, operand: unknown, options: Evaluated) => {
    const value = argument(name, document, operand, options)
    if (value instanceof ObjectId || typeof value === 'boolean' || Array.isArray(value) || isDocument(value)) {
      throw new CommandError(16007, `can't convert from BSON type ${typeNameOf(value)} to String`)
    }
    return (textOf(value) ?? '').replace(pattern, change)
  }
}

const size: ExpressionOperator = (document: unknown, operand: unknown, options: Evaluated) => {
  const value = argument('$size', document, operand, options)
  if (Array.isArray(value)) return value.length
  throw new CommandError(17124, `The argument to $size must be an array, but was of type: ${typeNameOf(value)}`)
}

const switchCase: ExpressionOperator = (document: unknown, operand: unknown, options: Evaluated) => {
  const { branches, default: otherwise } = isDocument(operand) ? operand : {}
  for (const branch of Array.isArray(branches) ? branches.filter(isDocument) : []) {
    if (isTrue(evalExpr(document, branch.case, options))) return evalExpr(document, branch.then, options)
  }
  if (otherwise !== undefined) return evalExpr(document, otherwise, options)
  throw new CommandError(40066, '$switch could not find a matching branch for an input, and no default was specified.')
}

/** `$sum` and its kin outside of a group: of the elements of one array, or of several arguments. */
function accumulated(name: string): ExpressionOperator {
  return (document: unknown, operand: unknown, options: Evaluated) => {
    const isList = Array.isArray(operand) && operand.length !== 1
    const given = isList
      ? operand.map((item: unknown) => evalExpr(document, item, options))
      : argument(name, document, operand, options)
    const accumulator = accumulatorOf(name)()
    for (const value of Array.isArray(given) ? given : [given]) accumulator.add(value)
    return accumulator.result()
  }
}

/** The expressions that replace mingo's of the same name. */
export const EXPRESSIONS: Record<`$${string}`, ExpressionOperator> = {
  $eq: comparison((order) => order === 0, '$eq'),
  $ne: comparison((order) => order !== 0, '$ne'),
  $gt: comparison((order) => order > 0, '$gt'),
  $gte: comparison((order) => order >= 0, '$gte'),
  $lt: comparison((order) => order < 0, '$lt'),
  $lte: comparison((order) => order <= 0, '$lte'),
  $cmp: comparison((order) => order, '$cmp'),
  $in: isIn,
  $type: type,
  $toString: toString,
  $toObjectId: toObjectId,
  $toLower: letterCase('$toLower', (text) => text.toLowerCase(), /[A-Z]+/g),
  $toUpper: letterCase('$toUpper', (text) => text.toUpperCase(), /[a-z]+/g),
  $size: size,
  $switch: switchCase,
  $sum: accumulated('$sum'),
  $avg: accumulated('$avg'),
  $min: accumulated('$min'),
  $max: accumulated('$max'),
  $mergeObjects: accumulated('$mergeObjects'),
  ...NULLABLE_EXPRESSIONS,
  ...NUMBER_EXPRESSIONS,
  ...SET_EXPRESSIONS,
  ...TRUTHS,
  ...UNARY_EXPRESSIONS,
}
