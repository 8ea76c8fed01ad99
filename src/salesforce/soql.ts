import { MhError } from '../errors.js'

/** A SOQL text in which every value is a literal. Only `soql` and `identifiers` make one, so a plain string does not compile. */
export type Soql = string & { readonly soql: unique symbol }

/** What may stand in a template: a value becomes one literal, a list becomes `(…)`, SOQL stays SOQL. */
export type SoqlValue = string | number | boolean | null | Date | readonly string[] | SoqlFragment

class SoqlFragment {
  constructor(readonly text: Soql) {}
}

const ESCAPES: Record<string, string> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
}
const IDENTIFIER = /^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*$/u

/**
 * A SOQL statement as a template: whatever is put in becomes a value and can only be a value (soql.md §2).
 * An empty list is refused: it would be MALFORMED_QUERY, or with another builder the whole object.
 */
export function soql(parts: TemplateStringsArray, ...values: readonly SoqlValue[]): Soql {
  return parts.reduce((text, part, index) => `${text}${render(values[index - 1])}${part}`) as Soql
}

/** SOQL made elsewhere, for use inside a template. */
export function fragment(text: Soql): SoqlFragment {
  return new SoqlFragment(text)
}

/** Conditions of which one has to hold. */
export function anyOf(conditions: readonly Soql[]): SoqlFragment {
  if (conditions.length === 0) throw new MhError('SOQL_VALUE', 'A condition is missing.')
  return new SoqlFragment(`(${conditions.join(' OR ')})` as Soql)
}

/** Field names that describe has listed, as a select list. They cannot be escaped, so they are checked again here. */
export function identifiers(names: readonly string[]): SoqlFragment {
  for (const name of names)
    if (!IDENTIFIER.test(name)) throw new MhError('SOQL_VALUE', `"${name}" is not a field name.`)
  if (names.length === 0) throw new MhError('SOQL_VALUE', 'A select list needs a field.')
  return new SoqlFragment(names.join(', ') as Soql)
}

/**
 * A text as one SOQL string literal, quotes included. U+0000 cannot be one; half of a surrogate pair can only be sent
 * as an escape, since a URL and UTF-8 cannot carry it.
 */
export function literal(value: string): string {
  if (value.includes('\u0000')) throw new MhError('SOQL_VALUE', 'A value with a NUL character cannot be asked for.')
  return `'${value.replace(/[\\'"\n\r\t\b\f\p{Cs}]/gu, (unit) => ESCAPES[unit] ?? unicodeEscape(unit))}'`
}

/** A text as it is to be found inside a LIKE pattern: `%` and `_` are themselves. Goes into a template as a value. */
export function contains(value: string): SoqlFragment {
  const quoted = literal(value)
    .slice(1, -1)
    .replace(/[%_]/gu, (character) => `\\${character}`)
  return new SoqlFragment(`'%${quoted}%'` as Soql)
}

function render(value: SoqlValue | undefined): string {
  if (value === undefined) throw new MhError('SOQL_VALUE', 'A value of a query is missing.')
  if (value === null) return 'null'
  if (typeof value === 'string') return literal(value)
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return finite(value)
  if (value instanceof Date) return value.toISOString()
  if (value instanceof SoqlFragment) return value.text
  if (value.length === 0) throw new MhError('SOQL_VALUE', 'An IN list needs a value.')
  return `(${value.map(literal).join(',')})`
}

function finite(value: number): string {
  if (!Number.isFinite(value)) throw new MhError('SOQL_VALUE', `${value} is not a number that SOQL knows.`)
  return String(value)
}

function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
