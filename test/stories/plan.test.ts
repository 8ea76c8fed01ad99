import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { crmUser } from '../support/crm.js'
import { aWorld, participantsOf, type World } from '../support/world.js'

const ONLINE = 'atlas-builders-online'
const COLLECTIONS = '/services/data/*/composite/sobjects*'

interface Planned {
  changes: number
  rows: Record<string, number>
  calls: { calls: number; atMost: number }
  check: number
}

let world: World
const run = (...args: string[]) => world.user.run(...args)
const plan = async (file: string) =>
  JSON.parse((await run('plan', 'campaign', 'sync', '--event', ONLINE, '--out', file, '--json')).stdout) as Planned
const path = (file: string) => join(world.user.home, file)
const rows = (object: string) => [...world.org.store.scan(object)].filter((row) => !row.IsDeleted)
const everything = async () =>
  JSON.stringify(
    [...(await participantsOf(world.db))].concat(
      rows('CampaignMember') as never,
      rows('Campaign') as never,
      rows('Contact') as never,
    ),
  )

describe('a plan', () => {
  beforeAll(async () => {
    world = await aWorld({ participants: 400 })
  })
  afterEach(() => {
    world.org.disarm()
  })
  afterAll(() => world.close())

  test('is a file of one’s own with every change that a sync would make, and nothing is written', async () => {
    const before = await everything()
    const planned = await plan('a.plan')
    expect(await everything()).toBe(before)
    expect(statSync(path('a.plan')).mode & 0o077).toBe(0)
    const [head, ...changes] = readFileSync(path('a.plan'), 'utf8').trimEnd().split('\n')
    expect(JSON.parse(head ?? '')).toMatchObject({ format: 'mh-sf plan', version: 1, rows: planned.changes })
    expect(changes).toHaveLength(planned.changes)
    expect(planned.rows).toMatchObject({ 'Campaign insert': 1, 'CampaignMemberStatus insert': 3 })
    expect(await run('plan', 'campaign', 'sync', '--event', ONLINE, '--out', 'a.plan')).toMatchObject({ exitCode: 2 })
  })

  test('that was changed by hand, or is none, is refused before anything is asked', async () => {
    const text = readFileSync(path('a.plan'), 'utf8')
    writeFileSync(path('changed.plan'), text.replace('"Status":"Registered"', '"Status":"Attended"'))
    writeFileSync(path('cut.plan'), text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1))
    writeFileSync(path('newer.plan'), text.replace('"version":1', '"version":2'))
    writeFileSync(path('none.plan'), 'hello\n')
    const requests = world.org.requests.total
    for (const [file, why] of [
      ['changed.plan', 'it was changed since it was written'],
      ['cut.plan', /it says \d+ changes and holds \d+/u],
      ['newer.plan', 'version 2'],
      ['none.plan', 'no plan of mh-sf'],
    ] as const) {
      const { exitCode, stderr } = await run('apply', file)
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(why) as string })
    }
    expect(await run('apply', 'nowhere.plan')).toMatchObject({ exitCode: 4 })
    expect(world.org.requests.total).toBe(requests)
  })

  test('is refused with the differences when the platform or the org has moved, and nothing is written', async () => {
    const [head = '', ...lines] = readFileSync(path('a.plan'), 'utf8').trimEnd().split('\n')
    expect(head).toContain('digest')
    const member = lines
      .map((line) => JSON.parse(line) as { object: string; key: string })
      .find(({ object }) => object === 'CampaignMember')
    const [, personId = ''] = member?.key.split('/') ?? []
    const someone = await world.db
      .collection('participants')
      .findOne({ 'registeredEvents.status': 'registered', deletedAt: null })
    await world.db.collection('participants').updateOne({ _id: someone?._id }, { $set: { deletedAt: new Date() } })
    const object = personId.startsWith('003') ? 'Contact' : 'Lead'
    await crmUser(world.user).sobject(object).update({ Id: personId, Title: 'Somebody else' })
    const before = await everything()
    const { exitCode, stderr } = await run('apply', 'a.plan')
    expect(exitCode).toBe(6)
    expect(stderr).toContain('PLAN_STALE')
    expect(stderr).toMatch(/participants [0-9a-f]{24}: owed (?:otherwise|no more)/u)
    expect(await everything()).toBe(before)
  })

  test('is applied exactly and in the calls that it says, also when it is killed half way, and then both sides agree', async () => {
    const planned = await plan('b.plan')
    world.org.arm({ method: 'POST', path: COLLECTIONS, effect: { kind: 'stall' }, skip: 1 })
    const dying = world.user.start('apply', 'b.plan')
    await vi.waitUntil(() => world.org.faultsWaiting() === 0, { timeout: 90_000, interval: 20 })
    dying.kill('SIGKILL')
    await dying
    world.org.disarm()
    await world.db.collection('salesforce_leases').updateMany({}, { $set: { 'held.$[].until': new Date() } })
    const { exitCode, stdout } = await run('apply', 'b.plan', '--json')
    expect(exitCode).toBe(0)
    const spent = (JSON.parse(stdout) as { calls: number }).calls
    expect(spent).toBeLessThanOrEqual(planned.calls.atMost + planned.check + 2)
    expect(await run('verify', '--event', ONLINE)).toMatchObject({ exitCode: 0 })
    expect((await plan('c.plan')).changes).toBe(0)
  })

  test('is what verify makes of the differences that it finds', async () => {
    const [member] = rows('CampaignMember')
    await crmUser(world.user)
      .sobject('CampaignMember')
      .delete(member?.Id ?? '')
    const { exitCode, stdout } = await run('verify', '--event', ONLINE, '--out', 'd.plan')
    expect([exitCode, stdout]).toEqual([3, expect.stringMatching(/1 change to 1 event owed; written to d.plan/u)])
    expect(await run('apply', 'd.plan')).toMatchObject({ exitCode: 0 })
    expect(await run('verify', '--event', ONLINE)).toMatchObject({ exitCode: 0 })
  })
})
