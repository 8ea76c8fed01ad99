import { evalExpr } from 'mingo/core'
import * as mingo from 'mingo/operators/expression'
import { type ExpressionOperator } from 'mingo/types'
import { CommandError } from '../command-error.js'
import { compareNumbers, isBsonNumber } from '../bson/numbers.js'
import { typeNameOf } from '../bson/type-names.js'
import { isDocument } from '../bson/value.js'
import { argument } from './unary-expressions.js'

/*
 * Expressions that ask whether something is true: to mingo a zero in a class of its own, a long for one, would be.
 */

type Evaluated = Parameters<ExpressionOperator>[2]

/** Whether MongoDB takes a value for true: all but false, null, a missing value and zero of any type. */
export function isTrue(value: unknown): boolean {
  if (isBsonNumber(value)) return compareNumbers(value, 0) !== 0
  return value !== null && value !== undefined && value !== false
}

function list(operand: unknown): readonly unknown[] {
  return Array.isArray(operand) ? operand : [operand]
}

const and: ExpressionOperator = (document: unknown, operands: unknown, options: Evaluated) =>
  list(operands).every((operand) => isTrue(evalExpr(document, operand, options)))

const or: ExpressionOperator = (document: unknown, operands: unknown, options: Evaluated) =>
  list(operands).some((operand) => isTrue(evalExpr(document, operand, options)))

const not: ExpressionOperator = (document: unknown, operand: unknown, options: Evaluated) =>
  !isTrue(argument('$not', document, operand, options))

const toBool: ExpressionOperator = (document: unknown, operand: unknown, options: Evaluated) => {
  const value = argument('$toBool', document, operand, options) ?? null
  return value === null ? null : isTrue(value)
}

const BRANCHES = ['if', 'then', 'else']

const cond: ExpressionOperator = (document: unknown, operand: unknown, options: Evaluated) => {
  const [test, then, otherwise] = branchesOf(operand)
  return evalExpr(document, isTrue(evalExpr(document, test, options)) ? then : otherwise, options)
}

function branchesOf(operand: unknown): readonly unknown[] {
  if (!isDocument(operand)) {
    if (list(operand).length === 3) return list(operand)
    throw new CommandError(16020, `Expression $cond takes exactly 3 arguments. ${list(operand).length} were passed in.`)
  }
  const other = Object.keys(operand).find((name) => !BRANCHES.includes(name))
  if (other !== undefined) throw new CommandError(17083, `Unrecognized parameter to $cond: ${other}`)
  BRANCHES.forEach((name, i) => {
    if (!(name in operand)) throw new CommandError(17080 + i, `Missing '${name}' parameter to $cond`)
  })
  return BRANCHES.map((name) => operand[name])
}

const filter: ExpressionOperator = (document: unknown, operand: unknown, options: Evaluated) => {
  const given = isDocument(operand) && 'cond' in operand ? { ...operand, cond: { $toBool: [operand.cond] } } : operand
  return mingo.$filter(document as never, given as never, options)
}

function elements(name: string, code: number, holds: (array: readonly unknown[]) => boolean): ExpressionOperator {
  return (document: unknown, operand: unknown, options: Evaluated) => {
    const value = argument(name, document, operand, options)
    if (Array.isArray(value)) return holds(value)
    throw new CommandError(code, `${name}'s argument must be an array, but is ${typeNameOf(value)}`)
  }
}

/** The expressions that replace mingo's of the same name. */
export const TRUTHS: Record<`$${string}`, ExpressionOperator> = {
  $and: and,
  $or: or,
  $not: not,
  $toBool: toBool,
  $cond: cond,
  $filter: filter,
  $allElementsTrue: elements('$allElementsTrue', 17040, (array) => array.every(isTrue)),
  $anyElementTrue: elements('$anyElementTrue', 17041, (array) => array.some(isTrue)),
}
