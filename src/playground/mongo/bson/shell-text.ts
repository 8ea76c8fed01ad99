import { Binary, Decimal128, Long, ObjectId } from 'bson'
import { typeNameOf } from './type-names.js'
import { isDocument } from './value.js'

/** Writes a value the way MongoDB's error messages do, e.g. `{ email: "a" }` or `ObjectId('…')`. */
export function shellText(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') return Object.is(value, -0) ? '-0.0' : String(value)
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`
  if (value instanceof Date) return `new Date(${value.getTime()})`
  if (value instanceof Binary) return `BinData(${value.sub_type}, ${value.toString('hex').toUpperCase()})`
  if (value instanceof Long || value instanceof Decimal128) return value.toString()
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[ ${value.map(shellText).join(', ')} ]`
  if (typeof value === 'boolean') return String(value)
  if (!isDocument(value)) return typeNameOf(value)
  const fields = Object.entries(value).map(([name, field]) => `${name}: ${shellText(field)}`)
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}
