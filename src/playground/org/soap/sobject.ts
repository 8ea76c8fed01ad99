import type { GivenRecord } from '../record-reader.js'
import { isNil, textOf, type XmlElement } from './xml-element.js'

/** A record as an envelope carries it. */
export interface SoapRecord {
  /** The object, as it was written. */
  readonly type: string
  readonly id: string | undefined
  readonly values: GivenRecord
}

/** Reads an sObject: `type`, `Id`, fields as text, names in `fieldsToNull`; an element with elements is a parent by key. */
export function readRecord(element: XmlElement): SoapRecord {
  const values: Record<string, unknown> = {}
  for (const child of element.children) {
    if (child.name === 'fieldsToNull') values[child.text] = null
    else if (!['type', 'Id'].includes(child.name)) values[child.name] = valueOf(child)
  }
  return { type: textOf(element, 'type') ?? '', id: textOf(element, 'Id'), values }
}

function valueOf(element: XmlElement): unknown {
  if (isNil(element)) return null
  const fields = element.children.filter((child) => child.name !== 'type')
  if (fields.length === 0) return element.text
  return Object.fromEntries(fields.map((child) => [child.name, child.text]))
}
