import { OrgError, saveError, type SaveError } from './org-error.js'
import type { FieldDef } from './schema.js'
import { type FieldValue, wholeSecond } from './store.js'

/** Where a value comes from: a JSON body, or a cell of an uploaded CSV. */
export type Source = 'json' | 'csv'

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/
const DATETIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:?\d{2})$/
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i
const TIME = /^\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z?$/
const EMAIL = /^[^\s@,;:"()<>[\]\\]{1,64}@[^\s@,;:"()<>[\]\\.]+(?:\.[^\s@,;:"()<>[\]\\.]+)+$/

/**
 * A caller's value as the store keeps it; undefined when it is not of the field's type. Numbers and booleans may be
 * strings, `""` is null for text and a mistake for the rest, dates have years 1700 to 4000 (rest.md §5, §10).
 */
export function coerce(field: FieldDef, given: unknown, source: Source): FieldValue | undefined {
  if (given === null) return field.type === 'boolean' ? field.defaultValue : null
  switch (field.type) {
    case 'boolean':
      return toBoolean(given, source)
    case 'int':
    case 'double':
    case 'currency':
    case 'percent':
      return toNumber(field, given)
    case 'date':
      return typeof given === 'string' && isDate(given) ? given : undefined
    case 'datetime':
      return typeof given === 'string' ? toDatetime(given) : undefined
    case 'time':
      return typeof given === 'string' && TIME.test(given) ? given : undefined
    default:
      if (typeof given !== 'string') return undefined
      return given === '' ? null : given
  }
}

function toBoolean(given: unknown, source: Source): boolean | undefined {
  if (typeof given === 'boolean') return given
  const text = typeof given === 'string' ? given.toLowerCase() : ''
  if (text === 'true' || (source === 'csv' && text === '1')) return true
  return text === 'false' || (source === 'csv' && text === '0') ? false : undefined
}

function toNumber(field: FieldDef, given: unknown): number | undefined {
  const value = typeof given === 'string' && NUMBER.test(given) ? Number(given) : given
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  return field.type === 'int' && !Number.isInteger(value) ? undefined : value
}

/** A day of the calendar between 1700 and 4000. */
export function isDate(text: string): boolean {
  const parts = DATE.exec(text)
  if (parts === null || !inRange(Number(parts[1]))) return false
  const parsed = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text)
}

function toDatetime(text: string): number | undefined {
  if (!DATETIME.test(text) || !isDate(text.slice(0, 10))) return undefined
  const epochMs = Date.parse(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'))
  return Number.isNaN(epochMs) ? undefined : wholeSecond(epochMs)
}

function inRange(year: number): boolean {
  return year >= 1700 && year <= 4000
}

/** What is wrong with a value of the right type: length, address, picklist, size of a number (errors.md §2). */
export function fieldProblem(field: FieldDef, value: FieldValue): SaveError | undefined {
  if (typeof value === 'number') return numberProblem(field, value)
  if (typeof value !== 'string') return undefined
  if (field.restrictedPicklist && !isAllowed(field, value)) {
    const message = `${field.label}: bad value for restricted picklist field: ${value}`
    return saveError('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', message, [field.name])
  }
  // Measured in UTF-16 code units, never truncated (objects.md §7).
  if (field.length > 0 && value.length > field.length && field.type !== 'reference') {
    const message = `${field.label}: data value too large: ${value} (max length=${field.length})`
    return saveError('STRING_TOO_LONG', message, [field.name])
  }
  if (field.type === 'email' && !EMAIL.test(value)) {
    return saveError('INVALID_EMAIL_ADDRESS', `${field.label}: invalid email address: ${value}`, [field.name])
  }
  return undefined
}

function numberProblem(field: FieldDef, value: number): SaveError | undefined {
  const digits = field.type === 'int' ? field.digits : field.precision - field.scale
  if (digits === 0 || Math.abs(value) < 10 ** digits || field.type === 'datetime') return undefined
  const message = `${field.label}: value outside of valid range on numeric field: ${value}`
  return saveError('NUMBER_OUTSIDE_VALID_RANGE', message, [field.name])
}

function isAllowed(field: FieldDef, value: string): boolean {
  const values = field.type === 'multipicklist' ? value.split(';') : [value]
  return values.every((one) => field.picklistValues.some((choice) => choice.value === one))
}

/**
 * A value of the wrong type: over REST the whole request is rejected while it is parsed, in a CSV only its row
 * (errors.md §2: JSON_PARSER_ERROR, INVALID_TYPE_ON_FIELD_IN_RECORD). Throws for JSON.
 */
export function wrongType(field: FieldDef, given: unknown, source: Source): SaveError {
  if (source === 'csv') {
    const message = `${field.label}: value not of required type: ${asText(given)}`
    return saveError('INVALID_TYPE_ON_FIELD_IN_RECORD', message, [field.name])
  }
  const shown = given instanceof Object ? '' : ` value ${asText(given)}`
  const message = `Cannot deserialize instance of ${field.type} from ${jsonToken(given)}${shown} at [line:1, column:1]`
  throw new OrgError(400, 'JSON_PARSER_ERROR', message)
}

function asText(given: unknown): string {
  return typeof given === 'string' ? given : JSON.stringify(given)
}

function jsonToken(given: unknown): string {
  if (Array.isArray(given)) return 'START_ARRAY'
  if (typeof given === 'object') return 'START_OBJECT'
  if (typeof given === 'boolean') return given ? 'VALUE_TRUE' : 'VALUE_FALSE'
  if (typeof given === 'number') return Number.isInteger(given) ? 'VALUE_NUMBER_INT' : 'VALUE_NUMBER_FLOAT'
  return 'VALUE_STRING'
}
