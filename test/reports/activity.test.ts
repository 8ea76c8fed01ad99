import { describe, expect, test } from 'vitest'
import { successRate } from '../../src/domain/figures.js'
import { NO_LATENCY, withLookup } from '../../src/domain/latency.js'
import type { LineCount } from '../../src/domain/run-line.js'
import { activityOf, type TalliedRun } from '../../src/reports/activity.js'

const FROM = new Date('2026-11-28T00:00:00Z')
const TO = new Date('2026-11-30T12:00:00Z')

const lines = (given: Partial<LineCount>): LineCount => ({
  object: 'CampaignMember',
  action: 'insert',
  state: 'done',
  lines: 1,
  ...given,
})
const run = (at: string, tally: LineCount[], state: TalliedRun['run']['state'] = 'done'): TalliedRun => ({
  run: { startedAt: new Date(at), state },
  tally,
})
const activity = (runs: TalliedRun[], hours: Parameters<typeof activityOf>[1] = []) => activityOf(runs, hours, FROM, TO)

describe('activity', () => {
  test('has every day of the window, also those on which nothing was done', () => {
    expect(activity([]).days.map(({ day }) => day)).toEqual(['2026-11-28', '2026-11-29', '2026-11-30'])
    expect(activity([]).total).toEqual({
      changes: { done: 0, refused: 0, unknown: 0 },
      leads: 0,
      runs: 0,
      failedRuns: 0,
      calls: 0,
      lookups: NO_LATENCY,
    })
  })

  test('counts changes, Leads that were made, and runs that did not come to their end, on the day they began', () => {
    const { days, total } = activity([
      run('2026-11-28T23:59:59Z', [lines({ lines: 7 }), lines({ state: 'refused', code: 'X', lines: 2 })]),
      run('2026-11-29T00:00:00Z', [lines({ object: 'Lead', lines: 3 }), lines({ object: 'Lead', action: 'update' })]),
      run('2026-11-29T05:00:00Z', [lines({ state: 'sent', lines: 4 })], 'died'),
      run('2026-11-29T06:00:00Z', [], 'failed'),
      run('2026-11-29T07:00:00Z', [], 'stopped'),
    ])
    expect(days).toMatchObject([
      { changes: { done: 7, refused: 2, unknown: 0 }, leads: 0, runs: 1, failedRuns: 0 },
      { changes: { done: 4, refused: 0, unknown: 4 }, leads: 3, runs: 4, failedRuns: 2 },
      { runs: 0 },
    ])
    expect(total).toMatchObject({ changes: { done: 11, refused: 2, unknown: 4 }, leads: 3, runs: 5, failedRuns: 2 })
    expect(successRate(total.changes)).toBeCloseTo(11 / 13)
  })

  test('counts calls and lookups by the hour in which they were, and leaves out what is not in the window', () => {
    const hour = (at: string, calls: number, ...times: number[]) => ({
      hour: new Date(at),
      calls,
      ...(times.length > 0 ? { lookups: times.reduce(withLookup, NO_LATENCY) } : {}),
    })
    const { days, total } = activity(
      [],
      [
        hour('2026-11-27T22:00:00Z', 100, 900),
        hour('2026-11-28T00:00:00Z', 5, 40, 60),
        hour('2026-11-30T11:00:00Z', 2, 300),
        hour('2026-11-30T12:00:00Z', 9),
      ],
    )
    expect(days.map(({ calls, lookups }) => [calls, lookups.count])).toEqual([
      [5, 2],
      [0, 0],
      [2, 1],
    ])
    expect(total).toMatchObject({ calls: 7, lookups: { count: 3, sumMs: 400 } })
  })
})
