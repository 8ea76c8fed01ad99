import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { crmUser } from '../support/crm.js'
import { aWorld, type World } from '../support/world.js'

const EVENT = 'atlas-builders-online'
const COLLECTIONS = '/services/data/*/composite/sobjects'

interface Quota {
  used: number
  ours: number
  others: number
  remaining: { run: number; lookup: number }
  frees: { at: string; basedOn: string }
}
interface Synced {
  stopped: { code: string; message: string } | null
  calls: number
  planned: { calls: number; atMost: number }
}

let world: World
const json = async <T>(...args: string[]) => {
  const { stdout, exitCode } = await world.user.run(...args, '--json')
  return { exitCode, ...(JSON.parse(stdout) as T) }
}
/** Through the playground's control surface, as anybody would. */
const control = async (path: string, body: object) => {
  const headers = { 'content-type': 'application/json' }
  const reply = await fetch(`${world.org.url}/playground${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  expect(reply.status).toBe(200)
}
const sync = () => json<Synced>('campaign', 'sync', '--event', EVENT)
const members = () => [...world.org.store.scan('CampaignMember')].filter((row) => !row.IsDeleted)
const latestRun = async () => (await json<{ runs: { state: string; code?: string }[] }>('runs', 'list')).runs[0]

describe('a quota', () => {
  beforeAll(async () => {
    world = await aWorld({ participants: 200 })
  })
  afterAll(() => world.close())

  test('that a plan does not fit into refuses it before anything is sent, and says what is needed and what remains', async () => {
    await control('/settings', { dailyApiRequests: 14 })
    const before = members()
    const refused = await sync()
    expect(refused).toMatchObject({ exitCode: 6, stopped: { code: 'BUDGET_EXCEEDED' } })
    expect(refused.stopped?.message).toMatch(
      /^\d+ API calls are needed, and \d+ remain: .* Nothing was sent to Salesforce/u,
    )
    expect(members()).toEqual(before)
    expect(await latestRun()).toMatchObject({ state: 'stopped', code: 'BUDGET_EXCEEDED' })
  })

  test('that is used up while a run goes on pauses it cleanly; a day later the same command finishes it, and nothing is there twice', async () => {
    await control('/settings', { dailyApiRequests: 200 })
    const others = crmUser(world.user)
    await Promise.all(Array.from({ length: 100 }, () => others.request('/sobjects')))
    world.org.arm({ method: 'POST', path: COLLECTIONS, skip: 1, effect: { kind: 'delay', ms: 3_000 } })
    const syncing = sync()
    await vi.waitUntil(() => world.org.faultsWaiting() === 0, { timeout: 90_000, interval: 10 })
    // What is there shrinks at once: for many more calls of others there is no time.
    await control('/settings', { dailyApiRequests: 130 })
    const paused = await syncing
    expect(paused).toMatchObject({ exitCode: 6, stopped: { code: 'BUDGET_EXCEEDED' } })
    expect(await latestRun()).toMatchObject({ state: 'stopped', code: 'BUDGET_EXCEEDED' })
    expect(await sync()).toMatchObject({ exitCode: 6 })

    const full = await json<Quota>('quota')
    expect(full).toMatchObject({ exitCode: 0, remaining: { run: 0, lookup: 0 }, frees: { basedOn: 'all calls' } })
    expect(full.others).toBeGreaterThanOrEqual(100)
    expect(full.ours).toBeGreaterThan(paused.calls)

    await control('/clock', { advance: '25h' })
    const done = await sync()
    expect(done).toMatchObject({ exitCode: 0, stopped: null })
    expect(done.calls).toBeGreaterThanOrEqual(done.planned.calls)
    expect(done.calls).toBeLessThanOrEqual(done.planned.atMost)
    expect(await json('verify', '--event', EVENT)).toMatchObject({ exitCode: 0 })
    const pairs = members().map((row) => `${String(row['CampaignId'])} ${String(row['ContactId'] ?? row['LeadId'])}`)
    expect(new Set(pairs).size).toBe(pairs.length)
    expect(pairs.length).toBeGreaterThan(10)
    const fresh = await json<Quota>('quota')
    expect(fresh.used).toBeLessThan(full.used)
  })
})
