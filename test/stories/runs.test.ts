import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hostname } from 'node:os'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { aWorld, participantsOf, type World } from '../support/world.js'

const COMPOSITE = '/services/data/*/composite'
const WAITING = { timeout: 90_000, interval: 50 }

interface ShownRuns {
  runs: { id: string; command: string; state: string; died: boolean; spent?: number; code?: string }[]
}
interface ShownRun {
  counts: { object: string; action: string; state: string; lines: number }[]
  lines: { object: string; key: string; state: string; before?: object; after?: object }[]
}

let world: World
const run = (...args: string[]) => world.user.run(...args)
const json = async <T>(...args: string[]) => JSON.parse((await run(...args, '--json')).stdout) as T
const runs = async () => (await json<ShownRuns>('runs', 'list')).runs
const arrived = () => vi.waitUntil(() => world.org.faultsWaiting() === 0, WAITING)
const membersThere = () => [...world.org.store.scan('CampaignMember')].filter((row) => !row.IsDeleted).length

describe('runs', () => {
  beforeAll(async () => {
    world = await aWorld({ participants: 150 })
  })
  afterAll(() => world.close())

  test('there are none before anything was written, and dry runs are none', async () => {
    await run('backfill', '--event', 'spring-2026', '--dry-run')
    expect(await runs()).toEqual([])
    expect(await run('runs', 'show')).toMatchObject({ exitCode: 4 })
  })

  test('hold each change with what was there before, and tell how it all ended', async () => {
    const before = await participantsOf(world.db)
    const {
      run: id,
      updated,
      calls,
    } = await json<{ run: string; updated: number; calls: number }>('backfill', '--event', 'spring-2026')
    expect(await runs()).toMatchObject([{ id, command: 'backfill', state: 'done', died: false, spent: calls }])
    const shown = await json<ShownRun>('runs', 'show', id, '--lines', '1000')
    expect(shown.counts).toEqual([{ object: 'participants', action: 'update', state: 'done', lines: updated }])
    const after = await participantsOf(world.db)
    const changed = [...after].filter(([key, person]) => JSON.stringify(person) !== JSON.stringify(before.get(key)))
    expect(shown.lines.map(({ key }) => key).sort()).toEqual(changed.map(([key]) => key).sort())
    const text = await run('runs', 'show', '--lines', '2')
    expect(text.stdout).toContain(`Run ${id}: backfill --event spring-2026`)
    for (const line of text.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })

  test('on the same event do not meet: the second ends with 7 at once, names the first, and asks the org nothing', async () => {
    world.org.arm({ method: 'POST', path: COMPOSITE, effect: { kind: 'stall' } })
    const first = world.user.start('campaign', 'sync', '--event', 'atlas-builders-online')
    await arrived()
    const requests = world.org.requests.total
    const second = await run('campaign', 'push', '--event', 'atlas-builders-online')
    expect(second).toMatchObject({ exitCode: 7, stdout: '' })
    const [held] = await runs()
    for (const told of [held?.id ?? '?', 'campaign sync', hostname(), String(first.pid), 'LEASE_HELD'])
      expect(second.stderr).toContain(told)
    expect(await run('backfill', '--all')).toMatchObject({ exitCode: 7 })
    const undo = await run('runs', 'undo', held?.id ?? '?', '--confirm', held?.id ?? '?')
    expect(undo).toMatchObject({ exitCode: 7, stdout: '' })
    expect(world.org.requests.total).toBe(requests)
    expect(await run('backfill', '--event', 'winter-2026')).toMatchObject({ exitCode: 0 })
    first.kill('SIGTERM')
    await first
    expect(await runs()).toMatchObject([{}, { state: 'stopped', code: 'TERMINATED' }, {}])
    expect(await run('campaign', 'sync', '--event', 'atlas-builders-online')).toMatchObject({ exitCode: 0 })
  })

  test('that die are seen to have died, and their lease is free after its term', async () => {
    world.org.arm({ method: 'POST', path: COMPOSITE, effect: { kind: 'stall' } })
    const dying = world.user.start('backfill', '--all')
    await arrived()
    dying.kill('SIGKILL')
    await dying
    expect(await run('backfill', '--all')).toMatchObject({ exitCode: 7 })
    const [dead] = await runs()
    // A minute later, as the server sees it.
    await world.db.collection('salesforce_leases').updateMany({}, { $set: { 'held.$[].until': new Date() } })
    expect(await run('backfill', '--all')).toMatchObject({ exitCode: 0 })
    expect((await runs()).find(({ id }) => id === dead?.id)).toMatchObject({ state: 'died', died: true })
    expect((await run('runs', 'list')).stdout).toContain('died')
    const failed = await json<ShownRuns>('runs', 'list', '--failed')
    expect(failed.runs.map(({ id }) => id)).toContain(dead?.id)
    expect(failed.runs.every(({ state }) => state !== 'done')).toBe(true)
    const some = await json<ShownRuns>('runs', 'list', '--command', 'campaign sync', '--event', 'atlas-builders-online')
    expect(some.runs.map(({ command, state }) => `${command}: ${state}`)).toEqual([
      'campaign sync: done',
      'campaign sync: stopped',
    ])
  })

  test('that slept past their lease write nothing when they wake, and say so', async () => {
    world.org.arm({ method: 'POST', path: COMPOSITE, effect: { kind: 'delay', ms: 1_000 } })
    const drowsy = world.another()
    writeFileSync(join(drowsy.home, 'mh-sf.config.json'), '{ "runs": { "leaseSeconds": 4 } }')
    const sleeper = drowsy.start('campaign', 'sync', '--event', 'winter-2026', '--json')
    await arrived()
    sleeper.kill('SIGSTOP')
    const another = () => run('campaign', 'sync', '--event', 'winter-2026')
    await vi.waitUntil(async () => (await another()).exitCode === 0, WAITING)
    const [members, people, requests] = [membersThere(), await participantsOf(world.db), world.org.requests.total]
    sleeper.kill('SIGCONT')
    const { exitCode, stdout } = await sleeper
    expect(exitCode).toBe(7)
    expect(stdout).toContain('LEASE_LOST')
    expect([membersThere(), await participantsOf(world.db)]).toEqual([members, people])
    // One request was under way when it was stopped; nothing was sent after it.
    expect(world.org.requests.total - requests).toBeLessThanOrEqual(1)
  })

  test('are undone only when their id is confirmed, are then told to be, and an undo is not undone', async () => {
    await world.db.collection('participants').updateMany({}, { $unset: { salesforce: '' } })
    const before = await participantsOf(world.db)
    const { run: id } = await json<{ run: string }>('backfill', '--event', 'winter-2026')
    expect(await participantsOf(world.db)).not.toEqual(before)
    const asked = await run('runs', 'undo', '--last')
    expect(asked).toMatchObject({ exitCode: 2, stdout: '' })
    expect(asked.stderr).toContain(`--confirm ${id}`)
    expect(await run('runs', 'undo', '--last', '--confirm', 'yes')).toMatchObject({ exitCode: 2, stdout: '' })
    expect(await run('runs', 'undo', '--last', '--yes')).toMatchObject({ exitCode: 2, stdout: '' })
    const undone = await run('runs', 'undo', '--last', '--confirm', id)
    expect(undone).toMatchObject({ exitCode: 0 })
    for (const line of undone.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    expect(await participantsOf(world.db)).toEqual(before)
    const [undo, first] = await runs()
    expect([undo?.command, first]).toMatchObject(['runs undo', { id, state: 'done', undoneBy: undo?.id }])
    expect((await run('runs', 'list')).stdout).toContain('done; undone')
    expect((await run('runs', 'undo', undo?.id ?? '', '--dry-run')).stderr).toContain('is itself an undo')
  })
})
