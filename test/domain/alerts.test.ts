import { describe, expect, test } from 'vitest'
import { policyOf } from '../../src/app/policy.js'
import { ALERT_RULES, judgeAlerts, type AlertRule, type Finding } from '../../src/domain/alerts.js'
import type { AlertFacts } from '../../src/domain/figures.js'
import { MhError } from '../../src/errors.js'
import { ALERTS, ALL_FINE, AT, before, failing, lookupsOf, quotaOf } from '../support/alert-facts.js'

const judge = (rule: AlertRule, given: Partial<AlertFacts>, policy = ALERTS): Finding => {
  const found = judgeAlerts({ ...ALL_FINE, ...given }, policy).find((each) => each.rule === rule)
  if (!found) throw new Error(`${rule} was not judged`)
  return found
}
const changes = (done: number, refused: number) => ({ changes: { done, refused, unknown: 5 } })
const people = (total: number, errors: number, pending = 0) => ({
  people: { total, synced: 0, notFound: 0, pending, leftAlone: 0, errors, parked: 0 },
})
const nights = (lastGood?: number, since?: number) => ({
  nights: {
    ...(lastGood === undefined ? {} : { lastGoodAt: before(AT, lastGood) }),
    ...(since === undefined ? {} : { since: before(AT, since) }),
  },
})
const waits = (minutes: number) => ({ queueWaitMs: minutes * 60_000 })
const without = (name: keyof AlertFacts) => ({ [name]: undefined })

describe('alerts', () => {
  test('are all fine on a morning on which nothing is amiss, in the order in which they are told', () => {
    const all = judgeAlerts(ALL_FINE, ALERTS)
    expect(all.map(({ rule, state }) => [rule, state])).toEqual(ALERT_RULES.map((rule) => [rule, 'fine']))
  })

  test.each<[AlertRule, string, Partial<AlertFacts>, Finding['state'], Finding['severity']]>([
    ['failures', '9 in the hour', { failuresLastHour: 9 }, 'fine', 'warning'],
    ['failures', '10 in the hour', { failuresLastHour: 10 }, 'fine', 'warning'],
    ['failures', '11 in the hour', { failuresLastHour: 11 }, 'firing', 'warning'],
    ['quota', '79.999 %', { quota: quotaOf(0.79999) }, 'fine', 'warning'],
    ['quota', '80 %', { quota: quotaOf(0.8) }, 'firing', 'warning'],
    ['quota', '90 %', { quota: quotaOf(0.9) }, 'firing', 'warning'],
    ['quota', '90.001 %', { quota: quotaOf(0.90001) }, 'firing', 'critical'],
    ['quota', 'an org that has not said', without('quota'), 'not known', 'critical'],
    ['quota', 'an org that allows none', { quota: { ...quotaOf(0), max: 0 } }, 'not known', 'critical'],
    ['connection', '2 in a row', { connection: failing(2) }, 'fine', 'critical'],
    ['connection', '3 in a row', { connection: failing(3) }, 'firing', 'critical'],
    ['connection', '4 in a row', { connection: failing(4) }, 'firing', 'critical'],
    [
      'connection',
      'nobody having asked',
      { connection: { state: 'not known', failuresInRow: 0 } },
      'not known',
      'critical',
    ],
    ['success', '96 %', changes(96, 4), 'fine', 'warning'],
    ['success', '95 %', changes(95, 5), 'fine', 'warning'],
    ['success', '94 %', changes(94, 6), 'firing', 'warning'],
    ['success', '1 of 2', changes(1, 1), 'fine', 'warning'],
    ['success', '0 of 19', changes(0, 19), 'fine', 'warning'],
    ['success', '0 of 20', changes(0, 20), 'firing', 'warning'],
    ['success', 'no change', changes(0, 0), 'fine', 'warning'],
    ['errors', '4 of 100', people(100, 4), 'fine', 'warning'],
    ['errors', '5 of 100', people(100, 5), 'fine', 'warning'],
    ['errors', '6 of 100', people(100, 6), 'firing', 'warning'],
    ['errors', '5 of 90 at whom was looked', people(100, 5, 10), 'firing', 'warning'],
    ['errors', '19 of 19', people(19, 19), 'fine', 'warning'],
    ['errors', '2 of 20', people(20, 2), 'firing', 'warning'],
    ['errors', 'nobody looked at', people(100, 0, 100), 'fine', 'warning'],
    ['lookups', '499 ms', { lookups: lookupsOf(20, 499) }, 'fine', 'warning'],
    ['lookups', '500 ms', { lookups: lookupsOf(20, 500) }, 'fine', 'warning'],
    ['lookups', '501 ms', { lookups: lookupsOf(20, 501) }, 'firing', 'warning'],
    ['lookups', '19 slow ones', { lookups: lookupsOf(19, 5_000) }, 'fine', 'warning'],
    ['lookups', 'no lookup', { lookups: lookupsOf(0, 0) }, 'fine', 'warning'],
    ['nights', '25 hours ago', nights(25), 'fine', 'critical'],
    ['nights', '26 hours ago', nights(26), 'fine', 'critical'],
    ['nights', '27 hours ago', nights(27), 'firing', 'critical'],
    ['nights', 'a good one, long after the first run', nights(9, 1_000), 'fine', 'critical'],
    ['nights', 'none, 26 hours after the first run', nights(undefined, 26), 'fine', 'critical'],
    ['nights', 'none, 27 hours after the first run', nights(undefined, 27), 'firing', 'critical'],
    ['nights', 'no run at all', nights(), 'not known', 'critical'],
    ['queue', '29 minutes', waits(29), 'fine', 'warning'],
    ['queue', '30 minutes', waits(30), 'fine', 'warning'],
    ['queue', '31 minutes', waits(31), 'firing', 'warning'],
    ['queue', 'nobody', without('queueWaitMs'), 'fine', 'warning'],
  ])('about %s: %s', (rule, _what, given, state, severity) => {
    expect(judge(rule, given)).toMatchObject({ state, severity })
  })

  test.each<[AlertRule, Partial<AlertFacts>, Partial<Finding>]>([
    [
      'failures',
      { failuresLastHour: 1 },
      { value: 1, limit: 10, says: '1 failure in the last hour; 10 are tolerated.' },
    ],
    [
      'quota',
      { quota: quotaOf(0.85) },
      {
        value: 0.85,
        limit: 0.8,
        says: "85 % of the org's API calls of 24 hours are used (85,000 of 100,000, at 2026-11-30 12:00 UTC).",
        next: 'mh-sf quota',
      },
    ],
    ['quota', { quota: quotaOf(0.96) }, { value: 0.96, limit: 0.9 }],
    [
      'connection',
      { connection: failing(3) },
      {
        value: 3,
        limit: 3,
        says: 'Salesforce failed to answer 3 times in a row (SF_UNREACHABLE); it answered last at 2026-11-30 11:00 UTC.',
        next: 'mh-sf auth status',
      },
    ],
    [
      'success',
      changes(94, 6),
      {
        value: 0.94,
        limit: 0.95,
        says: '94 % of the changes of the last 24 hours were made (94 of 100); 95 % are expected.',
      },
    ],
    ['success', changes(1, 1), { says: '2 changes in the last 24 hours, too few to judge.' }],
    [
      'errors',
      people(100, 6),
      { value: 0.06, says: 'The last sync failed for 6 % of the people (6 of 100); 5 % are tolerated.' },
    ],
    [
      'lookups',
      { lookups: lookupsOf(20, 750) },
      { value: 750, says: 'A lookup took 750 ms on average in the last hour; 500 ms are tolerated.' },
    ],
    [
      'nights',
      nights(27.5),
      {
        value: 27.5,
        says: 'All was well in the night that ended at 2026-11-29 08:30 UTC, 27 hours ago; 26 are tolerated.',
        next: 'mh-sf nightly',
      },
    ],
    [
      'queue',
      waits(31),
      {
        value: 31,
        says: 'Somebody has waited in the queue for 31 minutes; 30 are tolerated.',
        next: 'mh-sf queue stats',
      },
    ],
  ])('say of %s what was measured, what is tolerated and what to look at', (rule, given, expected) => {
    expect(judge(rule, given)).toMatchObject(expected)
  })

  test('are what the settings make of them', () => {
    const given = {
      failures: { limit: 0, severity: 'critical' },
      queue: { on: false },
      quota: { warn: 0.5, critical: 0.6 },
      success: { least: 2 },
    }
    const policy = policyOf({ alerts: given }, 'mh-sf.config.json').alerts
    expect(judge('failures', { failuresLastHour: 1 }, policy)).toMatchObject({ state: 'firing', severity: 'critical' })
    expect(judge('quota', { quota: quotaOf(0.7) }, policy)).toMatchObject({ severity: 'critical', limit: 0.6 })
    expect(judge('success', changes(1, 1), policy).state).toBe('firing')
    expect(judgeAlerts(ALL_FINE, policy).map(({ rule }) => rule)).not.toContain('queue')
  })

  test.each([{ failures: { limits: 3 } }, { quota: { warn: 80 } }, { coolDownHours: 0 }, { sucess: {} }])(
    'with settings that mean nothing are refused: %j',
    (alerts) => {
      expect(() => policyOf({ alerts }, 'mh-sf.config.json')).toThrow(MhError)
    },
  )
})
