import type { Reply } from './api.js'
import { knownError } from './error-codes.js'
import type { FaultEffect } from './faults.js'
import { OrgError, restShape } from './org-error.js'
import { writeFault } from './soap/envelope.js'
import { faultElement, faultOf } from './soap/fault.js'

const NAMESPACES = { api: 'urn:partner.soap.sforce.com', fault: 'urn:fault.partner.soap.sforce.com' }
const XML = { 'Content-Type': 'text/xml; charset=utf-8' }

/** An error by its code as the path would answer it: object, fault or array (errors.md §1). */
export function errorReply(effect: FaultEffect & { kind: 'error' }, path: string): Reply {
  const known = knownError(effect.code)
  const message = effect.message ?? known?.message ?? effect.code
  const status = effect.status ?? known?.status ?? 400
  const error = new OrgError(status, effect.code, message)
  if (path.startsWith('/services/Soap/')) {
    return { status: effect.status ?? 500, text: writeFault(NAMESPACES, faultElement(faultOf(error))), headers: XML }
  }
  if (path.startsWith('/services/oauth2/')) {
    return { status, json: { error: effect.code, error_description: message } }
  }
  return { status, json: restShape(error) }
}

/** Where the path is now. */
export function redirectReply({ to, status = 302 }: FaultEffect & { kind: 'redirect' }, url: string): Reply {
  return { status, headers: { Location: new URL(url, to).href } }
}
