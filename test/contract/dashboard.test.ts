import { once } from 'node:events'
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/app/app.js'
import { systemClock, type Clock } from '../../src/clock.js'
import { Dashboard } from '../../src/dashboard/dashboard.js'
import { AlertStates } from '../../src/mongo/alert-states.js'
import { CODE_MS, IDLE_MS } from '../../src/dashboard/door.js'
import { anApp } from '../support/an-app.js'
import { aWorld, type World } from '../support/world.js'

interface Reply {
  status: number | undefined
  headers: IncomingHttpHeaders
  text: string
}
interface Asked {
  method?: string
  headers?: Record<string, string>
  form?: Record<string, string>
}

let world: World
const apps: App[] = []
/** The clock of the dashboards, so that a session can grow old. */
let ahead = 0
const clock: Clock = { ...systemClock, elapsed: () => systemClock.elapsed() + ahead }

async function anAppOfOurs(): Promise<App> {
  const app = await anApp(world.user, 'dashboard', clock)
  apps.push(app)
  return app
}

async function aDashboard(options: { readOnly?: boolean; host?: string } = {}): Promise<Dashboard> {
  const [app, another] = [await anAppOfOurs(), await anAppOfOurs()]
  const launcher = {
    program: join(import.meta.dirname, '../../bin/run.js'),
    also: [],
    environment: world.user.environment,
    directory: world.user.home,
  }
  const { readOnly = false, host = '127.0.0.1' } = options
  return Dashboard.start(app, () => another, { host, port: 0, readOnly, playground: false, launcher })
}

/** One request, with whatever headers: `fetch` would not send a foreign Host. */
async function ask(
  dashboard: Dashboard,
  path: string,
  { method = 'GET', headers = {}, form }: Asked = {},
): Promise<Reply> {
  const { origin, hostname, port } = new URL(dashboard.url)
  const body = form ? new URLSearchParams(form).toString() : undefined
  const posted = form ? { origin, 'content-type': 'application/x-www-form-urlencoded' } : {}
  const sent = request({ hostname, port, path, method: form ? 'POST' : method, headers: { ...posted, ...headers } })
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return { status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() }
}

/** A page with all that is on it: none waits for long for figures that are being read, and the next one has them. */
async function whole(dashboard: Dashboard, path: string, headers: Record<string, string>): Promise<Reply> {
  for (;;) {
    const reply = await ask(dashboard, path, { headers })
    if (!reply.text.includes('class="waiting"')) return reply
  }
}

/** Comes in by the code; gives what a browser would send from then on, and the token of its forms. */
async function comeIn(dashboard: Dashboard): Promise<{ headers: { cookie: string }; csrf: string }> {
  const { headers } = await ask(dashboard, '/login', { form: { code: dashboard.code } })
  const cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? ''
  const { text } = await ask(dashboard, '/', { headers: { cookie } })
  return { headers: { cookie }, csrf: /name="csrf" value="([^"]+)"/u.exec(text)?.[1] ?? '' }
}

describe('the dashboard', () => {
  beforeAll(async () => {
    world = await aWorld({ participants: 100 })
    await world.user.run('backfill', '--event', 'spring-2026')
  })
  afterAll(async () => {
    for (const app of apps) await app[Symbol.asyncDispose]()
    await world.close()
  })

  test('shows nothing to whoever has not come in, and lets one browser in, once', async () => {
    await using dashboard = await aDashboard()
    for (const path of ['/', '/runs', '/participants?q=a', '/nowhere']) {
      const { status, text } = await ask(dashboard, path)
      expect(status).toBe(401)
      expect(text).not.toContain('MongoDB Spring Hackathon')
      expect(text).not.toContain(dashboard.code)
    }
    expect(await ask(dashboard, '/login', { form: { code: 'guessed' } })).toMatchObject({ status: 403 })
    const { headers } = await comeIn(dashboard)
    const { status, text } = await whole(dashboard, '/', headers)
    expect(status).toBe(200)
    expect(text).toContain('MongoDB Spring Hackathon')
    const again = await ask(dashboard, '/login', { form: { code: dashboard.code } })
    expect(again).toMatchObject({ status: 403 })
    expect(again.headers['set-cookie']).toBeUndefined()
  })

  test('has a cookie that no script reads and no other site sends, and headers that forbid everything but its own', async () => {
    await using dashboard = await aDashboard()
    const { headers } = await ask(dashboard, '/login', { form: { code: dashboard.code } })
    expect(headers['set-cookie']?.[0]).toMatch(/^mh-sf-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/u)
    for (const path of ['/', '/assets/dashboard.css', '/assets/dashboard.js', '/nowhere']) {
      const { headers } = await ask(dashboard, path)
      expect(headers).toMatchObject({
        'content-security-policy':
          "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
        'cache-control': 'no-store',
        'cross-origin-resource-policy': 'same-origin',
      })
      expect(headers['access-control-allow-origin']).toBeUndefined()
    }
    expect((await ask(dashboard, '/assets/dashboard.js')).headers['content-type']).toContain('text/javascript')
  })

  test('answers by the names of this machine with its own port, and by no other, on every path', async () => {
    await using dashboard = await aDashboard()
    const { headers } = await comeIn(dashboard)
    const { port } = new URL(dashboard.url)
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]) {
      expect(await ask(dashboard, '/runs', { headers: { ...headers, host } })).toMatchObject({ status: 200 })
    }
    for (const host of [`evil.example:${port}`, '127.0.0.1', '127.0.0.1:80', `127.0.0.1.evil.example:${port}`]) {
      for (const path of ['/', '/runs', '/assets/dashboard.js', '/login', '/nowhere']) {
        const { status, text } = await ask(dashboard, path, { headers: { ...headers, host } })
        expect([host, path, status]).toEqual([host, path, 421])
        expect(text).not.toContain('csrf')
      }
    }
  })

  test('does nothing for a form that is not its own', async () => {
    await using dashboard = await aDashboard()
    const { headers, csrf } = await comeIn(dashboard)
    const { origin } = new URL(dashboard.url)
    const form = { action: 'sync-all', csrf }
    const requests = world.org.requests.total
    const posted = async (changed: Asked) => (await ask(dashboard, '/actions', { headers, form, ...changed })).status
    expect(await posted({ headers: { ...headers, origin: 'http://evil.example' } })).toBe(403)
    expect(await posted({ headers: { ...headers, origin: 'http://127.0.0.1:1' } })).toBe(403)
    expect(await posted({ headers: { ...headers, origin: 'null', 'sec-fetch-site': 'same-origin' } })).toBe(403)
    expect(await posted({ form: { action: 'sync-all', csrf: '' } })).toBe(403)
    expect(await posted({ form: { action: 'sync-all', csrf: csrf.replace(/.$/u, '') } })).toBe(403)
    expect(await posted({ headers: { ...headers, 'content-type': 'application/json' } })).toBe(403)
    expect(await posted({ headers: { origin } })).toBe(401)
    expect(await posted({ form: { action: 'sync-all', csrf, much: 'x'.repeat(20_000) } })).toBe(413)
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      expect((await ask(dashboard, '/actions', { method, headers })).status).toBeGreaterThanOrEqual(400)
    }
    expect(world.org.requests.total).toBe(requests)
  })

  test('makes arguments of ids and codes only, and of actions that it knows', async () => {
    await using dashboard = await aDashboard()
    const { headers, csrf } = await comeIn(dashboard)
    const posted = async (form: Record<string, string>) =>
      (await ask(dashboard, '/actions', { headers, form: { ...form, csrf } })).status
    expect(await posted({ action: 'rm' })).toBe(404)
    expect(await posted({ action: 'undo', run: '--last' })).toBe(400)
    expect(await posted({ action: 'retry', cause: 'X; rm -rf /' })).toBe(400)
    expect(await posted({ action: 'sync-event', event: '--help' })).toBe(400)
    expect(await posted({ action: 'choose-record', participant: 'a'.repeat(24), record: '003' })).toBe(400)
  })

  test('only shows when it is read-only', async () => {
    await using dashboard = await aDashboard({ readOnly: true })
    const { headers, csrf } = await comeIn(dashboard)
    const { text } = await ask(dashboard, '/', { headers })
    expect(text).toContain('read-only')
    expect(text).not.toContain('Re-sync')
    expect(await ask(dashboard, '/actions', { headers, form: { action: 'sync-all', csrf } })).toMatchObject({
      status: 405,
    })
  })

  test('forgets who does not come back, and a code that nobody used', async () => {
    await using dashboard = await aDashboard()
    const { headers, csrf } = await comeIn(dashboard)
    ahead += IDLE_MS / 2
    expect(await ask(dashboard, '/', { headers })).toMatchObject({ status: 200 })
    ahead += IDLE_MS + 1_000
    expect(await ask(dashboard, '/', { headers })).toMatchObject({ status: 401 })
    await using unused = await aDashboard()
    ahead += CODE_MS + 1_000
    expect(await ask(unused, '/login', { form: { code: unused.code } })).toMatchObject({ status: 403 })
    await using another = await aDashboard()
    const session = await comeIn(another)
    expect(await ask(another, '/logout', { headers: session.headers, form: { csrf: session.csrf } })).toMatchObject({
      status: 303,
    })
    expect(await ask(another, '/', { headers: session.headers })).toMatchObject({ status: 401 })
    expect(csrf).not.toBe(session.csrf)
  })

  test('listens on this machine alone', async () => {
    await expect(aDashboard({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'USAGE' })
    await expect(aDashboard({ host: 'example.com' })).rejects.toMatchObject({ code: 'USAGE' })
    await using dashboard = await aDashboard({ host: 'localhost' })
    expect(await ask(dashboard, '/')).toMatchObject({ status: 401 })
  })

  test('shows an alert that fires, until it does not', async () => {
    await using dashboard = await aDashboard()
    const { headers } = await comeIn(dashboard)
    const status = async () => (await ask(dashboard, '/', { headers })).text
    const states = new AlertStates(await (await anAppOfOurs()).database())
    const [since, kept] = [new Date(), { rule: 'queue', severity: 'critical', limit: 10, channels: {} } as const]
    await states.change('queue', () => ({ ...kept, state: 'firing', says: 'Somebody waits.', since, checkedAt: since }))
    expect(await status()).toContain('Somebody waits.')
    await states.change('queue', () => ({ ...kept, state: 'fine', says: 'Nobody waits.', since, checkedAt: since }))
    expect(await status()).not.toContain('waits.')
  })

  test('pages through runs and their lines, and finds people', async () => {
    await using dashboard = await aDashboard()
    const { headers } = await comeIn(dashboard)
    const page = async (path: string) => (await whole(dashboard, path, headers)).text
    const [run = ''] = /\d{8}T\d{6}Z-[0-9a-f]{6}/u.exec(await page('/runs')) ?? []
    expect(await page('/runs?command=backfill&failed=yes')).toContain('No run like this')
    const lines = await page(`/runs/${run}`)
    const [, person = ''] = /href="\/participants\/([0-9a-f]{24})"/u.exec(lines) ?? []
    expect(await page(`/runs/${run}?after=${run}%2F99999999`)).toContain('No change was written down')
    expect(await page(`/participants/${person}`)).toContain('In Salesforce')
    expect(await page('/participants?q=priya')).toContain('priya.ramanathan@example.com')
    expect(await page('/participants?q=PRIYA.ram')).toContain('Priya Ramanathan')
    expect(await page('/participants?q=.*%40')).toContain('Nobody like this')
    expect(await ask(dashboard, `/participants/${'0'.repeat(24)}`, { headers })).toMatchObject({ status: 404 })
    expect(await ask(dashboard, '/runs/19990101T000000Z-000000', { headers })).toMatchObject({ status: 404 })
  })
})
