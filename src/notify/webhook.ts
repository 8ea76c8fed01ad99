import { MhError } from '../errors.js'
import type { Channel } from './channel.js'
import { post } from './post.js'
import { SIGNATURE_HEADER, signatureOf } from './signature.js'
import { webhookAddress } from './webhook-address.js'

/** Shorter ones can be guessed. */
const SECRET_CHARACTERS = 16

/** Any program: `{id, sentAt, subject, text, data}`, signed. Throws CONFIG_INVALID for a wrong address or no fit secret. */
export function webhookChannel(address: string, secret: string | undefined): Channel {
  const url = webhookAddress('ALERT_WEBHOOK_URL', address)
  if (secret === undefined || secret.length < SECRET_CHARACTERS)
    throw new MhError(
      'CONFIG_INVALID',
      `ALERT_WEBHOOK_URL needs an ALERT_WEBHOOK_SECRET of ${SECRET_CHARACTERS} characters or more: messages are signed with it.`,
      'Make one with `openssl rand -hex 32` and give it to the receiver as well; docs/alerts.md says how it checks.',
    )
  return {
    name: 'webhook',
    to: url.host,
    settings: 'ALERT_WEBHOOK_URL and ALERT_WEBHOOK_SECRET',
    send: ({ id, at, subject, text, json }, signal) => {
      const body = JSON.stringify({ id, sentAt: at, subject, text, ...(json ? { data: json } : {}) })
      return post(url, body, { [SIGNATURE_HEADER]: signatureOf(body, secret, at) }, signal)
    },
  }
}
