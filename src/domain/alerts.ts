import { errorRate, lookedAt, successRate, type AlertFacts } from './figures.js'
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
  return ALERT_RULES.filter((rule) => policy[rule].on).map((rule) => {
    const { unit, next, judge } = RULES[rule]
    return { rule, unit, next, ...judge(facts, policy) }
  })
}

/** What a rule measures in. */
export function unitOf(rule: AlertRule): Unit {
  return RULES[rule].unit
}

interface Rule {
  unit: Unit
  next: string
  judge: (facts: AlertFacts, policy: AlertPolicy) => Omit<Finding, 'rule' | 'unit' | 'next'>
}

const RULES: Readonly<Record<AlertRule, Rule>> = {
  connection: {
    unit: 'failures',
    next: 'mh-sf auth status',
    judge: ({ connection }, { connection: { severity, limit } }) => {
      const { state, failuresInRow: value, code, lastAnswerAt } = connection
      if (state === 'not known') return { severity, limit, state, says: 'Nobody has asked Salesforce yet.' }
      if (state === 'answering') return { severity, limit, state: 'fine', value: 0, says: 'Salesforce answers.' }
      const last = lastAnswerAt ? `; it answered last at ${timeOf(lastAnswerAt)}` : ''
      const why = code === undefined ? '' : ` (${code})`
      const says = `Salesforce failed to answer ${value === 1 ? 'once' : `${value} times in a row`}${why}${last}.`
      return { severity, limit, state: firesIf(value >= limit), value, says }
    },
  },
  quota: {
    unit: 'share',
    next: 'mh-sf quota',
    judge: ({ quota }, { quota: { warn, critical } }) => {
      if (!quota || quota.max <= 0) {
        const says = 'The org has not said yet how many API calls it allows.'
        return { severity: 'critical', limit: critical, state: 'not known', says }
      }
      const { used, max, asOf } = quota
      const value = used / max
      const says = `${percent(value)} of the org's API calls of 24 hours are used (${whole(used)} of ${whole(max)}, at ${timeOf(asOf)}).`
      if (value > critical) return { severity: 'critical', limit: critical, value, state: 'firing', says }
      return { severity: 'warning', limit: warn, value, state: firesIf(value >= warn), says }
    },
  },
  failures: {
    unit: 'failures',
    next: 'mh-sf errors',
    judge: ({ failuresLastHour: value }, { failures: { severity, limit } }) => {
      const says = `${many(value, 'failure')} in the last hour; ${limit} are tolerated.`
      return { severity, limit, value, state: firesIf(value > limit), says }
    },
  },
  success: {
    unit: 'share',
    next: 'mh-sf errors',
    judge: ({ changes }, { success: { severity, limit, least } }) => {
      const [known, value] = [changes.done + changes.refused, successRate(changes)]
      if (value === undefined || known < least) {
        const says = `${many(known, 'change')} in the last 24 hours, too few to judge.`
        return { severity, limit, value, state: 'fine', says }
      }
      const says = `${percent(value)} of the changes of the last 24 hours were made (${whole(changes.done)} of ${whole(known)}); ${percent(limit)} are expected.`
      return { severity, limit, value, state: firesIf(value < limit), says }
    },
  },
  errors: {
    unit: 'share',
    next: 'mh-sf errors',
    judge: ({ people }, { errors: { severity, limit, least } }) => {
      const [looked, value] = [lookedAt(people), errorRate(people)]
      if (value === undefined || looked < least) {
        const says = `${many(looked, 'person', 'people')} looked at, too few to judge.`
        return { severity, limit, value, state: 'fine', says }
      }
      const says = `The last sync failed for ${percent(value)} of the people (${whole(people.errors)} of ${whole(looked)}); ${percent(limit)} are tolerated.`
      return { severity, limit, value, state: firesIf(value > limit), says }
    },
  },
  lookups: {
    unit: 'milliseconds',
    next: 'mh-sf status',
    judge: ({ lookups }, { lookups: { severity, milliseconds: limit, least } }) => {
      const value = meanOf(lookups)
      if (value === undefined || lookups.count < least) {
        const says = `${many(lookups.count, 'lookup')} in the last hour, too few to judge.`
        return { severity, limit, value, state: 'fine', says }
      }
      const says = `A lookup took ${whole(value)} ms on average in the last hour; ${whole(limit)} ms are tolerated.`
      return { severity, limit, value, state: firesIf(value > limit), says }
    },
  },
  nights: {
    unit: 'hours',
    next: 'mh-sf nightly',
    judge: ({ at, nights: { lastGoodAt, since } }, { nights: { severity, hours: limit } }) => {
      const from = lastGoodAt ?? since
      if (!from)
        return { severity, limit, state: 'not known', says: 'No run is kept, so no night can have been missed.' }
      const value = Math.max(0, at.getTime() - from.getTime()) / HOUR_MS
      const last = lastGoodAt
        ? `All was well in the night that ended at ${timeOf(lastGoodAt)}`
        : `No night has gone well since the first run that is kept, of ${timeOf(from)}`
      const says = `${last}, ${many(Math.floor(value), 'hour')} ago; ${limit} are tolerated.`
      return { severity, limit, value, state: firesIf(value > limit), says }
    },
  },
  queue: {
    unit: 'minutes',
    next: 'mh-sf queue stats',
    judge: ({ queueWaitMs }, { queue: { severity, minutes: limit } }) => {
      if (queueWaitMs === undefined)
        return { severity, limit, state: 'fine', value: 0, says: 'Nobody waits in the queue.' }
      const value = queueWaitMs / MINUTE_MS
      const says = `Somebody has waited in the queue for ${many(Math.floor(value), 'minute')}; ${limit} are tolerated.`
      return { severity, limit, value, state: firesIf(value > limit), says }
    },
  },
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
