import { describe, expect, test } from 'vitest'
import { policyOf } from '../../src/app/policy.js'
import { credentialsOf, flowOf, missingSettings, type Settings } from '../../src/app/settings.js'
import type { Flow } from '../../src/salesforce/credentials.js'

const settingsOf = (environment: Record<string, string>): Settings => ({
  environment,
  policy: policyOf({}, ''),
  origins: { environment: {}, directory: '', file: '', given: undefined },
})
const SF_CLIENT_ID = 'app'
const SF_CLIENT_SECRET = 'secret'
const SF_USERNAME = 'ada@example.com'
const SF_PASSWORD = 'password'
const SF_PRIVATE_KEY_PATH = 'server.key'

/** What is set, the way that is taken for it, and what it still lacks. */
type Row = [what: string, environment: Record<string, string>, flow: Flow, missing: string[]]

const rows: Row[] = [
  ['nothing', {}, 'jwt', ['SF_CLIENT_ID', 'SF_USERNAME', 'SF_PRIVATE_KEY_PATH']],
  ['a key', { SF_CLIENT_ID, SF_USERNAME, SF_PRIVATE_KEY_PATH }, 'jwt', []],
  ['a key and a password', { SF_CLIENT_ID, SF_USERNAME, SF_PRIVATE_KEY_PATH, SF_PASSWORD }, 'jwt', []],
  ['a username alone', { SF_CLIENT_ID, SF_USERNAME }, 'jwt', ['SF_PRIVATE_KEY_PATH']],
  ['a password', { SF_CLIENT_ID, SF_CLIENT_SECRET, SF_USERNAME, SF_PASSWORD }, 'password', []],
  ['a password without a secret', { SF_CLIENT_ID, SF_USERNAME, SF_PASSWORD }, 'password', ['SF_CLIENT_SECRET']],
  ['a secret and no username', { SF_CLIENT_ID, SF_CLIENT_SECRET }, 'client-credentials', []],
  ['the consumer key alone', { SF_CLIENT_ID }, 'web', []],
  ['a way, and a secret', { SF_LOGIN_FLOW: 'web', SF_CLIENT_ID, SF_CLIENT_SECRET }, 'web', []],
  [
    'a way whose settings lack',
    { SF_LOGIN_FLOW: 'client-credentials', SF_CLIENT_ID },
    'client-credentials',
    ['SF_CLIENT_SECRET'],
  ],
  [
    'a way against what else is set',
    { SF_LOGIN_FLOW: 'jwt', SF_CLIENT_ID },
    'jwt',
    ['SF_USERNAME', 'SF_PRIVATE_KEY_PATH'],
  ],
]

describe('how to log in is told by the settings that are there', () => {
  test.each(rows)('%s', (_, environment, flow, missing) => {
    const settings = settingsOf(environment)
    expect(flowOf(settings)).toBe(flow)
    expect(missingSettings(settings, ['salesforce']).map(({ name }) => name)).toEqual(missing)
    if (missing.length === 0) expect(credentialsOf(settings).flow).toBe(flow)
  })

  test('or by name, and a name that there is not is refused with those that there are', () => {
    const settings = settingsOf({ SF_LOGIN_FLOW: 'oauth', SF_CLIENT_ID })
    expect(() => credentialsOf(settings)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        hint: expect.stringContaining('client-credentials') as string,
      }),
    )
  })
})
