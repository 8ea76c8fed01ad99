import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { App } from '../../src/app/app.js'
import { authorizeByBrowser } from '../../src/cli/browser-login.js'
import { listOrgs } from '../../src/cli/list-orgs.js'
import { orgsText } from '../../src/render/org-list.js'
import { runLogin, type LoginFlags } from '../../src/cli/run-login.js'
import { kindOfOrg } from '../../src/salesforce/hosts.js'
import { aLoginWorld, aSalesforceCli, browse, NO_FLAGS, unattended, type LoginWorld } from '../support/a-login.js'

let world: LoginWorld

beforeEach(async () => {
  world = await aLoginWorld()
  Object.assign(world.org.settings, { clientCredentialsUser: world.app.username, webServerApproves: true })
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await world.close()
})

const requestsTo = (end: string) => world.org.requests.list().filter(({ path }) => path.endsWith(end))
const grants = () => requestsTo('/oauth2/token').length
const code = (expected: string): unknown => expect.objectContaining({ code: expected })

/** What the environment says for each way. */
const settingsFor = (flow: string): Record<string, string> => {
  const { clientId, clientSecret, username } = world.app
  const all = { SF_LOGIN_FLOW: flow, SF_LOGIN_URL: world.org.url, SF_CLIENT_ID: clientId }
  if (flow === 'jwt') return { ...all, SF_USERNAME: username, SF_PRIVATE_KEY_PATH: world.keyPath }
  return { ...all, SF_CLIENT_SECRET: clientSecret }
}

const logIn = (app: App, flags: Partial<LoginFlags> = {}, tools = unattended()) =>
  runLogin(app, { ...NO_FLAGS, 'callback-port': world.port, ...flags }, tools)

/** A login in a browser that says yes. */
const byBrowser = async (flags: Partial<LoginFlags> = {}, environment = settingsFor('web')) => {
  const pages: Promise<string>[] = []
  const tools = unattended({
    openBrowser: (url) => {
      pages.push(browse(url))
      return Promise.resolve()
    },
  })
  const status = await logIn(await world.open(environment), flags, tools)
  return { status, told: tools.told.join('\n'), pages: await Promise.all(pages) }
}

/** Asks the org for something, as any command does. */
const ask = (app: App) => app.org().json({ method: 'GET', path: '/limits' }, z.looseObject({}))

describe('client credentials', () => {
  test('log in as the user that the app names, and the org says who that is', async () => {
    const { session } = await logIn(await world.open(settingsFor('client-credentials')))
    const { username } = world.app
    expect(session).toMatchObject({ flow: 'client-credentials', username, orgId: world.org.orgId })
  })

  test('are sent again when the session is over; who it is, is not asked again', async () => {
    const app = await world.open(settingsFor('client-credentials'))
    await logIn(app)
    world.org.expireSessions()
    await ask(app)
    expect(grants()).toBe(2)
    expect(requestsTo('/userinfo')).toHaveLength(1)
  })
})

describe('a login by browser', () => {
  test('ends with a page that says so, and a session that is kept', async () => {
    const { status, pages, told } = await byBrowser()
    expect(status.session).toMatchObject({ flow: 'web', username: world.app.username })
    expect(pages[0]).toContain('Logged in')
    expect(told).toContain(`${world.org.url}/services/oauth2/authorize?`)
    await ask(await world.open(settingsFor('web')))
    expect(grants()).toBe(1)
  })

  test('sends a challenge and a state, and keeps what they are made of to itself', async () => {
    const { told } = await byBrowser()
    const address = new URL(/http\S+authorize\S+/u.exec(told)?.[0] ?? '')
    const asked = Object.fromEntries(address.searchParams)
    expect(asked).toMatchObject({ response_type: 'code', code_challenge_method: 'S256', scope: 'api refresh_token' })
    expect(asked.code_challenge).toMatch(/^[\w-]{43}$/u)
    expect(asked.state).toMatch(/^[\w-]{43}$/u)
    expect(told).not.toMatch(/verifier|[?&]code=/u)
  })

  test('is renewed unasked when the session is over', async () => {
    await byBrowser()
    world.org.expireSessions()
    await ask(await world.open(settingsFor('web')))
    expect(grants()).toBe(2)
  })

  test('that somebody refuses in the browser is told here and there', async () => {
    world.org.settings.webServerApproves = false
    const pages: Promise<string>[] = []
    const openBrowser = (url: string) => {
      pages.push(browse(url, 'deny'))
      return Promise.resolve()
    }
    await expect(logIn(await world.open(settingsFor('web')), {}, unattended({ openBrowser }))).rejects.toEqual(
      code('SF_LOGIN_DENIED'),
    )
    expect(await pages[0]).toContain('Not logged in')
  })

  test('hears no answer to another login, and goes on waiting for its own', async () => {
    const strange: Response[] = []
    const openBrowser = async (url: string) => {
      const here = `http://localhost:${world.port}`
      strange.push(await fetch(`${here}/OauthRedirect?code=theirs&state=guessed`))
      strange.push(await fetch(`${here}/OauthRedirect?error=access_denied&state=guessed`))
      strange.push(await fetch(`${here}/favicon.ico`))
      strange.push(await fetch(`${here}/OauthRedirect`, { method: 'POST' }))
      void browse(url)
    }
    const { session } = await logIn(await world.open(settingsFor('web')), {}, unattended({ openBrowser }))
    expect(strange.map(({ status }) => status)).toEqual([400, 400, 400, 400])
    expect(session.username).toBe(world.app.username)
  })

  test('is for nobody who comes by a name that leads here', async () => {
    const { get } = await import('node:http')
    const statuses: (number | undefined)[] = []
    const openBrowser = async (url: string) => {
      await new Promise<void>((resolve) => {
        get(
          { port: world.port, host: '127.0.0.1', path: '/OauthRedirect', headers: { host: 'evil.example' } },
          (reply) => {
            statuses.push(reply.statusCode)
            reply.resume().once('close', resolve)
          },
        )
      })
      void browse(url)
    }
    await logIn(await world.open(settingsFor('web')), {}, unattended({ openBrowser }))
    expect(statuses).toEqual([400])
  })

  test('of which nothing is heard ends in time', async () => {
    const credentials = { flow: 'web' as const, loginUrl: world.org.url, clientId: world.app.clientId }
    const waiting = authorizeByBrowser(credentials, {
      port: world.port,
      patienceMs: 50,
      open: () => Promise.resolve(),
      tell: () => undefined,
      signal: new AbortController().signal,
    })
    await expect(waiting).rejects.toEqual(code('SF_LOGIN_UNANSWERED'))
  })

  test('says when its port is taken, and what to do', async () => {
    const other = createServer().listen(world.port, '127.0.0.1')
    try {
      await expect(logIn(await world.open(settingsFor('web')))).rejects.toMatchObject({
        code: 'USAGE',
        hint: expect.stringContaining('--callback-port') as string,
      })
    } finally {
      other.close()
    }
  })

  test('is for whom SF_USERNAME names, if it names somebody', async () => {
    const settings = { ...settingsFor('web'), SF_USERNAME: 'somebody.else@mongohacks.example' }
    await expect(byBrowser({}, settings)).rejects.toMatchObject({
      message: expect.stringContaining('another user') as string,
    })
  })
})

describe('a login by browser on another machine', () => {
  /** What the browser shows at its end: an address that nobody answers. */
  const lastAddress = async (told: string): Promise<string> => {
    const address = /http\S+authorize\S+/u.exec(told)?.[0] ?? ''
    return (await fetch(address, { redirect: 'manual' })).headers.get('location') ?? ''
  }

  test('takes the address that the browser ends at from a pipe', async () => {
    const tools = unattended()
    tools.stdin = async () => `${await lastAddress(tools.told.join('\n'))}\n`
    const { session } = await logIn(await world.open(settingsFor('web')), { browser: false }, tools)
    expect(session).toMatchObject({ flow: 'web', username: world.app.username })
  })

  test.each([
    ['nothing', () => ''],
    ['the address that was opened', (url: string) => url],
    ['the answer to another login', (url: string) => url.replace(/state=[^&]+/u, 'state=other')],
  ])('refuses %s', async (_, change) => {
    const tools = unattended()
    tools.stdin = async () => change(await lastAddress(tools.told.join('\n')))
    if (_ === 'the address that was opened')
      tools.stdin = () => Promise.resolve(/http\S+authorize\S+/u.exec(tools.told.join('\n'))?.[0] ?? '')
    await expect(logIn(await world.open(settingsFor('web')), { browser: false }, tools)).rejects.toEqual(
      code('SF_CODE_REFUSED'),
    )
    expect(grants()).toBe(0)
  })
})

describe('a refresh token', () => {
  const keeperModule = fileURLToPath(new URL('../../dist/salesforce/session-keeper.js', import.meta.url))

  /** Another mh-sf of this user, which was refused this session. */
  const renewElsewhere = async (refused: unknown): Promise<string> => {
    const { clientId, clientSecret } = world.app
    const credentials = { flow: 'web', loginUrl: world.org.url, clientId, clientSecret }
    const program = `
      import { SessionKeeper } from ${JSON.stringify(keeperModule)}
      const clock = { now: () => new Date() }
      const keeper = new SessionKeeper(${JSON.stringify(credentials)}, ${JSON.stringify(join(world.home, 'data/sessions'))}, clock, {})
      const { accessToken } = await keeper.renew(${JSON.stringify(refused)})
      console.log(accessToken)`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program])
    return stdout.trim()
  }

  test('that rotates is used once by two processes that need it at the same moment, and the new one is kept', async () => {
    world.org.settings.refreshTokenRotation = true
    await byBrowser()
    world.org.expireSessions()
    const refused = await (await world.open(settingsFor('web'))).org().keeper.cached()
    const [one, other] = await Promise.all([renewElsewhere(refused), renewElsewhere(refused)])
    expect(one).toBe(other)
    expect(grants()).toBe(2)
    world.org.expireSessions()
    await ask(await world.open(settingsFor('web')))
    expect(grants()).toBe(3)
  })

  test('that rotates is kept before anything is done with the new session', async () => {
    world.org.settings.refreshTokenRotation = true
    await byBrowser()
    world.org.expireSessions()
    world.org.arm({ path: '/services/data/', effect: { kind: 'reply', status: 500, text: 'no' } })
    const app = await world.open(settingsFor('web'))
    const first = await app.org().keeper.cached()
    await expect(app.org().keeper.renew(first)).rejects.toThrow()
    expect(await app.org().keeper.renew(first)).toMatchObject({ flow: 'web' })
    expect(grants()).toBe(3)
  })

  test('is not lost to somebody who leaves while it is on its way', async () => {
    world.org.settings.refreshTokenRotation = true
    await byBrowser()
    world.org.expireSessions()
    world.org.arm({ path: '/services/oauth2/token', effect: { kind: 'delay', ms: 1_000 } })
    const app = await world.open(settingsFor('web'))
    const first = await app.org().keeper.cached()
    const leaving = new AbortController()
    const renewing = app.org().keeper.renew(first, leaving.signal)
    await vi.waitUntil(() => world.org.faultsWaiting() === 0, { timeout: 30_000, interval: 10 })
    leaving.abort(new Error('left'))
    await expect(renewing).rejects.toThrow('left')
    const later = await world.open(settingsFor('web'))
    expect(await later.org().keeper.renew(first)).toMatchObject({ flow: 'web' })
    expect(grants()).toBe(2)
  })

  test('that is dead is told once, with the command that gives a new one', async () => {
    await byBrowser()
    world.org.settings.refreshTokenLifetimeMs = 0
    world.org.expireSessions()
    const app = await world.open(settingsFor('web'))
    await expect(ask(app)).rejects.toMatchObject({
      code: 'SF_LOGIN_EXPIRED',
      hint: expect.stringContaining('mh-sf auth login') as string,
    })
    expect(grants()).toBe(2)
  })

  test('is missed with the command that gives one', async () => {
    const app = await world.open({ SF_CLIENT_ID: 'app', SF_LOGIN_URL: world.org.url })
    await expect(ask(app)).rejects.toMatchObject({
      code: 'SF_NOT_LOGGED_IN',
      hint: expect.stringContaining('mh-sf auth login') as string,
    })
    expect(world.org.requests.list()).toHaveLength(0)
  })
})

describe('orgs that have names', () => {
  const flagsFor = (alias: string) => ({
    alias,
    flow: 'client-credentials' as const,
    'login-url': world.org.url,
    'client-id': world.app.clientId,
    'secret-file': '-',
  })
  const withSecret = () => unattended({ stdin: () => Promise.resolve(`${world.app.clientSecret}\n`) })

  test('are logged in to from nothing by flags and a pipe, and again from what is kept', async () => {
    const { name, isDefault } = await logIn(await world.open(), flagsFor('prod'), withSecret())
    expect({ name, isDefault }).toEqual({ name: 'prod', isDefault: true })
    world.org.expireSessions()
    await ask(await world.open({}, 'prod'))
    expect(grants()).toBe(2)
  })

  test('take the place of every login in the environment', async () => {
    await logIn(await world.open(), flagsFor('prod'), withSecret())
    const elsewhere = {
      ...settingsFor('jwt'),
      SF_LOGIN_URL: 'http://127.0.0.1:9',
      SF_CLIENT_SECRET: 'other',
      SF_PASSWORD: 'x',
    }
    await ask(await world.open({ ...elsewhere, SF_TARGET_ORG: 'prod' }))
    await ask(await world.open(elsewhere, 'prod'))
    await expect(ask(await world.open(elsewhere))).rejects.toEqual(code('SF_UNREACHABLE'))
  })

  test('are not guessed: one that there is not is refused with those that there are', async () => {
    await logIn(await world.open(), flagsFor('prod'), withSecret())
    await expect(world.open({}, 'prdo')).rejects.toMatchObject({
      code: 'ORG_UNKNOWN',
      hint: expect.stringContaining('prod') as string,
    })
  })

  test('get no secret from a file that is not there, which is said as it is', async () => {
    const flags = { ...flagsFor('prod'), 'secret-file': join(world.home, 'nowhere') }
    await expect(logIn(await world.open(), flags)).rejects.toThrow(/nowhere cannot be read/u)
  })

  test('have a default, for where the environment tells no login', async () => {
    await logIn(await world.open(), flagsFor('one'), withSecret())
    await logIn(await world.open(), { ...flagsFor('two'), 'set-default': true }, withSecret())
    expect((await world.open()).settings.target).toBe('two')
    expect((await world.open(settingsFor('jwt'))).settings.target).toBeUndefined()
    const app = await world.open()
    expect(await listOrgs(app)).toMatchObject([
      { name: 'one', isDefault: false, isTarget: false, kind: 'local', session: 'kept' },
      { name: 'two', isDefault: true, isTarget: true, flow: 'client-credentials', session: 'kept' },
    ])
    await app.namedOrgs.remove('two')
    expect(orgsText(await listOrgs(await world.open()))).toContain('No org is the default: --target-org NAME takes one')
  })

  test('are listed although what is kept of one is damaged or open to others, each with what mends it', async () => {
    await logIn(await world.open(), flagsFor('one'), withSecret())
    const { path: damaged } = await logIn(await world.open(), flagsFor('two'), withSecret())
    const { path: open } = await logIn(await world.open(), flagsFor('wide'), withSecret())
    writeFileSync(damaged, 'garbage', { mode: 0o600 })
    chmodSync(open, 0o644)
    const orgs = await listOrgs(await world.open())
    expect(orgs.map(({ name, session }) => [name, session])).toEqual([
      ['one', 'kept'],
      ['two', 'unusable'],
      ['wide', 'unusable'],
    ])
    expect(orgsText(orgs)).toContain(`rm ${damaged}`)
    expect(orgsText(orgs)).toContain(`chmod 600 ${open}`)
  })

  test('are never replaced by a login of another app that nobody gave a name', async () => {
    const unnamed = { ...flagsFor(''), alias: undefined }
    const nameOfLogin = async () => {
      // What the environment tells, flags replace; the default org is not meant.
      const { name } = await logIn(await world.open({ SF_LOGIN_FLOW: 'jwt' }), unnamed, withSecret())
      return name
    }
    expect([await nameOfLogin(), await nameOfLogin()]).toEqual(['local', 'local'])
    const { namedOrgs } = await world.open()
    await namedOrgs.put('local', { ...(await namedOrgs.get('local')), clientId: 'of another org' }, false)
    expect([await nameOfLogin(), await nameOfLogin()]).toEqual(['local-2', 'local-2'])
    expect((await namedOrgs.get('local')).clientId).toBe('of another org')
  })

  test('are kept in a file of this user alone that holds no secret', async () => {
    await logIn(await world.open(), flagsFor('prod'), withSecret())
    const { path } = (await world.open()).namedOrgs
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readFileSync(path, 'utf8')).not.toMatch(/canary|00D\w+!|5Aep/u)
  })

  test('of ten that are added at once none is lost', async () => {
    const { namedOrgs } = await world.open()
    const names = Array.from({ length: 10 }, (_, at) => `org-${at}`)
    const org = { flow: 'web' as const, loginUrl: world.org.url, orgId: '00D', instanceUrl: world.org.url }
    await Promise.all(names.map((name) => namedOrgs.put(name, org, false)))
    expect([...(await namedOrgs.read()).orgs.keys()].sort()).toEqual(names)
  })

  test('keep two people of one app apart', async () => {
    await byBrowser({ alias: 'ada' })
    const second = world.org.store
    expect(second).toBeDefined()
    await byBrowser({ alias: 'bo' })
    const paths = await Promise.all(
      ['ada', 'bo'].map(async (name) => (await world.open({}, name)).org().keeper.store.path),
    )
    expect(new Set(paths).size).toBe(2)
  })

  test('are logged out of for good: the refresh token is dead at the org, and the name is gone', async () => {
    await byBrowser({ alias: 'prod' })
    const app = await world.open({}, 'prod')
    const { keeper } = app.org()
    const kept = await keeper.store.read()
    await keeper.logOut(app.signal)
    await app.namedOrgs.remove('prod')
    expect(existsSync(keeper.store.path)).toBe(false)
    await expect(world.open({}, 'prod')).rejects.toEqual(code('ORG_UNKNOWN'))
    const { clientId, clientSecret } = world.app
    const refreshed = await fetch(`${world.org.url}/services/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        client_id: clientId,
        client_secret: clientSecret,
        refresh_token: kept?.refreshToken ?? '',
      }),
    })
    expect(await refreshed.json()).toMatchObject({ error_description: 'expired access/refresh token' })
  })

  test.each(['', '../etc', '__proto__', 'a b', 'x'.repeat(41), '-o'])('may not be called %j', async (alias) => {
    await expect(logIn(await world.open(), flagsFor(alias), withSecret())).rejects.toEqual(code('USAGE'))
  })
})

describe('a login of the Salesforce CLI', () => {
  const putOnPath = (answers: Record<string, object>) => {
    vi.stubEnv('PATH', `${aSalesforceCli(world.home, answers)}${delimiter}${process.env.PATH ?? ''}`)
  }
  const display = (accessToken: string) => ({
    status: 0,
    result: {
      id: world.org.orgId,
      apiVersion: '66.0',
      accessToken,
      instanceUrl: world.org.url,
      username: world.app.username,
      clientId: 'PlatformCLI',
      connectedStatus: 'Connected',
      alias: 'dev',
    },
    warnings: [],
  })
  const REDACTED = "[REDACTED] Use 'sf org auth show-access-token' to view"
  /** A token as the CLI has it: of a login of its own. */
  const token = async () => (await (await world.open(settingsFor('jwt'))).org().session()).accessToken

  test('is adopted under its name, and its token stays with the CLI', async () => {
    const accessToken = await token()
    putOnPath({
      'org display': display(REDACTED),
      'org auth show-access-token': { status: 0, result: { accessToken }, warnings: ['This command shows secrets'] },
    })
    const { session, name } = await logIn(await world.open(), { 'from-sf': 'dev' })
    expect(name).toBe('dev')
    expect(session).toMatchObject({ flow: 'sf', username: world.app.username, accessToken, orgId: world.org.orgId })
    await ask(await world.open({}, 'dev'))
    const { keeper } = (await world.open({}, 'dev')).org()
    expect(await keeper.store.read()).not.toHaveProperty('refreshToken')
  })

  test('of a CLI before 2.136.8, which shows the token itself', async () => {
    const accessToken = await token()
    putOnPath({ 'org display': display(accessToken) })
    expect((await logIn(await world.open(), { 'from-sf': 'dev' })).session.accessToken).toBe(accessToken)
  })

  test('that has ended is told with the command of the CLI that renews it', async () => {
    putOnPath({ 'org display': display(await token()) })
    await logIn(await world.open(), { 'from-sf': 'dev' })
    world.org.expireSessions()
    await expect(ask(await world.open({}, 'dev'))).rejects.toMatchObject({
      code: 'SF_CLI_FAILED',
      hint: expect.stringContaining('sf org login web --alias dev') as string,
    })
  })

  test('that it does not have is told', async () => {
    const message = 'No authorization information found for dev.'
    putOnPath({ 'org display': { name: 'NamedOrgNotFoundError', message, exitCode: 1, status: 1 } })
    await expect(logIn(await world.open(), { 'from-sf': 'dev' })).rejects.toMatchObject({
      code: 'SF_CLI_FAILED',
      hint: expect.stringContaining('sf org list') as string,
    })
  })

  test.each(['--json', '', 'a b', 'x;rm'])('is not asked for by %j', async (alias) => {
    putOnPath({ 'org display': display('00D000000000001AAA!x') })
    await expect(logIn(await world.open(), { 'from-sf': alias })).rejects.toEqual(code('SF_CLI_FAILED'))
    expect(existsSync(join(world.home, 'sf.log'))).toBe(false)
  })

  test('without a CLI is told with what to install', async () => {
    vi.stubEnv('PATH', world.home)
    await expect(logIn(await world.open(), { 'from-sf': 'dev' })).rejects.toMatchObject({
      code: 'SF_CLI_FAILED',
      message: expect.stringContaining('`sf`') as string,
    })
  })

  test('of an org that is no Salesforce is refused before its token goes there', async () => {
    const elsewhere = display('00D000000000001AAA!x')
    putOnPath({
      'org display': { ...elsewhere, result: { ...elsewhere.result, instanceUrl: 'https://evil.example' } },
    })
    await expect(logIn(await world.open(), { 'from-sf': 'dev' })).rejects.toEqual(code('SF_HOST_REFUSED'))
  })

  test('is only forgotten at a logout', async () => {
    putOnPath({ 'org display': display(await token()) })
    await logIn(await world.open(), { 'from-sf': 'dev' })
    const app = await world.open({}, 'dev')
    await app.org().keeper.logOut(app.signal)
    expect(requestsTo('/oauth2/revoke')).toHaveLength(0)
  })
})

test.each([
  ['https://acme.my.salesforce.com', 'production'],
  ['https://login.salesforce.com', 'production'],
  ['https://test.salesforce.com', 'sandbox'],
  ['https://acme--uat.sandbox.my.salesforce.com', 'sandbox'],
  ['https://acme--uat.my.salesforce.com', 'sandbox'],
  ['https://acme--uat.cs42.my.salesforce.com', 'sandbox'],
  ['https://power-app-123-dev-ed.scratch.my.salesforce.com', 'scratch'],
  ['https://acme-dev-ed.develop.my.salesforce.com', 'developer'],
  ['https://curious-otter-dev-ed.trailblaze.my.salesforce.com', 'trailhead'],
  ['http://127.0.0.1:4000', 'local'],
  ['https://constructor.my.salesforce.com', 'production'],
])('the org at %s is known as %s', (address, kind) => {
  expect(kindOfOrg(address)).toBe(kind)
})
