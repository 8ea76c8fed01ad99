import { maskEmail } from './email.js'
import type { LineValue, LineValues, RunLine } from './run-line.js'

/** Fields whose values say who somebody is, or where they can be reached. */
const PERSONAL = new Set(['firstname', 'lastname', 'name', 'phone', 'mobilephone', 'title', 'city'])
const EMAIL = /email$/iu
/** Of a person; the name of a Campaign is nobody's. */
const OF_PEOPLE = new Set(['Lead', 'Contact', 'participants'])

/** A line as it may be shown to whoever looks at a run: who it is about is told by ids, and values that name them are masked. */
export function maskedLine(line: RunLine): RunLine {
  if (!OF_PEOPLE.has(line.object)) return line
  const { before, after } = line
  return { ...line, ...(before ? { before: masked(before) } : {}), ...(after ? { after: masked(after) } : {}) }
}

function masked(values: LineValues): LineValues {
  return Object.fromEntries(Object.entries(values).map(([field, value]) => [field, maskedValue(field, value)]))
}

function maskedValue(field: string, value: LineValue): LineValue {
  if (typeof value !== 'string' || value === '') return value
  if (EMAIL.test(field)) return maskEmail(value)
  return PERSONAL.has(field.toLowerCase()) ? `${String.fromCodePoint(value.codePointAt(0) ?? 0x2026)}…` : value
}
