import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import type { OpenCall, Reply } from '../api.js'
import type { Consumer, OrgCore } from '../core.js'
import { OAuthError } from '../org-error.js'
import { activeUser, checkApproved, checkAssigned, stillActive } from './admission.js'
import { authenticated, consumerOf, formOf } from './client.js'
import { invalidAssertion, isSignedBy, readClaims } from './jwt.js'
import { ok, setRefusal } from './refusals.js'
import { hasScope, HEADLESS_SCOPE } from './scopes.js'
import type { AuthorizationRequest, OAuthState } from './state.js'
import { issueToken, signed } from './token-reply.js'

interface TokenRequest {
  readonly state: OAuthState
  readonly call: OpenCall
  readonly form: URLSearchParams
}

type Grant = (request: TokenRequest) => object

const GRANTS: ReadonlyMap<string, Grant> = new Map([
  ['urn:ietf:params:oauth:grant-type:jwt-bearer', jwtBearer],
  ['client_credentials', clientCredentials],
  ['authorization_code', authorizationCode],
  ['refresh_token', refreshToken],
  ['password', password],
])

/** Grants of the platform that the playground lacks. */
const LACKING = [
  'device',
  'hybrid_auth_code',
  'hybrid_refresh',
  'hybrid_token',
  'urn:ietf:params:oauth:grant-type:saml2-bearer',
  'urn:ietf:params:oauth:grant-type:token-exchange',
]
/** auth.md §4 */
const CODE_LIFETIME_MS = 15 * 60 * 1000
/** No My Domain (auth.md §3). */
const SHARED_HOST = /^(?:login|test)\./i

/** `POST /services/oauth2/token` (auth.md §1). */
export async function token(state: OAuthState, call: OpenCall): Promise<Reply> {
  const form = await formOf(call)
  const { loginRefusal } = state.core.settings
  if (loginRefusal !== null) throw setRefusal(loginRefusal)
  const name = form.get('grant_type') ?? ''
  const grant = GRANTS.get(name)
  if (grant !== undefined) return ok(grant({ state, call, form }))
  const lacking = LACKING.includes(name)
  throw new OAuthError(
    'unsupported_grant_type',
    lacking ? `playground: not implemented: ${name}` : 'grant type not supported',
  )
}

/** No refresh token, no issued_at (auth.md §2). */
function jwtBearer({ state, call, form }: TokenRequest): object {
  const { core, approvals } = state
  const assertion = form.get('assertion') ?? ''
  const claims = readClaims(assertion)
  const consumer = consumerOf(core, claims.iss)
  if (!certificatesOf(core, consumer).some((key) => isSignedBy(assertion, key))) throw invalidAssertion()
  if (claims.expiresAt <= core.clientNow()) throw invalidAssertion()
  if (!isAudience(core, claims.aud, call)) throw new OAuthError('invalid_grant', 'audience is invalid')
  const user = activeUser(core, claims.username)
  checkApproved(core, consumer, user, approvals.has(user.Id, consumer.clientId, call.now()))
  checkAssigned(core)
  const scope = HEADLESS_SCOPE
  return { ...issueToken(core, user, { clientId: consumer.clientId, scope }, call.now()), scope }
}

/** The keys whose signature an app takes; text that is no certificate is none. */
function certificatesOf({ settings }: OrgCore, { publicKey }: Consumer): KeyObject[] {
  const own = createPublicKey(publicKey)
  if (settings.certificate === '') return [own]
  try {
    return [own, createPublicKey(settings.certificate)]
  } catch {
    return [own]
  }
}

/** The login host of this kind of org, the org's own URL, or the name it was called by (auth.md §2); no trailing slash. */
function isAudience(core: OrgCore, aud: string, call: OpenCall): boolean {
  const isSandbox = core.store.get(core.orgId)?.['IsSandbox'] === true
  const loginHost = `https://${isSandbox ? 'test' : 'login'}.salesforce.com`
  return [loginHost, core.url(), `http://${call.headers.host ?? ''}`].includes(aud)
}

/** The app logs in as the user that its setup names; no refresh token (auth.md §3). */
function clientCredentials({ state: { core }, call, form }: TokenRequest): object {
  if (SHARED_HOST.test(call.headers.host ?? '')) {
    throw new OAuthError('invalid_grant', 'request not supported on this domain')
  }
  const consumer = authenticated(core, call, form, true)
  const runAs = core.settings.clientCredentialsUser
  if (runAs === '') throw new OAuthError('invalid_grant', 'no client credentials user enabled')
  const user = activeUser(core, runAs)
  checkAssigned(core)
  const scope = HEADLESS_SCOPE
  const body = issueToken(core, user, { clientId: consumer.clientId, scope }, call.now())
  return { ...signed(consumer, body, call.now()), scope }
}

/** A code of the web server flow, once and within 15 minutes (auth.md §4). */
function authorizationCode({ state, call, form }: TokenRequest): object {
  const { core, codes, approvals } = state
  const consumer = authenticated(core, call, form, core.settings.webServerSecretNeeded)
  const taken = codes.take(form.get('code') ?? '')
  if (taken?.value.clientId !== consumer.clientId) throw new OAuthError('invalid_grant', 'invalid authorization code')
  if (taken.at + CODE_LIFETIME_MS <= call.now()) throw new OAuthError('invalid_grant', 'expired authorization code')
  const { value } = taken
  if (form.get('redirect_uri') !== value.redirectUri) {
    throw new OAuthError('redirect_uri_mismatch', 'redirect_uri must match configuration')
  }
  if (!isVerified(value.challenge, form.get('code_verifier'))) {
    throw new OAuthError('invalid_grant', 'invalid code verifier')
  }
  stillActive(core, value.userId)
  const asks = hasScope(value.scope, 'refresh_token')
  const approval = asks ? approvals.give(value, call.now()) : undefined
  const body = webServerBody(state, call, consumer, { ...value, approvalId: approval?.id })
  return approval === undefined ? body : { ...body, refresh_token: approval.token }
}

/**
 * PKCE with S256 (auth.md §4). The platform's limit of 128 is one of random bytes, which are 171 characters when
 * encoded: jsforce sends as many (jsforce lib/oauth2.js).
 */
function isVerified(challenge: string | null, verifier: string | null): boolean {
  if (challenge === null) return true
  if (verifier === null || !/^[A-Za-z0-9._~-]{43,171}$/.test(verifier)) return false
  return createHash('sha256').update(verifier).digest('base64url') === challenge
}

/** As in the reply to a code, without a refresh token unless that rotates (auth.md §5). */
function refreshToken({ state, call, form }: TokenRequest): object {
  const { core, approvals } = state
  const consumer = authenticated(core, call, form, core.settings.webServerSecretNeeded)
  const sent = form.get('refresh_token') ?? ''
  approvals.endIfReplaced(sent)
  const approval = approvals.find(sent, call.now())
  if (approval?.clientId !== consumer.clientId) throw new OAuthError('invalid_grant', 'expired access/refresh token')
  stillActive(core, approval.userId)
  const body = webServerBody(state, call, consumer, { ...approval, approvalId: approval.id, nonce: null })
  if (!core.settings.refreshTokenRotation) return body
  return { ...body, refresh_token: approvals.rotate(approval).token }
}

function webServerBody(
  { core, idTokens }: OAuthState,
  call: OpenCall,
  consumer: Consumer,
  granted: Pick<AuthorizationRequest, 'userId' | 'scope' | 'nonce'> & { approvalId: string | undefined },
): object {
  const { clientId } = consumer
  const { userId, scope, nonce, approvalId } = granted
  const grant = { clientId, scope, ...(approvalId === undefined ? {} : { approvalId }) }
  const user = stillActive(core, userId)
  const body = { ...signed(consumer, issueToken(core, user, grant, call.now()), call.now()), scope }
  if (!hasScope(scope, 'openid')) return body
  return { ...body, id_token: idTokens.issue({ userId, clientId, accessToken: body.access_token, nonce }, call.now()) }
}

/** Blocked by default; the reply has no scope (auth.md §6). */
function password({ state, call, form }: TokenRequest): object {
  const { core, approvals } = state
  const consumer = authenticated(core, call, form, true)
  const { settings } = core
  const right = settings.password !== '' && form.get('password') === settings.password
  if (!settings.passwordGrant || !right) throw new OAuthError('invalid_grant', 'authentication failure')
  const user = activeUser(core, form.get('username') ?? '')
  checkApproved(core, consumer, user, approvals.has(user.Id, consumer.clientId, call.now()))
  checkAssigned(core)
  return signed(consumer, issueToken(core, user, { clientId: consumer.clientId }, call.now()), call.now())
}
