import { Gauge, Registry } from 'prom-client'
import type { AlertState } from '../domain/alert-state.js'
import type { PeopleCounts, StatusFigures } from '../domain/figures.js'
import { meanOf, quantileOf, type Latency } from '../domain/latency.js'

/** What metrics are made of: the figures of `mh-sf status`, how the alerts stand, and lookups of the last hour. */
export interface MeasuredFigures {
  status: StatusFigures
  alerts: readonly Pick<AlertState, 'rule' | 'severity' | 'state'>[]
  lookups: Latency
}

/** Where the sync stands in the format of Prometheus. No label says anything of a person. */
export async function statusMetrics({ status, alerts, lookups }: MeasuredFigures): Promise<string> {
  const registry = new Registry()
  const gauge = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] })
  const moment = (name: string, help: string, at: Date | undefined) => {
    if (at) gauge(name, help).set(at.getTime() / 1_000)
  }

  const people = gauge('mh_sf_people', 'People by how they stand with Salesforce', ['state'])
  for (const [state, count] of states(status.people)) people.set({ state }, count)
  const ofEvent = gauge('mh_sf_event_people', 'People of an event by how they stand with Salesforce', [
    'event',
    'state',
  ])
  const members = gauge('mh_sf_event_members', 'Campaign Members of an event that our runs wrote down', ['event'])
  for (const { event, people: counts, members: known } of status.events) {
    const label = event.slug ?? event.id
    for (const [state, count] of states(counts)) ofEvent.set({ event: label, state }, count)
    members.set({ event: label }, known)
  }

  const { failures, queue, quota, connection, nights, lastSuccess, running, at } = status
  const standing = gauge('mh_sf_failures', `What went wrong in ${failures.days} days and still stands`, ['what'])
  for (const what of ['causes', 'changes', 'people'] as const) standing.set({ what }, failures[what])
  gauge('mh_sf_runs_running', 'Runs that go on').set(running.length)
  moment('mh_sf_last_success_timestamp_seconds', 'When the latest run ended with nothing amiss', lastSuccess?.at)
  moment('mh_sf_last_good_night_timestamp_seconds', 'When the latest night ended that was well', nights.lastGoodAt)

  const waiting = gauge('mh_sf_queue_people', 'People in the queue', ['state'])
  for (const state of ['due', 'pausing', 'claimed', 'dead'] as const) waiting.set({ state }, queue[state])
  const waits = queue.oldest ? Math.max(0, (at.getTime() - queue.oldest.getTime()) / 1_000) : 0
  gauge('mh_sf_queue_oldest_seconds', 'How long ago the one who waits longest was asked for last').set(waits)

  if (quota) {
    gauge('mh_sf_org_api_calls_used', "The org's API calls of the last 24 hours, everybody's").set(quota.used)
    gauge('mh_sf_org_api_calls_max', "The org's allowance of 24 hours").set(quota.max)
    gauge('mh_sf_org_api_calls_ceiling', 'Up to where runs go').set(quota.ceiling)
    gauge('mh_sf_org_api_calls_ours', 'API calls of ours of the last 24 hours').set(quota.ours)
    moment('mh_sf_org_api_calls_timestamp_seconds', 'When the org said so', quota.asOf)
  }
  gauge('mh_sf_org_failures_in_row', 'Times that somebody asked the org without an answer, since the last one').set(
    connection.failuresInRow,
  )
  moment('mh_sf_org_last_answer_timestamp_seconds', 'When the org answered last', connection.lastAnswerAt)

  const seconds = gauge('mh_sf_lookup_seconds', 'How long people waited for lookups in the last hour', ['figure'])
  const figures = { mean: meanOf(lookups), p50: quantileOf(lookups, 0.5), p95: quantileOf(lookups, 0.95) }
  for (const [figure, value] of Object.entries(figures)) if (value !== undefined) seconds.set({ figure }, value / 1_000)
  gauge('mh_sf_lookups_last_hour', 'Lookups of the last hour').set(lookups.count)

  const firing = gauge('mh_sf_alert_firing', '1 while an alert fires, as it was judged last', ['rule', 'severity'])
  for (const { rule, severity, state } of alerts) firing.set({ rule, severity }, state === 'firing' ? 1 : 0)
  return registry.metrics()
}

function states({ synced, notFound, pending, leftAlone, errors, parked }: PeopleCounts): [string, number][] {
  return Object.entries({ synced, not_found: notFound, pending, left_alone: leftAlone, errors, parked })
}
