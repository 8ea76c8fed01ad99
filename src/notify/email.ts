import type { SMTPTransportOptions } from 'nodemailer'
import { MhError } from '../errors.js'
import { untilAborted } from '../until-aborted.js'
import { Undelivered, type Channel, type Outgoing } from './channel.js'
import { isLoopback } from './webhook-address.js'

/** A server that says nothing for so long is left, in milliseconds: nodemailer would keep the process for minutes. */
const SILENCE_MS = 10_000

/** Who writes to whom. */
export interface EmailPolicy {
  from?: string
  to: readonly string[]
}

/** E-mail by SMTP. Throws CONFIG_INVALID for what is no server's address, and where nobody writes or nobody is written to. */
export function emailChannel(address: string, { from, to }: EmailPolicy): Channel {
  const options = smtpOptions(address)
  if (from === undefined || to.length === 0)
    throw new MhError(
      'CONFIG_INVALID',
      'SMTP_URL is set, and notify.email does not say who writes to whom.',
      'Put "notify": { "email": { "from": "…", "to": ["…"] } } into mh-sf.config.json.',
    )
  const people = to.length === 1 ? '1 recipient' : `${to.length} recipients`
  return {
    name: 'email',
    to: `${people} by ${String(options.host)}`,
    settings: 'SMTP_URL and notify.email',
    send: (outgoing, signal) => mailed(options, { from, to }, outgoing, signal),
  }
}

async function mailed(
  options: SMTPTransportOptions,
  { from, to }: Required<EmailPolicy>,
  { id, subject, text, html }: Outgoing,
  signal: AbortSignal,
): Promise<string> {
  const { createTransport } = await import('nodemailer')
  const transport = createTransport(options)
  // The same id each time: a mailbox that got it before a lost reply knows it.
  const headers = { 'auto-submitted': 'auto-generated' }
  const mail = { from, to: [...to], subject, text, html, headers, messageId: `<${id}@mh-sf>` }
  try {
    const { accepted, rejected } = await untilAborted(transport.sendMail(mail), signal)
    return `250 taken for ${accepted.length} of ${accepted.length + rejected.length}`
  } catch (error) {
    if (signal.aborted) throw error
    throw undelivered(error, String(options.host))
  } finally {
    transport.close()
  }
}

/** `smtps://user:password@host:465`, or `smtp://…:587`, which has to turn to TLS before anything is said unless it is this machine. */
function smtpOptions(address: string): SMTPTransportOptions {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (!url || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '')
    throw new MhError(
      'CONFIG_INVALID',
      'SMTP_URL is not the address of a mail server.',
      'It looks like smtps://user:password@smtp.example.com:465 or smtp://user:password@smtp.example.com:587.',
    )
  const local = isLoopback(url.hostname)
  const secure = url.protocol === 'smtps:'
  const user = decodeURIComponent(url.username)
  return {
    host: url.hostname.replace(/^\[(.*)\]$/u, '$1'),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: !local,
    ignoreTLS: local && !secure,
    ...(user === '' ? {} : { auth: { user, pass: decodeURIComponent(url.password) } }),
    connectionTimeout: SILENCE_MS,
    greetingTimeout: SILENCE_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

/** By code and number only: what a mail server says may hold addresses. */
function undelivered(error: unknown, host: string): Undelivered {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown }
  const status = typeof responseCode === 'number' ? responseCode : undefined
  const told = [typeof code === 'string' ? code : '', status ?? ''].join(' ').trim()
  const passing = status === undefined ? code !== 'EAUTH' && code !== 'EENVELOPE' && code !== 'ETLS' : status < 500
  return new Undelivered(`the mail server at ${host} did not take it (${told || 'no reason given'})`, passing)
}
