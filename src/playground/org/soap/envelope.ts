import { EnvelopeError } from './fault.js'
import { childOf, parseXml, type XmlElement } from './xml-element.js'
import { writeXml, type XmlFields } from './xml-writer.js'

const ALWAYS = {
  'xmlns:soapenv': 'http://schemas.xmlsoap.org/soap/envelope/',
  'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
}

/** What came in an envelope. */
export interface Envelope {
  /** Undefined when there was none, which is an empty one. */
  readonly header: XmlElement | undefined
  /** The one element of the body: named for its operation, its children the arguments. */
  readonly operation: XmlElement
}

/** Namespaces of one SOAP API. */
export interface Namespaces {
  /** Of the operations, e.g. `urn:partner.soap.sforce.com`. */
  readonly api: string
  /** Of `sf:` in faults. */
  readonly fault: string
}

/** Reads an envelope of SOAP 1.1. Throws EnvelopeError. */
export function readEnvelope(text: string): Envelope {
  const root = parsed(text)
  const body = childOf(root, 'Body')
  const operation = body?.children[0]
  if (root.name !== 'Envelope' || operation === undefined)
    throw new EnvelopeError('there is no operation in a soap:Body')
  return { header: childOf(root, 'Header'), operation }
}

function parsed(text: string): XmlElement {
  try {
    return parseXml(text)
  } catch (error) {
    throw new EnvelopeError(error instanceof Error ? error.message : 'not XML')
  }
}

/** The envelope of a reply. Elements without a prefix are in the API's namespace. */
export function writeReply({ api }: Namespaces, header: XmlFields, body: XmlFields): string {
  return writeEnvelope({ xmlns: api }, { 'soapenv:Header': header, 'soapenv:Body': body })
}

/** The envelope of a fault, which has no header; `faultcode` and its like are in no namespace. */
export function writeFault({ fault }: Namespaces, body: XmlFields): string {
  return writeEnvelope({ 'xmlns:sf': fault }, { 'soapenv:Body': body })
}

function writeEnvelope(namespaces: Readonly<Record<string, string>>, inside: XmlFields): string {
  const attributes = Object.entries({ ...ALWAYS, ...namespaces }).map(([name, uri]) => [`@${name}`, uri] as const)
  const xml = writeXml({ 'soapenv:Envelope': { ...Object.fromEntries(attributes), ...inside } })
  return `<?xml version="1.0" encoding="UTF-8"?>${xml}`
}
