import { errorRate, successRate, type AlertFacts, type QuotaFigures } from './figures.js'
import { meanOf } from './latency.js'

/** What is looked after, in the order in which it is told. */
export const ALERT_RULES = [
  'connection',
  'quota',
  'failures',
  'success',
  'errors',
  'lookups',
  'nights',
  'queue',
] as const
export type AlertRule = (typeof ALERT_RULES)[number]

export type Severity = 'warning' | 'critical'

interface Judged {
  on: boolean
  severity: Severity
}

/** From where on each rule fires; all of it can be set (docs/configuration.md). */
export interface AlertPolicy {
  /** More failures than this in an hour. */
  failures: Judged & { limit: number }
  /** Shares of the org's calls of 24 hours: from `warn` on, and above `critical`. */
  quota: { on: boolean; warn: number; critical: number }
  /** So many failures in a row. */
  connection: Judged & { limit: number }
  /** A smaller share of changes made than this, of `least` changes or more. */
  success: Judged & { limit: number; least: number }
  /** A larger share of people whose last sync failed, of `least` people or more. */
  errors: Judged & { limit: number; least: number }
  /** A longer average than this, of `least` lookups or more. */
  lookups: Judged & { milliseconds: number; least: number }
  /** No night in which all was well for longer. */
  nights: Judged & { hours: number }
  /** Somebody waits for longer. */
  queue: Judged & { minutes: number }
  /** After so many hours an alert that still fires is told again, unless somebody has acknowledged it. */
  coolDownHours: number
  /** One that comes and goes is not told to fire again before so many minutes have passed. */
  flapMinutes: number
}

/** How a rule was judged. `not known`: the fact is missing, and nobody can say. */
export interface Finding {
  rule: AlertRule
  state: 'firing' | 'fine' | 'not known'
  severity: Severity
  /** In the unit of `limit`; absent where nothing was measured. */
  value?: number
  limit: number
  unit: Unit
  /** One plain sentence. */
  says: string
  /** What to look at. */
  next: string
}

/** `share`: from 0 to 1; the others are numbers of what they are called. */
export type Unit = 'share' | 'failures' | 'milliseconds' | 'hours' | 'minutes'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

/** Every rule that is switched on, judged. */
export function judgeAlerts(facts: AlertFacts, policy: AlertPolicy): Finding[] {
  return ALERT_RULES.filter((rule) => policy[rule].on).map((rule) => RULES[rule](facts, policy))
}

const RULES: Readonly<Record<AlertRule, (facts: AlertFacts, policy: AlertPolicy) => Finding>> = {
  failures: ({ failuresLastHour: value }, { failures: { severity, limit } }) => ({
    ...{ rule: 'failures', severity, value, limit, unit: 'failures', next: 'mh-sf errors' },
    state: firesIf(value > limit),
    says: `${many(value, 'failure')} in the last hour; ${limit} are tolerated.`,
  }),
  quota: ({ quota }, { quota: { warn, critical } }) => quotaFinding(quota, warn, critical),
  connection: ({ connection }, { connection: { severity, limit } }) => {
    const { state, failuresInRow: value, code, lastAnswerAt } = connection
    const known = { rule: 'connection', severity, limit, unit: 'failures', next: 'mh-sf auth status' } as const
    if (state === 'not known') return { ...known, state, says: 'Nobody has asked Salesforce yet.' }
    if (state === 'answering') return { ...known, state: 'fine', value: 0, says: 'Salesforce answers.' }
    const last = lastAnswerAt ? `; it answered last at ${timeOf(lastAnswerAt)}` : ''
    const why = code === undefined ? '' : ` (${code})`
    return {
      ...known,
      state: firesIf(value >= limit),
      value,
      says: `Salesforce failed to answer ${value === 1 ? 'once' : `${value} times in a row`}${why}${last}.`,
    }
  },
  success: ({ changes }, { success: { severity, limit, least } }) => {
    const [known, value] = [changes.done + changes.refused, successRate(changes)]
    return {
      ...{ rule: 'success', severity, value, limit, unit: 'share', next: 'mh-sf errors' },
      state: firesIf(value !== undefined && known >= least && value < limit),
      says:
        value === undefined || known < least
          ? `${many(known, 'change')} in the last 24 hours, too few to judge.`
          : `${percent(value)} of the changes of the last 24 hours were made (${whole(changes.done)} of ${whole(known)}); ${percent(limit)} are expected.`,
    }
  },
  errors: ({ people }, { errors: { severity, limit, least } }) => {
    const [looked, value] = [people.total - people.pending, errorRate(people)]
    return {
      ...{ rule: 'errors', severity, value, limit, unit: 'share', next: 'mh-sf errors' },
      state: firesIf(value !== undefined && looked >= least && value > limit),
      says:
        value === undefined || looked < least
          ? `${many(looked, 'person', 'people')} looked at, too few to judge.`
          : `The last sync failed for ${percent(value)} of the people (${whole(people.errors)} of ${whole(looked)}); ${percent(limit)} are tolerated.`,
    }
  },
  lookups: ({ lookups }, { lookups: { severity, milliseconds: limit, least } }) => {
    const value = meanOf(lookups)
    return {
      ...{ rule: 'lookups', severity, value, limit, unit: 'milliseconds', next: 'mh-sf status' },
      state: firesIf(value !== undefined && lookups.count >= least && value > limit),
      says:
        value === undefined || lookups.count < least
          ? `${many(lookups.count, 'lookup')} in the last hour, too few to judge.`
          : `A lookup took ${whole(value)} ms on average in the last hour; ${whole(limit)} ms are tolerated.`,
    }
  },
  nights: ({ at, nights: { lastGoodAt, since } }, { nights: { severity, hours: limit } }) => {
    const known = { rule: 'nights', severity, limit, unit: 'hours', next: 'mh-sf nightly' } as const
    const from = lastGoodAt ?? since
    if (!from) return { ...known, state: 'not known', says: 'No run is kept, so no night can be missed.' }
    const value = Math.max(0, at.getTime() - from.getTime()) / HOUR_MS
    const last = lastGoodAt
      ? `All was well in the night that ended at ${timeOf(lastGoodAt)}`
      : `No night has gone well since the first run that is kept, of ${timeOf(from)}`
    return {
      ...known,
      state: firesIf(value > limit),
      value,
      says: `${last}, ${many(Math.floor(value), 'hour')} ago; ${limit} are tolerated.`,
    }
  },
  queue: ({ queueWaitMs }, { queue: { severity, minutes: limit } }) => {
    const known = { rule: 'queue', severity, limit, unit: 'minutes', next: 'mh-sf queue stats' } as const
    if (queueWaitMs === undefined) return { ...known, state: 'fine', value: 0, says: 'Nobody waits in the queue.' }
    const value = queueWaitMs / MINUTE_MS
    return {
      ...known,
      state: firesIf(value > limit),
      value,
      says: `Somebody has waited in the queue for ${many(Math.floor(value), 'minute')}; ${limit} are tolerated.`,
    }
  },
}

function quotaFinding(quota: QuotaFigures | undefined, warn: number, critical: number): Finding {
  const known = { rule: 'quota', unit: 'share', next: 'mh-sf quota' } as const
  if (!quota || quota.max <= 0) {
    const says = 'The org has not said yet how many API calls it allows.'
    return { ...known, severity: 'critical', limit: critical, state: 'not known', says }
  }
  const { used, max, asOf } = quota
  const value = used / max
  const severity = value > critical ? 'critical' : 'warning'
  const limit = severity === 'critical' ? critical : warn
  const says = `${percent(value)} of the org's API calls of 24 hours are used (${whole(used)} of ${whole(max)}, at ${timeOf(asOf)}).`
  return { ...known, severity, value, limit, state: firesIf(value > critical || value >= warn), says }
}

function firesIf(fires: boolean): 'firing' | 'fine' {
  return fires ? 'firing' : 'fine'
}

/** To a tenth. */
function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`
}

function many(value: number, one: string, others = `${one}s`): string {
  return `${whole(value)} ${value === 1 ? one : others}`
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function timeOf(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
