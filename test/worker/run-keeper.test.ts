import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/clock.js'
import { Database } from '../../src/mongo/database.js'
import { Runs } from '../../src/mongo/runs.js'
import { Run } from '../../src/sync/run.js'
import { RunKeeper } from '../../src/worker/run-keeper.js'
import { anOrg, type OrgAndClient } from '../support/an-org.js'
import { engines, useDatabase, withDatabase } from '../support/engines.js'

const TWO_HOURS = 2 * 3_600_000

describe.each(engines())('the run of a worker, on $name,', (engine) => {
  const held = useDatabase(engine, 'run_keeper')
  let org: OrgAndClient
  let database: Database
  beforeAll(async () => {
    database = await Database.open({ uri: withDatabase(held.uri, held.name) })
    org = await anOrg()
  })
  afterAll(async () => {
    await org.close()
    await database.close()
  })

  const aKeeper = () => {
    const ahead = { elapsed: 0 }
    const clock = { ...systemClock, elapsed: () => systemClock.elapsed() + ahead.elapsed }
    const who = { command: 'worker', arguments: [], user: 'ada', host: 'here', pid: 1, version: '1' }
    const policy = { leaseSeconds: 60, keepDays: 1 }
    const tools = { org: org.org, database, clock: systemClock, who, policy, stop: () => {} }
    return { ahead, keeper: new RunKeeper((scopes) => Run.begin(tools, scopes), clock) }
  }
  const state = async (id: string) => (await new Runs(database, 1).find(id)).state
  const idOf = (run: Run) => Promise.resolve(run.id)

  test('is one for batches side by side, and another an hour later; it ends when it is told to', async () => {
    const { keeper, ahead } = aKeeper()
    const [first, second] = await Promise.all([keeper.use(idOf), keeper.use(idOf)])
    expect(second).toBe(first)
    ahead.elapsed = TWO_HOURS
    const later = await keeper.use(idOf)
    expect(later).not.toBe(first)
    expect([await state(first), await state(later)]).toEqual(['done', 'running'])
    await keeper.end()
    expect(await state(later)).toBe('done')
    expect(keeper.ids).toEqual([first, later])
  })

  test('is not ended while a batch is still writing in it', async () => {
    const { keeper, ahead } = aKeeper()
    const inHand = await keeper.use(async (run) => {
      ahead.elapsed = TWO_HOURS
      expect(await keeper.use(idOf)).toBe(run.id)
      expect(await state(run.id)).toBe('running')
      return run.id
    })
    expect(await keeper.use(idOf)).not.toBe(inHand)
    await keeper.end()
  })
})
