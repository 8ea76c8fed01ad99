import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { StatusFigures } from '../../src/domain/figures.js'
import { NO_LATENCY, withLookup } from '../../src/domain/latency.js'
import { statusMetrics, type MeasuredFigures } from '../../src/render/prometheus.js'
import { WorkerMetrics } from '../../src/worker/metrics.js'

const AT = new Date('2026-11-30T12:00:00Z')
const people = { total: 15, synced: 5, notFound: 4, pending: 3, leftAlone: 0, errors: 2, parked: 1 }
const STATUS: StatusFigures = {
  at: AT,
  people,
  events: [
    {
      event: { id: '65'.repeat(12), name: 'Spring "26"\n', slug: 'spring-26' },
      people,
      customers: { registered: 1, attended: 0 },
      members: 5,
      attendance: [],
    },
  ],
  lastSuccess: { runId: 'r', command: 'backfill', at: new Date(AT.getTime() - 60_000) },
  running: [],
  failures: { causes: 1, changes: 3, people: 2, days: 7 },
  queue: {
    due: 1,
    pausing: 2,
    claimed: 3,
    dead: 4,
    byPriority: { live: 1, swept: 0, backfill: 0 },
    reasons: {},
    oldest: new Date(AT.getTime() - 90_000),
  },
  quota: { used: 10, max: 100, ceiling: 80, reserve: 2, ours: 7, asOf: AT },
  connection: { state: 'answering', lastAnswerAt: AT, failuresInRow: 0 },
  nights: { lastGoodAt: AT },
}
const ALL: MeasuredFigures = {
  status: STATUS,
  alerts: [
    { rule: 'quota', severity: 'warning', state: 'firing' },
    { rule: 'queue', severity: 'critical', state: 'fine' },
  ],
  lookups: [100, 300].reduce(withLookup, NO_LATENCY),
}

const read = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8')
const namesIn = (text: string) => [...new Set(text.match(/\bmh_sf_\w+/gu) ?? [])].sort()

describe('metrics', () => {
  test('say what the status says, each with a help text', async () => {
    const text = await statusMetrics(ALL)
    for (const line of [
      'mh_sf_people{state="not_found"} 4',
      'mh_sf_event_people{event="spring-26",state="parked"} 1',
      'mh_sf_event_members{event="spring-26"} 5',
      'mh_sf_failures{what="changes"} 3',
      'mh_sf_queue_people{state="dead"} 4',
      'mh_sf_queue_oldest_seconds 90',
      'mh_sf_org_api_calls_used 10',
      'mh_sf_lookup_seconds{figure="mean"} 0.2',
      'mh_sf_alert_firing{rule="quota",severity="warning"} 1',
      'mh_sf_alert_firing{rule="queue",severity="critical"} 0',
      `mh_sf_last_good_night_timestamp_seconds ${AT.getTime() / 1_000}`,
    ])
      expect(text.split('\n')).toContain(line)
    const measured = namesIn(text.replaceAll(/^#.*$/gmu, ''))
    expect(namesIn(text.match(/^# HELP .*$/gmu)?.join('\n') ?? '')).toEqual(measured)
  })

  test('leave out what is not known, instead of telling 0', async () => {
    const unknown = {
      ...STATUS,
      ...{ quota: undefined, lastSuccess: undefined, nights: {} },
      connection: { state: 'not known', failuresInRow: 0 } as const,
    }
    const text = await statusMetrics({ status: unknown, alerts: [], lookups: NO_LATENCY })
    expect(text).not.toMatch(/api_calls|timestamp|mh_sf_lookup_seconds\{/u)
  })

  test('are those that the documentation names, and those that the Grafana dashboard asks for', async () => {
    const own = namesIn((await new WorkerMetrics().text()).replaceAll(/_bucket|_sum|_count/gu, ''))
    const figures = namesIn(await statusMetrics(ALL))
    expect(namesIn(read('docs/monitoring.md').replaceAll(/mh_sf\.prom/gu, ''))).toEqual(figures)
    expect(namesIn(read('docs/worker.md'))).toEqual(own)
    expect(namesIn(read('deploy/grafana/mh-sf.json').replaceAll('_bucket', ''))).toEqual([...own, ...figures].sort())
  })
})
