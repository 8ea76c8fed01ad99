import { describe, expect, test } from 'vitest'
import type { EventFigures, StatusFigures } from '../../src/domain/figures.js'
import { statusText } from '../../src/render/status.js'

const AT = new Date('2026-11-30T12:00:00Z')
const ago = (minutes: number) => new Date(AT.getTime() - minutes * 60_000)

const event = (name: string, slug: string | undefined, total: number): EventFigures => ({
  event: { id: '6'.repeat(24), name, slug },
  people: { total, synced: total, notFound: total, pending: total, leftAlone: total, errors: total, parked: total },
  customers: { registered: 0, attended: 0 },
  members: total,
  attendance: [],
})
const STATUS: StatusFigures = {
  at: AT,
  people: {
    total: 200_000,
    synced: 150_000,
    notFound: 30_000,
    pending: 15_000,
    leftAlone: 0,
    errors: 3_000,
    parked: 2_000,
  },
  events: [
    event('MongoDB Spring Hackathon 2026', 'mongodb-spring-hackathon-2026-in-the-city', 99_999),
    event('Jam \u001b[31m\u202eevil', undefined, 1),
  ],
  lastSuccess: { runId: '20261130T112233Z-3f2a1c', command: 'campaign sync', at: ago(3) },
  running: [
    {
      run: {
        ...{ id: 'r', command: 'campaign sync', arguments: [], user: 'ada', host: 'here', pid: 1, version: '1' },
        ...{ scopes: [], jobs: [], state: 'running', startedAt: ago(5), died: false },
      },
      counts: [
        { object: 'Lead', action: 'insert', state: 'done', lines: 1_200 },
        { object: 'Lead', action: 'insert', state: 'sent', lines: 200 },
        { object: 'Lead', action: 'insert', state: 'refused', code: 'X', lines: 3 },
      ],
    },
  ],
  failures: { causes: 2, changes: 40, people: 31, days: 7 },
  queue: {
    ...{ due: 4, pausing: 3, claimed: 2, dead: 1, reasons: {}, oldest: ago(600) },
    byPriority: { live: 1, swept: 0, backfill: 0 },
  },
  quota: { used: 85_000, max: 100_000, ceiling: 80_000, reserve: 1_600, ours: 1_234, asOf: ago(1) },
  connection: {
    state: 'failing',
    lastAnswerAt: ago(90),
    lastFailureAt: ago(2),
    code: 'SF_UNREACHABLE',
    failuresInRow: 4,
  },
  nights: {
    last: { runId: 'n', startedAt: ago(600), endedAt: ago(590), verdict: 'not all well', exitCode: 3 },
    lastGoodAt: ago(3_000),
    next: new Date(AT.getTime() + 50_400_000),
  },
}
const flat = (text: string) => text.replaceAll(/\s+/gu, ' ')

describe('the status', () => {
  test('fits 80 columns, whatever the names and numbers are', () => {
    expect(
      Math.max(
        ...statusText(STATUS)
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(80)
  })

  test.each([
    'People 200,000: 150,000 synced, 30,000 not found, 15,000 pending, 3,000 errors, 2,000 parked',
    'Success 3 minutes ago: campaign sync, run 20261130T112233Z-3f2a1c',
    'Running campaign sync by ada, since 5 minutes, 1,200 changes made, 200 under way, 3 refused',
    'Failures 2 causes: 40 changes, 31 people; mh-sf errors',
    'Queue 4 due, 3 pausing, 2 in hand, 1 given up on, one waits for 10 hours',
    'Quota 85,000 of 100,000 API calls (85 %), 1,234 ours; 1 minute ago',
    'Org failed 2 minutes ago, 4 times in a row: SF_UNREACHABLE; answered 90 minutes ago',
    'Night 10 hours ago: not all well; the last good one 2 days ago; next about 2026-12-01 02:00 UTC',
    'mh-sf review list',
  ])('says: %s', (line) => {
    expect(flat(statusText(STATUS))).toContain(line)
  })

  test.each([
    [{ causes: 1, changes: 0, people: 0 }, '1 cause: a run that did not end well; mh-sf errors'],
    [{ causes: 2, changes: 0, people: 0 }, '2 causes: runs that did not end well; mh-sf errors'],
    [{ causes: 1, changes: 0, people: 3 }, '1 cause: 3 people; mh-sf errors'],
    [{ causes: 1, changes: 2, people: 0 }, '1 cause: 2 changes; mh-sf errors'],
  ])('counts of failures only what there is: %o', (failures, line) => {
    expect(flat(statusText({ ...STATUS, failures: { ...failures, days: 7 } }))).toContain(line)
  })

  test('shows no control and no bidi characters of a name', () => {
    for (const sign of ['\u001b', '\u202e']) expect(statusText(STATUS)).not.toContain(sign)
  })

  test('says what to do where nothing is known yet', () => {
    const text = flat(
      statusText({
        ...STATUS,
        ...{ events: [], running: [], lastSuccess: undefined, quota: undefined, nights: {} },
        failures: { causes: 0, changes: 0, people: 0, days: 7 },
        queue: { ...STATUS.queue, due: 0, pausing: 0, claimed: 0, dead: 0, oldest: undefined },
        connection: { state: 'not known', failuresInRow: 0 },
      }),
    )
    for (const said of ['mh-sf quota', 'mh-sf auth status', 'mh-sf nightly schedule', 'nobody waits', 'no event yet'])
      expect(text).toContain(said)
  })
})
