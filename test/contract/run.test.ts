import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { systemClock } from '../../src/clock.js'
import { EVERYBODY } from '../../src/domain/run.js'
import { Database } from '../../src/mongo/database.js'
import { Leases } from '../../src/mongo/leases.js'
import { Runs } from '../../src/mongo/runs.js'
import { asRun, endOf, Run } from '../../src/sync/run.js'
import { anOrg, type OrgAndClient } from '../support/an-org.js'
import { engines, useDatabase, withDatabase } from '../support/engines.js'

const MINUTE = 60_000
const LINE = { object: 'Contact', action: 'update', key: '003', participantIds: [] } as const

describe.each(engines())('a run, on $name,', (engine) => {
  const held = useDatabase(engine, 'run')
  let org: OrgAndClient
  let database: Database
  beforeAll(async () => {
    database = await Database.open({ uri: withDatabase(held.uri, held.name) })
    org = await anOrg()
    await org.org.session()
  })
  afterAll(async () => {
    await org.close()
    await database.close()
  })

  /** A run whose two clocks can be set forward by hand; its lease lasts for a minute. */
  const begun = async (event?: string, where = database, under?: Run) => {
    const ahead = { elapsed: 0, wall: 0 }
    const clock = {
      ...systemClock,
      elapsed: () => systemClock.elapsed() + ahead.elapsed,
      now: () => new Date(Date.now() + ahead.wall),
    }
    const who = { command: 'backfill', arguments: [], user: 'ada', host: 'here', pid: 1, version: '1' }
    const policy = { leaseSeconds: 60, keepDays: 1 }
    const tools = { org: org.org, database: where, clock, who, policy, under, stop: () => {} }
    return { ahead, run: await Run.begin(tools, event === undefined ? [] : [event]) }
  }
  const ask = () => org.org.json({ method: 'GET', path: '/limits' }, z.unknown())

  test.each(['elapsed', 'wall'] as const)(
    'whose lease may be somebody else’s by the %s clock sends nothing, writes nothing down and settles nothing',
    async (which) => {
      const { run, ahead } = await begun(`lost by ${which}`)
      const [id = ''] = await run.intend([LINE])
      await ask()
      ahead[which] = MINUTE
      const requests = org.playground.requests.total
      const lost = { code: 'LEASE_LOST', exitCode: 7 }
      await expect(ask()).rejects.toMatchObject(lost)
      await expect(run.intend([LINE])).rejects.toMatchObject(lost)
      await expect(run.settle([{ id, outcome: { state: 'done' } }])).rejects.toMatchObject(lost)
      expect(org.playground.requests.total).toBe(requests)
      await run.end({ state: 'stopped', code: 'LEASE_LOST' })
      const lines = await new Runs(database, 1).lines(run.id, { limit: 10, failed: false })
      expect(lines).toMatchObject([{ state: 'sent' }])
    },
  )

  test('that is a step of another one is stopped by what happens to that one, and leaves it watched when it ends', async () => {
    const { run: night, ahead } = await begun(EVERYBODY)
    const { run: step } = await begun('a step', database, night)
    expect(await new Runs(database, 1).find(step.id)).toMatchObject({ partOf: night.id })
    await ask()
    ahead.elapsed = MINUTE
    const lost = { code: 'LEASE_LOST' }
    await expect(ask()).rejects.toMatchObject(lost)
    await expect(step.intend([LINE])).rejects.toMatchObject(lost)
    expect(step.isHeld).toBe(false)
    await step.end({ state: 'stopped', code: 'LEASE_LOST' })
    await expect(ask()).rejects.toMatchObject(lost)
    ahead.elapsed = 0
    await ask()
    await night.end({ state: 'done' })
  })

  test('on everybody does not take a worker, which stands in nobody’s way, for one that died', async () => {
    const { run: worker } = await begun()
    const { run } = await begun(EVERYBODY)
    await run.takeOver({ begin: undefined, scopes: [EVERYBODY], watch: () => {} })
    expect(await new Runs(database, 1).find(worker.id)).toMatchObject({ state: 'running' })
    await run.end({ state: 'done' })
    await worker.end({ state: 'done' })
  })

  test('that is a step does not take the run around it for one that died', async () => {
    const { run: night } = await begun(EVERYBODY)
    const { run: step } = await begun('another step', database, night)
    await step.takeOver({ begin: undefined, scopes: [EVERYBODY], watch: () => {} })
    expect(await new Runs(database, 1).find(night.id)).toMatchObject({ state: 'running' })
    await step.end({ state: 'done' })
    await night.end({ state: 'done' })
  })

  test('gives its lease up and lets the org be asked again, however its work ends', async () => {
    const { run } = await begun('failing')
    const work = () => Promise.reject(new Error('no'))
    const begin = () => Promise.resolve(run)
    await expect(
      asRun({ begin, scopes: ['failing'], watch: () => {} }, work, () => endOf(undefined, false)),
    ).rejects.toThrow('no')
    expect(await new Leases(database, MINUTE).list()).toEqual([])
    expect(await new Runs(database, 1).find(run.id)).toMatchObject({ state: 'failed', code: 'UNEXPECTED' })
    await ask()
  })

  test('that was taken for dead, and wakes, does not write over what became of its lines', async () => {
    const { run } = await begun('woken')
    const [id = ''] = await run.intend([LINE])
    const runs = new Runs(database, 1)
    await runs.settle([{ id, outcome: { state: 'refused', code: 'NOT_PROCESSED' } }])
    await run.settle([{ id, outcome: { state: 'done' } }])
    expect(await runs.lines(run.id, { limit: 10, failed: false })).toMatchObject([
      { state: 'refused', code: 'NOT_PROCESSED' },
    ])
    await run.end({ state: 'done' })
  })

  test('tells what its work did, even if its end cannot be written down', async () => {
    const lost = await Database.open({ uri: withDatabase(held.uri, held.name) })
    const { run } = await begun('database gone', lost)
    const work = async () => {
      await lost.close()
      return 'done'
    }
    const begin = () => Promise.resolve(run)
    expect(
      await asRun({ begin, scopes: ['database gone'], watch: () => {} }, work, () => endOf(undefined, false)),
    ).toBe('done')
    // Nobody could say that it ended; its lease runs out.
    expect(await new Runs(database, 1).find(run.id)).toMatchObject({ state: 'running' })
    await ask()
  })
})
