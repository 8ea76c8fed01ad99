import type { KeyObject } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../clock.js'
import { MhError } from '../errors.js'
import { parseJson } from '../json.js'
import type { Credentials, Flow } from './credentials.js'
import { asError } from './failure.js'
import { checkInstanceUrl } from './hosts.js'
import { Connection } from './jsforce.js'
import { loginRefused, type Refusal } from './login-refusal.js'
import { readPrivateKey } from './private-key.js'
import { askSalesforceCli } from './salesforce-cli.js'
import type { KeptLogin, Session } from './session-store.js'
import { ExchangeError, type OrgTransport } from './transport.js'

/** The version we speak (limits.md §6): pinned, lowered if the org's highest is lower, never floating upward. */
export const API_VERSION = '66.0'

/** What somebody's browser brought back (auth.md §4). */
export interface Authorization {
  code: string
  verifier: string
  redirectUri: string
}

/** What a login begins with beside the credentials. */
export interface LoginOptions {
  /** What an earlier login left. */
  kept?: KeptLogin
  /** The access token that the org has refused. */
  refused?: string
  /** Of a login by browser that a person has just given. */
  authorization?: Authorization
  /** Keeps a refresh token that took the place of another; called before anything is done with the access token. */
  keepRotated?: (refreshToken: string) => Promise<void>
}

const tokenReply = z.object({
  access_token: z.string().min(1),
  instance_url: z.string(),
  id: z.string().regex(/\/id\/00D\w{12,15}\/005\w{12,15}$/u),
  refresh_token: z.string().min(1).optional(),
})
const userInfo = z.object({ user_id: z.string(), organization_id: z.string(), preferred_username: z.string() })
const versionsReply = z.array(z.object({ version: z.string().regex(/^\d+\.\d$/u) })).min(1)
/** Seconds that an assertion lives; the org allows three minutes (auth.md §2). */
const ASSERTION_SECONDS = 120
/** A difference of clocks worth a second try, in milliseconds. */
const SKEW_MS = 30_000

/** What the org gave, before it is known for whom. */
interface Grant {
  accessToken: string
  instanceUrl: string
  refreshToken?: string
  orgId?: string
  userId?: string
}

/**
 * Logs in and returns what is to be kept of it; touches no file but the private key. Not retried: every refusal is final, except
 * that an assertion refused while our clock is wrong is signed once more by the org's clock.
 * Throws the errors of login-refusal.ts, SF_KEY_UNREADABLE, SF_NOT_LOGGED_IN, SF_CLI_FAILED, SF_HOST_REFUSED, SF_UNREACHABLE.
 */
export async function login(
  credentials: Credentials,
  transport: OrgTransport,
  clock: Clock,
  options: LoginOptions = {},
): Promise<KeptLogin> {
  const { loginUrl, flow } = credentials
  const { session: before, ...secrets }: Partial<KeptLogin> = options.kept ?? {}
  try {
    const { refreshToken = secrets.refreshToken, ...grant } = await requestGrant(credentials, transport, clock, options)
    const instanceUrl = checkInstanceUrl(grant.instanceUrl, loginUrl)
    if (refreshToken !== undefined && refreshToken !== secrets.refreshToken) await options.keepRotated?.(refreshToken)
    const { accessToken } = grant
    const who = await identityOf(credentials, { ...grant, instanceUrl }, before, transport)
    const session: Session = {
      accessToken,
      instanceUrl,
      ...who,
      loginUrl,
      flow,
      apiVersion: await chooseVersion(instanceUrl, transport),
      issuedAt: clock.now().toISOString(),
    }
    return { session, ...secrets, ...(refreshToken === undefined ? {} : { refreshToken }) }
  } catch (error) {
    if (error instanceof ExchangeError) throw asError(error.failure, new URL(loginUrl).host)
    throw error
  }
}

/**
 * Whether the org grants a login by these credentials as they are now, in one call; nothing is kept of it, and what is kept stays as it is.
 * Throws as `login` does.
 */
export async function proveLogin(
  credentials: Credentials,
  transport: OrgTransport,
  clock: Clock,
  kept: KeptLogin | undefined,
): Promise<void> {
  const { loginUrl } = credentials
  try {
    const { instanceUrl } = await requestGrant(credentials, transport, clock, { kept })
    checkInstanceUrl(instanceUrl, loginUrl)
  } catch (error) {
    if (error instanceof ExchangeError) throw asError(error.failure, new URL(loginUrl).host)
    throw error
  }
}

/**
 * Makes what was kept of a login worthless at the org: with a refresh token its access tokens die, too (auth.md §8). An org that knows it
 * no more is content; any other answer is an error.
 */
export async function revoke({ session, refreshToken }: KeptLogin, transport: OrgTransport): Promise<void> {
  const { host } = new URL(session.instanceUrl)
  const connection = connect(session.loginUrl, transport, { loginUrl: session.instanceUrl })
  await connection.oauth2.revokeToken(refreshToken ?? session.accessToken).catch((error: unknown) => {
    if (error instanceof ExchangeError) throw asError(error.failure, host)
    if (error instanceof MhError) throw error
    if (error instanceof Error && /invalid_token|unsupported_token_type/u.test(error.name + error.message)) return
    const fix = 'The session is still cached: run the command again, or end the session in Setup > Session Management.'
    throw new MhError('SF_UNAVAILABLE', `Salesforce at ${host} did not revoke the session.`, fix)
  })
}

async function requestGrant(
  credentials: Credentials,
  transport: OrgTransport,
  clock: Clock,
  { kept, authorization, refused }: LoginOptions,
): Promise<Grant> {
  switch (credentials.flow) {
    case 'jwt':
      return jwtGrant(credentials, transport, clock)
    case 'client-credentials': {
      const { clientId, clientSecret = needed(kept?.clientSecret, credentials) } = credentials
      const { oauth2 } = connect(credentials.loginUrl, transport, { clientId, clientSecret })
      return readGrant(oauth2.requestToken({ grant_type: 'client_credentials' }), credentials)
    }
    case 'password':
      return passwordGrant(credentials, transport, kept)
    case 'web':
      return authorization
        ? codeGrant(credentials, transport, authorization, kept)
        : refreshedGrant(credentials, transport, kept)
    case 'sf':
      return askSalesforceCli(credentials.alias, refused)
  }
}

async function jwtGrant(credentials: Credentials & { flow: 'jwt' }, transport: OrgTransport, clock: Clock) {
  const key = await readPrivateKey(credentials.privateKeyPath)
  const ask = (now: Date) => assertionGrant(credentials, key, now, transport)
  try {
    return await ask(clock.now())
  } catch (error) {
    const orgTime = transport.serverTime
    const skewed = orgTime !== undefined && Math.abs(orgTime.getTime() - clock.now().getTime()) > SKEW_MS
    if (skewed && error instanceof MhError && error.code === 'SF_ASSERTION_INVALID') return ask(orgTime)
    throw error
  }
}

async function assertionGrant(
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
  return readGrant(connection.oauth2.requestToken({ grant_type, assertion }), credentials)
}

async function passwordGrant(
  credentials: Credentials & { flow: 'password' },
  transport: OrgTransport,
  kept: KeptLogin | undefined,
) {
  const { loginUrl, clientId, username } = credentials
  const clientSecret = credentials.clientSecret ?? needed(kept?.clientSecret, credentials)
  const password = credentials.password ?? needed(kept?.password, credentials)
  const connection = connect(loginUrl, transport, { clientId, clientSecret })
  return readGrant(connection.oauth2.authenticate(username, password), credentials)
}

/** The code of the redirect, which only who began the login can turn into tokens (auth.md §4). */
async function codeGrant(
  credentials: Credentials & { flow: 'web' },
  transport: OrgTransport,
  { code, verifier, redirectUri }: Authorization,
  kept: KeptLogin | undefined,
) {
  const { oauth2 } = connect(credentials.loginUrl, transport, { ...appOf(credentials, kept), redirectUri })
  const asked = { grant_type: 'authorization_code', code, code_verifier: verifier }
  return readGrant(oauth2.requestToken(asked), credentials)
}

/** auth.md §5 */
async function refreshedGrant(
  credentials: Credentials & { flow: 'web' },
  transport: OrgTransport,
  kept: KeptLogin | undefined,
) {
  const refreshToken = needed(kept?.refreshToken, credentials)
  const { oauth2 } = connect(credentials.loginUrl, transport, appOf(credentials, kept))
  return readGrant(oauth2.refreshToken(refreshToken), credentials)
}

/** The secret is sent where somebody gave one: the app says whether it wants it. */
function appOf({ clientId, clientSecret }: Credentials & { flow: 'web' }, kept?: KeptLogin): Record<string, string> {
  const secret = clientSecret ?? kept?.clientSecret
  return secret === undefined ? { clientId } : { clientId, clientSecret: secret }
}

/** What nobody gave and nothing was kept of. */
function needed(secret: string | undefined, { name, loginUrl }: Credentials): string {
  if (secret !== undefined) return secret
  const whom = name === undefined ? new URL(loginUrl).host : `the org "${name}"`
  const again = name === undefined ? 'mh-sf auth login' : `mh-sf auth login --target-org ${name}`
  throw new MhError('SF_NOT_LOGGED_IN', `Nobody is logged in at ${whom} here.`, `Run \`${again}\`.`)
}

function connect(loginUrl: string, transport: OrgTransport, oauth2: Record<string, string> = {}): Connection {
  const connection = new Connection({ loginUrl, oauth2: { loginUrl, ...oauth2 } })
  connection.oauth2._transport = transport
  return connection
}

/** jsforce throws an Error named after `error` with the description as message; anything else is not a refusal. */
async function readGrant(reply: Promise<unknown>, { loginUrl, flow }: Credentials): Promise<Grant> {
  const body = await reply.catch((error: unknown) => {
    if (error instanceof ExchangeError || error instanceof MhError || !(error instanceof Error)) throw error
    const refusal: Refusal = { error: error.name, description: error.message }
    if (/^ERROR_HTTP_/u.test(refusal.error)) throw notUnderstood(loginUrl)
    throw loginRefused(refusal, loginUrl, flow)
  })
  const token = tokenReply.safeParse(body)
  if (!token.success) throw notUnderstood(loginUrl)
  const { access_token: accessToken, instance_url: instanceUrl, id, refresh_token: refreshToken } = token.data
  const [orgId, userId] = id.split('/').slice(-2)
  return { accessToken, instanceUrl, orgId, userId, ...(refreshToken === undefined ? {} : { refreshToken }) }
}

/** Whose login it is. Where no setting says it, the org does, once: a renewal is for whom the login was. */
async function identityOf(
  credentials: Credentials,
  grant: Grant,
  before: Session | undefined,
  transport: OrgTransport,
): Promise<Pick<Session, 'orgId' | 'userId' | 'username'>> {
  const { orgId, userId } = grant
  const isKnown = orgId !== undefined && userId !== undefined
  if (isKnown && NAMED_BY_SETTINGS.has(credentials.flow) && 'username' in credentials && credentials.username)
    return { orgId, userId, username: credentials.username }
  if (isKnown && before?.orgId === orgId && before.userId === userId)
    return { orgId, userId, username: before.username }
  const found = await askWho(grant, transport)
  checkUsername(credentials, found.username)
  return found
}

const NAMED_BY_SETTINGS = new Set<Flow>(['jwt', 'password'])

/** Not metered (auth.md §1). */
async function askWho({ accessToken, instanceUrl }: Grant, transport: OrgTransport) {
  const headers = { authorization: `Bearer ${accessToken}` }
  const url = `${instanceUrl}/services/oauth2/userinfo`
  const { body } = await transport.httpRequest({ method: 'GET', url, headers })
  const found = userInfo.safeParse(parseJson(body))
  if (!found.success) {
    const hint = 'Add the scope "Access unique user identifiers (openid)" to the app, and log in again.'
    throw new MhError('SF_LOGIN_REFUSED', `${new URL(instanceUrl).host} does not say whose login it is.`, hint)
  }
  const { user_id: userId, organization_id: orgId, preferred_username: username } = found.data
  return { orgId, userId, username }
}

/** Somebody who is logged in at the org in the browser as somebody else must not become them unseen. */
function checkUsername(credentials: Credentials, username: string): void {
  if (credentials.flow !== 'web' || credentials.username === undefined) return
  if (credentials.username.toLowerCase() === username.toLowerCase()) return
  throw new MhError(
    'SF_LOGIN_REFUSED',
    'The login was given for another user than SF_USERNAME names.',
    'Log out of Salesforce in the browser and run the command again, or change SF_USERNAME.',
  )
}

async function chooseVersion(instanceUrl: string, transport: OrgTransport): Promise<string> {
  const reply = await transport.httpRequest({ method: 'GET', url: `${instanceUrl}/services/data/` })
  const versions = versionsReply.safeParse(parseJson(reply.body))
  if (!versions.success) throw notUnderstood(instanceUrl)
  const highest = Math.max(...versions.data.map(({ version }) => Number(version)))
  return Math.min(Number(API_VERSION), highest).toFixed(1)
}

function notUnderstood(url: string): MhError {
  return new MhError(
    'SF_REPLY_NOT_UNDERSTOOD',
    `${new URL(url).host} answered the login with something that is not a Salesforce reply.`,
    'Check SF_LOGIN_URL; the org may be in maintenance (https://status.salesforce.com).',
  )
}
