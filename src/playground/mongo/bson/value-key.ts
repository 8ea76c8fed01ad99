import { Binary, ObjectId } from 'bson'
import { isBsonNumber, numberKey } from './numbers.js'
import { isDocument } from './value.js'

/**
 * A text that two values share exactly when MongoDB calls them equal: what a hash index, a unique index and a group
 * are keyed by. Each text says where it ends, so that keys may be joined.
 */
export function valueKey(value: unknown): string {
  if (value === null) return 'z'
  switch (typeof value) {
    case 'undefined':
      return 'u'
    case 'string':
      return `s${value.length}:${value}`
    case 'boolean':
      return value ? 't' : 'f'
    case 'number':
    case 'bigint':
      return `n${numberKey(value)};`
    default:
      return objectKey(value)
  }
}

function objectKey(value: unknown): string {
  if (value instanceof ObjectId) return `o${value.toHexString()}`
  if (value instanceof Date) return `d${value.getTime()};`
  if (Array.isArray(value)) return `[${value.map((item: unknown) => valueKey(item ?? null)).join('')}]`
  if (isBsonNumber(value)) return `n${numberKey(value)};`
  if (value instanceof Binary) return `b${value.sub_type}:${value.toString('hex')};`
  if (isDocument(value)) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined)
    return `{${fields.map(([name, field]) => `${name.length}:${name}${valueKey(field)}`).join('')}}`
  }
  const text = String(value)
  return `x${Object.prototype.toString.call(value)}${text.length}:${text}`
}

/** A hash of 31 bits, small enough to be kept without a box of its own. */
export function hashOf(key: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return (hash ^ (hash >>> 15)) & 0x3fffffff
}
