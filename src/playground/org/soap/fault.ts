import { type XmlFields } from './xml-writer.js'
import { OrgError } from '../org-error.js'

/** A refusal of a SOAP call as it is sent: HTTP 500 with a `soapenv:Fault` (errors.md §1, auth.md §7, §8). */
export interface Fault {
  readonly status: number
  readonly faultcode: string
  readonly faultstring: string
  /** The exception's code and type in `detail`; left out when the envelope itself was at fault. */
  readonly exception?: { readonly code: string; readonly message: string }
}

/** An envelope that cannot be read, or an operation that no version has. */
export class EnvelopeError extends Error {
  override readonly name = 'EnvelopeError'
}

/** Faults of `login()` have no prefix and a type of their own (auth.md §7). */
const LOGIN_CODES = ['INVALID_LOGIN', 'LOGIN_MUST_USE_SECURITY_TOKEN', 'PASSWORD_LOCKOUT']

/** The type of the exception in `detail`, by code; UnexpectedErrorFault for the rest. */
const TYPES: Readonly<Record<string, string>> = {
  INVALID_FIELD: 'InvalidFieldFault',
  INVALID_ID_FIELD: 'InvalidIdFault',
  INVALID_TYPE: 'InvalidSObjectFault',
  MALFORMED_ID: 'InvalidIdFault',
  MALFORMED_QUERY: 'MalformedQueryFault',
  ...Object.fromEntries(LOGIN_CODES.map((code) => [code, 'LoginFault'])),
}

/** What a handler threw, as a fault. What the playground lacks keeps its 501. */
export function faultOf(error: unknown): Fault {
  if (error instanceof EnvelopeError) return { status: 500, faultcode: 'soapenv:Client', faultstring: error.message }
  if (error instanceof OrgError) return exceptionFault(error.code, error.message, error.status === 501 ? 501 : 500)
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return exceptionFault('UNKNOWN_EXCEPTION', `playground: ${told}`, 500)
}

function exceptionFault(code: string, message: string, status: number): Fault {
  const faultcode = LOGIN_CODES.includes(code) ? code : `sf:${code}`
  return { status, faultcode, faultstring: `${code}: ${message}`, exception: { code, message } }
}

/** The fault as elements of a body. */
export function faultElement({ faultcode, faultstring, exception }: Fault): XmlFields {
  if (exception === undefined) return { 'soapenv:Fault': { faultcode, faultstring } }
  const type = `sf:${TYPES[exception.code] ?? 'UnexpectedErrorFault'}`
  const detail = {
    [type]: {
      '@xsi:type': type,
      'sf:exceptionCode': exception.code,
      'sf:exceptionMessage': exception.message,
    },
  }
  return { 'soapenv:Fault': { faultcode, faultstring, detail } }
}
