import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { EVERYBODY, type RunHead } from '../../src/domain/run.js'
import { Database } from '../../src/mongo/database.js'
import { Leases } from '../../src/mongo/leases.js'
import { engines, useDatabase, withDatabase } from '../support/engines.js'

const run = (id: string): RunHead => ({
  id,
  command: 'campaign sync',
  arguments: [],
  user: 'ada',
  host: 'one.example',
  pid: 7,
  version: '1.0.0',
})

describe.each(engines())('leases, on $name,', (engine) => {
  const held = useDatabase(engine, 'leases')
  let database: Database
  let leases: Leases
  beforeAll(async () => {
    database = await Database.open({ uri: withDatabase(held.uri, held.name) })
    leases = new Leases(database, 60_000)
  })
  afterAll(() => database.close())
  beforeEach(() => held.db.collection('salesforce_leases').deleteMany({}))
  const holders = async () => (await leases.list()).map(({ runId }) => runId)

  test('are given to the first, and the second is told who holds what, and since when', async () => {
    expect(await leases.take(run('first'), ['spring', 'autumn'])).toEqual({ fence: 1 })
    const answer = await leases.take(run('second'), ['autumn', 'winter'])
    expect(answer).toMatchObject({
      inTheWay: [{ runId: 'first', scopes: ['spring', 'autumn'], user: 'ada', host: 'one.example', pid: 7 }],
    })
    expect(await holders()).toEqual(['first'])
  })

  test('on other events stand in nobody’s way; everybody meets all, and all meet everybody', async () => {
    await leases.take(run('first'), ['spring'])
    expect(await leases.take(run('second'), ['autumn'])).toHaveProperty('fence')
    expect(await leases.take(run('third'), [EVERYBODY])).toMatchObject({
      inTheWay: [{ runId: 'first' }, { runId: 'second' }],
    })
    await leases.release('first')
    await leases.release('second')
    expect(await leases.take(run('third'), [EVERYBODY])).toHaveProperty('fence')
    expect(await leases.take(run('fourth'), ['spring'])).toMatchObject({ inTheWay: [{ runId: 'third' }] })
  })

  test('are given once, however many ask at the same moment, also the very first', async () => {
    // One of some thirty times a server that lost such a race says something that it never says otherwise.
    for (let round = 0; round < 30; round++) {
      await held.db.collection('salesforce_leases').deleteMany({})
      const asked = Array.from({ length: 10 }, (_, at) => leases.take(run(`run ${at}`), ['spring']))
      const answers = await Promise.all(asked)
      expect(answers.filter((answer) => 'fence' in answer)).toHaveLength(1)
      expect(await holders()).toHaveLength(1)
    }
  })

  test('of a run and of its steps do not meet; those of its steps meet all others, and each other', async () => {
    await leases.take(run('night'), [EVERYBODY])
    expect(await leases.take(run('step'), ['spring'], 'night')).toHaveProperty('fence')
    expect(await leases.take(run('stranger'), ['autumn'])).toMatchObject({ inTheWay: [{ runId: 'night' }] })
    expect(await leases.take(run('next step'), ['spring', 'autumn'], 'night')).toMatchObject({
      inTheWay: [{ runId: 'step' }],
    })
    await leases.release('step')
    expect(await leases.take(run('next step'), [EVERYBODY], 'night')).toHaveProperty('fence')
    expect(await leases.take(run('other night'), [EVERYBODY])).toMatchObject({
      inTheWay: [{ runId: 'night' }, { runId: 'next step' }],
    })
    expect(await leases.take(run('late step'), [EVERYBODY], 'other night')).toMatchObject({
      inTheWay: [{ runId: 'night' }, { runId: 'next step' }],
    })
  })

  test('that are not renewed run out, and the next holder has a higher fence', async () => {
    const short = new Leases(database, 0)
    const first = await short.take(run('first'), ['spring'])
    const second = await leases.take(run('second'), ['spring'])
    if (!('fence' in first && 'fence' in second)) throw new Error('refused')
    expect(second.fence).toBeGreaterThan(first.fence)
    expect(await short.renew('first')).toBe(false)
    expect(await holders()).toEqual(['second'])
  })

  test('last longer when they are renewed', async () => {
    await new Leases(database, 30_000).take(run('first'), ['spring'])
    const [before] = await leases.list()
    expect(await leases.renew('first')).toBe(true)
    const [after] = await leases.list()
    expect((after?.until.getTime() ?? 0) - (before?.until.getTime() ?? 0)).toBeGreaterThan(25_000)
    expect(after?.since).toEqual(before?.since)
  })

  test('that are given up cannot be renewed', async () => {
    await leases.take(run('first'), ['spring'])
    await leases.release('first')
    expect(await leases.renew('first')).toBe(false)
    expect(await holders()).toEqual([])
  })
})
