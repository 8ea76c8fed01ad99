import { ObjectId } from 'mongodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { NO_LATENCY, withLookup } from '../../src/domain/latency.js'
import { DEFAULT_RETENTION } from '../../src/domain/retention.js'
import type { LineDraft, LineOutcome } from '../../src/domain/run-line.js'
import { ApiUsage } from '../../src/mongo/api-usage.js'
import { Connections } from '../../src/mongo/connections.js'
import { Database } from '../../src/mongo/database.js'
import { writeDecision } from '../../src/mongo/decisions.js'
import { Nights } from '../../src/mongo/nights.js'
import { OptOuts } from '../../src/mongo/opt-outs.js'
import { Participants } from '../../src/mongo/participants.js'
import { readPeopleFigures } from '../../src/mongo/people-figures.js'
import { Queue } from '../../src/mongo/queue.js'
import { Runs } from '../../src/mongo/runs.js'
import { readActivity } from '../../src/reports/activity.js'
import { readAlertFacts } from '../../src/reports/alert-facts.js'
import { readStatus, type ReportTools } from '../../src/reports/status.js'
import { engines, useDatabase, withDatabase } from '../support/engines.js'

const SPRING = new ObjectId()
const AUTUMN = new ObjectId()
const HOUR = 3_600_000
const NOW = new Date('2026-11-30T12:30:00Z')
const ago = (hours: number) => new Date(NOW.getTime() - hours * HOUR)
const ORG = '00D000000000001AAA'
const POLICY = { leaseSeconds: 60, keepDays: 36_500 }
const WHO = { arguments: [], user: 'ada', host: 'here', pid: 1, version: '1' }

describe.each(engines())('figures, on $name,', (engine) => {
  const held = useDatabase(engine, 'reports')
  let database: Database
  let tools: ReportTools
  beforeAll(async () => {
    // For long enough: a server removes by its own clock what has expired, and these days are fixed.
    const retention = { ...DEFAULT_RETENTION, usageDays: 36_500, alertDays: 36_500, deadDays: 36_500 }
    database = await Database.open({ uri: withDatabase(held.uri, held.name), retention })
    tools = {
      database,
      policy: POLICY,
      quota: { ceiling: 0.8 },
      now: NOW,
      org: { loginHost: 'example.my.salesforce.com', orgId: ORG },
    }
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    for (const { name } of await held.db.listCollections().toArray()) await held.db.collection(name).deleteMany({})
  })

  const registered = (eventId: ObjectId, status = 'registered') => ({ eventId, status })
  const someone = (given: object = {}) => ({ _id: new ObjectId(), email: 'a@example.com', ...given })
  const synced = { syncStatus: 'synced' }
  const parked = { syncStatus: 'error', syncError: 'parked: several contacts (003A, 003B)' }

  /** A run that has ended, with lines of one kind. */
  async function aRun(id: string, at: Date, drafts: Partial<LineDraft>[], outcome: LineOutcome, command = 'backfill') {
    const runs = new Runs(database, POLICY.keepDays)
    await runs.begin({ id, command, ...WHO }, ['everybody'], at)
    const whole = drafts.map((each, number) => ({
      object: 'participants',
      action: 'update' as const,
      key: `${id} ${number}`,
      participantIds: [],
      ...each,
    }))
    const lines = await runs.intend(id, 0, whole, at)
    await runs.settle(lines.map((line) => ({ id: line, outcome })))
    const state = outcome.state === 'refused' ? 'failed rows' : 'done'
    await runs.end(id, { state, spent: 1 }, at)
    return lines
  }

  describe('of people', () => {
    test('are those of everybody who is not deleted, each in one state', async () => {
      await held.db
        .collection('participants')
        .insertMany([
          someone({ salesforce: synced }),
          someone({ salesforce: { syncStatus: 'not_found' } }),
          someone({ salesforce: { syncStatus: 'pending' } }),
          someone(),
          someone({ salesforce: { syncStatus: 'something new' } }),
          someone({ salesforce: { syncStatus: 'error', syncError: 'the org refused' } }),
          someone({ salesforce: { syncStatus: 'error', syncError: 7 } }),
          someone({ salesforce: parked }),
          someone({ salesforce: parked, deletedAt: new Date() }),
          { _id: 'not of the platform', salesforce: synced } as object,
        ])
      const { people } = await readPeopleFigures(database)
      expect(people).toEqual({ total: 8, synced: 1, notFound: 1, pending: 3, leftAlone: 0, errors: 2, parked: 1 })
    })

    test('tell those who are left alone from those whom somebody will look up', async () => {
      const mark = { salesforce: { syncStatus: 'pending' } }
      await held.db
        .collection('participants')
        .insertMany([
          someone({ ...mark, email: 'ana@example.com', registeredEvents: [registered(SPRING)] }),
          someone({ email: 'Ana+again@example.com' }),
          someone({ ...mark, email: 'ben@example.com' }),
          someone({ email: 'org@example.com' }),
          someone({ salesforce: synced, email: 'ana+before@example.com' }),
        ])
      await held.db.collection('events').insertOne({ _id: SPRING, name: 'Spring', startDate: ago(10) })
      const optOuts = new OptOuts(database)
      await optOuts.note({ emails: ['ana@example.com'] }, 'erased', NOW)
      // Whom only the org has opted out is asked for.
      await optOuts.note({ emails: ['org@example.com'] }, 'org', NOW)
      const { people, events } = await readPeopleFigures(database)
      expect(people).toMatchObject({ total: 5, synced: 1, pending: 2, leftAlone: 2 })
      expect(events).toMatchObject([{ people: { total: 1, pending: 0, leftAlone: 1 } }])
    })

    test('say of parked people the same as the review: who was decided on is to be looked at again', async () => {
      const [one, other] = [someone({ salesforce: parked }), someone({ salesforce: parked })]
      await held.db.collection('participants').insertMany([one, other])
      await writeDecision(database, String(one._id), {}, { by: 'ada', at: NOW })
      const { people } = await readPeopleFigures(database)
      expect(people).toMatchObject({ parked: 1, pending: 1 })
      expect((await new Participants(database).parked(10)).total).toBe(people.parked)
    })

    test('are told event by event, with customers, members and who came of which tier; a person counts once', async () => {
      const event = (_id: ObjectId, name: string, startDate: Date) => ({ _id, name, startDate, status: 'open' })
      await held.db
        .collection('events')
        .insertMany([event(SPRING, 'Spring', ago(10)), event(AUTUMN, 'Autumn', ago(1_000))])
      const campaigns = [{ eventId: SPRING, campaignId: '701A', campaignMemberId: '00vA' }]
      const customer = { customerTier: 'growth', isExistingCustomer: true }
      await held.db.collection('participants').insertMany([
        someone({
          registeredEvents: [registered(SPRING, 'attended'), registered(AUTUMN), registered(SPRING)],
          salesforce: { ...synced, campaigns },
          ...customer,
        }),
        someone({ registeredEvents: [registered(SPRING, 'no_show')], salesforce: parked }),
        someone({ registeredEvents: [registered(new ObjectId())] }),
        someone({ registeredEvents: 'not a list' }),
      ])
      const { events } = await readPeopleFigures(database)
      expect(events.map(({ event: { name } }) => name)).toEqual(['Spring', 'Autumn'])
      expect(events).toMatchObject([
        {
          people: { total: 2, synced: 1, parked: 1 },
          customers: { registered: 1, attended: 1 },
          members: 1,
          attendance: [
            { tier: 'growth', registered: 0, attended: 1, noShow: 0 },
            { tier: 'none', registered: 0, attended: 0, noShow: 1 },
          ],
        },
        { people: { total: 1, synced: 1 }, customers: { registered: 1, attended: 0 }, members: 0 },
      ])
    })
  })

  test('of runs are counted when they end, and found again without counting', async () => {
    await aRun('20261130T100000Z-a', ago(2), [{}, { object: 'Lead', action: 'insert' }], { state: 'done' })
    const runs = new Runs(database, POLICY.keepDays)
    const kept = await runs.find('20261130T100000Z-a')
    expect(kept.tally).toEqual([
      { object: 'Lead', action: 'insert', state: 'done', lines: 1 },
      { object: 'participants', action: 'update', state: 'done', lines: 1 },
    ])
    await held.db.collection<{ _id: string }>('salesforce_run_lines').deleteMany({})
    const { total } = await readActivity(tools, { from: ago(24), to: NOW, orgId: ORG })
    expect(total).toMatchObject({ changes: { done: 2 }, leads: 1, runs: 1 })
  })

  test('of the last hour count what was refused, runs that failed, and whom the queue gave up on', async () => {
    const refused: LineOutcome = { state: 'refused', code: 'UNABLE_TO_LOCK_ROW' }
    await aRun('20261130T100000Z-b', ago(2.5), [{}, {}, {}], refused)
    await aRun('20261130T121500Z-c', ago(0.25), [{}, {}], refused)
    await held.db
      .collection<{ _id: string }>('salesforce_queue')
      .insertOne({ _id: 'a', ...entryOf({ state: 'dead', notBefore: ago(0.5) }) })
    const facts = await readAlertFacts(tools)
    expect(facts).toMatchObject({ failuresLastHour: 3, changes: { done: 0, refused: 5 }, nights: { since: ago(2.5) } })
    expect(facts.queueWaitMs).toBeUndefined()
  })

  const entryOf = (given: object) => ({ priority: 0, attempts: 3, revision: 1, requestedAt: ago(1), ...given })

  test('of the org are what it said last, and whether it answered', async () => {
    const connections = new Connections(database, 'example.my.salesforce.com')
    expect((await readStatus(tools)).connection).toEqual({ state: 'not known', failuresInRow: 0 })
    await connections.note({ at: ago(3) })
    await connections.note({ at: ago(2), code: 'SF_UNREACHABLE' })
    await connections.note({ at: ago(1), code: 'SF_TIMEOUT' })
    const usage = new ApiUsage(database, ORG)
    await usage.add([{ hour: ago(20.5), calls: 5 }], { used: 900, max: 1_000 }, ago(20))
    const lookups = [100, 300].reduce(withLookup, NO_LATENCY)
    await usage.add([{ hour: ago(0.5), calls: 2, lookups }], { used: 950, max: 1_000 }, ago(0.5))
    await usage.add([{ hour: ago(0.5), calls: 1, lookups }], undefined, NOW)
    const { connection, quota } = await readStatus(tools)
    expect(connection).toEqual({
      state: 'failing',
      failuresInRow: 2,
      lastAnswerAt: ago(3),
      lastFailureAt: ago(1),
      code: 'SF_TIMEOUT',
    })
    expect(quota).toEqual({ used: 950, max: 1_000, ceiling: 800, reserve: 16, ours: 8, asOf: ago(0.5) })
    expect((await readAlertFacts(tools)).lookups).toMatchObject({ count: 4, sumMs: 800 })
    await connections.note({ at: NOW })
    expect((await readStatus(tools)).connection).toMatchObject({ state: 'answering', failuresInRow: 0 })
  })

  test('of the whole say what stands, who waits, the last success and the last good night', async () => {
    const refused: LineOutcome = { state: 'refused', code: 'STRING_TOO_LONG' }
    await aRun('20261130T080000Z-a', ago(4), [{}], { state: 'done' }, 'campaign sync')
    await aRun('20261130T090000Z-b', ago(3), [{ participantIds: ['x'] }, { participantIds: ['x'] }], refused)
    const night = { dryRun: false, steps: [], calls: 0, exitCode: 0 }
    const nights = new Nights(database, POLICY.keepDays)
    await nights.keep('20261128T020000Z-n', { ...night, startedAt: ago(58), endedAt: ago(57), verdict: 'all well' })
    await nights.keep('20261129T020000Z-n', { ...night, startedAt: ago(34), endedAt: ago(33), verdict: 'failed' })
    await new Queue(database).request(['a', 'b'], 'live')
    const status = await readStatus(tools)
    expect(status).toMatchObject({
      lastSuccess: { runId: '20261130T080000Z-a', command: 'campaign sync', at: ago(4) },
      running: [],
      failures: { causes: 1, changes: 2, people: 1, days: 7 },
      queue: { due: 2 },
      nights: { last: { verdict: 'failed' }, lastGoodAt: ago(57), next: ago(10) },
    })
  })
})
