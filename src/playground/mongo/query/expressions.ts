import { Binary, ObjectId } from 'bson'
import { evalExpr } from 'mingo/core'
import { type ExpressionOperator } from 'mingo/types'
import { CommandError } from '../command-error.js'
import { compareValues } from '../bson/order.js'
import { typeNameOf } from './bson-type.js'

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

/** The one argument of an expression, which may be wrapped in an array. */
function argument(document: unknown, operand: unknown, options: Evaluated): unknown {
  return evalExpr(document, Array.isArray(operand) && operand.length === 1 ? (operand[0] as unknown) : operand, options)
}

const type: ExpressionOperator = (document: unknown, operand: unknown, options: Evaluated) =>
  typeNameOf(argument(document, operand, options))

const toString: ExpressionOperator = (document: unknown, operand: unknown, options: Evaluated) =>
  textOf(argument(document, operand, options), '$toString')

function textOf(value: unknown, name: string): string | null {
  if (value === null || value === undefined) return null
  if (value instanceof Date) return value.toISOString()
  if (value instanceof ObjectId) return value.toHexString()
  if (typeof value === 'object' && (Array.isArray(value) || value instanceof Binary || !('toJSON' in value))) {
    throw new CommandError(241, `Unsupported conversion from ${typeNameOf(value)} to string in ${name} with no onError value`)
  }
  return String(value)
}

const toObjectId: ExpressionOperator = (document: unknown, operand: unknown, options: Evaluated) => {
  const value = argument(document, operand, options)
  if (value === null || value === undefined) return null
  if (value instanceof ObjectId) return value
  if (typeof value === 'string' && /^[0-9a-f]{24}$/i.test(value)) return new ObjectId(value)
  throw new CommandError(241, `Failed to parse objectId '${String(value)}' in $convert with no onError value`)
}

/** Letter case: a missing value is an empty string; only ASCII letters change. */
function letterCase(change: (text: string) => string, pattern: RegExp, name: string): ExpressionOperator {
  return (document: unknown, operand: unknown, options: Evaluated) => {
    const text = textOf(argument(document, operand, options), name) ?? ''
    return text.replace(pattern, change)
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
  $toLower: letterCase((text) => text.toLowerCase(), /[A-Z]+/g, '$toLower'),
  $toUpper: letterCase((text) => text.toUpperCase(), /[a-z]+/g, '$toUpper'),
}
