import { Connection } from '../../support/jsforce.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CLIENT_ID, CLIENT_SECRET, JWT_BEARER, RunningOrg, USERNAME } from '../../playground/org/running-org.js'
import { connect } from './connected.js'

let running: RunningOrg

beforeAll(async () => {
  running = await RunningOrg.start({ password: 'secret+token' })
})

afterAll(() => running.org.close())

describe('jsforce logs in', () => {
  it('with an assertion, and knows whose session it has', async () => {
    const made = new Connection({ version: '66.0', oauth2: { loginUrl: running.org.url } })
    const user = await made.authorize({ grant_type: JWT_BEARER, assertion: running.assertion() })
    expect(user).toMatchObject({ id: running.org.userId, organizationId: running.org.orgId })
    expect(made.instanceUrl).toBe(running.org.url)
  })

  it('and reports a refusal by its code', async () => {
    const made = new Connection({ version: '66.0', oauth2: { loginUrl: running.org.url } })
    const assertion = running.assertion({ iss: 'another-app' })
    await expect(made.authorize({ grant_type: JWT_BEARER, assertion })).rejects.toMatchObject({
      name: 'invalid_client_id',
      message: 'client identifier invalid',
    })
  })

  it('with user name and password only where the org lets that in', async () => {
    const oauth2 = { loginUrl: running.org.url, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }
    const made = new Connection({ version: '66.0', oauth2 })
    running.org.settings.passwordGrant = false
    await expect(made.login(USERNAME, 'secret+token')).rejects.toMatchObject({ name: 'invalid_grant' })
    running.org.settings.passwordGrant = true
    expect(await made.login(USERNAME, 'secret+token')).toMatchObject({ id: running.org.userId })
    expect((await made.query('SELECT Id FROM User')).totalSize).toBe(1)
  })

  it('renews its session when it ends in the middle', async () => {
    let renewals = 0
    const renewing = new Connection({
      version: '66.0',
      instanceUrl: running.org.url,
      accessToken: running.token,
      refreshFn: (_connection, done) => {
        renewals++
        running.logIn().then(
          () => {
            done(null, running.token)
          },
          (error: unknown) => {
            done(error instanceof Error ? error : new Error(String(error)))
          },
        )
      },
    })
    running.org.expireSessions()
    expect((await renewing.query('SELECT Id FROM User LIMIT 1')).totalSize).toBe(1)
    expect(renewals).toBe(1)
  })

  it('and out again: the token is dead afterwards', async () => {
    const made = await connect(running)
    const accessToken = made.accessToken ?? ''
    await made.logout()
    const stale = new Connection({ version: '66.0', instanceUrl: running.org.url, accessToken })
    await expect(stale.query('SELECT Id FROM User')).rejects.toMatchObject({ errorCode: 'INVALID_SESSION_ID' })
  })
})
