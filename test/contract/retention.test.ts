import { describe, expect, test, afterAll, beforeAll } from 'vitest'
import { DEFAULT_RETENTION } from '../../src/domain/retention.js'
import type { NormalEmail } from '../../src/domain/email.js'
import { ApiUsage } from '../../src/mongo/api-usage.js'
import { Database } from '../../src/mongo/database.js'
import { LookupCache } from '../../src/mongo/lookup-cache.js'
import { Queue } from '../../src/mongo/queue.js'
import { engines, useDatabase, withDatabase } from '../support/engines.js'

const MINUTE = 60_000
const DAY = 86_400_000

describe.each(engines())('what is kept, on $name,', (engine) => {
  const held = useDatabase(engine, 'retention')
  let database: Database

  beforeAll(async () => {
    const retention = { cacheMinutes: 5, usageDays: 3, deadDays: 2 }
    database = await Database.open({ uri: withDatabase(held.uri, held.name), retention })
  })
  afterAll(() => database.close())

  const expiry = async (name: string) => {
    const document = await held.db.collection(name).findOne({})
    return document?.['expiresAt'] as Date | undefined
  }
  const hasTtl = async (name: string) => {
    const indexes = await held.db.collection(name).indexes()
    return indexes.some((index) => index.expireAfterSeconds === 0 && 'expiresAt' in index.key)
  }
  const answer = (now: Date) => {
    const email = 'ada@engines.example' as NormalEmail
    return { email, match: { kind: 'not_found', because: [], rejected: [] }, memberships: [], askedAt: now } as const
  }

  test('ends when the settings say, by an index of the database', async () => {
    const now = new Date()
    await new LookupCache(database, 'org').write([answer(now) as never])
    await new ApiUsage(database, 'org').add([{ hour: now, calls: 1 }], undefined, now)
    expect((await expiry('salesforce_lookup_cache'))?.getTime()).toBe(now.getTime() + 5 * MINUTE)
    expect((await expiry('salesforce_api_usage'))?.getTime()).toBe(now.getTime() + 3 * DAY)
    for (const name of ['salesforce_lookup_cache', 'salesforce_api_usage'])
      expect([name, await hasTtl(name)]).toEqual([name, true])
  })

  test('of the queue ends for who was given up on, and for nobody who waits', async () => {
    const queue = new Queue(database)
    await queue.request(['ana'], 'live')
    expect(await expiry('salesforce_queue')).toBeUndefined()
    const claim = await queue.claim(1, MINUTE)
    const settlement = { kind: 'dead', attempts: 3, reason: 'X' } as const
    await queue.settle(
      claim.token,
      claim.people.map((of) => ({ of, settlement })),
    )
    expect((await expiry('salesforce_queue'))?.getTime()).toBeGreaterThan(Date.now() + DAY)
    expect(await hasTtl('salesforce_queue')).toBe(true)
    await queue.request(['ana'], 'live')
    expect(await expiry('salesforce_queue')).toBeUndefined()
  })

  test('is nothing at all of answers where the settings say so', async () => {
    await held.db.collection('salesforce_lookup_cache').deleteMany({})
    const none = await Database.open({
      uri: withDatabase(held.uri, held.name),
      retention: { ...DEFAULT_RETENTION, cacheMinutes: 0 },
    })
    await new LookupCache(none, 'org').write([answer(new Date()) as never])
    expect(await held.db.collection('salesforce_lookup_cache').countDocuments()).toBe(0)
    await none.close()
  })
})
