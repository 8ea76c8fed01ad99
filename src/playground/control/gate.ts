import type { IncomingMessage } from 'node:http'
import { ControlError } from './control-error.js'

/** Names of this machine that a browser may be sent to; any other that leads here is somebody's trick (DNS rebinding). */
const OWN_NAMES = ['127.0.0.1', 'localhost', '[::1]']
/** A page of another site can send neither of these without asking first, and is not told that it may. */
const TYPES = ['application/json', 'application/x-ndjson']

/** Throws for a request that a web page of another site could have sent. */
export function checkOrigin({ headers, socket }: IncomingMessage): void {
  const own = OWN_NAMES.map((name) => `${name}:${socket.localPort ?? 0}`)
  if (!own.includes(headers.host?.toLowerCase() ?? '')) {
    throw new ControlError(
      403,
      `the Host header ${String(headers.host)} is not this machine`,
      `Use http://${own[0] ?? ''}.`,
    )
  }
  const { origin } = headers
  if (origin !== undefined && !own.some((host) => origin.toLowerCase() === `http://${host}`)) {
    throw new ControlError(403, `web pages of ${origin} may not come here`, 'Use a client that is not a web page.')
  }
}

/** Throws for a change whose body a web page could have sent without asking first. */
export function checkType({ headers }: IncomingMessage): string {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (TYPES.includes(type)) return type
  const told = type === '' ? 'a change needs a Content-Type' : `Content-Type ${type} is not taken here`
  throw new ControlError(415, told, 'Send JSON with -H "Content-Type: application/json".')
}
