import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { aWorld, type World } from '../support/world.js'

interface Worked {
  people: number
  changed: number
  swept: number
  outcomes: Record<string, number>
  queue: { due: number; dead: number }
  runs: string[]
}

let world: World
const run = (...args: string[]) => world.user.run(...args)
const json = async <T>(...args: string[]) => JSON.parse((await run(...args, '--json')).stdout) as T

/** The platform leaves so many people pending, as registrations do that could not look them up. */
async function leavePending(people: number): Promise<string[]> {
  const participants = world.db.collection('participants')
  const found = await participants
    .find({ deletedAt: null, _id: { $type: 'objectId' } }, { projection: { _id: 1 } })
    .limit(people)
    .toArray()
  const ids = found.map(({ _id }) => _id)
  await participants.updateMany({ _id: { $in: ids } }, { $set: { 'salesforce.syncStatus': 'pending' } })
  return ids.map(String)
}
const pending = () => world.db.collection('participants').countDocuments({ 'salesforce.syncStatus': 'pending' })

/** The line of a worker's log that tells of this, once it is there. */
async function lineThatSays(log: () => string, event: string): Promise<Record<string, unknown>> {
  return vi.waitFor(
    () => {
      const line = log()
        .split('\n')
        .find((each) => each.includes(`"event":"${event}"`))
      return JSON.parse(line ?? '') as Record<string, unknown>
    },
    { interval: 50, timeout: 90_000 },
  )
}

describe('a worker', () => {
  beforeAll(async () => {
    world = await aWorld({ participants: 200 })
  })
  beforeEach(async () => {
    await world.db.collection('salesforce_queue').deleteMany({})
    world.org.disarm()
  })
  afterAll(() => world.close())

  test('looks up whom the platform left pending, tells what it found, and writes it down as a run', async () => {
    await leavePending(60)
    const { stdout, exitCode } = await run('worker', '--once', '--log', 'text')
    expect(exitCode).toBe(0)
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    expect(stdout).toMatch(/^The queue: 1 batch, \d API calls\n/u)
    expect(stdout).toMatch(/60 +found pending on the platform, and put in/u)
    expect(stdout).toContain('Left: nobody')
    expect(await pending()).toBe(0)
    const again = await json<Worked>('worker', '--once')
    expect(again).toMatchObject({ people: 0, swept: 0, runs: [] })
    const { runs } = await json<{ runs: { command: string; state: string }[] }>('runs', 'list', '--command', 'worker')
    expect(runs).toMatchObject([{ command: 'worker', state: 'done' }])
  })

  test('that goes on is well and counted, names nobody in its log, and ends well when it is asked to', async () => {
    const worker = world.user.start('worker', '--listen', '0', '--batch-window', '0')
    let log = ''
    worker.stderr.on('data', (some) => (log += String(some)))
    const { url } = (await lineThatSays(() => log, 'listening')) as { url: string }
    expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ ok: true, paused: null })
    const [id = ''] = await leavePending(1)
    await world.db.collection<{ _id: string }>('salesforce_queue').insertOne({
      _id: id,
      ...{ state: 'waiting', priority: 0, attempts: 0, revision: 1, requestedAt: new Date(), notBefore: new Date() },
    })
    await vi.waitFor(
      async () => {
        expect(await pending()).toBe(0)
      },
      { interval: 50, timeout: 90_000 },
    )
    const metrics = await vi.waitFor(
      async () => {
        const text = await (await fetch(`${url}/metrics`)).text()
        expect(text).toMatch(/^mh_sf_worker_batch_seconds_count 1$/mu)
        return text
      },
      { interval: 50, timeout: 90_000 },
    )
    expect(metrics).toMatch(/^mh_sf_queue_people\{state="due"\} 0$/mu)
    expect(metrics).toMatch(/^mh_sf_worker_api_calls_total [1-9]/mu)
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405)
    worker.kill('SIGTERM')
    const { exitCode } = await worker
    expect(exitCode).toBe(0)
    expect(log).toContain('"event":"stopping","code":"TERMINATED"')
    expect(log).not.toMatch(/@|[\da-f]{24}/u)
  })

  test('puts people back while the org is out of calls, and says so', async () => {
    await leavePending(3)
    const limit = [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }]
    world.org.arm({ path: '/services/data/*', effect: { kind: 'reply', status: 403, json: limit }, times: 50 })
    const { exitCode, stderr } = await run('worker', '--once')
    expect(exitCode).toBe(6)
    expect(stderr).toContain('[SF_LIMIT_EXCEEDED]')
    expect(await json('queue', 'stats')).toMatchObject({ due: 3, dead: 0, pausing: 0 })
  })
})

describe('the queue', () => {
  const given = { priority: 0, revision: 1, requestedAt: new Date(Date.now() - 3 * 3_600_000) }
  const entry = (id: string, more: object) => ({
    _id: id,
    ...given,
    state: 'waiting',
    attempts: 0,
    notBefore: new Date(),
    ...more,
  })
  let ids: string[]

  beforeAll(async () => {
    world = await aWorld({ participants: 100 })
    ids = (await leavePending(3)).sort()
    const [first = '', second = '', third = ''] = ids
    await world.db
      .collection<{ _id: string }>('salesforce_queue')
      .insertMany([
        entry(first, {}),
        entry(second, { state: 'dead', attempts: 3, reason: 'SF_TIMEOUT' }),
        entry(third, { attempts: 1, reason: 'SF_UNAVAILABLE', notBefore: new Date(Date.now() + 600_000) }),
      ])
  })
  afterAll(() => world.close())

  test('is told by person, and by how many, in 80 columns', async () => {
    const [listed, stats] = await Promise.all([run('queue', 'list'), run('queue', 'stats')])
    for (const line of `${listed.stdout}\n${stats.stdout}`.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    const rows = listed.stdout.match(/[\da-f]{24}/gu)
    expect(rows).toEqual([ids[0], ids[2], ids[1]])
    expect(listed.stdout).toContain('given up on (SF_TIMEOUT)')
    expect(stats.stdout).toContain('waits for 3 hours')
    expect(await json('queue', 'stats')).toMatchObject({
      due: 1,
      pausing: 1,
      claimed: 0,
      dead: 1,
      reasons: { SF_TIMEOUT: 1, SF_UNAVAILABLE: 1 },
    })
    expect(await json('errors')).toMatchObject({
      causes: [{ code: 'SF_TIMEOUT', people: [ids[1]], command: 'mh-sf queue retry --cause SF_TIMEOUT' }],
    })
  })

  test('tries those again who are meant, and drops nobody unless somebody is', async () => {
    expect(await json('queue', 'retry', '--cause', 'SF_TIMEOUT', '--dry-run')).toEqual({ people: 1, dryRun: true })
    expect(await json('queue', 'retry', '--cause', 'SF_TIMEOUT')).toEqual({ people: 1, dryRun: false })
    expect(await json('queue', 'stats')).toMatchObject({ due: 2, dead: 0 })
    const nobody = await run('queue', 'drop')
    expect(nobody).toMatchObject({ exitCode: 2 })
    expect(nobody.stderr).toContain('--dead, --cause CODE, --person ID, or --all')
    expect(await json('queue', 'drop', '--person', ids[0] ?? '')).toMatchObject({ people: 1 })
    const inHand = { token: 'somebody', notBefore: new Date(Date.now() + 3_600_000) }
    await world.db.collection<{ _id: string }>('salesforce_queue').updateOne({ _id: ids[1] }, { $set: inHand })
    const { stdout } = await run('queue', 'drop', '--all', '--dry-run')
    expect(stdout).toBe(
      '1 person would be taken out of the queue. Nothing was written.\n1 more is with a worker and stays.',
    )
    expect(await json('queue', 'drop', '--all')).toEqual({ people: 1, claimed: 1, dryRun: false })
  })
})
