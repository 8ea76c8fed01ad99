import type { AlertPolicy, AlertRule, Finding, Severity } from './alerts.js'

/**
 * What people are told of a rule: that it fires; that it has become critical; that it still fires; that it does not any more.
 */
export type Telling = 'fired' | 'escalated' | 'still firing' | 'resolved'

/** Who knows of an alert and looks after it: it is not told again before it resolves, becomes worse, or the time is over. */
export interface Acknowledgement {
  by: string
  at: Date
  until?: Date
  note?: string
  /** How bad it was: one that becomes critical is told all the same. */
  severity: Severity
}

/** What one channel was told last, as far as it arrived. */
export interface Told {
  what: Telling
  severity: Severity
  at: Date
}

/** A telling on its way: `by` whom, who has until then to say whether it arrived. */
export interface OnItsWay {
  what: Telling
  severity: Severity
  by: string
  until: Date
}

/** What is kept of one rule. */
export interface AlertState {
  rule: AlertRule
  state: 'firing' | 'fine'
  severity: Severity
  /** As it was found last. */
  value?: number
  limit: number
  says: string
  /** Since when it fires, or does not. */
  since: Date
  checkedAt: Date
  acknowledged?: Acknowledgement
  /** By the name of the channel. */
  channels: Readonly<Record<string, { told?: Told; onItsWay?: OnItsWay }>>
}

/** How long somebody who tells has to say whether it arrived, in milliseconds; then the next check tells it. */
export const TELLING_MS = 120_000

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

/**
 * What is kept of a rule once it was judged anew; the same where nobody can say, and where a check that began later was quicker.
 * Undefined: there is nothing to keep.
 */
export function afterFinding(kept: AlertState | undefined, finding: Finding, at: Date): AlertState | undefined {
  const { rule, state, severity, value, limit, says } = finding
  if (state === 'not known') return kept && withoutPassed(kept, at)
  if (kept && isOvertaken(at, kept.checkedAt)) return kept
  const judged = { rule, state, severity, value, limit, says, checkedAt: at }
  if (!kept) return { ...judged, since: at, channels: {} }
  const { acknowledged, ...still } = withoutPassed(kept, at)
  const since = kept.state === state ? kept.since : at
  const covers = acknowledged && !(severity === 'critical' && acknowledged.severity === 'warning')
  return { ...still, ...judged, since, ...(state === 'firing' && covers ? { acknowledged } : {}) }
}

/** What this channel is owed: undefined when it knows already, or is not to be told now. */
export function owedTo(
  channel: string,
  alert: AlertState,
  at: Date,
  { coolDownHours, flapMinutes }: Pick<AlertPolicy, 'coolDownHours' | 'flapMinutes'>,
): Telling | undefined {
  const { told, onItsWay } = alert.channels[channel] ?? {}
  if (onItsWay && onItsWay.until > at) return undefined
  const knowsItFires = told !== undefined && told.what !== 'resolved'
  // Of one who died over it nobody knows whether it arrived.
  const mayKnow = onItsWay !== undefined && onItsWay.what !== 'resolved'
  if (alert.state === 'fine') return knowsItFires || mayKnow ? 'resolved' : undefined
  if (alert.acknowledged) return undefined
  const passed = told ? at.getTime() - told.at.getTime() : Infinity
  if (!knowsItFires) return passed >= flapMinutes * MINUTE_MS ? 'fired' : undefined
  if (told.severity === 'warning' && alert.severity === 'critical') return 'escalated'
  return passed >= coolDownHours * HOUR_MS ? 'still firing' : undefined
}

/** A telling is on its way: nobody else tells it meanwhile. */
export function nowTelling(channel: string, what: Telling, by: string, alert: AlertState, at: Date): AlertState {
  const onItsWay = { what, severity: alert.severity, by, until: new Date(at.getTime() + TELLING_MS) }
  return withChannel(alert, channel, { ...alert.channels[channel], onItsWay })
}

/** A telling has arrived, or has not: then it is owed again. The same where it is not that one which is on its way. */
export function afterTelling(channel: string, by: string, alert: AlertState, arrivedAt: Date | undefined): AlertState {
  const { told, onItsWay } = alert.channels[channel] ?? {}
  if (onItsWay?.by !== by) return alert
  const { what, severity } = onItsWay
  const known = arrivedAt ? { what, severity, at: arrivedAt } : told
  return withChannel(alert, channel, known ? { told: known } : {})
}

/** Somebody looks after it; the same when it does not fire. */
export function acknowledge(alert: AlertState, by: Omit<Acknowledgement, 'severity'>): AlertState {
  return alert.state === 'firing' ? { ...alert, acknowledged: { ...by, severity: alert.severity } } : alert
}

/** Whether it fires and nobody has said that they look after it. */
export function isPressing({ state, acknowledged }: AlertState): boolean {
  return state === 'firing' && !acknowledged
}

/** By more than a check may take, it is the other one's clock that is wrong. */
function isOvertaken(at: Date, checkedAt: Date): boolean {
  return at < checkedAt && checkedAt.getTime() - at.getTime() < TELLING_MS
}

function withChannel(alert: AlertState, channel: string, known: { told?: Told; onItsWay?: OnItsWay }): AlertState {
  return { ...alert, channels: { ...alert.channels, [channel]: known } }
}

function withoutPassed(alert: AlertState, at: Date): AlertState {
  const { acknowledged, ...rest } = alert
  return acknowledged?.until && acknowledged.until <= at ? rest : alert
}
