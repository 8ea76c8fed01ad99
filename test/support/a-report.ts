import type { Activity, ActivityDay, EventFigures, PeopleCounts } from '../../src/domain/figures.js'
import { addLatencies, NO_LATENCY, withLookup } from '../../src/domain/latency.js'
import type { ReportFacts } from '../../src/domain/weekly-report.js'

const DAY_MS = 86_400_000
const FROM = new Date('2026-11-23T00:00:00Z')

export const NOBODY: PeopleCounts = { total: 0, synced: 0, notFound: 0, pending: 0, leftAlone: 0, errors: 0, parked: 0 }

/** Seven days of which each has its own figures. */
export function someDays(): ActivityDay[] {
  return Array.from({ length: 7 }, (_, at) => ({
    day: new Date(FROM.getTime() + at * DAY_MS).toISOString().slice(0, 10),
    changes: { done: 1_100 + at, refused: at === 2 ? 31 : 0, unknown: 0 },
    leads: at,
    runs: 4,
    failedRuns: at === 2 ? 1 : 0,
    calls: 40 + at,
    lookups: withLookup(withLookup(NO_LATENCY, 120), 480),
  }))
}

export function anEvent(given: Partial<EventFigures> = {}): EventFigures {
  return {
    event: {
      id: 'e'.repeat(24),
      name: 'Winter Hackathon',
      slug: 'winter',
      startDate: new Date('2026-11-28T00:00:00Z'),
    },
    people: { total: 200, synced: 150, notFound: 40, pending: 6, leftAlone: 0, errors: 3, parked: 1 },
    customers: { registered: 61, attended: 47 },
    members: 149,
    attendance: [
      { tier: 'enterprise', registered: 3, attended: 17, noShow: 2 },
      { tier: 'none', registered: 20, attended: 80, noShow: 13 },
    ],
    ...given,
  }
}

/** What a report is made from: a week with everything in it. */
export function someFacts(given: Partial<ReportFacts> = {}): ReportFacts {
  const days = someDays()
  const sum = (of: (day: ActivityDay) => number) => days.reduce((all, day) => all + of(day), 0)
  const total: Activity['total'] = {
    changes: { done: sum(({ changes }) => changes.done), refused: sum(({ changes }) => changes.refused), unknown: 0 },
    leads: sum(({ leads }) => leads),
    runs: sum(({ runs }) => runs),
    failedRuns: 1,
    calls: sum(({ calls }) => calls),
    lookups: addLatencies(days.map(({ lookups }) => lookups)),
  }
  const to = new Date(FROM.getTime() + 7 * DAY_MS)
  const none = { changes: { done: 90, refused: 10, unknown: 0 }, leads: 5, runs: 3, failedRuns: 0, calls: 77 }
  return {
    madeAt: new Date('2026-11-30T09:00:00Z'),
    window: { from: FROM, to },
    keptSince: new Date('2026-09-01T00:00:00Z'),
    callsKeptSince: new Date('2026-10-26T00:00:00Z'),
    activity: { from: FROM, to, days, total },
    before: { ...none, lookups: NO_LATENCY },
    figures: {
      people: { total: 400, synced: 333, notFound: 50, pending: 10, leftAlone: 0, errors: 5, parked: 2 },
      events: [anEvent()],
    },
    causes: [
      {
        ...{ code: 'STATUS_NOT_KEPT', object: 'CampaignMember', what: 'the campaign lacks the status' },
        ...{ changes: 31, people: 29, remedy: { first: 'let an admin add it', command: 'mh-sf retry' } },
      },
      { code: 'SF_UNAVAILABLE', object: 'run of nightly', what: 'the org was down', changes: 0, people: 0 },
    ],
    nights: [
      {
        ...{ runId: 'n2', startedAt: new Date('2026-11-25T02:00:00Z'), endedAt: new Date('2026-11-25T02:01:00Z') },
        ...{ verdict: 'not all well', exitCode: 3 },
      },
      {
        ...{ runId: 'n1', startedAt: new Date('2026-11-24T02:00:00Z'), endedAt: new Date('2026-11-24T02:01:00Z') },
        ...{ verdict: 'all well', exitCode: 0 },
      },
    ],
    ...given,
  }
}
