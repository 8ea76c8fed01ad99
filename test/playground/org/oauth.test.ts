import { createHmac, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import type { Readable } from 'node:stream'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { LoginRefusal } from '../../../src/playground/org/oauth/settings.js'
import { defaultSettings, type OrgSettings } from '../../../src/playground/org/settings.js'
import { CLIENT_ID, CLIENT_SECRET, JWT_BEARER, NOON, RunningOrg, textAt, USERNAME } from './running-org.js'

let running: RunningOrg

beforeAll(async () => {
  running = await RunningOrg.start()
  running.org.load('User', [
    { Username: 'left@mongohacks.example', LastName: 'Left', IsActive: false },
    { Username: 'other@mongohacks.example', LastName: 'Other', IsActive: true },
  ])
})

afterAll(() => running.org.close())

beforeEach(() => Object.assign(running.org.settings, defaultSettings()))

const jwt = (claims: object = {}) =>
  running.oauth('token', { grant_type: JWT_BEARER, assertion: running.assertion(claims) })

const refusal = (error: string, error_description: string) => ({ status: 400, json: { error, error_description } })

describe('JWT bearer login', () => {
  it('gives a token that works, and neither expires_in nor a refresh token', async () => {
    const { status, json, headers } = await jwt()
    expect(status).toBe(200)
    expect(json).toEqual({
      access_token: expect.stringMatching(/^00D[0-9A-Za-z]{12}![A-Za-z0-9._]{96}$/) as string,
      instance_url: running.org.url,
      id: `${running.org.url}/id/${running.org.orgId}/${running.org.userId}`,
      token_type: 'Bearer',
      scope: 'api web',
    })
    expect(headers.has('sforce-limit-info')).toBe(false)
    const data = await running.call('GET', '/limits', undefined, {
      Authorization: `OAuth ${textAt(json, 'access_token')}`,
    })
    expect(data.status).toBe(200)
  })

  it.each([
    ['the login host of production as audience', { aud: 'https://login.salesforce.com' }],
    ['prn, which wins over sub', { sub: 'nobody@mongohacks.example', prn: USERNAME }],
    ['a username in another case', { sub: USERNAME.toUpperCase() }],
    ['an expiry as a string', { exp: String(NOON / 1000 + 60) }],
    ['an expiry thousands of years ahead', { exp: NOON }],
  ])('accepts %s', async (_, claims) => {
    expect((await jwt(claims)).status).toBe(200)
  })

  it.each([
    ['an unknown consumer', { iss: 'another-app' }, 'invalid_client_id', 'client identifier invalid'],
    ['an audience that is a sandbox', { aud: 'https://test.salesforce.com' }, 'invalid_grant', 'audience is invalid'],
    [
      'an audience with a trailing slash',
      { aud: 'https://login.salesforce.com/' },
      'invalid_grant',
      'audience is invalid',
    ],
    ['an expiry in the past', { exp: NOON / 1000 - 1 }, 'invalid_grant', 'invalid assertion'],
    ['no expiry', { exp: undefined }, 'invalid_grant', 'invalid assertion'],
    ['an unknown user', { sub: 'nobody@mongohacks.example' }, 'invalid_grant', 'invalid user'],
    ['a user who left', { sub: 'left@mongohacks.example' }, 'invalid_grant', 'inactive user'],
    [
      'a user who never approved the app',
      { sub: 'other@mongohacks.example' },
      'invalid_grant',
      "user hasn't approved this consumer",
    ],
  ])('refuses %s', async (_, claims, error, description) => {
    expect(await jwt(claims)).toMatchObject(refusal(error, description))
  })

  it('refuses a signature by another key', async () => {
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    const assertion = running.assertion({}, stranger)
    const answer = await running.oauth('token', { grant_type: JWT_BEARER, assertion })
    expect(answer).toMatchObject(refusal('invalid_grant', 'invalid assertion'))
  })

  it('refuses claims that were changed after signing', async () => {
    const [header, , signature] = running.assertion().split('.')
    const claims = running.assertion({ sub: 'other@mongohacks.example' }).split('.')[1]
    const assertion = [header, claims, signature].join('.')
    const answer = await running.oauth('token', { grant_type: JWT_BEARER, assertion })
    expect(answer).toMatchObject(refusal('invalid_grant', 'invalid assertion'))
  })

  it.each(['', 'a.b', 'not a token', 'e30.e30.', '..'])('refuses the malformed assertion %j', async (assertion) => {
    const answer = await running.oauth('token', { grant_type: JWT_BEARER, assertion })
    expect(answer).toMatchObject(refusal('invalid_grant', 'invalid assertion'))
  })

  it('refuses an assertion that says it needs no signature', async () => {
    const [, claims] = running.assertion().split('.')
    const header = Buffer.from('{"alg":"none"}').toString('base64url')
    const answer = await running.oauth('token', { grant_type: JWT_BEARER, assertion: `${header}.${String(claims)}.` })
    expect(answer).toMatchObject(refusal('invalid_grant', 'invalid assertion'))
  })

  it.each<[Partial<OrgSettings>, string, string]>([
    [{ consumerApproved: false }, 'invalid_grant', "user hasn't approved this consumer"],
    [{ userAssigned: false }, 'invalid_app_access', 'user is not admin approved to access this app'],
  ])('refuses everybody while %j', async (settings, error, description) => {
    Object.assign(running.org.settings, settings)
    expect(await jwt()).toMatchObject(refusal(error, description))
  })

  it.each<[LoginRefusal, string, string]>([
    ['app_not_found', 'app_not_found', 'External client app is not installed in this org'],
    ['inactive_organization', 'invalid_grant', 'inactive organization'],
    ['ip_restricted', 'invalid_grant', 'ip restricted'],
    ['activation_secret_invalid', 'invalid_grant', 'activation secret invalid'],
    ['flow_disabled', 'unsupported_grant_type', 'grant type not supported'],
  ])('can be set to refuse as %s', async (loginRefusal, error, description) => {
    running.org.settings.loginRefusal = loginRefusal
    expect(await jwt()).toMatchObject(refusal(error, description))
  })
})

describe('the password grant', () => {
  const right = {
    grant_type: 'password',
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
    username: USERNAME,
    password: 'secret+token',
  }

  it('is refused by default', async () => {
    running.org.settings.password = 'secret+token'
    expect(await running.oauth('token', right)).toMatchObject(refusal('invalid_grant', 'authentication failure'))
  })

  it('gives a signed token without scope where the org allows it', async () => {
    Object.assign(running.org.settings, { passwordGrant: true, password: 'secret+token' })
    const { status, json } = await running.oauth('token', right)
    expect(status).toBe(200)
    expect(json).toMatchObject({ token_type: 'Bearer', issued_at: String(NOON) })
    expect(json).not.toHaveProperty('scope')
  })

  it.each([
    [{ password: 'wrong' }, 'invalid_grant', 'authentication failure'],
    [{ client_secret: 'wrong' }, 'invalid_client', 'invalid client credentials'],
    [{ client_id: 'wrong' }, 'invalid_client_id', 'client identifier invalid'],
  ])('refuses %j', async (wrong, error, description) => {
    Object.assign(running.org.settings, { passwordGrant: true, password: 'secret+token' })
    expect(await running.oauth('token', { ...right, ...wrong })).toMatchObject(refusal(error, description))
  })
})

describe('the client credentials flow', () => {
  const right = { grant_type: 'client_credentials', client_id: CLIENT_ID, client_secret: CLIENT_SECRET }
  const runsAs = (username: string) => Object.assign(running.org.settings, { clientCredentialsUser: username })

  it('gives a signed token of the user that the app runs as, and no refresh token', async () => {
    runsAs('other@mongohacks.example')
    const { status, json } = await running.oauth('token', right)
    expect(status).toBe(200)
    expect(json).toMatchObject({ token_type: 'Bearer', scope: 'api web', issued_at: String(NOON) })
    const signature = createHmac('sha256', CLIENT_SECRET)
      .update(textAt(json, 'id') + String(NOON))
      .digest('base64')
    expect(textAt(json, 'signature')).toBe(signature)
    expect(json).not.toHaveProperty('refresh_token')
    const who = await running.send('GET', '/services/oauth2/userinfo', undefined, {
      Authorization: `Bearer ${textAt(json, 'access_token')}`,
    })
    expect(who.json).toMatchObject({ preferred_username: 'other@mongohacks.example' })
  })

  it('takes the credentials by HTTP Basic too', async () => {
    runsAs(USERNAME)
    const basic = (secret: string) => ({
      Authorization: `Basic ${Buffer.from(`${CLIENT_ID}:${secret}`).toString('base64')}`,
    })
    const form = { grant_type: 'client_credentials' }
    expect((await running.oauth('token', form, basic(CLIENT_SECRET))).status).toBe(200)
    expect(await running.oauth('token', form, basic('wrong'))).toMatchObject(
      refusal('invalid_client', 'invalid client credentials'),
    )
  })

  it.each([
    [{ client_id: 'wrong' }, 'invalid_client_id', 'client identifier invalid'],
    [{ client_secret: 'wrong' }, 'invalid_client', 'invalid client credentials'],
  ])('refuses %j', async (wrong, error, description) => {
    runsAs(USERNAME)
    expect(await running.oauth('token', { ...right, ...wrong })).toMatchObject(refusal(error, description))
  })

  it('refuses an app that has no user to run as, one that left, and one whom the policy keeps out', async () => {
    expect(await running.oauth('token', right)).toMatchObject(
      refusal('invalid_grant', 'no client credentials user enabled'),
    )
    runsAs('left@mongohacks.example')
    expect(await running.oauth('token', right)).toMatchObject(refusal('invalid_grant', 'inactive user'))
    runsAs(USERNAME)
    running.org.settings.userAssigned = false
    expect(await running.oauth('token', right)).toMatchObject(
      refusal('invalid_app_access', 'user is not admin approved to access this app'),
    )
  })

  it('is refused at a login host that orgs share', async () => {
    runsAs(USERNAME)
    const { port } = new URL(running.org.url)
    const asked = request({ port, method: 'POST', path: '/services/oauth2/token', headers: { Host: 'login.example' } })
    asked.end(new URLSearchParams(right).toString())
    const [answer] = (await once(asked, 'response')) as [Readable]
    expect(await answer.toArray()).toEqual([
      Buffer.from('{"error":"invalid_grant","error_description":"request not supported on this domain"}'),
    ])
  })
})

describe('other grants', () => {
  it.each(['device', 'hybrid_refresh', 'urn:ietf:params:oauth:grant-type:token-exchange'])(
    'names %s as missing',
    async (grant_type) => {
      const description = `playground: not implemented: ${grant_type}`
      expect(await running.oauth('token', { grant_type })).toMatchObject(refusal('unsupported_grant_type', description))
    },
  )

  it('does not know a grant that nobody has', async () => {
    const answer = await running.oauth('token', { grant_type: 'please' })
    expect(answer).toMatchObject(refusal('unsupported_grant_type', 'grant type not supported'))
  })
})
