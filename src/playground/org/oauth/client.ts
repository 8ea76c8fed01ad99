import type { OpenCall } from '../api.js'
import type { Consumer, OrgCore } from '../core.js'
import { unknownConsumer, wrongSecret } from './refusals.js'

/** The fields of a form that was posted. */
export async function formOf(call: OpenCall): Promise<URLSearchParams> {
  return new URLSearchParams((await call.body()).toString('utf8'))
}

/** The app of a consumer key. Throws OAuthError invalid_client_id (auth.md §2). */
export function consumerOf({ consumers }: OrgCore, clientId: string | null | undefined): Consumer {
  const found = consumers.find((consumer) => consumer.clientId === clientId)
  if (found === undefined) throw unknownConsumer()
  return found
}

/**
 * The app that a request comes from, by client_id and client_secret in the form or by HTTP Basic (auth.md §3). A secret
 * that is sent must be right even where none is needed. Throws OAuthError.
 */
export function authenticated(core: OrgCore, call: OpenCall, form: URLSearchParams, secretNeeded: boolean): Consumer {
  const { clientId, secret } = basicOf(call) ?? { clientId: form.get('client_id'), secret: form.get('client_secret') }
  const consumer = consumerOf(core, clientId)
  if (secret === null && !secretNeeded) return consumer
  if (consumer.clientSecret === undefined || secret !== consumer.clientSecret) throw wrongSecret()
  return consumer
}

function basicOf({ headers }: OpenCall): { clientId: string; secret: string } | undefined {
  const encoded = /^Basic\s+(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1]
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { clientId: text.slice(0, colon), secret: text.slice(colon + 1) }
}
