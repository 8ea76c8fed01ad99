import type { AlertState, Telling } from '../domain/alert-state.js'
import type { Finding } from '../domain/alerts.js'
import type { Message } from '../notify/channel.js'

/** One thing that a channel is told. */
export interface Told {
  what: Telling
  alert: AlertState
  next: Finding['next']
}

/** What a channel is told, all in one message. `system`: whose alerts they are, for people who have several. */
export function alertMessage(all: readonly Told[], system: string): Message {
  const firing = all.filter(({ what }) => what !== 'resolved')
  const acknowledging = firing.map(({ alert }) => alert.rule)
  return {
    subject: `mh-sf: ${subjectOf(all)} (${system})`,
    text: [
      ...all.map(linesOf),
      ...(acknowledging.length > 0 ? [`If you look after it: mh-sf alerts ack ${acknowledging[0] ?? ''}`] : []),
    ].join('\n\n'),
    json: {
      kind: 'alerts',
      system,
      alerts: all.map(({ what, alert: { rule, state, severity, value, limit, says, since }, next }) => ({
        ...{ rule, what, state, severity, value: value ?? null, limit, says, since, next },
      })),
    },
  }
}

/** Sent to try a channel. */
export function testMessage(system: string): Message {
  return {
    subject: `mh-sf: a test message (${system})`,
    text: 'Somebody tries whether alerts arrive here. Nothing is amiss.',
    json: { kind: 'test', system, alerts: [] },
  }
}

function subjectOf(all: readonly Told[]): string {
  const [first] = all
  if (first && all.length === 1) return `${headOf(first)} ${first.alert.rule}`
  const firing = all.filter(({ what }) => what !== 'resolved')
  const critical = firing.filter(({ alert }) => alert.severity === 'critical').length
  return [
    ...(firing.length > 0 ? [`${firing.length} firing${critical > 0 ? `, ${critical} critical` : ''}`] : []),
    ...(all.length > firing.length ? [`${all.length - firing.length} resolved`] : []),
  ].join(', ')
}

function linesOf(told: Told): string {
  const { what, alert, next } = told
  const line = `${headOf(told)} ${alert.rule}: ${alert.says}`
  if (what === 'resolved') return line
  const since = what === 'fired' ? '' : `\nsince ${alert.since.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return `${line}${since}\nthen: ${next}`
}

function headOf({ what, alert: { severity } }: Told): string {
  if (what === 'resolved') return 'resolved:'
  const how = severity === 'critical' ? 'CRITICAL' : 'warning'
  return what === 'still firing' ? `still ${how}:` : `${how}:`
}
