import { EventEmitter, once } from 'node:events'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createEnricher, type EnrichAnswer, type Enricher, type EnricherOptions } from '../../src/library/index.js'
import { Database } from '../../src/mongo/database.js'
import { Queue } from '../../src/mongo/queue.js'
import { Border, type Boundary } from '../crash/boundary.js'
import { startMongoWire } from '../crash/mongo-wire.js'
import { anOrg, type OrgAndClient } from '../support/an-org.js'
import { engines, useDatabase, withDatabase } from '../support/engines.js'
import { PLATFORMS, type Platform } from '../support/registrations.js'

const COMPOSITE = '/services/data/*/composite'
/** What a test waits beyond a deadline on a machine that others use too, in milliseconds. */
const GRACE_MS = 3_500

describe.each(engines())('the library, on $name,', (engine) => {
  const held = useDatabase(engine, 'library')
  const enrichers: Enricher[] = []
  let org: OrgAndClient
  let ours: Database
  let queue: Queue
  let platform: Platform
  let uri: string

  beforeAll(async () => {
    org = await anOrg()
    uri = withDatabase(held.uri, held.name)
    ours = await Database.open({ uri })
    queue = new Queue(ours)
    platform = await PLATFORMS[0].connect(uri)
    org.playground.load('Contact', [
      { LastName: 'Okafor', Email: 'ada@example.org', Title: 'CTO' },
      { LastName: 'Silva', Email: 'ana@example.org' },
    ])
    org.playground.load('Lead', [{ LastName: 'Ray', Company: 'Ray Ltd', Email: 'finn@example.org' }])
  })
  afterEach(async () => {
    await Promise.all(enrichers.splice(0).map((each) => each.close()))
    org.playground.disarm()
    org.playground.settings.usedElsewhere = 0
    await held.db.dropDatabase()
  })
  afterAll(async () => {
    await platform.close()
    await ours.close()
    await org.close()
  })

  const environment = () => ({
    SF_LOGIN_URL: org.credentials.loginUrl,
    SF_CLIENT_ID: org.credentials.clientId,
    SF_USERNAME: org.credentials.username,
    SF_PRIVATE_KEY_PATH: join(org.directory, 'server.key'),
  })
  const anEnricher = (options: EnricherOptions = { db: platform.db }): Enricher => {
    const enricher = createEnricher({
      environment: environment(),
      stateDirectory: join(org.directory, 'state'),
      ...options,
    })
    enrichers.push(enricher)
    return enricher
  }
  /** One that has logged in and knows the fields, as the second request of a server finds it. */
  const aWarmEnricher = async (): Promise<Enricher> => {
    const enricher = anEnricher()
    await enricher.enrich(await platform.register('warm@example.org'), { timeoutMs: 20_000 })
    return enricher
  }
  const salesforceOf = async (email: string): Promise<unknown> =>
    (await held.db.collection('participants').findOne({ email }))?.salesforce
  const waiting = () => queue.list({}, 100)
  const timed = async (answer: Promise<EnrichAnswer>) => {
    const began = performance.now()
    return { answer: await answer, took: performance.now() - began }
  }
  const calls = () => org.playground.requests.total
  /** A way to the database on which commands can be held up. */
  const aWire = async () => {
    const border = new Border()
    const wire = await startMongoWire(Number(new URL(uri).port), border)
    const byWire = new URL(uri)
    byWire.port = String(wire.port)
    byWire.search = '?directConnection=true'
    const stallAt = (there: (boundary: Boundary) => boolean) => {
      const stall = new EventEmitter()
      const ended = once(stall, 'end').then(() => undefined)
      border.watchedBy((boundary) => {
        if (!there(boundary)) return undefined
        stall.emit('reached')
        return ended
      })
      return { reached: once(stall, 'reached'), end: () => stall.emit('end') }
    }
    return { uri: byWire.href, stallAt, close: wire.close }
  }

  describe.each(PLATFORMS)('with $name', ({ connect }) => {
    test('enriches whoever was just saved, by the id, its text or the address, and leaves the connection open', async () => {
      const theirs = await connect(uri)
      const enricher = anEnricher({ db: () => Promise.resolve(theirs.db) })
      const ada = await theirs.register('Ada@Example.org')
      const finn = await theirs.register('finn@example.org')
      await theirs.register('nobody@example.org')
      const patient = { timeoutMs: 20_000 }
      expect(await enricher.enrich(ada, patient)).toMatchObject({
        status: 'enriched',
        participantId: ada.toHexString(),
        match: 'contact',
        contactId: expect.stringMatching(/^003/) as string,
        isExistingCustomer: true,
      })
      expect(await enricher.enrich(finn.toHexString(), patient)).toMatchObject({
        match: 'lead',
        isExistingCustomer: false,
      })
      expect(await enricher.enrich(' NOBODY@example.org', patient)).toMatchObject({ match: 'not_found' })
      await enricher.close()
      expect(await salesforceOf('ada@example.org')).toMatchObject({ syncStatus: 'synced', title: 'CTO' })
      expect(await salesforceOf('finn@example.org')).toMatchObject({ syncStatus: 'synced', company: 'Ray Ltd' })
      expect(await waiting()).toEqual([])
      expect(await theirs.answers()).toBe(true)
      await theirs.close()
    })
  })

  test('connects by itself where it is given no connection', async () => {
    const enricher = anEnricher({ uri })
    const id = await platform.register('ada@example.org')
    expect(await enricher.enrich(id, { timeoutMs: 20_000 })).toMatchObject({ match: 'contact' })
  })

  test('answers in time while the org is silent, and leaves people in the queue, where no worker takes them meanwhile', async () => {
    const enricher = await aWarmEnricher()
    org.playground.arm({ path: COMPOSITE, times: 9, effect: { kind: 'stall' } })
    const id = await platform.register('ada@example.org')
    const { answer, took } = await timed(enricher.enrich(id, { timeoutMs: 3_000 }))
    expect(answer).toMatchObject({ status: 'queued', participantId: id.toHexString(), reason: 'SF_TIMEOUT' })
    expect(took).toBeLessThan(3_000 + GRACE_MS)
    expect(await waiting()).toMatchObject([{ participantId: id.toHexString(), priority: 'live', attempts: 0 }])
    expect((await queue.claim(10, 1_000)).people).toEqual([])
  })

  test('leaves an org alone that has just failed: whoever comes next is queued at once', async () => {
    const enricher = await aWarmEnricher()
    org.playground.arm({ path: COMPOSITE, times: 9, effect: { kind: 'stall' } })
    const ana = await platform.register('ana@example.org')
    await enricher.enrich(await platform.register('ada@example.org'), { timeoutMs: 3_000 })
    const left = org.playground.faultsWaiting()
    const { answer, took } = await timed(enricher.enrich(ana, { timeoutMs: 20_000 }))
    expect(answer).toMatchObject({ status: 'queued', reason: 'SF_TIMEOUT' })
    expect(took).toBeLessThan(20_000)
    expect(org.playground.faultsWaiting()).toBe(left)
    expect(await waiting()).toHaveLength(2)
  })

  test('looks others up while MongoDB leaves two lookups without an answer, and does not blame the org', async () => {
    const wire = await aWire()
    const enricher = anEnricher({ uri: wire.uri })
    const registered = await Promise.all(
      ['warm', 'ada', 'finn', 'ana'].map((name) => platform.register(`${name}@example.org`)),
    )
    const [warm = '', ada = '', finn = '', ana = ''] = registered.map((id) => id.toHexString())
    await enricher.enrich(warm, { timeoutMs: 20_000 })
    const stall = wire.stallAt(
      ({ moment, what, count }) => moment === 'before' && what === 'find participants' && count <= 2,
    )
    const stalled = [ada, finn].map((who) => enricher.enrich(who, { timeoutMs: 3_000 }))
    expect(await Promise.all(stalled)).toMatchObject([{ status: 'queued' }, { status: 'queued' }])
    expect(await enricher.enrich(ana, { timeoutMs: 30_000 })).toMatchObject({ match: 'contact' })
    expect((await waiting()).map(({ participantId }) => participantId).sort()).toEqual([ada, finn].sort())
    stall.end()
    await enricher.close()
    await wire.close()
  })

  test('looks people up together who come while a lookup is under way', async () => {
    const enricher = await aWarmEnricher()
    org.playground.arm({ path: COMPOSITE, effect: { kind: 'delay', ms: 1_500 } })
    const ids = await Promise.all(Array.from({ length: 20 }, (_, at) => platform.register(`one${at}@example.org`)))
    const before = calls()
    const answers = await Promise.all(ids.map((id) => enricher.enrich(id, { timeoutMs: 20_000 })))
    expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 'enriched'))
    // Whoever is in the queue only after the first lookup is over goes with a later one.
    expect(calls() - before).toBeLessThanOrEqual(5)
    expect(await waiting()).toEqual([])
  })

  test('a lookup that is given up disturbs no other, nor the login that both wait for', async () => {
    const enricher = anEnricher({ db: platform.db, stateDirectory: join(org.directory, 'another state') })
    const [hasty, patient] = await Promise.all([
      platform.register('ada@example.org'),
      platform.register('ana@example.org'),
    ])
    // The login takes longer than the first has time, and the second is let go beside it meanwhile.
    org.playground.arm({ path: '/services/oauth2/token', effect: { kind: 'delay', ms: 5_000 } })
    const answers = [enricher.enrich(hasty, { timeoutMs: 4_000 }), enricher.enrich(patient, { timeoutMs: 8_000 })]
    expect(await answers[0]).toMatchObject({ status: 'queued', reason: 'SF_TIMEOUT' })
    expect(await answers[1]).toMatchObject({ status: 'enriched' })
  })

  test('spends nothing beyond the ceiling of the allowance', async () => {
    const enricher = await aWarmEnricher()
    org.playground.settings.usedElsewhere = 90_000
    await enricher.enrich(await platform.register('ada@example.org'), { timeoutMs: 20_000 })
    const before = calls()
    const answer = await enricher.enrich(await platform.register('ana@example.org'), { timeoutMs: 20_000 })
    expect(answer).toMatchObject({ status: 'queued', reason: 'BUDGET_EXCEEDED' })
    expect(calls()).toBe(before)
  })

  test('leaves people in the queue whom the platform changed meanwhile', async () => {
    const enricher = await aWarmEnricher()
    const id = await platform.register('ada@example.org')
    org.playground.arm({ path: COMPOSITE, effect: { kind: 'delay', ms: 3_000 } })
    const answer = enricher.enrich(id, { timeoutMs: 30_000 })
    // Who they are is read by then, and what the org says of them is not there yet.
    await vi.waitUntil(() => org.playground.faultsWaiting() === 0, { timeout: 20_000, interval: 10 })
    await held.db
      .collection('participants')
      .updateOne({ email: 'ada@example.org' }, { $set: { email: 'a@example.org' } })
    expect(await answer).toMatchObject({ status: 'queued', reason: 'MOVED' })
    expect(await waiting()).toHaveLength(1)
  })

  test.each([
    ['no participant', 'f'.repeat(24)],
    ['an address that nobody has', 'stranger@example.org'],
    ['no address', 'who?'],
    ['nothing', undefined],
  ])('says of %s that it is nobody', async (_, who) => {
    const enricher = await aWarmEnricher()
    expect(await enricher.enrich(who as string, { timeoutMs: 20_000 })).toEqual({ status: 'unknown participant' })
  })

  test('queues everybody while its settings are wrong, and says what is wrong', async () => {
    const environment = { SF_CLIENT_ID: 'these two', SF_PRIVATE_KEY_PATH: 'server.key' }
    const enricher = anEnricher({ db: platform.db, environment })
    const id = await platform.register('ada@example.org')
    expect(await enricher.enrich(id, { timeoutMs: 20_000 })).toMatchObject({
      status: 'queued',
      reason: 'CONFIG_MISSING',
      message: expect.stringContaining('SF_USERNAME') as string,
    })
    expect(await waiting()).toHaveLength(1)
  })

  test.each<[string, EnricherOptions]>([
    ['is not open yet', { db: () => undefined }],
    ['is nothing of the kind', { db: {} as never }],
    ['cannot be had', { db: () => Promise.reject(new Error('no')) }],
    ['is nowhere', { uri: 'mongodb://127.0.0.1:9/nowhere' }],
    ['is not even named', { environment: {} }],
  ])('never throws, also when the database %s', async (_, options) => {
    const { answer, took } = await timed(anEnricher(options).enrich('ada@example.org', { timeoutMs: 1_000 }))
    expect(answer).toMatchObject({ status: 'failed' })
    expect(took).toBeLessThan(1_000 + GRACE_MS)
  })

  test('answers everybody at once when it is closed, and whoever comes later', async () => {
    const enricher = await aWarmEnricher()
    org.playground.arm({ path: COMPOSITE, effect: { kind: 'stall' } })
    const id = await platform.register('ada@example.org')
    const answer = enricher.enrich(id, { timeoutMs: 20_000 })
    await vi.waitUntil(() => org.playground.faultsWaiting() === 0, { timeout: 20_000, interval: 10 })
    await enricher.close()
    expect(await answer).toMatchObject({ status: 'queued', reason: 'INTERRUPTED' })
    expect(await enricher.enrich(id)).toMatchObject({ status: 'failed', reason: 'INTERRUPTED' })
  })

  test('puts whoever is on the way to the queue there before it is closed', async () => {
    const wire = await aWire()
    const enricher = anEnricher({ uri: wire.uri })
    const id = await platform.register('ada@example.org')
    const stall = wire.stallAt(({ moment, what }) => moment === 'after' && what === 'findAndModify salesforce_queue')
    const answer = enricher.enrich(id, { timeoutMs: 20_000 })
    await stall.reached
    const closed = enricher.close()
    stall.end()
    await closed
    expect(await answer).toMatchObject({ status: 'queued', reason: 'INTERRUPTED' })
    expect(await waiting()).toHaveLength(1)
    await wire.close()
  })

  test('is closed in the time of those who wait, though the queue does not answer', async () => {
    const wire = await aWire()
    const enricher = anEnricher({ uri: wire.uri })
    await enricher.enrich(await platform.register('warm@example.org'), { timeoutMs: 20_000 })
    const id = await platform.register('ada@example.org')
    const stall = wire.stallAt(({ moment, what }) => moment === 'after' && what === 'findAndModify salesforce_queue')
    const answer = enricher.enrich(id, { timeoutMs: 3_000 })
    await stall.reached
    await enricher.close()
    expect(await answer).toMatchObject({ status: 'failed', reason: 'MONGO_UNREACHABLE' })
    stall.end()
    await wire.close()
  })
})
