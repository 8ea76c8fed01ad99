import { describe, expect, test, afterAll, beforeAll } from 'vitest'
import { DEFAULT_RETENTION, EXPIRING } from '../../src/domain/retention.js'
import { AlertStates } from '../../src/mongo/alert-states.js'
import { Nights } from '../../src/mongo/nights.js'
import { Runs } from '../../src/mongo/runs.js'
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
    const retention = { cacheMinutes: 5, usageDays: 3, deadDays: 2, alertDays: 7 }
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
    const alert = { rule: 'quota', state: 'fine', severity: 'warning', limit: 1, says: '', since: now } as const
    await new AlertStates(database).change('quota', () => ({ ...alert, checkedAt: now, channels: {} }))
    expect((await expiry('salesforce_alerts'))?.getTime()).toBe(now.getTime() + 7 * DAY)
    const runs = new Runs(database, 4)
    const head = { id: 'run', command: 'backfill', arguments: [], user: 'ada', host: 'here', pid: 1, version: '1' }
    await runs.begin(head, [], now)
    await runs.intend('run', 0, [{ object: 'Lead', action: 'insert', key: 'ana', participantIds: ['ana'] }], now)
    const night = { steps: [], startedAt: now, endedAt: now, verdict: 'all well', exitCode: 0, calls: 0 } as const
    await new Nights(database, 4).keep('run', night as never)
    for (const name of ['salesforce_runs', 'salesforce_run_lines', 'salesforce_nights'])
      expect([name, (await expiry(name))?.getTime()]).toEqual([name, now.getTime() + 4 * DAY])
    const others = EXPIRING.filter((name) => name !== 'salesforce_queue')
    expect(await Promise.all(others.map(hasTtl))).toEqual(others.map(() => true))
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
