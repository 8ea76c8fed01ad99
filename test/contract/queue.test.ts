import { ObjectId } from 'mongodb'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.js'
import { CLAIMED_AT_MOST, type Priority, type Settlement } from '../../src/domain/queue.js'
import { Database } from '../../src/mongo/database.js'
import { OptOuts } from '../../src/mongo/opt-outs.js'
import { Queue, type Claim } from '../../src/mongo/queue.js'
import { ClaimHold } from '../../src/sync/claim-hold.js'
import { momentOf } from '../../src/sync/term.js'
import { engines, useDatabase, withDatabase } from '../support/engines.js'

const MINUTE = 60_000
const RECORD = '0035e000000AAAAAAA'
/** A lease that has run out as soon as it was given. */
const OVER = -1

describe.each(engines())('the queue, on $name,', (engine) => {
  const held = useDatabase(engine, 'queue')
  let database: Database
  let queue: Queue
  beforeAll(async () => {
    database = await Database.open({ uri: withDatabase(held.uri, held.name) })
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    queue = new Queue(database)
    for (const name of ['salesforce_queue', 'salesforce_optouts', 'participants'])
      await held.db.collection(name).deleteMany({})
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  const entry = async (participantId: string) => {
    const [found] = await queue.list({ participantIds: [participantId] }, 1)
    if (!found) throw new Error(`${participantId} is not in the queue`)
    return found
  }
  const claimedOf = ({ people }: Claim) => people.map(({ participantId }) => participantId).sort()
  const settle = async (claim: Claim, settlement: Settlement) => {
    await queue.settle(
      claim.token,
      claim.people.map((of) => ({ of, settlement })),
    )
  }
  const claimAll = async () => claimedOf(await queue.claim(CLAIMED_AT_MOST, MINUTE))
  const many = (people: number) => Array.from({ length: people }, (_, at) => `person ${at}`)
  /** Anybody who has failed so often, and waits for an hour. */
  const pausing = async (id: string, attempts = 1) => {
    await queue.request([id], 'live')
    const claim = await queue.claim(1, MINUTE)
    await settle(claim, { kind: 'later', attempts, reason: 'SF_TIMEOUT', delayMs: 60 * MINUTE })
  }
  const dead = async (id: string, priority: Priority = 'live') => {
    await queue.request([id], priority)
    const claim = await queue.claim(1, MINUTE)
    await settle(claim, { kind: 'dead', attempts: 3, reason: 'SF_TIMEOUT' })
  }

  describe('the hold on a claim', () => {
    test('lasts as long as it is renewed, and is lost with the first of its people, however many are left', async () => {
      await queue.request(['ana', 'ben', 'carl'], 'live')
      const asked = momentOf(systemClock)
      const claim = await queue.claim(CLAIMED_AT_MOST, MINUTE)
      using hold = new ClaimHold(queue, claim, systemClock, asked)
      await hold.renew()
      hold.check()
      await held.db
        .collection<{ _id: string }>('salesforce_queue')
        .updateOne({ _id: 'ben' }, { $set: { token: 'of another worker' } })
      await hold.renew()
      expect(() => {
        hold.check()
      }).toThrow(expect.objectContaining({ code: 'LEASE_LOST' }))
    })

    test.each(['elapsed', 'wall'] as const)(
      'is lost by the %s clock when nothing was heard for its term',
      async (which) => {
        await queue.request(['ana'], 'live')
        const ahead = { elapsed: 0, wall: 0 }
        const clock = {
          ...systemClock,
          elapsed: () => systemClock.elapsed() + ahead.elapsed,
          now: () => new Date(Date.now() + ahead.wall),
        }
        using hold = new ClaimHold(queue, await queue.claim(1, MINUTE), clock, momentOf(clock))
        hold.check()
        ahead[which] = MINUTE
        expect(() => {
          hold.check()
        }).toThrow(expect.objectContaining({ code: 'LEASE_LOST' }))
      },
    )
  })

  describe('requests', () => {
    test('collapse, also fifty at the same moment for somebody who is not there yet', async () => {
      await Promise.all(Array.from({ length: 50 }, () => queue.request(['ana', 'ben'], 'live')))
      await Promise.all(Array.from({ length: 50 }, () => queue.requestOne('ana', 'live', 0)))
      expect(await claimAll()).toEqual(['ana', 'ben'])
      expect(await claimAll()).toEqual([])
    })

    test('keep the better priority and the earlier time, whichever came first', async () => {
      await queue.request(['ana'], 'backfill')
      await queue.request(['ana'], 'live', MINUTE)
      await queue.request(['ben'], 'live', MINUTE)
      await queue.request(['ben'], 'backfill')
      expect([await entry('ana'), await entry('ben')]).toMatchObject([{ priority: 'live' }, { priority: 'live' }])
      expect(await claimAll()).toEqual(['ana', 'ben'])
    })

    test('with a delay are claimed by nobody before it is over', async () => {
      await queue.request(['ana'], 'live', MINUTE)
      expect(await claimAll()).toEqual([])
      expect(await queue.stats()).toMatchObject({ due: 0, pausing: 1 })
    })

    test('for somebody who pauses try them at once, with the failures that they have', async () => {
      await pausing('ana')
      expect(await claimAll()).toEqual([])
      await queue.request(['ana'], 'backfill')
      expect((await queue.claim(1, MINUTE)).people).toMatchObject([{ participantId: 'ana', attempts: 1 }])
    })

    test('for somebody on whom was given up start afresh: priority, tries, and no reason', async () => {
      await dead('ana')
      await queue.request(['ana'], 'backfill')
      const { reason, ...after } = await entry('ana')
      expect(after).toMatchObject({ state: 'waiting', attempts: 0, priority: 'backfill' })
      expect(reason).toBeUndefined()
    })

    test('for somebody who is claimed leave the lease alone, and make them due once more when they are done', async () => {
      await queue.request(['ana', 'ben'], 'backfill')
      const claim = await queue.claim(2, MINUTE)
      await queue.request(['ana'], 'live')
      expect(await claimAll()).toEqual([])
      await settle(claim, { kind: 'done' })
      const again = await queue.claim(2, MINUTE)
      expect(again.people).toMatchObject([{ participantId: 'ana', attempts: 0, priority: 'live' }])
      await settle(again, { kind: 'done' })
      expect(await queue.count({})).toBe(0)
    })

    test('for somebody on whom is given up just then are not lost', async () => {
      await queue.request(['ana', 'ben'], 'live')
      const claim = await queue.claim(2, MINUTE)
      await queue.request(['ana'], 'live')
      await settle(claim, { kind: 'dead', attempts: 3, reason: 'SF_TIMEOUT' })
      expect((await queue.claim(2, MINUTE)).people).toMatchObject([{ participantId: 'ana', attempts: 0 }])
      expect(await entry('ben')).toMatchObject({ state: 'dead' })
    })

    test('are withdrawn by who made them, unless somebody asked again or a worker has them', async () => {
      const [ana, ben, eve] = [
        await queue.requestOne('ana', 'live', 0),
        await queue.requestOne('ben', 'live', 0),
        await queue.requestOne('eve', 'live', MINUTE),
      ]
      await queue.request(['ben'], 'live')
      await queue.withdraw([{ participantId: 'ben', revision: ben }])
      await queue.withdraw([{ participantId: 'eve', revision: eve }])
      expect(await claimAll()).toEqual(['ana', 'ben'])
      await queue.withdraw([{ participantId: 'ana', revision: ana }])
      expect(await queue.count({})).toBe(2)
    })
  })

  describe('claims', () => {
    test('bring at most two hundred, whatever is asked for', async () => {
      await queue.request(many(450), 'backfill')
      const claims = [1_000, 200, 200].map((limit) => async () => (await queue.claim(limit, MINUTE)).people.length)
      const brought: number[] = []
      for (const claim of claims) brought.push(await claim())
      expect(brought).toEqual([200, 200, 50])
    })

    test('bring the best priority first', async () => {
      await queue.request(['late', 'later'], 'backfill')
      await queue.request(['swept'], 'swept')
      await queue.request(['ana', 'ben'], 'live')
      expect(claimedOf(await queue.claim(2, MINUTE))).toEqual(['ana', 'ben'])
      expect(claimedOf(await queue.claim(1, MINUTE))).toEqual(['swept'])
      expect(claimedOf(await queue.claim(9, MINUTE))).toEqual(['late', 'later'])
    })

    test('bring nobody twice, with ten claimers at the same moment, and leave nobody behind', async () => {
      await queue.request(many(2_000), 'backfill')
      const claimed: string[] = []
      for (let round = 0; round < 20 && claimed.length < 2_000; round += 1) {
        const claims = await Promise.all(Array.from({ length: 10 }, () => new Queue(database).claim(200, MINUTE)))
        claimed.push(...claims.flatMap(claimedOf))
      }
      expect(claimed).toHaveLength(2_000)
      expect(new Set(claimed).size).toBe(2_000)
    })

    test('whose lease has run out are made anew, and the old token settles nothing any more', async () => {
      await queue.request(['ana', 'ben'], 'live')
      const old = await queue.claim(2, OVER)
      const current = await queue.claim(2, MINUTE)
      expect(claimedOf(current)).toEqual(['ana', 'ben'])
      for (const kind of ['done', 'release'] as const) await settle(old, { kind })
      await settle(old, { kind: 'dead', attempts: 3, reason: 'SF_TIMEOUT' })
      expect(await queue.renew(old.token, MINUTE)).toBe(0)
      expect(await claimAll()).toEqual([])
      expect(await queue.claimed(old.token)).toEqual({ token: old.token, people: [] })
      expect(await queue.claimed(current.token)).toEqual(current)
      await settle(current, { kind: 'done' })
      expect(await queue.count({})).toBe(0)
    })

    test('that are renewed last longer', async () => {
      await queue.request(['ana'], 'live')
      const claim = await queue.claim(1, OVER)
      expect(await queue.renew(claim.token, MINUTE)).toBe(1)
      expect(await claimAll()).toEqual([])
    })

    test.each([-24, 24])('do not care that the clock of this machine is %i hours off', async (hours) => {
      await queue.request(['ana'], 'live')
      await queue.request(['ben'], 'live', MINUTE)
      vi.spyOn(Date, 'now').mockReturnValue(Date.now() + hours * 60 * MINUTE)
      expect(await claimAll()).toEqual(['ana'])
      expect(await claimAll()).toEqual([])
    })
  })

  describe('who was claimed', () => {
    test('and is to be tried later pauses, with the reason, and is due when the pause is over', async () => {
      await queue.request(['ana', 'ben'], 'live')
      const claim = await queue.claim(2, MINUTE)
      const later = (delayMs: number): Settlement => ({ kind: 'later', attempts: 2, reason: 'SF_TIMEOUT', delayMs })
      const delays = new Map([
        ['ana', 0],
        ['ben', MINUTE],
      ])
      await queue.settle(
        claim.token,
        claim.people.map((of) => ({ of, settlement: later(delays.get(of.participantId) ?? 0) })),
      )
      expect(await queue.stats()).toMatchObject({ due: 1, pausing: 1, claimed: 0, reasons: { SF_TIMEOUT: 2 } })
      expect((await queue.claim(2, MINUTE)).people).toMatchObject([{ participantId: 'ana', attempts: 2 }])
    })

    test('and is put back is due at once, as if nobody had tried', async () => {
      await queue.request(['ana'], 'live')
      await queue.release(await queue.claim(1, MINUTE))
      expect(await entry('ana')).toMatchObject({ attempts: 0, state: 'waiting' })
      expect(await entry('ana')).not.toHaveProperty('claimedBy')
      expect(await claimAll()).toEqual(['ana'])
    })

    test('and is given up on stays in the queue, with the reason, and is claimed by nobody', async () => {
      await dead('ana')
      expect(await entry('ana')).toMatchObject({ state: 'dead', attempts: 3, reason: 'SF_TIMEOUT' })
      expect(await claimAll()).toEqual([])
    })
  })

  describe('somebody at the keyboard', () => {
    beforeEach(async () => {
      await dead('dead')
      await pausing('pausing')
      await queue.request(['claimed'], 'live')
      await queue.claim(1, MINUTE)
      await queue.request(['swept'], 'swept')
      await queue.request(['late'], 'backfill')
    })

    test('sees who waits, in the order in which they would be served, dead ones last', async () => {
      const all = await queue.list({}, 10)
      expect(all.map(({ participantId }) => participantId)).toEqual(['claimed', 'pausing', 'swept', 'late', 'dead'])
      expect(await queue.list({ state: 'dead' }, 10)).toHaveLength(1)
      expect(await queue.list({ reasons: ['SF_TIMEOUT'] }, 10)).toHaveLength(2)
      expect(await queue.list({}, 2)).toHaveLength(2)
    })

    test('sees figures that add up', async () => {
      const stats = await queue.stats()
      expect(stats).toMatchObject({
        due: 2,
        pausing: 1,
        claimed: 1,
        dead: 1,
        byPriority: { live: 2, swept: 1, backfill: 1 },
        reasons: { SF_TIMEOUT: 2 },
      })
      const oldest = (await queue.list({ state: 'waiting' }, 10)).map(({ requestedAt }) => requestedAt.getTime())
      expect(stats.oldest?.getTime()).toBe(Math.min(...oldest))
      expect(await queue.count({})).toBe(5)
    })

    test('tries those again who failed, as if nothing had been, and nobody else', async () => {
      expect(await queue.retry({ reasons: ['SF_ACCESS_DENIED'] })).toBe(0)
      expect(await queue.retry({})).toBe(2)
      expect(await queue.stats()).toMatchObject({ due: 4, pausing: 0, claimed: 1, dead: 0, reasons: {} })
      expect(await entry('dead')).toMatchObject({ state: 'waiting', attempts: 0 })
    })

    test('drops whom they mean, but nobody whom a worker has, and can count both before', async () => {
      expect([await queue.countIdle({}), await queue.countClaimed({})]).toEqual([4, 1])
      expect([await queue.countIdle({ state: 'dead' }), await queue.countClaimed({ state: 'dead' })]).toEqual([1, 0])
      expect(await queue.drop({ state: 'dead' })).toBe(1)
      expect(await queue.drop({ participantIds: ['claimed', 'late'] })).toBe(1)
      expect(await queue.drop({})).toBe(2)
      expect((await queue.list({}, 10)).map(({ participantId }) => participantId)).toEqual(['claimed'])
    })
  })

  describe('the sweep', () => {
    const register = async (syncStatus: string | undefined, more: object = {}) => {
      const salesforce = syncStatus === undefined ? {} : { salesforce: { syncStatus } }
      const person = { email: 'ana@example.com', deletedAt: null, ...salesforce, ...more }
      return (await held.db.collection('participants').insertOne(person)).insertedId.toHexString()
    }

    test('takes who is pending and has no entry: not who has one, is served, deleted, or has an odd id', async () => {
      const pending = await register('pending')
      const known = await register('pending')
      const gaveUp = await register('pending')
      await register('synced')
      await register(undefined)
      await register('pending', { deletedAt: new Date() })
      await held.db.collection<{ _id: string }>('participants').insertOne({ _id: 'odd' })
      await dead(gaveUp)
      await queue.request([known], 'live')
      expect(await queue.sweep()).toBe(1)
      expect(await entry(pending)).toMatchObject({ priority: 'swept', state: 'waiting' })
      expect(await entry(known)).toMatchObject({ priority: 'live' })
      expect(await entry(gaveUp)).toMatchObject({ state: 'dead' })
      expect(await queue.sweep()).toBe(0)
    })

    test('takes nobody who is left alone, and leaves their mark to the platform', async () => {
      const optOuts = new OptOuts(database)
      await register('pending', { email: 'gone@example.com' })
      const asked = await register('pending', { salesforce: { syncStatus: 'pending', contactId: RECORD } })
      const pending = await register('pending')
      await optOuts.note({ emails: ['Gone+again@example.com'] }, 'erased', new Date())
      await optOuts.note({ recordIds: [RECORD] }, 'asked', new Date())
      expect([await queue.sweep(), await queue.sweep()]).toEqual([1, 0])
      const queued = async () => (await queue.list({}, 10)).map(({ participantId }) => participantId).sort()
      expect(await queued()).toEqual([pending])
      const marked = { 'salesforce.syncStatus': 'pending' }
      expect(await held.db.collection('participants').countDocuments(marked)).toBe(3)
      // Who agrees again is taken.
      await optOuts.lift({ recordIds: [RECORD] })
      expect(await queue.sweep()).toBe(1)
      expect(await queued()).toEqual([asked, pending].sort())
    })

    test('takes more than a page of them', async () => {
      const people = Array.from({ length: 2_500 }, () => ({
        _id: new ObjectId(),
        salesforce: { syncStatus: 'pending' },
        deletedAt: null,
      }))
      await held.db.collection('participants').insertMany(people)
      expect(await queue.sweep()).toBe(2_500)
      expect(await queue.stats()).toMatchObject({ due: 2_500, byPriority: { swept: 2_500 } })
    })
  })

  test('wakes whoever watches when somebody comes, where there are change streams, and says where there are none', async () => {
    const end = new AbortController()
    const woken = vi.fn()
    const watches = await queue.watch(woken, end.signal)
    if (engine.embedded) expect(watches).toBe(true)
    if (watches) {
      woken.mockClear()
      await queue.request(['ana'], 'live')
      await vi.waitUntil(() => woken.mock.calls.length > 0, { timeout: 30_000, interval: 10 })
    }
    end.abort()
  })
})
