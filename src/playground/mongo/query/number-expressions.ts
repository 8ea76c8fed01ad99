import { Long } from 'bson'
import { evalExpr } from 'mingo/core'
import * as mingo from 'mingo/operators/expression'
import { type ExpressionOperator } from 'mingo/types'
import { CommandError } from '../command-error.js'
import { type Amount, amountOf, combine, numberOf, ONE, OPERATIONS, ZERO } from '../bson/arithmetic.js'
import { isBsonNumber } from '../bson/numbers.js'
import { plainNumber, typeNameOf } from '../bson/type-names.js'
import { exactDouble } from '../bson/value.js'
import { argument } from './unary-expressions.js'

/*
 * Expressions that compute with numbers, in the types that MongoDB computes in. mingo knows JavaScript's numbers only.
 */

type Evaluated = Parameters<ExpressionOperator>[2]

/** How an operator takes its operands once they are evaluated; null among them has answered already. */
type Compute = (operands: readonly unknown[], name: string) => unknown

/** An operator of a list of operands: null as soon as one is null or missing. */
function ofList(name: string, compute: Compute, arity?: readonly number[]): ExpressionOperator {
  return (document: unknown, operand: unknown, options: Evaluated) => {
    const operands: readonly unknown[] = Array.isArray(operand) ? operand : [operand]
    if (arity && !arity.includes(operands.length)) {
      throw new CommandError(
        16020,
        `Expression ${name} takes exactly ${arity.join(' or ')} arguments. ${operands.length} were passed in.`,
      )
    }
    const values = operands.map((one) => evalExpr(document, one, options) ?? null)
    return values.includes(null) ? null : compute(values, name)
  }
}

function amount(name: string, value: unknown, code: number): Amount {
  if (isBsonNumber(value)) return amountOf(value, name)
  throw new CommandError(code, `${name} only supports numeric types, not ${typeNameOf(value)}`)
}

/** A date's milliseconds stand in for it in `$add` and `$subtract`. */
function amountOrTime(name: string, value: unknown): Amount {
  if (value instanceof Date) return { kind: 'whole', value: BigInt(value.getTime()), isLong: true }
  return amount(name, value, 14)
}

function dateOf({ kind, value }: Amount): Date {
  return new Date(kind === 'double' ? Math.round(value) : Number(value))
}

const add: Compute = (operands, name) => {
  const total = operands
    .map((one) => amountOrTime(name, one))
    .reduce((sum, one) => combine(OPERATIONS.plus, sum, one), ZERO)
  const dates = operands.filter((one) => one instanceof Date).length
  if (dates > 1) throw new CommandError(16612, 'only one date allowed in an $add expression')
  return dates === 1 ? dateOf(total) : numberOf(total)
}

const subtract: Compute = ([left, right], name) => {
  if (right instanceof Date && !(left instanceof Date)) {
    throw new CommandError(14, `can't $subtract date from ${typeNameOf(left)}`)
  }
  const difference = combine(OPERATIONS.minus, amountOrTime(name, left), amountOrTime(name, right))
  return left instanceof Date && !(right instanceof Date) ? dateOf(difference) : numberOf(difference)
}

const multiply: Compute = (operands, name) =>
  numberOf(
    operands.map((one) => amount(name, one, 14)).reduce((product, one) => combine(OPERATIONS.times, product, one), ONE),
  )

const divide: Compute = (operands, name) => {
  const [left = NaN, right = NaN] = operands.map((one) => Number(amount(name, one, 14).value))
  if (right === 0) throw new CommandError(2, "can't $divide by zero")
  return exactDouble(left / right)
}

const modulo: Compute = (operands, name) => {
  const [left = ZERO, right = ZERO] = operands.map((one) => amount(name, one, 16611))
  if (Number(right.value) === 0) throw new CommandError(16610, "can't $mod by zero")
  return numberOf(combine(OPERATIONS.modulo, left, right))
}

const power: Compute = (operands, name) => {
  const [base = ZERO, exponent = ZERO] = operands.map((one, i) => amount(name, one, 28762 + i))
  if (Number(base.value) === 0 && Number(exponent.value) < 0) {
    throw new CommandError(28764, '$pow cannot take a base of 0 and a negative exponent')
  }
  // A whole number to a larger power is beyond a long, or is 0, 1 or -1.
  const isSmall = Number(exponent.value) >= 0 && Number(exponent.value) < 64
  if (isSmall) return numberOf(combine(OPERATIONS.power, base, exponent))
  return exactDouble(Number(base.value) ** Number(exponent.value))
}

const absolute: Compute = ([value], name) => {
  const given = amount(name, value, 28765)
  return Number(given.value) < 0 ? numberOf(combine(OPERATIONS.minus, ZERO, given)) : numberOf(given)
}

/** An operator that takes a double to a whole one, and leaves whole numbers as they are. */
function rounding(round: (value: number) => number): Compute {
  return ([value], name) => {
    const given = amount(name, value, 28765)
    return given.kind === 'double' ? exactDouble(round(given.value)) : numberOf(given)
  }
}

/** Rounds as `$round` and `$trunc` do: to a number of decimal places, or of digits before the point if that is negative. */
function toPlaces(round: (value: number) => number): Compute {
  return ([value, places = 0], name) => {
    const given = amount(name, value, 51081)
    const place = Number(amount(name, places, 51082).value)
    if (given.kind === 'whole' && place >= 0) return numberOf(given)
    const rounded = scaled(round(scaled(Number(given.value), place)), -place)
    return given.kind === 'double' ? exactDouble(rounded) : numberOf({ ...given, value: BigInt(rounded) })
  }
}

/** A number times a power of ten, without the error of a multiplication. */
function scaled(value: number, power: number): number {
  if (!Number.isFinite(value)) return value
  const [digits = '', exponent = '0'] = value.toExponential().split('e')
  return Number(`${digits}e${Number(exponent) + power}`)
}

function halfToEven(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  if (rest === 0.5) return below % 2 === 0 ? below : below + 1
  return rest < 0.5 ? below : below + 1
}

/** An operator of a double, over the range where it is defined. */
function ofDouble(
  compute: (value: number) => number,
  code = 0,
  isDefined = (_value: number): boolean => true,
): Compute {
  return ([value], name) => {
    const given = Number(amount(name, value, 28765).value)
    if (!isDefined(given)) throw new CommandError(code, `${name}'s argument is out of range, but is ${given}`)
    return exactDouble(compute(given))
  }
}

const isPositive = (value: number): boolean => !(value <= 0)

/** mingo's conversion, which takes a number without its type and gives one of the type `typed`. */
function conversion(name: string, operator: ExpressionOperator, typed: (value: number) => unknown): ExpressionOperator {
  return (document: unknown, operand: unknown, options: Evaluated) => {
    const $literal = plainNumber(argument(name, document, operand, options) ?? null)
    const converted: unknown = operator(document as never, { $literal } as never, options)
    return typeof converted === 'number' ? typed(converted) : converted
  }
}

const isNumber: ExpressionOperator = (document: unknown, operand: unknown, options: Evaluated) =>
  isBsonNumber(argument('$isNumber', document, operand, options))

/** The expressions that replace mingo's of the same name. */
export const NUMBER_EXPRESSIONS: Record<`$${string}`, ExpressionOperator> = {
  $add: ofList('$add', add),
  $subtract: ofList('$subtract', subtract, [2]),
  $multiply: ofList('$multiply', multiply),
  $divide: ofList('$divide', divide, [2]),
  $mod: ofList('$mod', modulo, [2]),
  $pow: ofList('$pow', power, [2]),
  $abs: ofList('$abs', absolute, [1]),
  $ceil: ofList('$ceil', rounding(Math.ceil), [1]),
  $floor: ofList('$floor', rounding(Math.floor), [1]),
  $round: ofList('$round', toPlaces(halfToEven), [1, 2]),
  $trunc: ofList('$trunc', toPlaces(Math.trunc), [1, 2]),
  $sqrt: ofList(
    '$sqrt',
    ofDouble(Math.sqrt, 28714, (value) => !(value < 0)),
    [1],
  ),
  $ln: ofList('$ln', ofDouble(Math.log, 28766, isPositive), [1]),
  $log10: ofList('$log10', ofDouble(Math.log10, 28761, isPositive), [1]),
  $toInt: conversion('$toInt', mingo.$toInt, (value) => value),
  $toLong: conversion('$toLong', mingo.$toLong, (value) => Long.fromNumber(value)),
  $toDouble: conversion('$toDouble', mingo.$toDouble, exactDouble),
  $isNumber: isNumber,
}
