import { coverage, type ActivityDay, type EventFigures, type PeopleCounts } from '../domain/figures.js'
import { meanOf, quantileOf, type Latency } from '../domain/latency.js'
import { daysIn, lastDay } from '../domain/report-window.js'
import type { WeeklyReport } from '../domain/weekly-report.js'
import type { Delivery } from '../notify/deliver.js'
import { deliveryJson } from './alerts.js'

/** The report for a program: every event, every day, every cause; `sent`, where it was. */
export function reportJson(report: WeeklyReport, sent?: readonly Delivery[]): object {
  const { window, madeAt, headline, activity, figures, causes, nights, advice } = report
  const { total } = activity
  return {
    from: window.from.toISOString().slice(0, 10),
    to: lastDay(window),
    days: daysIn(window),
    madeAt,
    sync: {
      successRate: headline.successRate ?? null,
      successRateBefore: headline.successRateBefore ?? null,
      changes: total.changes,
      runs: total.runs,
      failedRuns: total.failedRuns,
    },
    calls: { made: headline.calls, before: headline.callsBefore ?? null },
    leads: { made: headline.leads, before: headline.leadsBefore ?? null },
    customers: { registered: headline.customersRegistered, attended: headline.customersAttended },
    lookups: latencyJson(total.lookups),
    people: peopleJson(figures.people),
    byDay: activity.days.map(dayJson),
    events: figures.events.map(eventJson),
    causes: causes.map(({ remedy, ...cause }) => ({ ...cause, stands: remedy !== undefined, ...remedy })),
    nights,
    advice,
    ...(sent ? { sent: sent.map(deliveryJson) } : {}),
  }
}

function latencyJson(latency: Latency): object {
  return {
    count: latency.count,
    meanMs: meanOf(latency) ?? null,
    p50Ms: quantileOf(latency, 0.5) ?? null,
    p95Ms: quantileOf(latency, 0.95) ?? null,
  }
}

function peopleJson(people: PeopleCounts): object {
  return { ...people, coverage: coverage(people) ?? null }
}

function dayJson({ lookups, ...day }: ActivityDay): object {
  return { ...day, lookups: latencyJson(lookups) }
}

function eventJson({ people, ...event }: EventFigures): object {
  return { ...event, people: peopleJson(people) }
}
