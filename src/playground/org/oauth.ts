import { createHmac, createPublicKey } from 'node:crypto'
import type { OpenCall, OpenRoute, Reply } from './api.js'
import type { OrgCore } from './core.js'
import { OAuthError } from './org-error.js'
import { invalidAssertion, isSignedBy, readClaims } from './jwt.js'
import type { Session } from './session.js'
import type { LoginRefusal } from './settings.js'
import type { Row } from './store.js'

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
/** Grants of the platform that the playground lacks. */
const LACKING = ['client_credentials', 'refresh_token', 'authorization_code', 'device', 'hybrid_refresh']
const NO_STORE = { 'Cache-Control': 'no-cache,must-revalidate,max-age=0,no-store,private' }

/** auth.md §2 */
const REFUSALS: Readonly<Record<LoginRefusal, readonly [string, string]>> = {
  app_not_found: ['app_not_found', 'External client app is not installed in this org'],
  inactive_organization: ['invalid_grant', 'inactive organization'],
  ip_restricted: ['invalid_grant', 'ip restricted'],
  activation_secret_invalid: ['invalid_grant', 'activation secret invalid'],
  flow_disabled: ['unsupported_grant_type', 'grant type not supported'],
}

/** The OAuth endpoints: not metered, no Sforce-Limit-Info (auth.md §1). */
export function oauthRoutes(core: OrgCore): OpenRoute[] {
  const oauth = new OAuth(core)
  return [
    { method: 'POST', path: '/services/oauth2/token', handle: (call) => oauth.token(call) },
    { method: 'POST', path: '/services/oauth2/revoke', handle: (call) => oauth.revoke(call) },
    { method: 'POST', path: '/services/oauth2/introspect', handle: (call) => oauth.introspect(call) },
    { method: 'GET', path: '/services/oauth2/userinfo', handle: (call) => oauth.userinfo(call) },
  ]
}

class OAuth {
  readonly #core: OrgCore

  constructor(core: OrgCore) {
    this.#core = core
  }

  async token(call: OpenCall): Promise<Reply> {
    const form = await formOf(call)
    const refusal = this.#core.settings.loginRefusal
    if (refusal !== null) throw new OAuthError(...REFUSALS[refusal])
    const grant = form.get('grant_type') ?? ''
    if (grant === JWT_BEARER) return this.#jwtBearer(form.get('assertion') ?? '', call)
    if (grant === 'password') return this.#password(form, call)
    const lacking = LACKING.includes(grant)
    throw new OAuthError(
      'unsupported_grant_type',
      lacking ? `playground: not implemented: ${grant}` : 'grant type not supported',
    )
  }

  /** No refresh token, no issued_at and never expires_in (auth.md §1, §2). */
  #jwtBearer(assertion: string, call: OpenCall): Reply {
    const { consumer } = this.#core
    const claims = readClaims(assertion)
    if (claims.iss !== consumer.clientId) throw unknownConsumer()
    if (!isSignedBy(assertion, createPublicKey(consumer.publicKey))) throw invalidAssertion()
    if (claims.expiresAt <= this.#core.clientNow()) throw invalidAssertion()
    if (!this.#isAudience(claims.aud, call)) throw new OAuthError('invalid_grant', 'audience is invalid')
    const user = this.#admitted(claims.username)
    return ok({ ...this.#tokenBody(user, call), scope: 'api web' })
  }

  /** The login host of production, the org's own URL, or the name it was called by (auth.md §2); no trailing slash. */
  #isAudience(aud: string, call: OpenCall): boolean {
    return ['https://login.salesforce.com', this.#core.url(), `http://${call.headers.host ?? ''}`].includes(aud)
  }

  /** The user who may log in through this consumer, else the refusal of auth.md §2. */
  #admitted(username: string): Row {
    const { store, consumer, settings } = this.#core
    const user = store.lookup('User', 'Username', username)?.[0]
    if (user === undefined) throw new OAuthError('invalid_grant', 'invalid user')
    if (user['IsActive'] !== true) throw new OAuthError('invalid_grant', 'inactive user')
    const isConsumers = username.toLowerCase() === consumer.username.toLowerCase()
    if (!isConsumers || !settings.consumerApproved) {
      throw new OAuthError('invalid_grant', "user hasn't approved this consumer")
    }
    if (!settings.userAssigned) {
      throw new OAuthError('invalid_app_access', 'user is not admin approved to access this app')
    }
    return user
  }

  /** Blocked by default; the reply has no scope (auth.md §6). */
  #password(form: URLSearchParams, call: OpenCall): Reply {
    const { consumer, settings } = this.#core
    if (form.get('client_id') !== consumer.clientId) throw unknownConsumer()
    if (consumer.clientSecret === undefined || form.get('client_secret') !== consumer.clientSecret) {
      throw new OAuthError('invalid_client', 'invalid client credentials')
    }
    const right = settings.password !== '' && form.get('password') === settings.password
    if (!settings.passwordGrant || !right) throw new OAuthError('invalid_grant', 'authentication failure')
    const body = this.#tokenBody(this.#admitted(form.get('username') ?? ''), call)
    const issued_at = String(call.now())
    const signature = createHmac('sha256', consumer.clientSecret)
      .update(body.id + issued_at)
      .digest('base64')
    return ok({ ...body, issued_at, signature })
  }

  #tokenBody(user: Row, call: OpenCall) {
    const { token } = this.#core.sessions.issue(user.Id, call.now())
    const url = this.#core.url()
    const id = `${url}/id/${this.#core.orgId}/${user.Id}`
    return { access_token: token, instance_url: url, id, token_type: 'Bearer' }
  }

  async revoke(call: OpenCall): Promise<Reply> {
    const form = await formOf(call)
    if (this.#core.sessions.revoke(form.get('token') ?? '')) return { status: 200, headers: NO_STORE }
    throw new OAuthError('invalid_token', 'invalid token: the token is unknown or has ended')
  }

  /** Seconds, not milliseconds (auth.md §8). */
  async introspect(call: OpenCall): Promise<Reply> {
    const form = await formOf(call)
    const { consumer } = this.#core
    if (form.get('client_id') !== consumer.clientId) throw unknownConsumer()
    if (consumer.clientSecret !== undefined && form.get('client_secret') !== consumer.clientSecret) {
      throw new OAuthError('invalid_client', 'invalid client credentials')
    }
    const session = this.#core.sessions.peek(form.get('token') ?? '', call.now())
    return ok(session === undefined ? { active: false } : this.#introspection(session))
  }

  #introspection({ userId, issuedAt, expiresAt }: Session): object {
    return {
      active: true,
      scope: 'api web',
      client_id: this.#core.consumer.clientId,
      username: this.#core.store.get(userId)?.['Username'] ?? null,
      sub: `${this.#core.url()}/id/${this.#core.orgId}/${userId}`,
      token_type: 'access_token',
      exp: Math.floor(expiresAt / 1000),
      iat: Math.floor(issuedAt / 1000),
      nbf: Math.floor(issuedAt / 1000),
    }
  }

  /** A dead token is 403 with bare text here, not 401 (auth.md §8). */
  userinfo(call: OpenCall): Reply {
    const token = bearerOf(call)
    const session = token === undefined ? undefined : this.#core.sessions.check(token, call.now())
    const user = session === undefined ? undefined : this.#core.store.get(session.userId)
    if (user !== undefined) return ok(this.#userInfo(user))
    const text = token === undefined ? 'Missing_OAuth_Token' : 'Bad_OAuth_Token'
    return { status: 403, text, headers: { 'Content-Type': 'text/html;charset=UTF-8' } }
  }

  #userInfo(user: Row): object {
    const { orgId } = this.#core
    const url = this.#core.url()
    return {
      sub: `${url}/id/${orgId}/${user.Id}`,
      user_id: user.Id,
      organization_id: orgId,
      preferred_username: user['Username'],
      nickname: user['CommunityNickname'],
      name: user['Name'],
      email: user['Email'],
      email_verified: true,
      given_name: user['FirstName'],
      family_name: user['LastName'],
      zoneinfo: user['TimeZoneSidKey'],
      active: user['IsActive'],
      user_type: 'STANDARD',
      language: user['LanguageLocaleKey'],
      locale: user['LocaleSidKey'],
      utcOffset: 0,
      profile: `${url}/${user.Id}`,
      urls: { rest: `${url}/services/data/v{version}/`, query: `${url}/services/data/v{version}/query/` },
      updated_at: new Date(user.SystemModstamp).toISOString(),
    }
  }
}

function unknownConsumer(): OAuthError {
  return new OAuthError('invalid_client_id', 'client identifier invalid')
}

function ok(json: object): Reply {
  return { status: 200, json, headers: NO_STORE }
}

async function formOf(call: OpenCall): Promise<URLSearchParams> {
  return new URLSearchParams((await call.body()).toString('utf8'))
}

/** The token of `Authorization: Bearer …` or `OAuth …` (rest.md §2). */
export function bearerOf(call: Pick<OpenCall, 'headers'>): string | undefined {
  return /^(?:Bearer|OAuth)\s+(\S+)\s*$/i.exec(call.headers.authorization ?? '')?.[1]
}
