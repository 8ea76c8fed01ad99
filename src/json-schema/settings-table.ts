import type { z } from 'zod'
import { configSchema } from './config.js'

type Schema = z.core.JSONSchema.BaseSchema

const BEGIN = '<!-- settings: written by `npm run schemas` -->'
const END = '<!-- end of settings -->'

/** A page with the table of every setting between its two marks, as the schema of the config file has them. */
export function withSettingsTable(page: string): string {
  const [before, rest] = page.split(BEGIN)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined) throw new Error('the page has no marks for the table of settings')
  return `${before}${BEGIN}\n\n${settingsTable()}\n\n${END}${after}`
}

/** Every setting with what it means, what may stand there and what counts without it, as a table of Markdown. */
export function settingsTable(): string {
  const rows = leavesOf(configSchema() as Schema).map(({ path, schema }) => {
    const byDefault = schema.default === undefined ? 'none' : `\`${JSON.stringify(schema.default)}\``
    return [`\`${path}\``, schema.description ?? '', valuesOf(schema), byDefault]
  })
  const lines = [['key', 'what it says', 'values', 'default'], ['---', '---', '---', '---'], ...rows]
  return lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')
}

interface Leaf {
  path: string
  schema: Schema
}

/** The settings that hold a value, in the order of the file; a choice between several forms is one. */
export function leavesOf(schema: Schema, path: readonly string[] = []): Leaf[] {
  if (schema.properties === undefined) return [{ path: path.join('.'), schema }]
  return Object.entries(schema.properties).flatMap(([key, below]) =>
    key === '$schema' || typeof below !== 'object' ? [] : leavesOf(below, [...path, key]),
  )
}

function valuesOf({ type, enum: values, const: only, ...schema }: Schema): string {
  if (only !== undefined) return `\`${String(only)}\``
  if (values) return values.map((value) => `\`${String(value)}\``).join(', ')
  if (type === 'boolean') return '`true`, `false`'
  if (type === 'number' || type === 'integer') return numbersOf(type, schema)
  if (type === 'string') return schema.maxLength === undefined ? 'a text' : `a text of ${schema.maxLength} at the most`
  return type === 'array' ? 'a list' : 'an object'
}

function numbersOf(type: 'number' | 'integer', { minimum, exclusiveMinimum, maximum }: Schema): string {
  const kind = type === 'integer' ? 'a whole number' : 'a number'
  const low = exclusiveMinimum === undefined ? minimum : `above ${exclusiveMinimum}`
  const isBounded = maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER
  if (low === undefined) return kind
  return isBounded
    ? `${kind}, ${low} to ${maximum}`
    : `${kind}, ${low}${exclusiveMinimum === undefined ? ' or more' : ''}`
}
