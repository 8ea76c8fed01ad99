import { evalExpr } from 'mingo/core'
import * as mingo from 'mingo/operators/expression'
import { type ExpressionOperator } from 'mingo/types'
import { CommandError } from '../command-error.js'
import { plainNumber } from '../bson/type-names.js'

/*
 * Expressions of one argument, which may be wrapped in a list: `{ $size: [x] }` is `{ $size: x }`. mingo takes the list
 * for the argument.
 */

type Evaluated = Parameters<ExpressionOperator>[2]

/** The one argument of an expression, evaluated. */
export function argument(name: string, document: unknown, operand: unknown, options: Evaluated): unknown {
  if (!Array.isArray(operand)) return evalExpr(document, operand, options)
  if (operand.length === 1) return evalExpr(document, operand[0] as unknown, options)
  throw new CommandError(16020, `Expression ${name} takes exactly 1 arguments. ${operand.length} were passed in.`)
}

function unary(name: string, operator: ExpressionOperator): ExpressionOperator {
  return (document: unknown, operand: unknown, options: Evaluated) => {
    const $literal = plainNumber(argument(name, document, operand, options) ?? null)
    return operator(document as never, { $literal } as never, options)
  }
}

const { $reverseArray, $first, $last, $objectToArray, $arrayToObject } = mingo
const { $strLenCP, $strLenBytes, $toDate } = mingo

const TAKING_ONE: Record<string, ExpressionOperator> = {
  $reverseArray,
  $first,
  $last,
  $objectToArray,
  $arrayToObject,
  $strLenCP,
  $strLenBytes,
  $toDate,
}

/** The expressions that replace mingo's of the same name. */
export const UNARY_EXPRESSIONS: Record<`$${string}`, ExpressionOperator> = Object.fromEntries(
  Object.entries(TAKING_ONE).map(([name, operator]) => [name, unary(name, operator)]),
)
