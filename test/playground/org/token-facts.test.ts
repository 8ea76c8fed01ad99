import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { defaultSettings } from '../../../src/playground/org/settings.js'
import { CALLBACK, CLIENT_ID, CLIENT_SECRET, NOON, OTHER_APP, RunningOrg, textAt, USERNAME } from './running-org.js'

const credentials = { client_id: CLIENT_ID, client_secret: CLIENT_SECRET }

let running: RunningOrg

beforeAll(async () => {
  running = await RunningOrg.start()
  running.org.load('User', [
    { Username: 'ny@mongohacks.example', LastName: 'Lee', FirstName: 'Ny', TimeZoneSidKey: 'America/New_York' },
  ])
})

afterAll(() => running.org.close())

beforeEach(async () => {
  Object.assign(running.org.settings, defaultSettings(), { webServerApproves: true })
  await running.logIn()
})

/** An access and a refresh token. */
const both = async () => {
  const query = { response_type: 'code', client_id: CLIENT_ID, redirect_uri: CALLBACK }
  const url = `${running.org.url}/services/oauth2/authorize?${new URLSearchParams(query).toString()}`
  const location = (await fetch(url, { redirect: 'manual' })).headers.get('location') ?? ''
  const code = new URL(location).searchParams.get('code') ?? ''
  const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, ...credentials }
  const { json } = await running.oauth('token', form)
  return { access: textAt(json, 'access_token'), refresh: textAt(json, 'refresh_token') }
}

const introspect = async (token: string, by: Record<string, string> = credentials) =>
  (await running.oauth('introspect', { token, ...by })).json

describe('introspection', () => {
  it('tells of an access token, in seconds', async () => {
    expect(await introspect(running.token)).toEqual({
      active: true,
      scope: 'api web',
      client_id: CLIENT_ID,
      username: USERNAME,
      sub: `${running.org.url}/id/${running.org.orgId}/${running.org.userId}`,
      token_type: 'access_token',
      exp: NOON / 1000 + 7200,
      iat: NOON / 1000,
      nbf: NOON / 1000,
    })
  })

  it('tells of a refresh token, which has no end of its own', async () => {
    const facts = await introspect((await both()).refresh)
    expect(facts).toMatchObject({ active: true, token_type: 'refresh_token', scope: 'api web refresh_token' })
    expect(facts).not.toHaveProperty('exp')
  })

  it('says no more than that a token is dead, unknown, another app’s, or of the password grant', async () => {
    const dead = { active: false }
    expect(await introspect('unknown')).toEqual(dead)
    const other = { client_id: OTHER_APP.clientId, client_secret: OTHER_APP.clientSecret }
    expect(await introspect(running.token, other)).toEqual(dead)
    Object.assign(running.org.settings, { passwordGrant: true, password: 'pw' })
    const form = { grant_type: 'password', username: USERNAME, password: 'pw', ...credentials }
    expect(await introspect(textAt((await running.oauth('token', form)).json, 'access_token'))).toEqual(dead)
    running.org.expireSessions()
    expect(await introspect(running.token)).toEqual(dead)
  })

  it('wants the app’s secret', async () => {
    expect(await introspect(running.token, { client_id: CLIENT_ID })).toEqual({
      error: 'invalid_client',
      error_description: 'invalid client credentials',
    })
  })
})

describe('revocation', () => {
  it('ends a token everywhere, by POST or GET', async () => {
    const revoked = await running.oauth('revoke', { token: running.token })
    expect([revoked.status, revoked.text]).toEqual([200, ''])
    expect((await running.call('GET', '/limits')).status).toBe(401)
    await running.logIn()
    const path = `/services/oauth2/revoke?token=${encodeURIComponent(running.token)}`
    expect((await running.send('GET', path)).status).toBe(200)
    expect(await introspect(running.token)).toEqual({ active: false })
  })

  it('ends the access tokens of a refresh token with it', async () => {
    const { access, refresh } = await both()
    await running.oauth('revoke', { token: refresh })
    expect(await introspect(access)).toEqual({ active: false })
    expect(await introspect(refresh)).toEqual({ active: false })
  })

  it('leaves a refresh token alive when only its access token is ended', async () => {
    const { access, refresh } = await both()
    await running.oauth('revoke', { token: access })
    expect(await introspect(refresh)).toMatchObject({ active: true })
  })

  it('refuses what has ended, and what is no token, in a form of its own', async () => {
    await running.oauth('revoke', { token: running.token })
    const again = await running.oauth('revoke', { token: running.token })
    expect([again.status, again.text]).toEqual([400, 'error=invalid_token&error_description=invalid%20token'])
    const { status, text } = await running.oauth('revoke', { token: 'x' })
    expect(status).toBe(400)
    expect(text).toBe('error=unsupported_token_type&error_description=this%20token%20type%20is%20not%20supported')
  })
})

describe('who a token is for', () => {
  const identityPath = (userId = running.org.userId) => `/id/${running.org.orgId}/${userId}`

  it('is told by userinfo', async () => {
    const { json } = await running.send('GET', '/services/oauth2/userinfo')
    expect(json).toMatchObject({ preferred_username: USERNAME, user_id: running.org.userId, utcOffset: 0 })
    expect(Object.keys(json as object)).toEqual([
      ...['sub', 'user_id', 'organization_id', 'preferred_username', 'nickname', 'name', 'email', 'email_verified'],
      ...['given_name', 'family_name', 'zoneinfo', 'photos', 'profile', 'urls', 'active', 'user_type', 'language'],
      ...['locale', 'utcOffset', 'updated_at'],
    ])
  })

  it('is told by the identity URL, the token in a header or in the query', async () => {
    const { json } = await running.send('GET', identityPath())
    expect(json).toMatchObject({
      id: running.org.url + identityPath(),
      asserted_user: true,
      username: USERNAME,
      is_app_installed: true,
      urls: { rest: `${running.org.url}/services/data/v{version}/` },
    })
    const query = new URLSearchParams({ format: 'json', oauth_token: running.token }).toString()
    const asked = await fetch(`${running.org.url + identityPath()}?${query}`)
    expect(await asked.json()).toEqual(json)
  })

  it('can be asked about somebody else, in their time zone', async () => {
    const [{ Id }] = (await running.records("SELECT Id FROM User WHERE FirstName = 'Ny'")) as [{ Id: string }]
    const { json } = await running.send('GET', identityPath(Id))
    expect(json).toMatchObject({ asserted_user: false, first_name: 'Ny', utcOffset: -5 * 60 * 60 * 1000 })
  })

  it.each(['/services/oauth2/userinfo', '/id/{org}/{user}'])('is 403 with bare text at %s', async (template) => {
    const path = template.replace('{org}', running.org.orgId).replace('{user}', running.org.userId)
    const missing = await fetch(running.org.url + path)
    expect([missing.status, await missing.text()]).toEqual([403, 'Missing_OAuth_Token'])
    running.org.expireSessions()
    const dead = await running.send('GET', path)
    expect([dead.status, dead.text]).toEqual([403, 'Bad_OAuth_Token'])
  })

  it('is refused for another org and for what is no user', async () => {
    const wrong = await running.send('GET', `/id/00D5e000000002iEAA/${running.org.userId}`)
    expect([wrong.status, wrong.text]).toEqual([403, 'Wrong_Org'])
    const unknown = await running.send('GET', identityPath(running.org.orgId))
    expect([unknown.status, unknown.text]).toEqual([404, 'Bad_Id'])
  })
})

describe('what the org publishes about its logins', () => {
  it('are the endpoints it has', async () => {
    const { json } = await running.send('GET', '/.well-known/openid-configuration')
    const endpoints = Object.entries(json as object).filter(([name]) => name.endsWith('_endpoint'))
    expect(endpoints.length).toBe(5)
    for (const [, url] of endpoints) {
      const { status } = await fetch(String(url), { method: 'POST', body: new URLSearchParams() })
      expect([200, 400, 403]).toContain(status)
    }
  })

  it.each(['/services/oauth2/logout', '/services/auth/oidc/logout', '/secur/logout.jsp', '/.well-known/jwks'])(
    'is not %s, which says so by name',
    async (path) => {
      expect((await running.send('GET', path)).status).toBe(501)
    },
  )
})

describe('a session', () => {
  it('lives as long as the org says, from its last use', async () => {
    running.org.settings.sessionSeconds = 900
    await running.logIn()
    running.clock.now += 899_000
    expect((await running.call('GET', '/limits')).status).toBe(200)
    running.clock.now += 899_000
    expect((await running.call('GET', '/limits')).status).toBe(200)
    running.clock.now += 900_000
    expect((await running.call('GET', '/limits')).status).toBe(401)
  })
})
