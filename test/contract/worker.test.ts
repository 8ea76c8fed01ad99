import { join } from 'node:path'
import { ObjectId } from 'mongodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { systemClock, type Clock } from '../../src/clock.js'
import { Database } from '../../src/mongo/database.js'
import { Queue } from '../../src/mongo/queue.js'
import { MhError } from '../../src/errors.js'
import { FieldCache } from '../../src/salesforce/fields.js'
import { Org } from '../../src/salesforce/org.js'
import { PeopleSource } from '../../src/salesforce/people-source.js'
import { Run } from '../../src/sync/run.js'
import type { WorkerEvent, WorkerTools } from '../../src/worker/worker.js'
import { Border } from '../crash/boundary.js'
import { startOrgWire, type OrgWire } from '../crash/org-wire.js'
import { anOrg, type OrgAndClient } from '../support/an-org.js'
import { drives, useDrive, type DriveOptions } from '../support/drives.js'
import { engines, useDatabase, withDatabase } from '../support/engines.js'

const LOOKUP = { method: 'POST', path: '/services/data/*/composite' } as const
const DOWN = { ...LOOKUP, times: 1_000, effect: { kind: 'reply', status: 503 } } as const
/** Waits for a queue to be looked at again are short. */
const hasty: Clock = {
  ...systemClock,
  sleep: (milliseconds, signal) => systemClock.sleep(Math.min(milliseconds, 20), signal),
}

const both = engines().flatMap((engine) => drives().map((drive) => ({ engine, drive })))

describe.each(both)('a worker, driven by $drive.name, on $engine.name,', ({ engine, drive }) => {
  const held = useDatabase(engine, `worker_${drive.redis ? 'bullmq' : 'mongo'}`)
  const driven = useDrive(drive, 'contract')
  let org: OrgAndClient
  let database: Database
  let queue: Queue
  let run: Run
  beforeAll(async () => {
    database = await Database.open({ uri: withDatabase(held.uri, held.name) })
    queue = new Queue(database)
    org = await anOrg()
    await org.org.json({ method: 'POST', path: '/sobjects/Contact', body: ANA }, z.unknown())
    const who = { command: 'worker', arguments: [], user: 'ada', host: 'here', pid: 1, version: '1' }
    const policy = { leaseSeconds: 60, keepDays: 1 }
    run = await Run.begin({ org: org.org, database, clock: systemClock, who, policy, stop: () => {} }, [])
    wire = await startOrgWire(org.playground.url, new Border(), ({ path }) =>
      path.endsWith('/composite') ? arrived() : Promise.resolve(),
    )
  })
  afterAll(async () => {
    await run.end({ state: 'done' })
    await wire.close()
    await org.close()
    await database.close()
  })
  beforeEach(async () => {
    org.playground.disarm()
    Object.assign(org.playground.settings, { dailyApiRequests: 100_000, usedElsewhere: 0 })
    org.org.transport.allowance = undefined
    org.org.beginLookup()
    await held.db.collection('salesforce_queue').deleteMany({})
    await held.db.collection('participants').deleteMany({})
    if (drive.redis) await driven.redis.flush()
  })

  const ANA = { LastName: 'Silva', Email: 'ana@example.com', Title: 'CTO' }
  const register = async (people: object[]) => {
    const documents = people.map((person, at) => ({ name: 'Somebody', email: `p${at}@example.com`, ...person }))
    const added = await held.db
      .collection('participants')
      .insertMany(documents.map((each) => ({ deletedAt: null, ...each })))
    return Object.values(added.insertedIds as Record<number, ObjectId>).map((id) => id.toHexString())
  }
  const queued = async (people: object[]) => {
    const ids = await register(people)
    await queue.request(ids, 'live')
    return ids
  }
  const crowd = (people: number) => Array.from({ length: people }, () => ({}))
  const stored = async (id = '') => {
    const found = await held.db.collection('participants').findOne({ _id: new ObjectId(id) })
    return found?.salesforce as { syncStatus?: string; title?: string } | undefined
  }
  const entries = () => queue.list({}, 1_000)
  /** Pauses and leases are over. */
  const age = () => held.db.collection('salesforce_queue').updateMany({}, { $set: { notBefore: new Date(0) } })
  const calls = () => org.playground.requests.total
  /** A way to the org on which lookups can be held up. */
  let wire: OrgWire
  let arrived: () => Promise<void>
  /** From now on lookups stay on their way until they are let go; when one was asked, people have been read and nothing has been written. */
  const heldUp = () => {
    lookups = new Org(
      { ...org.credentials, loginUrl: wire.url },
      join(org.directory, 'sessions of who is held up'),
      hasty,
    )
    let letGo = () => {}
    const released = new Promise<void>((resolve) => (letGo = resolve))
    const asked = new Promise<void>((resolve) => {
      arrived = () => {
        resolve()
        return released
      }
    })
    return { asked, letGo }
  }

  let beginning: () => Promise<Run>
  /** Other ways to the org, instead of the straight one. */
  let client: Org | undefined
  let lookups: Org | undefined
  beforeEach(() => {
    beginning = () => Promise.resolve(run)
    arrived = () => Promise.resolve()
    lookups = undefined
  })
  const drain = async (options: DriveOptions = {}, stop = new AbortController().signal, events: WorkerEvent[] = []) => {
    const asked = lookups ?? client ?? org.org
    const source = new PeopleSource(asked, new FieldCache(asked, org.directory, hasty), { tier: 'Tier__c' })
    const policy = { onSeveral: 'primary', existingCustomer: { by: 'contact' } } as const
    const tools: WorkerTools = {
      queue,
      source,
      database,
      clock: hasty,
      policy,
      stop,
      inRun: async (work) => work(await beginning()),
    }
    const result = await driven.work(tools, options, (event) => events.push(event))
    return { ...result, events }
  }
  /** A worker that goes on until `enough`; it is stopped then, and ends by itself. */
  const drainUntil = async (enough: (events: WorkerEvent[]) => Promise<void> | void, stopped = () => {}) => {
    const stop = new AbortController()
    const events: WorkerEvent[] = []
    const ended = drain({ once: false }, stop.signal, events)
    await Promise.race([vi.waitFor(() => enough(events), { timeout: 60_000, interval: 20 }), ended])
    stop.abort()
    stopped()
    return ended
  }
  const nobodyWaits = async () => {
    expect(await queue.count({})).toBe(0)
  }

  test('serves everybody who is due, many by one call, and ends when that is all that is asked', async () => {
    const [ana = '', ...others] = await queued([{ email: 'ana@example.com' }, ...crowd(250)])
    const swept = await register([{ email: 'swept@example.com', salesforce: { syncStatus: 'pending' } }])
    const before = calls()
    const { drained, events, swept: found } = await drain()
    expect(drained).toMatchObject({ outcomes: { contact: 1, not_found: 251 }, changed: 252, later: 0, dead: 0 })
    expect(found).toBe(1)
    expect(drained.calls).toBe(calls() - before)
    expect(drained.calls).toBeLessThanOrEqual(6)
    expect(await stored(ana)).toMatchObject({ syncStatus: 'synced', title: 'CTO' })
    for (const id of [...swept, others.at(-1)]) expect(await stored(id)).toMatchObject({ syncStatus: 'not_found' })
    expect(await queue.count({})).toBe(0)
    expect(events.filter(({ kind }) => kind === 'batch').length).toBe(drained.batches)
    expect(await drain()).toMatchObject({ drained: { batches: 0, changed: 0 } })
  })

  test('keeps on until it is stopped, and serves who comes meanwhile', async () => {
    const { drained } = await drainUntil(async () => {
      await queued([{}, {}])
      await vi.waitFor(nobodyWaits, { timeout: 60_000, interval: 20 })
    })
    expect(drained).toMatchObject({ outcomes: { not_found: 2 } })
  })

  test.runIf(!drive.redis)(
    'goes on when its run cannot begin for a while, as without a login or a database',
    async () => {
      await queued(crowd(2))
      let tries = 0
      beginning = () => {
        tries += 1
        const away = new MhError(tries === 1 ? 'SF_UNREACHABLE' : 'MONGO_UNREACHABLE', 'It is away.')
        return tries <= 2 ? Promise.reject(away) : Promise.resolve(run)
      }
      const { drained, events } = await drainUntil(nobodyWaits)
      expect(drained).toMatchObject({ outcomes: { not_found: 2 }, later: 0 })
      expect(events.flatMap((event) => (event.kind === 'paused' ? [event.code] : []))).toEqual([
        'SF_UNREACHABLE',
        'MONGO_UNREACHABLE',
      ])
    },
  )

  test('puts everybody of a batch off when the org fails, with the reason and one try the less', async () => {
    const ids = await queued(crowd(3))
    org.playground.arm(DOWN)
    const { drained, stopped, events } = await drain()
    expect(drained).toMatchObject({ later: 3, dead: 0, changed: 0 })
    expect(stopped).toMatchObject({ code: 'SF_UNAVAILABLE' })
    expect(events).toContainEqual(expect.objectContaining({ kind: 'paused', failure: 'again', code: 'SF_UNAVAILABLE' }))
    expect(await entries()).toMatchObject(ids.map(() => ({ attempts: 1, reason: 'SF_UNAVAILABLE', state: 'waiting' })))
    expect((await queue.stats()).due).toBe(0)
    org.playground.disarm()
    await age()
    if (drive.redis) await driven.redis.flush()
    expect((await drain()).drained).toMatchObject({ outcomes: { not_found: 3 } })
  })

  test('gives up on somebody after the third failure, and tells why', async () => {
    const [id = ''] = await queued([{}])
    org.playground.arm(DOWN)
    for (const dead of [0, 0, 1]) {
      if (drive.redis) await driven.redis.flush()
      expect((await drain()).drained).toMatchObject({ dead, later: 1 - dead })
      await age()
    }
    expect(await entries()).toMatchObject([{ participantId: id, state: 'dead', attempts: 3, reason: 'SF_UNAVAILABLE' }])
    expect((await drain()).drained).toMatchObject({ batches: 0 })
  })

  test('asks for one person at a time while the org is down, so that nobody else loses a try, and for all when it is back', async () => {
    await queued(crowd(300))
    // The first batch and one probe; a lookup is tried five times.
    org.playground.arm({ ...DOWN, times: 10 })
    const { drained, events } = await drainUntil(async (seen) => {
      expect(seen).toContainEqual({ kind: 'answering again' })
      const tries = (await queue.list({ state: 'waiting' }, 300)).map(({ attempts }) => attempts).sort()
      expect(tries).toEqual([0, ...crowd(200).map(() => 1)])
    })
    const paused = events.filter(({ kind }) => kind === 'paused')
    expect(paused).toHaveLength(2)
    expect(events).toContainEqual({ kind: 'answering again' })
    expect(drained).toMatchObject({ later: 201, dead: 0, outcomes: { not_found: 99 } })
  })

  test('puts people back as if nobody had tried when the allowance is used up, and leaves the org alone for a while', async () => {
    await queued(crowd(3))
    org.playground.settings.usedElsewhere = 80_000
    await org.org.json({ method: 'GET', path: '/limits' }, z.unknown())
    const { drained, stopped, events } = await drain()
    expect(drained).toMatchObject({ released: 3, later: 0, dead: 0, calls: 0 })
    expect(stopped).toMatchObject({ code: 'BUDGET_EXCEEDED', exitCode: 6 })
    expect(events).toContainEqual(expect.objectContaining({ kind: 'paused', failure: 'wait' }))
    expect(await entries()).toMatchObject(crowd(3).map(() => ({ attempts: 0, state: 'waiting' })))
    expect(await queue.stats()).toMatchObject({ due: 3 })
  })

  test('serves people as they are when it writes: moved ones once more, deleted ones not at all', async () => {
    const [moved = '', gone = ''] = await queued([{}, {}])
    await held.db.collection('participants').updateOne({ _id: new ObjectId(gone) }, { $set: { deletedAt: new Date() } })
    const lookup = heldUp()
    const ended = drain()
    await lookup.asked
    const change = { $set: { email: 'ana@example.com' } }
    await held.db.collection('participants').updateOne({ _id: new ObjectId(moved) }, change)
    lookup.letGo()
    expect((await ended).drained).toMatchObject({ gone: 1, released: 1, outcomes: { contact: 1 }, changed: 1 })
    expect(await stored(moved)).toMatchObject({ title: 'CTO' })
    expect(await stored(gone)).toBeUndefined()
    expect(await queue.count({})).toBe(0)
  })

  test('collapses requests that come while somebody is served into one more look, which changes nothing', async () => {
    const ids = await queued([{}])
    const lookup = heldUp()
    const ended = drain()
    await lookup.asked
    await Promise.all(Array.from({ length: 5 }, () => queue.request(ids, 'live')))
    lookup.letGo()
    expect((await ended).drained).toMatchObject({ batches: 2, changed: 1, outcomes: { not_found: 2 } })
    expect(await queue.count({})).toBe(0)
  })

  test('finishes the batch in hand when it is stopped, and takes nobody more', async () => {
    await queued(crowd(201))
    const lookup = heldUp()
    const { drained } = await drainUntil(() => lookup.asked, lookup.letGo)
    expect(drained).toMatchObject({ batches: 1, outcomes: { not_found: 200 }, changed: 200 })
    await age()
    expect(await queue.stats()).toMatchObject({ due: 1 })
  })

  describe('in front of an org that refuses what is asked', () => {
    /** The org refuses whatever has one of these in it, as it would a statement that it cannot read. */
    let refused: string[] = []
    const border = new Border()
    let wire: OrgWire
    beforeAll(async () => {
      let isRefused = false
      wire = await startOrgWire(org.playground.url, border, ({ body }) => {
        isRefused = refused.some((text) => body.includes(text))
        return Promise.resolve()
      })
      border.watchedBy(({ moment }) => (isRefused && moment === 'before' ? { kind: 'page', status: 400 } : undefined))
      const credentials = { ...org.credentials, loginUrl: wire.url }
      client = new Org(credentials, join(org.directory, 'sessions-by-wire'), hasty)
    })
    afterAll(async () => {
      client = undefined
      await wire.close()
    })

    test('gives up on the one person whom that is about, and serves the others', async () => {
      const ids = await queued([...crowd(20), { email: 'odd@example.com' }, ...crowd(20)])
      refused = [encodeURIComponent('odd@example.com')]
      const { drained, events, stopped } = await drain()
      expect(drained).toMatchObject({ outcomes: { not_found: 40 }, dead: 1, later: 0, released: 0 })
      expect([stopped, events.filter(({ kind }) => kind === 'paused')]).toEqual([undefined, []])
      expect(await entries()).toMatchObject([{ participantId: ids[20], state: 'dead', reason: 'SF_REFUSED_REQUEST' }])
      // Twice as many as halvings, the first look, one about nobody, and what is asked once.
      expect(drained.calls).toBeLessThanOrEqual(2 * 6 + 2 + 3)
    })

    test('gives up on them alone too, and does not leave the org alone for them', async () => {
      await queued([{ email: 'odd@example.com' }])
      refused = [encodeURIComponent('odd@example.com')]
      expect((await drain()).drained).toMatchObject({ dead: 1 })
      await queued([{}])
      expect((await drain()).drained).toMatchObject({ outcomes: { not_found: 1 } })
    })

    test('puts everybody back when it refuses the same of nobody in particular', async () => {
      await queued(crowd(41))
      refused = ['FROM']
      const { drained, stopped } = await drain()
      expect(drained).toMatchObject({ released: 41, dead: 0, calls: 2 })
      expect(stopped).toMatchObject({ code: 'SF_REFUSED_REQUEST' })
      expect(await queue.stats()).toMatchObject({ due: 41 })
    })
  })

  describe.runIf(drive.redis)('whose Redis', () => {
    /** What becomes of people whose batch Redis hands out, or loses; whose document was written is told by the log of changes. */
    test.each([
      { data: true, how: 'comes back with its data' },
      { data: false, how: 'comes back with nothing' },
    ])('is killed in the middle and $how, loses nobody and writes nobody twice', async ({ data }) => {
      await queued(crowd(450))
      const lookup = heldUp()
      const { drained, events } = await drainUntil(async () => {
        await lookup.asked
        if (!killed) {
          killed = true
          await driven.redis.kill()
          await driven.redis.restart({ data })
          // The batch in hand goes on; those that only Redis knew of are due when their lease is over.
          await held.db
            .collection('salesforce_queue')
            .updateMany({ token: /^[^.]*$/u }, { $set: { notBefore: new Date(0) } })
          lookup.letGo()
        }
        await nobodyWaits()
      })
      expect(events).toContainEqual({ kind: 'redis away' })
      expect(events).toContainEqual({ kind: 'redis back' })
      expect(drained).toMatchObject({ changed: 450, outcomes: { not_found: 450 }, later: 0, dead: 0 })
    })
    test.each([
      {
        why: 'memory is full',
        refuse: [
          ['CONFIG', 'SET', 'maxmemory-policy', 'noeviction'],
          ['CONFIG', 'SET', 'maxmemory', '1mb'],
        ],
        relent: [['CONFIG', 'SET', 'maxmemory', '0']],
      },
      {
        why: 'has become a replica',
        refuse: [['REPLICAOF', '127.0.0.1', '9']],
        relent: [['REPLICAOF', 'NO', 'ONE']],
      },
    ])('$why for a while, is waited for: nobody is lost', async ({ refuse, relent }) => {
      await driven.redis.tell(refuse)
      await queued(crowd(2))
      await expect(drain()).rejects.toMatchObject({ code: 'REDIS_REFUSED' })
      await driven.redis.tell(relent)
      let told = 0
      const { drained, events } = await drainUntil(async (seen) => {
        const away = seen.filter(({ kind }) => kind === 'redis away').length
        if (told === 0 && seen.some(({ kind }) => kind === 'batch')) {
          told = 1
          await driven.redis.tell(refuse)
          await queued(crowd(3))
        }
        if (told === 1 && away > 0) {
          told = 2
          await driven.redis.tell(relent)
        }
        expect(told).toBe(2)
        await nobodyWaits()
      })
      // It may answer once more, or refuse once more, before it is what it was told to be.
      const [first, ...later] = events.map(({ kind }) => kind).filter((kind) => kind.startsWith('redis'))
      expect([first, later.at(-1)]).toEqual(['redis away', 'redis back'])
      expect(drained).toMatchObject({ outcomes: { not_found: 5 }, later: 0, dead: 0 })
    })

    let killed = false
    beforeEach(() => {
      killed = false
    })
  })
})
