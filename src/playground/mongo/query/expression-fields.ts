import { isDocument } from '../bson/value.js'

/**
 * The top-level fields that an aggregation expression reads, or undefined when it may read the whole document
 * (`$$ROOT`, `$$CURRENT`, `$getField`).
 */
export function fieldsOfExpression(expression: unknown): Set<string> | undefined {
  const fields = new Set<string>()
  return collect(expression, fields) ? fields : undefined
}

function collect(expression: unknown, fields: Set<string>): boolean {
  if (typeof expression === 'string') return collectPath(expression, fields)
  if (Array.isArray(expression)) return expression.every((item) => collect(item, fields))
  if (!isDocument(expression)) return true
  return Object.entries(expression).every(([name, value]) => {
    if (name === '$literal') return true
    if (name === '$getField' || name === '$setField' || name === '$unsetField') return false
    return collect(value, fields)
  })
}

function collectPath(text: string, fields: Set<string>): boolean {
  if (text.startsWith('$$')) return !/^\$\$(ROOT|CURRENT)\b/.test(text)
  if (text.startsWith('$')) fields.add(text.slice(1).split('.')[0] ?? '')
  return true
}
