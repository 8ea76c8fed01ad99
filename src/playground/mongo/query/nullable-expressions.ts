import { Long } from 'bson'
import { evalExpr } from 'mingo/core'
import * as mingo from 'mingo/operators/expression'
import { type ExpressionOperator } from 'mingo/types'
import { plainNumber } from '../bson/type-names.js'
import { isDocument } from '../bson/value.js'

/*
 * Expressions of mingo's that fail, or count from 1970, where an argument is null or missing and MongoDB answers null.
 */

type Evaluated = Parameters<ExpressionOperator>[2]

/** `operator`, but null when one of the arguments that `argumentsOf` picks is null. */
function nullable(
  operator: ExpressionOperator,
  argumentsOf: (operand: unknown) => readonly unknown[],
): ExpressionOperator {
  return (document: unknown, operand: unknown, options: Evaluated) => {
    const values = argumentsOf(operand).map((argument) => evalExpr(document, argument, options) ?? null)
    if (values.includes(null)) return null
    return operator(document as never, operand as never, options)
  }
}

/** The fields of an operand that is a document. */
function fields(...names: string[]): (operand: unknown) => readonly unknown[] {
  return (operand) => (isDocument(operand) ? names.map((name) => operand[name]) : [])
}

/** The elements of an operand that is a list. */
function list(operand: unknown): readonly unknown[] {
  return Array.isArray(operand) ? operand : [operand]
}

/** A date given as such, as a list of one, or in a document beside its time zone. */
function date(operand: unknown): readonly unknown[] {
  return isDocument(operand) && 'date' in operand ? [operand.date] : list(operand)
}

/** mingo's part of a date; it takes an expression only in a list. */
function datePart(operator: ExpressionOperator): ExpressionOperator {
  const part: ExpressionOperator = (document: unknown, operand: unknown, options: Evaluated) => {
    const [value] = date(operand)
    const evaluated = evalExpr(document, value, options)
    const given = isDocument(operand) && 'date' in operand ? { ...operand, date: evaluated } : evaluated
    return operator(document as never, given as never, options)
  }
  return nullable(part, date)
}

/** mingo's operator of a list of operands, of which numbers reach it without their types. */
function ofPlain(operator: ExpressionOperator): ExpressionOperator {
  return (document: unknown, operand: unknown, options: Evaluated) => {
    const plain = list(operand).map((one) => ({ $literal: plainNumber(evalExpr(document, one, options)) }))
    return operator(document as never, plain as never, options)
  }
}

/** The same for an operand that is a document, of which one field may be a number. */
function ofPlainField(name: string, operator: ExpressionOperator): ExpressionOperator {
  return (document: unknown, operand: unknown, options: Evaluated) => {
    if (!isDocument(operand) || !(name in operand)) return operator(document as never, operand as never, options)
    const $literal = plainNumber(evalExpr(document, operand[name], options))
    return operator(document as never, { ...operand, [name]: { $literal } } as never, options)
  }
}

const dateDiff: ExpressionOperator = (document: unknown, operand: unknown, options: Evaluated) => {
  const difference: unknown = mingo.$dateDiff(document as never, operand, options)
  return typeof difference === 'number' ? Long.fromNumber(difference) : difference
}

/** The expressions that replace mingo's of the same name. */
export const NULLABLE_EXPRESSIONS: Record<`$${string}`, ExpressionOperator> = {
  $slice: nullable(ofPlain(mingo.$slice), list),
  $arrayElemAt: ofPlain(mingo.$arrayElemAt),
  $range: ofPlain(mingo.$range),
  $substrCP: ofPlain(mingo.$substrCP),
  $dateAdd: nullable(ofPlainField('amount', mingo.$dateAdd), fields('startDate')),
  $dateSubtract: nullable(ofPlainField('amount', mingo.$dateSubtract), fields('startDate')),
  $dateTrunc: ofPlainField('binSize', mingo.$dateTrunc),
  $dateDiff: nullable(dateDiff, fields('startDate', 'endDate')),
  $dayOfMonth: datePart(mingo.$dayOfMonth),
  $dayOfWeek: datePart(mingo.$dayOfWeek),
  $dayOfYear: datePart(mingo.$dayOfYear),
  $hour: datePart(mingo.$hour),
  $isoDayOfWeek: datePart(mingo.$isoDayOfWeek),
  $isoWeek: datePart(mingo.$isoWeek),
  $isoWeekYear: datePart(mingo.$isoWeekYear),
  $millisecond: datePart(mingo.$millisecond),
  $minute: datePart(mingo.$minute),
  $month: datePart(mingo.$month),
  $second: datePart(mingo.$second),
  $year: datePart(mingo.$year),
}
