import { createHmac } from 'node:crypto'

export const SIGNATURE_HEADER = 'mh-sf-signature'

/**
 * What a receiver checks: `t=<seconds since 1970>,v1=<hex>`, an HMAC-SHA256 by the shared secret over the time, a dot and the body as
 * it was sent. The time is in it so that a message that somebody recorded is too old later.
 */
export function signatureOf(body: string, secret: string, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1_000)
  const hmac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  return `t=${seconds},v1=${hmac}`
}
