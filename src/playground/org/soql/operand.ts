import type { FieldType } from '../schema.js'
import { toId18 } from '../ids.js'
import type { Literal } from './ast.js'
import type { CallerClock } from './caller-clock.js'
import { periodOf } from './date-period.js'
import type { Period } from './date-period.js'
import { invalidField, notUnderstood, SoqlFailure } from './failure.js'
import type { FieldPath } from './field-path.js'

/** How values of a field are compared; several types share one way (soql.md §3). */
export type Comparison = 'text' | 'id' | 'boolean' | 'number' | 'date' | 'datetime'

const COMPARISONS = {
  id: 'id',
  reference: 'id',
  boolean: 'boolean',
  int: 'number',
  double: 'number',
  currency: 'number',
  percent: 'number',
  date: 'date',
  datetime: 'datetime',
  string: 'text',
  email: 'text',
  phone: 'text',
  url: 'text',
  textarea: 'text',
  picklist: 'text',
  multipicklist: 'text',
  combobox: 'text',
  encryptedstring: 'text',
  time: undefined,
  address: undefined,
} satisfies Record<FieldType, Comparison | undefined>

/** What the org calls the type in its messages. */
const SHOWN = {
  text: 'string',
  id: 'ID',
  boolean: 'boolean',
  number: 'double',
  date: 'date',
  datetime: 'dateTime',
} satisfies Record<Comparison, string>

/** A value ready to compare: text and ids as stored, datetimes as epoch milliseconds, empty text as null. */
export type Operand = string | number | boolean | null

/**
 * How the field is compared.
 *
 * @throws SoqlFailure INVALID_FIELD when it can not be filtered at all (soql.md §4)
 */
export const comparisonOf = (path: FieldPath): Comparison => {
  const comparison = COMPARISONS[path.field.type]
  if (path.field.filterable && comparison) return comparison
  throw invalidField(`field '${path.field.name}' can not be filtered in a query call`, path.start)
}

/** An operator that the type does not know. */
export const badOperator = (path: FieldPath): SoqlFailure =>
  new SoqlFailure('INVALID_QUERY_FILTER_OPERATOR', `invalid operator on ${path.field.type} field`, path.start)

const wrongType = (path: FieldPath, comparison: Comparison, start: number): SoqlFailure => {
  const quotes = comparison === 'text' || comparison === 'id' ? 'should' : 'should not'
  const type = SHOWN[comparison]
  const text = `value of filter criterion for field '${path.field.name}' must be of type ${type} and ${quotes} be enclosed in quotes`
  return invalidField(text, start)
}

const id = (text: string, start: number): Operand => {
  const id18 = text === '' ? null : toId18(text)
  if (id18 !== undefined) return id18
  throw new SoqlFailure('INVALID_QUERY_FILTER_OPERATOR', `invalid ID field: ${text}`, start)
}

/**
 * The value of a literal for a field; the form it was written in must suit the type.
 *
 * @throws SoqlFailure INVALID_FIELD for wrong quoting or type, INVALID_QUERY_FILTER_OPERATOR for a bad id
 */
export const operandOf = (path: FieldPath, comparison: Comparison, literal: Literal): Operand => {
  if (literal.kind === 'null') return null
  if (literal.kind === 'period' && (comparison === 'date' || comparison === 'datetime')) {
    throw notUnderstood(`the date literal ${literal.name} in a list`, literal.start)
  }
  const quoted = comparison === 'text' || comparison === 'id'
  if (quoted && literal.kind === 'string') {
    return comparison === 'id' ? id(literal.value, literal.start) : literal.value === '' ? null : literal.value
  }
  const plain =
    literal.kind === 'number' || literal.kind === 'boolean' || literal.kind === 'date' || literal.kind === 'datetime'
  if (plain && literal.kind === comparison) return literal.value
  throw wrongType(path, comparison, literal.start)
}

/** A date literal as bounds in the field's own values: the second is excluded. */
export type Bounds = readonly [from: Operand, to: Operand]

const isoDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

const dayBounds = ({ from, to }: Period, start: number): Bounds => {
  const latest = Date.UTC(4001, 0, 1)
  if (from < Date.UTC(1700, 0, 1) || to > latest) throw invalidField('the date literal is out of range', start)
  return [isoDay(from), isoDay(to)]
}

/**
 * The bounds of a date literal compared with a date or datetime field; undefined for any other literal.
 */
export const boundsOf = (
  path: FieldPath,
  comparison: Comparison,
  literal: Literal,
  clock: CallerClock,
): Bounds | undefined => {
  if (literal.kind !== 'period') return undefined
  if (comparison !== 'date' && comparison !== 'datetime') throw wrongType(path, comparison, literal.start)
  const period = periodOf(literal.name, literal.count ?? 0, clock)
  const days = dayBounds(period, literal.start)
  return comparison === 'date' ? days : [clock.instant(period.from), clock.instant(period.to)]
}
