import type { OpenCall, OpenRoute, Reply } from '../api.js'
import type { OrgCore } from '../core.js'
import { notImplemented, OrgError } from '../org-error.js'
import type { Session } from '../session.js'
import { Transaction } from '../transaction.js'
import { isSupported } from '../versions.js'
import { type Namespaces, readEnvelope, writeFault, writeReply } from './envelope.js'
import { EnvelopeError, faultElement, faultOf } from './fault.js'
import { childOf, textOf, type XmlElement } from './xml-element.js'
import type { XmlFields, XmlValue } from './xml-writer.js'

/** A call of an operation that needs no session. */
export interface OpenSoapCall {
  /** The element of the operation; its children are the arguments. */
  readonly operation: XmlElement
  /** The `soapenv:Header`, for options such as AllOrNoneHeader. */
  readonly header: XmlElement | undefined
  /** Without the `v`, e.g. `66.0`. */
  readonly version: string
  /** When it arrived by the org's clock, epoch milliseconds. */
  readonly now: number
}

/** A call whose session was checked and which was counted. */
export interface SoapCall extends OpenSoapCall {
  readonly session: Session
  /** What the call saves is saved in this one. */
  readonly transaction: Transaction
}

/**
 * Answers an operation: what the `result` element of `<nameResponse>` holds, a list for several of them, undefined for
 * none. What it throws becomes a fault: an OrgError `sf:CODE` with its message.
 */
export type SoapOperation<C = SoapCall> = (call: C) => Promise<XmlValue> | XmlValue

export type SoapOperations<C = SoapCall> = Readonly<Record<string, SoapOperation<C>>>

/** One SOAP API of the org. */
export interface SoapApi {
  /** In front of the version, e.g. `/services/Soap/u`. */
  readonly path: string
  readonly namespaces: Namespaces
  readonly operations: SoapOperations
  /** Operations without a session, neither counted nor told their usage. */
  readonly openOperations?: SoapOperations<OpenSoapCall>
  /** What the platform has besides: refused by name. */
  readonly lacking: readonly string[]
}

/** Larger bodies are refused (limits.md §3). */
const MAX_BODY = 50 * 1024 * 1024

/** The routes of a SOAP API: with the org's id behind the version too, as `serverUrl` has it (auth.md §7). */
export function soapRoutes(core: OrgCore, api: SoapApi): OpenRoute[] {
  const endpoint = new SoapEndpoint(core, api)
  return [`${api.path}/:version`, `${api.path}/:version/:orgId`].map((path) => ({
    method: 'POST',
    path,
    handle: (call) => endpoint.answer(call),
  }))
}

class SoapEndpoint {
  readonly #core: OrgCore
  readonly #api: SoapApi

  constructor(core: OrgCore, api: SoapApi) {
    this.#core = core
    this.#api = api
  }

  async answer(call: OpenCall): Promise<Reply> {
    try {
      return xml(200, await this.#answered(call))
    } catch (error) {
      const fault = faultOf(error)
      return xml(fault.status, writeFault(this.#api.namespaces, faultElement(fault)))
    }
  }

  async #answered(call: OpenCall): Promise<string> {
    const { header, operation } = readEnvelope(await boundedBody(call))
    const version = call.params['version'] ?? ''
    if (!isSupported(version)) {
      throw new OrgError(500, 'UNSUPPORTED_API_VERSION', 'Invalid Api version specified on URL')
    }
    const soapCall: OpenSoapCall = { operation, header, version, now: call.now() }
    const open = ownValue(this.#api.openOperations ?? {}, operation.name)
    if (open !== undefined) return this.#written(operation.name, await open(soapCall), {})
    const handle = this.#operation(operation.name)
    const transaction = new Transaction()
    const result = await handle({ ...soapCall, session: this.#counted(header), transaction })
    await transaction.ended()
    return this.#written(operation.name, result, this.#limitInfo())
  }

  #operation(name: string): SoapOperation {
    const found = ownValue(this.#api.operations, name)
    if (found !== undefined) return found
    if (this.#api.lacking.includes(name)) throw notImplemented(`SOAP ${name}`)
    const { api } = this.#api.namespaces
    throw new EnvelopeError(
      `No operation available for request {${api}}${name}, please check the WSDL for the service.`,
    )
  }

  /** The session of a call, which counts like a data call (limits.md §1). Throws what becomes a fault. */
  #counted(header: XmlElement | undefined): Session {
    const { sessions, settings, allowance } = this.#core
    const now = this.#core.now()
    const token = textOf(childOf(header, 'SessionHeader'), 'sessionId')?.trim()
    const session = token === undefined ? undefined : sessions.check(token, now)
    if (session === undefined) {
      throw new OrgError(500, 'INVALID_SESSION_ID', 'Invalid Session ID found in SessionHeader: Illegal Session')
    }
    if (!settings.apiEnabled) {
      throw new OrgError(500, 'API_DISABLED_FOR_ORG', 'API is not enabled for this Organization or Partner')
    }
    if (!allowance.take(now)) throw new OrgError(500, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.')
    return session
  }

  /** The usage comes in the envelope's header, not as an HTTP header (rest.md §2). */
  #limitInfo(): XmlFields {
    const { allowance, settings } = this.#core
    const limitInfo = {
      current: allowance.used(this.#core.now()),
      limit: settings.dailyApiRequests,
      type: 'API REQUESTS',
    }
    return { LimitInfoHeader: { limitInfo } }
  }

  #written(name: string, result: XmlValue, header: XmlFields): string {
    return writeReply(this.#api.namespaces, header, { [`${name}Response`]: { result } })
  }
}

/** Names come from the wire: what an object inherits is no operation. */
function ownValue<C>(operations: SoapOperations<C>, name: string): SoapOperation<C> | undefined {
  return Object.hasOwn(operations, name) ? operations[name] : undefined
}

async function boundedBody(call: OpenCall): Promise<string> {
  const body = await call.body()
  if (body.length > MAX_BODY) {
    throw new OrgError(500, 'EXCEEDED_MAX_SIZE_REQUEST', 'The maximum request size of 52428800 bytes is exceeded')
  }
  return body.toString('utf8')
}

function xml(status: number, text: string): Reply {
  return { status, text, headers: { 'Content-Type': 'text/xml; charset=utf-8' } }
}
