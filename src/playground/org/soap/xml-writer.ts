/**
 * What an element holds: a list is the same element several times over, null is `xsi:nil="true"`, undefined is no
 * element at all; a key that begins with `@` is an attribute, its value a text.
 */
export type XmlValue = string | number | boolean | null | undefined | XmlFields | readonly XmlValue[]

export interface XmlFields {
  readonly [name: string]: XmlValue
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Writes elements, texts and attributes escaped. Names are the caller's and go as they are. */
export function writeXml(fields: XmlFields): string {
  return Object.entries(fields)
    .map(([name, value]) => (name.startsWith('@') ? '' : element(name, value)))
    .join('')
}

function element(name: string, value: XmlValue): string {
  if (value === undefined) return ''
  if (value === null) return `<${name} xsi:nil="true"/>`
  if (typeof value !== 'object') return tagged(name, '', escaped(String(value)))
  if (isList(value)) return value.map((item) => element(name, item)).join('')
  return tagged(name, attributesOf(value), writeXml(value))
}

function tagged(name: string, attributes: string, inside: string): string {
  return inside === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${inside}</${name}>`
}

function attributesOf(fields: XmlFields): string {
  return Object.entries(fields)
    .map(([name, value]) => (isAttribute(name, value) ? ` ${name.slice(1)}="${escaped(value)}"` : ''))
    .join('')
}

function isAttribute(name: string, value: XmlValue): value is string {
  return name.startsWith('@') && typeof value === 'string'
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character)
}

function isList(value: object): value is readonly XmlValue[] {
  return Array.isArray(value)
}
