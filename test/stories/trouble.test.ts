import type { Document } from 'mongodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { aWorld, participantsOf, type World } from '../support/world.js'

/** Until a request has arrived: looked for often, given up late. */
const WAITING = { interval: 10, timeout: 90_000 }

describe('trouble on the way', () => {
  let world: World
  let undisturbed: Map<string, Document>
  let fresh: Document[]

  beforeAll(async () => {
    world = await aWorld()
    fresh = await world.db.collection('participants').find().toArray()
    await world.user.run('backfill', '--all')
    undisturbed = await participantsOf(world.db)
  })
  beforeEach(async () => {
    await world.db.collection('participants').deleteMany({})
    await world.db.collection('participants').insertMany(fresh)
  })
  afterAll(() => world.close())

  test.each([
    ['a connection dropped before the org looked', { kind: 'drop', applied: false }],
    ['a reply that was lost', { kind: 'drop', applied: true }],
    ['a reply cut in the middle', { kind: 'cut', bytes: 900 }],
    ['a maintenance page', { kind: 'maintenance' }],
    [
      'an overloaded server',
      { kind: 'reply', status: 503, json: [{ errorCode: 'SERVER_UNAVAILABLE', message: 'busy' }] },
    ],
    [
      'an HTML page instead of JSON',
      { kind: 'reply', status: 200, text: '<html>please wait</html>', headers: { 'content-type': 'text/html' } },
    ],
    ['a session that ends under way', { kind: 'expire' }],
  ] as const)('%s costs a repeat and changes nothing of the result', async (_what, effect) => {
    world.org.arm({ method: 'POST', path: '/services/data/*/composite', effect })
    const { exitCode, stderr } = await world.user.run('backfill', '--all')
    expect({ exitCode, errors: stderr.includes('error') }).toEqual({ exitCode: 0, errors: false })
    expect(await participantsOf(world.db)).toEqual(undisturbed)
  })

  test('a result page of an export that breaks off is fetched again', async () => {
    world.org.arm({ method: 'GET', path: '/services/data/*/results*', effect: { kind: 'cut', bytes: 2_000 } })
    expect(await world.user.run('backfill', '--all', '--via', 'bulk')).toMatchObject({ exitCode: 0 })
    expect(await participantsOf(world.db)).toEqual(undisturbed)
  })

  test('a redirect is not followed, so the token goes nowhere else', async () => {
    const effect = {
      kind: 'reply',
      status: 302,
      headers: { location: 'http://127.0.0.1:9/services/data/' },
      text: '',
    } as const
    world.org.arm({ method: 'POST', path: '/services/data/*/composite', times: 10, effect })
    const { exitCode, stderr } = await world.user.run('backfill', '--all', '--limit', '5')
    expect(exitCode).toBe(5)
    expect(stderr).toContain('a token is not sent after a redirect')
    world.org.disarm()
  })

  test('an allowance that is used up stops the run with exit code 6 and says so', async () => {
    const limit = [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }]
    world.org.arm({
      method: 'POST',
      path: '/services/data/*/composite',
      effect: { kind: 'reply', status: 403, json: limit },
    })
    const { exitCode, stderr } = await world.user.run('backfill', '--all')
    expect(exitCode).toBe(6)
    expect(stderr).toContain('[SF_LIMIT_EXCEEDED]')
  })

  test('a right that was taken away is said once, and erases nothing that was read before', async () => {
    await world.user.run('backfill', '--all')
    const before = world.org.settings.hiddenFields
    world.org.settings.hiddenFields = [...before, 'Account.Customer_Tier__c', 'Contact.Title']
    const { exitCode, stderr } = await world.another().run('backfill', '--all')
    world.org.settings.hiddenFields = before
    expect(exitCode).toBe(0)
    expect(stderr.match(/Account\.Customer_Tier__c/gu)).toHaveLength(1)
    expect(stderr).toContain('Contact.Title')
    expect(await participantsOf(world.db)).toEqual(undisturbed)
  })

  test.each(['composite', 'bulk'])('a field that vanished since it was described is left out, by %s', async (via) => {
    const user = world.another()
    await user.run('lookup', 'elena.vasquez@example.com')
    const before = world.org.settings.hiddenFields
    world.org.settings.hiddenFields = [...before, 'Contact.Department']
    const { exitCode, stdout } = await user.run('backfill', '--all', '--via', via, '--json')
    world.org.settings.hiddenFields = before
    expect(exitCode).toBe(0)
    const { people, updated, unchanged } = JSON.parse(stdout) as Record<string, number>
    expect(Number(updated) + Number(unchanged)).toBe(people)
  })

  test('a link that is no Salesforce id harms nobody else', async () => {
    await world.db
      .collection('participants')
      .updateOne({ email: 'elena.vasquez@example.com' }, { $set: { 'salesforce.contactId': 'not-an-id' } })
    expect(await world.user.run('backfill', '--all')).toMatchObject({ exitCode: 0 })
    expect(await participantsOf(world.db)).toEqual(undisturbed)
  })

  test('one statement of a call that fails for a moment is asked again', async () => {
    const busy = {
      referenceId: 'q0',
      httpStatusCode: 503,
      httpHeaders: {},
      body: [{ errorCode: 'SERVER_UNAVAILABLE', message: 'busy' }],
    }
    const effect = { kind: 'reply', status: 200, json: { compositeResponse: [busy, busy] } } as const
    world.org.arm({ method: 'POST', path: '/services/data/*/composite', effect })
    expect(await world.user.run('backfill', '--all')).toMatchObject({ exitCode: 0 })
    expect(await participantsOf(world.db)).toEqual(undisturbed)
  })

  test('a budget that ends in the middle stops there: what was read is written, and no call more is made', async () => {
    world.org.settings.pageSizes = [20]
    const before = world.org.requests.total
    const { exitCode, stdout } = await world.user.run('backfill', '--all', '--max-api-calls', '2', '--json')
    world.org.settings.pageSizes = [2_000]
    expect(exitCode).toBe(6)
    expect(JSON.parse(stdout)).toMatchObject({ stopped: { code: 'BUDGET_EXCEEDED' }, calls: 2 })
    expect(world.org.requests.total - before).toBeLessThanOrEqual(2)
  })

  test.each([
    ['SIGINT', 130, 'INTERRUPTED'],
    ['SIGTERM', 143, 'TERMINATED'],
  ] as const)('%s in the middle ends cleanly, and the next run does the rest', async (signal, exitCode, code) => {
    world.org.arm({ method: 'POST', path: '/services/data/*/composite', effect: { kind: 'stall' } })
    const running = world.user.start('backfill', '--all', '--json')
    await vi.waitFor(() => {
      expect(world.org.faultsWaiting()).toBe(0)
    }, WAITING)
    running.kill(signal)
    const ended = await running
    expect(ended.exitCode).toBe(exitCode)
    expect(JSON.stringify(JSON.parse(ended.stdout))).toContain(code)
    expect(await world.user.run('backfill', '--all')).toMatchObject({ exitCode: 0 })
    expect(await participantsOf(world.db)).toEqual(undisturbed)
  })

  test('a person who changes address while Salesforce is asked is left for the next run', async () => {
    const email = 'elena.vasquez@example.com'
    world.org.arm({ method: 'POST', path: '/services/data/*/composite', effect: { kind: 'delay', ms: 1_000 } })
    const running = world.user.start('backfill', '--all', '--json')
    await vi.waitFor(() => {
      expect(world.org.faultsWaiting()).toBe(0)
    }, WAITING)
    await world.db.collection('participants').updateOne({ email }, { $set: { email: 'elena.new@example.com' } })
    expect(JSON.parse((await running).stdout)).toMatchObject({ moved: 1 })
    const moved = await world.db.collection('participants').findOne({ email: 'elena.new@example.com' })
    expect(moved?.salesforce).toBeUndefined()
  })

  test('who registers while an export runs is looked up all the same', async () => {
    const email = 'priya.ramanathan@example.com'
    const late = fresh.find((document) => document.email === email)
    await world.db.collection('participants').deleteOne({ email })
    world.org.arm({ method: 'POST', path: '/services/data/*/jobs/query', effect: { kind: 'delay', ms: 1_000 } })
    const running = world.user.start('backfill', '--all', '--via', 'bulk')
    await vi.waitFor(() => {
      expect(world.org.faultsWaiting()).toBe(0)
    }, WAITING)
    await world.db.collection('participants').insertOne(late ?? {})
    expect((await running).exitCode).toBe(0)
    expect(await participantsOf(world.db)).toEqual(undisturbed)
  })

  test('stopped before anything was read, it still tells its result: nothing done, and why', async () => {
    world.org.arm({ method: 'POST', path: '/services/data/*/composite', effect: { kind: 'stall' } })
    // A user of whom nothing is cached: the first call is the one that describes the fields.
    const running = world.another().start('backfill', '--all', '--json')
    await vi.waitFor(() => {
      expect(world.org.faultsWaiting()).toBe(0)
    }, WAITING)
    running.kill('SIGINT')
    const { stdout, exitCode } = await running
    expect(exitCode).toBe(130)
    expect(JSON.parse(stdout)).toMatchObject({ people: 0, stopped: { code: 'INTERRUPTED' } })
  })
})
