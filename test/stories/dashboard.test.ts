import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { linkOf } from '../support/browser.js'
import { aWorld, type World } from '../support/world.js'

const WAITING = { timeout: 90_000, interval: 50 }

let world: World

/** What a browser keeps of a visit: the cookie and the token of the forms. */
async function aVisit(link: string) {
  const { origin, hash } = new URL(link)
  const posted = (path: string, form: Record<string, string>, cookie = '') =>
    fetch(new URL(path, origin), {
      method: 'POST',
      redirect: 'manual',
      headers: { origin, cookie },
      body: new URLSearchParams(form),
    })
  const login = await posted('/login', { code: hash.slice(1) })
  const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const page = async (path: string) => (await fetch(new URL(path, origin), { headers: { cookie } })).text()
  const csrf = /name="csrf" value="([^"]+)"/u.exec(await page('/'))?.[1] ?? ''
  const post = async (path: string, form: Record<string, string> = {}) =>
    (await posted(path, { ...form, csrf }, cookie)).headers.get('location') ?? ''
  return { page, post }
}

describe('the dashboard', () => {
  beforeAll(async () => {
    world = await aWorld()
  })
  afterAll(() => world.close())

  test('asked to stop, lets what it began settle, and ends well', async () => {
    const server = world.user.start('dashboard', '--json')
    const visit = await aVisit(await linkOf(server))
    const errand = await visit.post('/actions', { action: 'sync-all' })
    await vi.waitUntil(async () => (await visit.page(errand)).includes('This was a dry run'), WAITING)
    const before = world.org.requests.total
    expect(await visit.post(`${errand}/confirm`, { typed: 'sync' })).toBe('')
    expect(world.org.requests.total).toBe(before)
    world.org.arm({ method: 'POST', path: '/services/data/*/composite', effect: { kind: 'stall' } })
    await visit.post(`${errand}/confirm`, { typed: 'sync all' })
    await vi.waitUntil(() => world.org.faultsWaiting() === 0, WAITING)
    expect(await visit.page('/')).toContain('Going on now')
    server.kill('SIGTERM')
    const { exitCode, stdout } = await server
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/u) as string })
    const { runs } = JSON.parse((await world.user.run('runs', 'list', '--json')).stdout) as { runs: object[] }
    expect(runs).toMatchObject([{ command: 'campaign sync', state: 'stopped', code: 'TERMINATED' }])
  })

  test('takes no port that somebody else has', async () => {
    const { port } = new URL(world.org.url)
    expect(await world.user.run('dashboard', '--port', port)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('cannot be had') as string,
    })
  })
})
