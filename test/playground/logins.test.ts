import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Connection, OAuth2 } from '../support/jsforce.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FEWEST_PARTICIPANTS } from '../../src/playground/story/size.js'
import { servePlayground, type Serving } from '../../src/playground/serve.js'

let dir: string
let serving: Serving

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mh-sf-logins-'))
  serving = await servePlayground({ dir, participants: FEWEST_PARTICIPANTS, seed: 'logins', orgOnly: true })
})

afterAll(async () => {
  await serving.stop()
  await rm(dir, { recursive: true, force: true })
})

/** The app of docs/playground.md. */
const app = () =>
  new OAuth2({
    loginUrl: serving.state.org.url,
    clientId: 'mh-sf-playground',
    clientSecret: 'mh-sf-playground-secret',
    redirectUri: 'http://localhost:1717/OauthRedirect',
    useVerifier: true,
  })

describe('the app of the playground that the command starts', () => {
  it('logs in by client credentials', async () => {
    const connection = new Connection({ version: '66.0', oauth2: app() })
    await connection.authorize({ grant_type: 'client_credentials' })
    expect(await connection.identity()).toMatchObject({ username: 'integration@mongohacks.example' })
  })

  it('asks its user at the callback that the Salesforce CLI has, and gets a refresh token', async () => {
    const oauth2 = app()
    const page = await (await fetch(oauth2.getAuthorizationUrl({ scope: 'api refresh_token' }))).text()
    expect(page).toContain('mh-sf playground')
    const key = /name="key" value="([^"]+)"/.exec(page)?.[1] ?? ''
    const answered = await fetch(`${serving.state.org.url}/services/oauth2/authorize`, {
      method: 'POST',
      body: new URLSearchParams({ key, decision: 'allow' }),
      redirect: 'manual',
    })
    const code = new URL(answered.headers.get('location') ?? '').searchParams.get('code') ?? ''
    const connection = new Connection({ version: '66.0', oauth2 })
    await connection.authorize(code)
    expect(connection.refreshToken).toMatch(/^5Aep/)
  })
})
