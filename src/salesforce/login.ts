import { createPrivateKey, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Clock } from '../clock.js'
import { MhError } from '../errors.js'
import { parseJson } from '../json.js'
import { asError } from './failure.js'
import { checkInstanceUrl } from './hosts.js'
import { Connection } from './jsforce.js'
import { loginRefused, type Refusal } from './login-refusal.js'
import type { Session } from './session-store.js'
import { ExchangeError, type OrgTransport } from './transport.js'

/** How to log in; what is secret stays in a file or in memory and is never shown. */
export type Credentials =
  | { flow: 'jwt'; loginUrl: string; clientId: string; username: string; privateKeyPath: string }
  | {
      flow: 'password'
      loginUrl: string
      clientId: string
      clientSecret: string
      username: string
      password: string
    }

/** The version we speak (limits.md §6): pinned, lowered if the org's highest is lower, never floating upward. */
export const API_VERSION = '66.0'

const tokenReply = z.object({
  access_token: z.string().min(1),
  instance_url: z.string(),
  id: z.string().regex(/\/id\/00D\w{12,15}\/005\w{12,15}$/u),
})
const versionsReply = z.array(z.object({ version: z.string().regex(/^\d+\.\d$/u) })).min(1)
/** Seconds that an assertion lives; the org allows three minutes (auth.md §2). */
const ASSERTION_SECONDS = 120
/** What the org asks of a key (auth.md §2). */
const KEY_BITS = 2_048
/** A difference of clocks worth a second try, in milliseconds. */
const SKEW_MS = 30_000

/**
 * Logs in and returns the session; touches no file but the private key. Not retried: every refusal is final, except
 * that an assertion refused while our clock is wrong is signed once more by the org's clock.
 * Throws the errors of login-refusal.ts, SF_KEY_UNREADABLE, SF_HOST_REFUSED, SF_UNREACHABLE.
 */
export async function login(credentials: Credentials, transport: OrgTransport, clock: Clock): Promise<Session> {
  const { loginUrl, username, flow } = credentials
  try {
    const token = await requestToken(credentials, transport, clock)
    const instanceUrl = checkInstanceUrl(token.instance_url, loginUrl)
    const [orgId = '', userId = ''] = token.id.split('/').slice(-2)
    return {
      accessToken: token.access_token,
      instanceUrl,
      orgId,
      userId,
      username,
      loginUrl,
      flow,
      apiVersion: await chooseVersion(instanceUrl, transport),
      issuedAt: clock.now().toISOString(),
    }
  } catch (error) {
    if (error instanceof ExchangeError) throw asError(error.failure, new URL(loginUrl).host)
    throw error
  }
}

/** Makes the token worthless at the org. An org that knows it no more is content; any other answer is an error. */
export async function revoke(session: Session, transport: OrgTransport): Promise<void> {
  const { host } = new URL(session.instanceUrl)
  const connection = connect(session.loginUrl, transport, { loginUrl: session.instanceUrl })
  await connection.oauth2.revokeToken(session.accessToken).catch((error: unknown) => {
    if (error instanceof ExchangeError) throw asError(error.failure, host)
    if (error instanceof MhError) throw error
    if (error instanceof Error && /invalid_token|unsupported_token_type/u.test(error.name + error.message)) return
    const fix = 'The session is still cached: run the command again, or end the session in Setup > Session Management.'
    throw new MhError('SF_UNAVAILABLE', `Salesforce at ${host} did not revoke the session.`, fix)
  })
}

async function requestToken(credentials: Credentials, transport: OrgTransport, clock: Clock) {
  if (credentials.flow === 'password') return passwordToken(credentials, transport)
  const key = await readKey(credentials.privateKeyPath)
  const ask = (now: Date) => assertionToken(credentials, key, now, transport)
  try {
    return await ask(clock.now())
  } catch (error) {
    const orgTime = transport.serverTime
    const skewed = orgTime !== undefined && Math.abs(orgTime.getTime() - clock.now().getTime()) > SKEW_MS
    if (skewed && error instanceof MhError && error.code === 'SF_ASSERTION_INVALID') return ask(orgTime)
    throw error
  }
}

async function assertionToken(
  credentials: Credentials & { flow: 'jwt' },
  key: KeyObject,
  now: Date,
  transport: OrgTransport,
) {
  const { SignJWT } = await import('jose')
  const { loginUrl, clientId, username } = credentials
  const assertion = await new SignJWT()
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(clientId)
    .setSubject(username)
    .setAudience(loginUrl)
    .setExpirationTime(Math.floor(now.getTime() / 1000) + ASSERTION_SECONDS)
    .sign(key)
  const connection = connect(loginUrl, transport)
  const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
  return readToken(connection.oauth2.requestToken({ grant_type, assertion }), loginUrl)
}

async function passwordToken(credentials: Credentials & { flow: 'password' }, transport: OrgTransport) {
  const { loginUrl, clientId, clientSecret, username, password } = credentials
  const connection = connect(loginUrl, transport, { clientId, clientSecret })
  return readToken(connection.oauth2.authenticate(username, password), loginUrl)
}

function connect(loginUrl: string, transport: OrgTransport, oauth2: Record<string, string> = {}): Connection {
  const connection = new Connection({ loginUrl, oauth2: { loginUrl, ...oauth2 } })
  connection.oauth2._transport = transport
  return connection
}

/** jsforce throws an Error named after `error` with the description as message; anything else is not a refusal. */
async function readToken(reply: Promise<unknown>, loginUrl: string): Promise<z.infer<typeof tokenReply>> {
  const body = await reply.catch((error: unknown) => {
    if (error instanceof ExchangeError || error instanceof MhError || !(error instanceof Error)) throw error
    const refusal: Refusal = { error: error.name, description: error.message }
    if (/^ERROR_HTTP_/u.test(refusal.error)) throw notUnderstood(loginUrl)
    throw loginRefused(refusal, loginUrl)
  })
  const token = tokenReply.safeParse(body)
  if (!token.success) throw notUnderstood(loginUrl)
  return token.data
}

async function chooseVersion(instanceUrl: string, transport: OrgTransport): Promise<string> {
  const reply = await transport.httpRequest({ method: 'GET', url: `${instanceUrl}/services/data/` })
  const versions = versionsReply.safeParse(parseJson(reply.body))
  if (!versions.success) throw notUnderstood(instanceUrl)
  const highest = Math.max(...versions.data.map(({ version }) => Number(version)))
  return Math.min(Number(API_VERSION), highest).toFixed(1)
}

async function readKey(path: string): Promise<KeyObject> {
  const pem = await readFile(path).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw keyUnreadable(path, code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`)
  })
  const key = privateKeyIn(pem)
  if (!key) throw keyUnreadable(path, 'it is not an unencrypted private key in PEM form')
  const strong = key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= KEY_BITS
  if (!strong) throw keyUnreadable(path, `it is not an RSA key of at least ${KEY_BITS} bits`)
  return key
}

function privateKeyIn(pem: Buffer): KeyObject | undefined {
  try {
    return createPrivateKey(pem)
  } catch {
    return undefined
  }
}

function keyUnreadable(path: string, why: string): MhError {
  return new MhError(
    'SF_KEY_UNREADABLE',
    `The private key ${path} is not usable: ${why}.`,
    'Set SF_PRIVATE_KEY_PATH to the PEM file that belongs to the certificate uploaded to the app.',
  )
}

function notUnderstood(url: string): MhError {
  return new MhError(
    'SF_REPLY_NOT_UNDERSTOOD',
    `${new URL(url).host} answered the login with something that is not a Salesforce reply.`,
    'Check SF_LOGIN_URL; the org may be in maintenance (https://status.salesforce.com).',
  )
}
