import { XMLParser } from 'fast-xml-parser'
import { SyntaxValidator } from 'fast-xml-validator'

/** An element of a document that was read. Namespaces are not looked at: names are without their prefix. */
export interface XmlElement {
  readonly name: string
  /** `xsi:type` is found under `type`, `xsi:nil` under `nil`. */
  readonly attributes: Readonly<Record<string, string>>
  /** In the document's order. */
  readonly children: readonly XmlElement[]
  /** All text directly inside, entities and CDATA resolved, spaces kept. */
  readonly text: string
}

const ATTRIBUTES = ':@'
const TEXT = '#text'
const parser = new XMLParser({
  preserveOrder: true,
  removeNSPrefix: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  textNodeName: TEXT,
  parseTagValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  // Names such as toString stay as they are: nodes are read by their own keys only.
  onDangerousProperty: (name: string) => name,
  // Character references too; there can be no others without a DOCTYPE, so how much they expand to is bounded by the body.
  htmlEntities: true,
  processEntities: { enabled: true, maxExpandedLength: Infinity, maxTotalExpansions: Infinity },
})

/** Reads a document; its root. Throws an Error that says what is wrong: not well-formed, a DOCTYPE, over 100 levels deep. */
export function parseXml(text: string): XmlElement {
  if (/<!DOCTYPE/i.test(text)) throw new Error('DOCTYPE is not allowed')
  // The parser takes what is not well-formed; this one throws.
  SyntaxValidator.validate(text)
  const nodes: unknown = parser.parse(text)
  const [root, ...more] = elementsOf(nodes)
  if (root === undefined || more.length > 0) throw new Error('there must be one root element')
  return root
}

/** The first child of that name. */
export function childOf(parent: XmlElement | undefined, name: string): XmlElement | undefined {
  return parent?.children.find((child) => child.name === name)
}

/** The children of that name, which is how SOAP spells a list. */
export function childrenOf(parent: XmlElement | undefined, name: string): XmlElement[] {
  return parent?.children.filter((child) => child.name === name) ?? []
}

/** The text of the first child of that name; undefined when there is none or it is `xsi:nil`. */
export function textOf(parent: XmlElement | undefined, name: string): string | undefined {
  const child = childOf(parent, name)
  return child === undefined || isNil(child) ? undefined : child.text
}

export function isNil({ attributes }: XmlElement): boolean {
  return attributes['nil'] === 'true' || attributes['nil'] === '1'
}

function elementsOf(nodes: unknown): XmlElement[] {
  return Array.isArray(nodes) ? nodes.flatMap((node: unknown) => elementOf(node) ?? []) : []
}

/** The parser's node is `{ name: [nodes], ':@': attributes }`, or `{ '#text': text }`. */
function elementOf(node: unknown): XmlElement | undefined {
  const entries = Object.entries(node as object)
  const [name, inside] = entries.find(([key]) => key !== ATTRIBUTES && key !== TEXT) ?? []
  if (name === undefined) return undefined
  const attributes = entries.find(([key]) => key === ATTRIBUTES)?.[1] as Record<string, string> | undefined
  return { name, attributes: attributes ?? {}, children: elementsOf(inside), text: textIn(inside) }
}

function textIn(nodes: unknown): string {
  if (!Array.isArray(nodes)) return ''
  return nodes.map((node: object) => (TEXT in node ? String(node[TEXT]) : '')).join('')
}
