import { createHash, createPublicKey, type JsonWebKey, verify } from 'node:crypto'
import { Connection, OAuth2 } from '../../support/jsforce.js'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { defaultSettings, type OrgSettings } from '../../../src/playground/org/settings.js'
import {
  type Answer,
  APP_LABEL,
  CALLBACK,
  CLIENT_ID,
  CLIENT_SECRET,
  itemsAt,
  JWT_BEARER,
  OTHER_APP,
  RunningOrg,
  textAt,
  USERNAME,
} from './running-org.js'

const MINUTE = 60_000
const VERIFIER = 'a-verifier-of-forty-three-characters-or-more'
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')
const SECRET = { client_id: CLIENT_ID, client_secret: CLIENT_SECRET }

let running: RunningOrg

beforeAll(async () => {
  running = await RunningOrg.start()
})

afterAll(() => running.org.close())

beforeEach(() => Object.assign(running.org.settings, defaultSettings(), { webServerApproves: true }))

const asked = {
  response_type: 'code',
  client_id: CLIENT_ID,
  redirect_uri: CALLBACK,
  scope: 'api refresh_token',
  state: 'a state & more',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
}

/** Opens the authorize page as a browser does, but does not follow where it leads. */
const open = (query: Record<string, string>) =>
  fetch(`${running.org.url}/services/oauth2/authorize?${new URLSearchParams(query).toString()}`, { redirect: 'manual' })

/** The query with which a browser is sent back to the app. */
const led = (answer: Response) => {
  expect(answer.status).toBe(302)
  const url = new URL(answer.headers.get('location') ?? '')
  expect(url.origin + url.pathname).toBe(CALLBACK)
  return Object.fromEntries(url.searchParams)
}

const codeOf = async (query: Record<string, string> = asked) => led(await open(query))['code'] ?? ''

const exchange = (code: string, more: Record<string, string> = {}) =>
  running.oauth('token', {
    grant_type: 'authorization_code',
    code,
    redirect_uri: CALLBACK,
    code_verifier: VERIFIER,
    ...SECRET,
    ...more,
  })

const logIn = async () => (await exchange(await codeOf())).json

const refresh = (refresh_token: string, more: Record<string, string> = {}) =>
  running.oauth('token', { grant_type: 'refresh_token', refresh_token, ...SECRET, ...more })

const status = async (token: string) =>
  (await running.call('GET', '/limits', undefined, { Authorization: `Bearer ${token}` })).status

const refusal = (error: string, error_description: string) => ({ status: 400, json: { error, error_description } })
const DEAD = refusal('invalid_grant', 'expired access/refresh token')

describe('the authorize page', () => {
  beforeEach(() => Object.assign(running.org.settings, { webServerApproves: false }))

  const keyIn = (page: string) => /name="key" value="([^"]+)"/.exec(page)?.[1] ?? ''
  const answer = (key: string, decision: string) =>
    fetch(`${running.org.url}/services/oauth2/authorize`, {
      method: 'POST',
      body: new URLSearchParams({ key, decision }),
      redirect: 'manual',
    })

  it('names the app, the user and what is asked for, escaped', async () => {
    const page = await open(asked)
    expect(page.headers.get('content-type')).toBe('text/html;charset=UTF-8')
    const text = await page.text()
    expect(text).toContain('Sync &amp; &lt;b&gt;Co&lt;/b&gt;')
    expect(text).not.toContain(APP_LABEL)
    expect(text).toContain(USERNAME)
    expect(text).toContain('Perform requests at any time')
    expect(text).not.toContain('<script')
  })

  it('leads back with a code and the state as it came when the user allows it', async () => {
    const back = led(await answer(keyIn(await (await open(asked)).text()), 'allow'))
    expect(back).toEqual({ code: expect.stringMatching(/^aPrx.+==$/) as string, state: 'a state & more' })
    expect((await exchange(back['code'] ?? '')).status).toBe(200)
  })

  it('leads back with access_denied when the user denies it, or answers anything else', async () => {
    for (const decision of ['deny', '']) {
      expect(led(await answer(keyIn(await (await open(asked)).text()), decision))).toEqual({
        error: 'access_denied',
        error_description: 'end-user denied authorization',
        state: 'a state & more',
      })
    }
  })

  it('can be answered once', async () => {
    const key = keyIn(await (await open(asked)).text())
    await answer(key, 'deny')
    expect((await answer(key, 'allow')).status).toBe(400)
  })

  it.each([
    ['an unknown app', { ...asked, client_id: 'wrong' }, 'error=invalid_client_id'],
    ['another callback', { ...asked, redirect_uri: `${CALLBACK}/` }, 'error=redirect_uri_mismatch'],
    [
      'a callback at another host',
      { ...asked, redirect_uri: CALLBACK.replace('localhost', '127.0.0.1') },
      'error=redirect_uri_mismatch',
    ],
    ['an app without callbacks', { ...asked, client_id: OTHER_APP.clientId }, 'error=redirect_uri_mismatch'],
  ])('tells of %s in a page and leads nowhere', async (_, query, told) => {
    const page = await open(query)
    expect([page.status, page.headers.get('location')]).toEqual([400, null])
    expect(await page.text()).toContain(told)
  })

  it.each([
    [{ scope: 'api coffee' }, 'invalid_scope'],
    [{ response_type: 'magic' }, 'unsupported_response_type'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ code_challenge: 'short' }, 'invalid_request'],
  ])('leads back with an error for %j', async (wrong, error) => {
    expect(led(await open({ ...asked, ...wrong }))).toMatchObject({ error, state: 'a state & more' })
  })

  it.each<[Partial<OrgSettings>, string]>([
    [{ userAssigned: false }, 'OAUTH_APP_ACCESS_DENIED'],
    [{ loginRefusal: 'app_not_found' }, 'OAUTH_EC_APP_NOT_FOUND'],
    [{ loginRefusal: 'ip_restricted' }, 'OAUTH_APPROVAL_ERROR_GENERIC'],
  ])('leads back with an error while %j', async (settings, error) => {
    Object.assign(running.org.settings, settings)
    expect(led(await open(asked))).toMatchObject({ error })
  })

  it('names the user-agent flow as missing', async () => {
    expect((await open({ ...asked, response_type: 'token' })).status).toBe(501)
  })
})

describe('an authorization code', () => {
  it('gives a signed access token and a refresh token', async () => {
    const { status: answered, json } = await exchange(await codeOf())
    expect(answered).toBe(200)
    expect(json).toMatchObject({
      instance_url: running.org.url,
      token_type: 'Bearer',
      scope: 'api refresh_token',
      refresh_token: expect.stringMatching(/^5Aep[A-Za-z0-9._]{80,}$/) as string,
      signature: expect.any(String) as string,
    })
    expect(json).not.toHaveProperty('expires_in')
    expect(await status(textAt(json, 'access_token'))).toBe(200)
  })

  it('gives no refresh token where that scope was not asked for', async () => {
    const { json } = await exchange(await codeOf({ ...asked, scope: 'api' }))
    expect(json).toMatchObject({ scope: 'api' })
    expect(json).not.toHaveProperty('refresh_token')
  })

  it('is good once', async () => {
    const code = await codeOf()
    await exchange(code)
    expect(await exchange(code)).toMatchObject(refusal('invalid_grant', 'invalid authorization code'))
  })

  it('is good for 15 minutes', async () => {
    const [early, late] = [await codeOf(), await codeOf()]
    running.clock.now += 15 * MINUTE - 1
    expect((await exchange(early)).status).toBe(200)
    running.clock.now += 1
    expect(await exchange(late)).toMatchObject(refusal('invalid_grant', 'expired authorization code'))
  })

  it.each([
    ['another verifier', { code_verifier: `${VERIFIER}x` }, 'invalid_grant', 'invalid code verifier'],
    ['no verifier', { code_verifier: '' }, 'invalid_grant', 'invalid code verifier'],
    [
      'another callback than before',
      { redirect_uri: 'http://localhost/x' },
      'redirect_uri_mismatch',
      'redirect_uri must match configuration',
    ],
    ['another secret', { client_secret: 'wrong' }, 'invalid_client', 'invalid client credentials'],
    [
      'another app',
      { client_id: OTHER_APP.clientId, client_secret: OTHER_APP.clientSecret },
      'invalid_grant',
      'invalid authorization code',
    ],
  ])('is refused with %s', async (_, wrong, error, description) => {
    expect(await exchange(await codeOf(), wrong)).toMatchObject(refusal(error, description))
  })

  it.each([42, 172])('is refused with a verifier of %i characters, though its hash is right', async (length) => {
    const code_verifier = 'v'.repeat(length)
    const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
    const code = await codeOf({ ...asked, code_challenge })
    expect(await exchange(code, { code_verifier })).toMatchObject(refusal('invalid_grant', 'invalid code verifier'))
  })

  it('needs the secret only where the org says so', async () => {
    const bare = async () => {
      const { client_id } = SECRET
      const form = { grant_type: 'authorization_code', client_id, redirect_uri: CALLBACK, code_verifier: VERIFIER }
      return running.oauth('token', { ...form, code: await codeOf() })
    }
    expect(await bare()).toMatchObject(refusal('invalid_client', 'invalid client credentials'))
    running.org.settings.webServerSecretNeeded = false
    expect((await bare()).status).toBe(200)
  })

  it('brings an identity token with the scope openid, which the published key proves', async () => {
    const { json } = await exchange(await codeOf({ ...asked, scope: 'api openid', nonce: 'n-1' }))
    const [header = '', claims = '', signature = ''] = textAt(json, 'id_token').split('.')
    const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString())
    expect(read(claims)).toMatchObject({ aud: CLIENT_ID, sub: textAt(json, 'id'), nonce: 'n-1' })
    const { json: keySet } = await running.send('GET', '/id/keys')
    const [key] = itemsAt(keySet, 'keys') as [JsonWebKey]
    const publicKey = createPublicKey({ key, format: 'jwk' })
    const signed = Buffer.from(`${header}.${claims}`)
    expect(verify('RSA-SHA256', signed, publicKey, Buffer.from(signature, 'base64url'))).toBe(true)
  })
})

describe('a refresh token', () => {
  it('dies with all others, and with its sessions, by a scripted fault', async () => {
    const login = await logIn()
    running.org.arm({ path: '*/limits', effect: { kind: 'revoke' } })
    expect(await status(textAt(login, 'access_token'))).toBe(401)
    expect(await refresh(textAt(login, 'refresh_token'))).toMatchObject(DEAD)
    expect((await refresh(textAt(await logIn(), 'refresh_token'))).status).toBe(200)
  })

  it('gives new access tokens without a new one of its own', async () => {
    const login = await logIn()
    const { status: answered, json } = await refresh(textAt(login, 'refresh_token'))
    expect(answered).toBe(200)
    expect(json).toMatchObject({ scope: 'api refresh_token', id: textAt(login, 'id') })
    expect(json).not.toHaveProperty('refresh_token')
    expect(await status(textAt(json, 'access_token'))).toBe(200)
    expect(await status(textAt(login, 'access_token'))).toBe(200)
  })

  it('outlives the sessions', async () => {
    const login = await logIn()
    running.org.expireSessions()
    expect((await refresh(textAt(login, 'refresh_token'))).status).toBe(200)
  })

  it('is refused when unknown, when it is another app’s, and when its policy has ended it', async () => {
    const token = textAt(await logIn(), 'refresh_token')
    expect(await refresh('5Aep861unknown')).toMatchObject(DEAD)
    const other = { client_id: OTHER_APP.clientId, client_secret: OTHER_APP.clientSecret }
    expect(await refresh(token, other)).toMatchObject(DEAD)
    running.org.settings.refreshTokenLifetimeMs = MINUTE
    expect((await refresh(token)).status).toBe(200)
    running.clock.now += MINUTE
    expect(await refresh(token)).toMatchObject(DEAD)
  })

  it('is pushed out, with its access tokens, by a sixth approval', async () => {
    const logins: Answer['json'][] = []
    for (let i = 0; i < 6; i++) logins.push(await logIn())
    const [first, second] = logins
    expect(await refresh(textAt(first, 'refresh_token'))).toMatchObject(DEAD)
    expect(await status(textAt(first, 'access_token'))).toBe(401)
    expect((await refresh(textAt(second, 'refresh_token'))).status).toBe(200)
  })
})

describe('an approval', () => {
  // An org in which nobody has approved anything.
  beforeAll(async () => {
    await running.org.close()
    running = await RunningOrg.start()
  })

  it('lets the app in by assertion, where it is not pre-authorised, for as long as it lives', async () => {
    running.org.settings.consumerApproved = false
    const byAssertion = () => running.oauth('token', { grant_type: JWT_BEARER, assertion: running.assertion() })
    const refused = refusal('invalid_grant', "user hasn't approved this consumer")
    expect(await byAssertion()).toMatchObject(refused)
    await exchange(await codeOf({ ...asked, scope: 'api' }))
    expect(await byAssertion()).toMatchObject(refused)
    const login = await logIn()
    expect((await byAssertion()).status).toBe(200)
    await running.oauth('revoke', { token: textAt(login, 'refresh_token') })
    expect(await byAssertion()).toMatchObject(refused)
  })
})

describe('a refresh token that rotates', () => {
  beforeEach(() => Object.assign(running.org.settings, { refreshTokenRotation: true }))

  it('is replaced by each refresh', async () => {
    const old = textAt(await logIn(), 'refresh_token')
    const next = textAt((await refresh(old)).json, 'refresh_token')
    expect(next).not.toBe(old)
    expect((await refresh(next)).status).toBe(200)
  })

  it('ends its whole family, access tokens too, when an old one comes back', async () => {
    const login = await logIn()
    const other = await logIn()
    const old = textAt(login, 'refresh_token')
    const { json } = await refresh(old)
    expect(await refresh(old)).toMatchObject(DEAD)
    expect(await refresh(textAt(json, 'refresh_token'))).toMatchObject(DEAD)
    expect(await status(textAt(json, 'access_token'))).toBe(401)
    expect(await status(textAt(login, 'access_token'))).toBe(401)
    expect(await status(textAt(other, 'access_token'))).toBe(200)
  })
})

describe('jsforce in the web server flow', () => {
  const app = () =>
    new OAuth2({
      loginUrl: running.org.url,
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      redirectUri: CALLBACK,
      useVerifier: true,
    })

  const connect = async () => {
    const oauth2 = app()
    const page = await fetch(oauth2.getAuthorizationUrl({ scope: 'api refresh_token', state: 's' }), {
      redirect: 'manual',
    })
    const connection = new Connection({ version: '66.0', oauth2 })
    const user = await connection.authorize(led(page)['code'] ?? '')
    return { connection, user }
  }

  it('logs in with its own verifier and knows who it is', async () => {
    const { connection, user } = await connect()
    expect(user).toMatchObject({ id: running.org.userId, organizationId: running.org.orgId })
    expect(await connection.identity()).toMatchObject({ username: USERNAME, user_id: running.org.userId })
  })

  it('refreshes a dead session by itself and replays the call', async () => {
    const { connection } = await connect()
    running.org.expireSessions()
    expect((await connection.query('SELECT Id FROM User')).totalSize).toBe(1)
  })

  it('refreshes when told to', async () => {
    const { connection } = await connect()
    const refreshed = await connection.oauth2.refreshToken(connection.refreshToken ?? '')
    expect(refreshed.access_token).not.toBe(connection.accessToken)
  })

  it('logs out of the session, or of the approval', async () => {
    const { connection } = await connect()
    const { accessToken, refreshToken } = connection
    await connection.logout()
    expect(await status(accessToken ?? '')).toBe(401)
    expect((await refresh(refreshToken ?? '')).status).toBe(200)
    const again = (await connect()).connection
    const last = [again.accessToken, again.refreshToken]
    await again.logout(true)
    expect(await status(last[0] ?? '')).toBe(401)
    expect(await refresh(last[1] ?? '')).toMatchObject(DEAD)
  })

  it('is told by its code why a token cannot be revoked', async () => {
    await expect(app().revokeToken('not a token')).rejects.toMatchObject({
      name: 'unsupported_token_type',
      message: 'this token type is not supported',
    })
  })
})
