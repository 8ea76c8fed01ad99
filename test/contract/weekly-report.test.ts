import { ObjectId } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NO_LATENCY, withLookup } from '../../src/domain/latency.js'
import { reportWindow } from '../../src/domain/report-window.js'
import type { LineOutcome } from '../../src/domain/run-line.js'
import { ApiUsage } from '../../src/mongo/api-usage.js'
import { Database } from '../../src/mongo/database.js'
import { Nights } from '../../src/mongo/nights.js'
import { Runs } from '../../src/mongo/runs.js'
import { readWeekly } from '../../src/reports/weekly.js'
import { engines, useDatabase, withDatabase } from '../support/engines.js'

const ORG = '00D000000000001AAA'
const HOUR_MS = 3_600_000
/** Kept documents expire by the server's own clock, so that the days are those before now. */
const NOW = new Date(Math.floor(Date.now() / HOUR_MS / 24) * 24 * HOUR_MS + 9 * HOUR_MS)
const daysAgo = (days: number, hours = 0) => new Date(NOW.getTime() - days * 24 * HOUR_MS + hours * HOUR_MS)
const [ONE, OTHER] = [new ObjectId(), new ObjectId()]
const WHO = { arguments: [], user: 'ada', host: 'here', pid: 1, version: '1' }
const DONE: LineOutcome = { state: 'done' }
const refused = (code: string): LineOutcome => ({ state: 'refused', code })

describe.each(engines())('a weekly report, on $name,', (engine) => {
  const held = useDatabase(engine, 'weekly')
  let database: Database
  const report = (asked = {}) => {
    const org = { loginHost: 'login.example', orgId: ORG }
    const policy = { leaseSeconds: 60, keepDays: 90 }
    return readWeekly({ database, policy, quota: { ceiling: 0.8 }, now: NOW, org }, reportWindow(asked, NOW))
  }

  async function aRun(
    id: string,
    at: Date,
    scope: ObjectId,
    outcomes: readonly LineOutcome[],
    object = 'CampaignMember',
    tries = 1,
  ) {
    const runs = new Runs(database, 90)
    await runs.begin({ id, ...WHO, command: 'campaign sync' }, [String(scope)], at)
    const drafts = outcomes.map((_, key) => ({
      ...{ object, action: 'insert' as const, key: `${id} ${key}`, participantIds: [`${id} ${key}`] },
    }))
    const settled = outcomes.map((outcome, key) => ({ outcome, draft: drafts[key] }))
    for (let tried = 0; tried < tries; tried++) {
      // What was refused is sent again, and refused again.
      const sent = settled.filter(({ outcome }) => tried === 0 || outcome.state === 'refused')
      const drawn = sent.flatMap(({ draft }) => (draft ? [draft] : []))
      const lines = await runs.intend(id, tried * outcomes.length, drawn, at)
      await runs.settle(lines.map((line, key) => ({ id: line, outcome: sent[key]?.outcome ?? DONE })))
    }
    const isDone = outcomes.every(({ state }) => state === 'done')
    await runs.end(id, { state: isDone ? 'done' : 'failed rows', spent: 3 }, at)
  }

  beforeAll(async () => {
    database = await Database.open({ uri: withDatabase(held.uri, held.name) })
    await held.db.collection('events').insertMany([
      { _id: ONE, name: 'Winter', status: 'open', landingPage: { slug: 'winter' }, startDate: daysAgo(2) },
      { _id: OTHER, name: 'Spring', status: 'concluded', landingPage: { slug: 'spring' }, startDate: daysAgo(200) },
    ])
    const person = (eventId: ObjectId, status: string, salesforce: object, given: object = {}) => ({
      ...{
        email: 'somebody@example.com',
        name: 'Somebody',
        registeredEvents: [{ eventId, status }],
        salesforce,
        ...given,
      },
    })
    const customer = { isExistingCustomer: true, customerTier: 'enterprise' }
    await held.db
      .collection('participants')
      .insertMany([
        person(ONE, 'attended', { syncStatus: 'synced' }, customer),
        person(ONE, 'registered', { syncStatus: 'synced' }, customer),
        person(ONE, 'no_show', { syncStatus: 'not_found' }),
        person(OTHER, 'attended', { syncStatus: 'error', syncError: 'parked: two contacts' }),
        person(OTHER, 'attended', { syncStatus: 'synced' }, { ...customer, deletedAt: NOW }),
      ])
    await aRun('1-before', daysAgo(9), ONE, [DONE, refused('UNABLE_TO_LOCK_ROW')])
    await aRun('2-mended', daysAgo(5), ONE, [DONE, DONE, refused('UNABLE_TO_LOCK_ROW')])
    await aRun('3-leads', daysAgo(4), ONE, [DONE, DONE], 'Lead')
    await aRun(
      '4-stands',
      daysAgo(3),
      OTHER,
      [DONE, refused('STATUS_NOT_KEPT'), refused('STATUS_NOT_KEPT')],
      'CampaignMember',
      2,
    )
    await aRun('5-mends', daysAgo(0, -8), ONE, [DONE])
    const hour = (at: Date, calls: number, ...took: number[]) => ({
      ...{ hour: at, calls, lookups: took.reduce(withLookup, NO_LATENCY) },
    })
    const usage = [hour(daysAgo(9), 100), hour(daysAgo(5), 7, 40, 90), hour(daysAgo(1), 5, 450, 460)]
    await new ApiUsage(database, ORG).add(usage, undefined, NOW)
    const night = { dryRun: false, steps: [], calls: 1, endedAt: daysAgo(1) }
    const nights = new Nights(database, 90)
    await nights.keep('n1', { ...night, startedAt: daysAgo(8), verdict: 'failed', exitCode: 1 })
    await nights.keep('n2', { ...night, startedAt: daysAgo(1), verdict: 'all well', exitCode: 0 })
    await held.db.collection<{ _id: string }>('salesforce_queue').insertMany(
      [2, 20].map((days) => ({
        ...{ _id: String(new ObjectId()), state: 'dead', reason: 'SF_TIMEOUT', priority: 0, attempts: 3, revision: 1 },
        ...{ requestedAt: daysAgo(days), notBefore: daysAgo(days) },
      })),
    )
  })
  afterAll(() => database.close())

  test('counts what was done in its days, and compares with the days before', async () => {
    const { headline, activity } = await report()
    expect(headline).toMatchObject({
      ...{
        successRate: 5 / 8,
        successRateBefore: 0.5,
        leads: 2,
        leadsBefore: 0,
        calls: 12,
        callsBefore: 100,
        lookups: 4,
      },
    })
    expect(headline.lookupP95).toBeGreaterThan(400)
    expect(activity.days.map(({ runs }) => runs)).toEqual([0, 0, 1, 1, 1, 0, 0])
  })

  test('counts a change that was sent twice once, in the table of days as among the causes', async () => {
    const { activity, causes } = await report()
    const refusals = causes.reduce((sum, { changes }) => sum + changes, 0)
    expect(activity.days.reduce((sum, { changes }) => sum + changes.refused, 0)).toBe(refusals)
  })

  test('counts people and events as they are', async () => {
    const { headline, figures } = await report()
    expect(headline).toMatchObject({ coverage: 0.5, customersRegistered: 2, customersAttended: 1 })
    expect(figures.people).toMatchObject({ total: 4, synced: 2, notFound: 1, parked: 1 })
    expect(figures.events.map(({ event, people }) => `${event.name} ${people.total}`)).toEqual(['Winter 3', 'Spring 1'])
  })

  test('tells causes of its days, and a remedy for those that no later run has mended', async () => {
    const { causes, advice } = await report()
    expect(causes.map(({ code, changes, people, remedy }) => [code, changes, people, remedy?.command])).toEqual([
      ['STATUS_NOT_KEPT', 2, 2, 'mh-sf retry'],
      ['UNABLE_TO_LOCK_ROW', 1, 1, undefined],
      ['SF_TIMEOUT', 0, 1, 'mh-sf queue retry --cause SF_TIMEOUT'],
    ])
    expect(advice.map(({ command }) => command)).toEqual(['mh-sf retry', 'mh-sf review list'])
  })

  test('has the nights of its days', async () => {
    expect((await report()).nights.map(({ runId }) => runId)).toEqual(['n2'])
  })

  test('is of other days when it is asked for them', async () => {
    const day = daysAgo(9).toISOString().slice(0, 10)
    const { headline, causes, nights } = await report({ from: day, to: day })
    expect(headline).toMatchObject({ successRate: 0.5, calls: 100, lookups: 0 })
    expect(causes.map(({ code, remedy }) => [code, remedy])).toEqual([['UNABLE_TO_LOCK_ROW', undefined]])
    expect(nights).toEqual([])
  })
})
