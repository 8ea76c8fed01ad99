import type { AlertCheck, CheckedAlert, ListedAlert, ToldChannel } from '../alerts/check-alerts.js'
import type { AlertState } from '../domain/alert-state.js'
import { unitOf, type AlertRule, type Unit } from '../domain/alerts.js'
import type { MhError } from '../errors.js'
import type { Delivery } from '../notify/deliver.js'
import { errorJson } from './error.js'
import { count, plural, printable } from './printable.js'
import { table } from './table.js'

/** What a check found, in 80 columns: each rule, what is new, and who was told. */
export function alertCheckText({ alerts, told, dryRun }: AlertCheck): string {
  const firing = alerts.filter(({ alert }) => alert?.state === 'firing').length
  const rows = alerts.map((each) => [each.finding.rule, stateOf(each), checkedText(each)])
  return [
    firing === 0 ? 'No alert fires.' : `${plural(firing, 'alert fires', 'alerts fire')}.`,
    ...(dryRun ? ['Dry run: nothing was kept, nobody was told.'] : []),
    '',
    table(rows, [10, 9]),
    ...(told.length > 0 ? ['', ...told.map(toldText)] : []),
  ].join('\n')
}

/** The same for a program. */
export function alertCheckJson({ at, dryRun, alerts, told, exitCode }: AlertCheck): object {
  return {
    at,
    dryRun,
    exitCode,
    alerts: alerts.map(({ finding, alert, news }) => ({
      ...{ rule: finding.rule, state: alert?.state ?? finding.state, judged: finding.state },
      ...{ severity: finding.severity, value: finding.value ?? null, limit: finding.limit, unit: finding.unit },
      ...{ says: finding.says, next: finding.next, news: news ?? null, ...keptJson(alert) },
    })),
    told: told.map(({ tellings, ...delivery }) => ({
      ...deliveryJson(delivery),
      alerts: tellings.map(({ what, alert: { rule } }) => ({ rule, what })),
    })),
  }
}

/** Each rule as it was judged last, in 80 columns. */
export function alertListText(alerts: readonly ListedAlert[]): string {
  const rows = alerts.map(({ rule, on, alert }) => {
    if (!on) return [rule, 'off', '', 'switched off in the settings']
    if (!alert) return [rule, '', '', 'not judged yet: mh-sf alerts check']
    return [rule, shownState(alert), measured(rule, alert), listedText(alert)]
  })
  return table([['Alert', 'State', 'Measured', 'Since'], ...rows], [10, 9, 21])
}

/** The same for a program. */
export function alertListJson(alerts: readonly ListedAlert[]): object {
  return {
    alerts: alerts.map(({ rule, on, alert }) => ({
      ...{ rule, on, unit: unitOf(rule), state: alert?.state ?? null, severity: alert?.severity ?? null },
      ...{ value: alert?.value ?? null, limit: alert?.limit ?? null, says: alert?.says ?? null },
      ...{ checkedAt: alert?.checkedAt ?? null, ...keptJson(alert) },
    })),
  }
}

/** That somebody looks after an alert. */
export function acknowledgedText({ rule, acknowledged }: AlertState): string {
  const until = acknowledged?.until ? ` before ${minuteOf(acknowledged.until)}` : ''
  return `${rule}: acknowledged by ${printable(acknowledged?.by ?? '')}. It is not told again${until} unless it resolves or becomes worse.`
}

export function acknowledgedJson(alert: AlertState): object {
  return { rule: alert.rule, state: alert.state, severity: alert.severity, ...keptJson(alert) }
}

/** What came back on each channel. */
export function testText(deliveries: readonly Delivery[]): string {
  return table(
    deliveries.map((each) => [each.channel, each.error ? 'failed' : 'arrived', `${each.to}: ${answerOf(each)}`]),
    [8, 8],
  )
}

export function testJson(deliveries: readonly Delivery[]): object {
  return { channels: deliveries.map(deliveryJson) }
}

/** Why somebody could not be told. */
export function deliveryErrors(deliveries: readonly Delivery[]): MhError[] {
  return deliveries.flatMap(({ error }) => (error ? [error] : []))
}

function stateOf({ finding, alert }: CheckedAlert): string {
  return alert ? shownState(alert) : finding.state
}

function shownState({ state, severity }: AlertState): string {
  if (state === 'fine') return 'fine'
  return severity === 'critical' ? 'CRITICAL' : 'warning'
}

function checkedText({ finding, alert, news }: CheckedAlert): string {
  const unknown = finding.state === 'not known' && alert?.state === 'firing' ? ['it was so when it was known last'] : []
  const firing = alert?.state === 'firing' ? [...ackText(alert), `then: ${finding.next}`] : []
  return [`${news === undefined ? '' : `${news}: `}${finding.says}`, ...unknown, ...firing].join('\n')
}

function listedText(alert: AlertState): string {
  const told = Object.entries(alert.channels).flatMap(([channel, { told: last }]) =>
    last ? [`${channel}: ${last.what} ${minuteOf(last.at)}`] : [],
  )
  return [minuteOf(alert.since), ...ackText(alert), ...told].join('\n')
}

function ackText({ acknowledged }: AlertState): string[] {
  if (!acknowledged) return []
  const { by, until, note } = acknowledged
  const term = until ? ` until ${minuteOf(until)}` : ''
  return [`acknowledged by ${printable(by)}${term}${note === undefined ? '' : `: ${printable(note)}`}`]
}

function toldText({ tellings, ...delivery }: ToldChannel): string {
  const what = tellings.map(({ what: told, alert }) => `${alert.rule} ${told}`).join(', ')
  const how = delivery.error ? 'could not be told, the next check tries again' : 'was told'
  return `${delivery.channel} (${delivery.to}) ${how}: ${what}`
}

function answerOf({ answer, error }: Delivery): string {
  return error ? error.code : printable(answer ?? '')
}

/** What became of a message on one channel, for a program. */
export function deliveryJson({ channel, to, answer, error }: Delivery): object {
  return { channel, to, answer: answer ?? null, ...(error ? errorJson(error) : {}) }
}

function keptJson(alert: AlertState | undefined): object {
  const { since, acknowledged, channels = {} } = alert ?? {}
  const { by, at, until, note } = acknowledged ?? {}
  return {
    since: since ?? null,
    acknowledged: acknowledged ? { by, at, until: until ?? null, note: note ?? null } : null,
    lastTold: Object.entries(channels).flatMap(([channel, { told }]) =>
      told ? [{ channel, what: told.what, at: told.at }] : [],
    ),
  }
}

const UNITS: Readonly<Record<Unit, (value: number) => string>> = {
  share: (value) => `${Math.round(value * 1_000) / 10} %`,
  failures: count,
  milliseconds: (value) => `${count(Math.round(value))} ms`,
  hours: (value) => `${Math.floor(value * 10) / 10} h`,
  minutes: (value) => `${count(Math.floor(value))} min`,
}

/** What was measured, and what is tolerated. */
function measured(rule: AlertRule, { value, limit }: AlertState): string {
  const shown = UNITS[unitOf(rule)]
  return `${value === undefined ? 'nothing' : shown(value)}, limit ${shown(limit)}`
}

function minuteOf(date: Date): string {
  return `${date.toISOString().slice(0, 16)}Z`
}
