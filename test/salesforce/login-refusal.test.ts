import { describe, expect, test } from 'vitest'
import { exitCodes, type ErrorCode } from '../../src/errors.js'
import { loginRefused } from '../../src/salesforce/login-refusal.js'

const LOGIN = 'https://acme.my.salesforce.com'

/** What the org says, the code it gets, and a word of the setting that is to be changed. */
type Row = [what: string, error: string, description: string, code: ErrorCode, fix: RegExp]

const jwt: Row[] = [
  [
    'the user never approved the app',
    'invalid_grant',
    "user hasn't approved this consumer",
    'SF_APP_NOT_APPROVED',
    /Permitted Users/u,
  ],
  [
    'the app is pre-authorised, the user is not assigned',
    'invalid_app_access',
    'user is not admin approved to access this app',
    'SF_USER_NOT_ASSIGNED',
    /permission set/u,
  ],
  ['bad signature or expired', 'invalid_grant', 'invalid assertion', 'SF_ASSERTION_INVALID', /SF_PRIVATE_KEY_PATH/u],
  ['wrong audience', 'invalid_grant', 'audience is invalid', 'SF_AUDIENCE_INVALID', /SF_LOGIN_URL/u],
  [
    'wrong audience, in the older words',
    'invalid_grant',
    'Audience validation failed',
    'SF_AUDIENCE_INVALID',
    /SF_LOGIN_URL/u,
  ],
  ['unknown username', 'invalid_grant', 'invalid user', 'SF_USER_UNKNOWN', /SF_USERNAME/u],
  ['unknown consumer key', 'invalid_client_id', 'client identifier invalid', 'SF_CLIENT_UNKNOWN', /SF_CLIENT_ID/u],
  [
    'the app is not installed in the org',
    'app_not_found',
    'External client app is not installed in this org',
    'SF_APP_NOT_INSTALLED',
    /My Domain/u,
  ],
  ['the flow is off', 'unsupported_grant_type', 'grant type not supported', 'SF_FLOW_DISABLED', /JWT Bearer Flow/u],
  ['the flow is off, in other words', 'invalid_grant', 'flow not enabled', 'SF_FLOW_DISABLED', /JWT Bearer Flow/u],
  ['deactivated or frozen user', 'invalid_grant', 'inactive user', 'SF_USER_INACTIVE', /activate the user/u],
  ['deactivated org', 'invalid_grant', 'inactive organization', 'SF_ORG_INACTIVE', /SF_LOGIN_URL/u],
  ['login IP range', 'invalid_grant', 'ip restricted', 'SF_IP_RESTRICTED', /IP Relaxation/u],
  ['device activation', 'invalid_grant', 'activation secret invalid', 'SF_DEVICE_NOT_ACTIVATED', /device activation/u],
]

const password: Row[] = [
  ['a wrong password', 'invalid_grant', 'authentication failure', 'SF_PASSWORD_REFUSED', /SF_SECURITY_TOKEN/u],
  ['a wrong secret', 'invalid_client', 'invalid client credentials', 'SF_SECRET_REFUSED', /SF_CLIENT_SECRET/u],
]

describe('every refusal of a login has its own code and names the setting to change', () => {
  test.each([...jwt, ...password])('%s', (_, error, description, code, fix) => {
    const told = loginRefused({ error, description }, LOGIN, 'jwt')
    expect(told.code).toBe(code)
    expect(told.hint).toMatch(fix)
    expect(told.message).toContain('acme.my.salesforce.com')
    expect(told.message).toContain(description)
  })

  test('no two kinds of refusal share a code or a fix', () => {
    const told = jwt.map(([, error, description]) => loginRefused({ error, description }, LOGIN, 'jwt'))
    const kinds = new Set(jwt.map(([, , , code]) => code))
    expect(new Set(told.map(({ code }) => code)).size).toBe(kinds.size)
    expect(new Set(told.map(({ hint }) => hint)).size).toBe(kinds.size)
  })

  test.each([...jwt, ...password])(
    '%s: in capitals as well, for the wording is not promised',
    (_, error, description, code) => {
      expect(
        loginRefused({ error: error.toUpperCase(), description: description.toUpperCase() }, LOGIN, 'jwt').code,
      ).toBe(code)
    },
  )

  test.each([...jwt, ...password])('%s ends with exit code 5', (_, error, description) => {
    expect(loginRefused({ error, description }, LOGIN, 'jwt').exitCode).toBe(exitCodes.SF_LOGIN_REFUSED)
  })
})

describe('a refusal nobody has seen before', () => {
  const told = loginRefused({ error: 'invalid_grant', description: 'the stars are wrong' }, LOGIN, 'jwt')

  test('is told in the words of the org, and says where to look', () => {
    expect(told.code).toBe('SF_LOGIN_REFUSED')
    expect(told.message).toContain('invalid_grant: the stars are wrong')
    expect(told.hint).toContain('Login History')
  })

  test('is cut when it is long', () => {
    const long = loginRefused({ error: 'x', description: 'y'.repeat(10_000) }, LOGIN, 'jwt')
    expect(long.message.length).toBeLessThan(300)
  })
})

test('an expired authorization code is not told as a wrong private key', () => {
  const told = loginRefused({ error: 'invalid_grant', description: 'expired authorization code' }, LOGIN, 'jwt')
  expect(told.hint).not.toContain('SF_PRIVATE_KEY_PATH')
})
