import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Drained } from '../domain/drained.js'
import type { QueueStats } from '../domain/queue.js'
import type { Allowance } from '../domain/quota.js'
import type { WorkerEvent } from './worker.js'

/** Where figures of the moment come from, asked at each scrape. */
export interface MetricSources {
  queue: () => Promise<QueueStats>
  /** What the org said last of its allowance. */
  allowance: () => Allowance | undefined
}

/** Seconds up to which batches are counted. */
const BATCH_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** A worker's figures in the format of Prometheus. */
export class WorkerMetrics {
  readonly #registry = new Registry()
  readonly #people = this.#counter('mh_sf_worker_people_total', 'People taken from the queue, by what became of them', [
    'outcome',
  ])
  readonly #changed = this.#counter('mh_sf_worker_changed_total', 'People whose document was changed')
  readonly #swept = this.#counter('mh_sf_worker_swept_total', 'People found pending on the platform without an entry')
  readonly #calls = this.#counter('mh_sf_worker_api_calls_total', 'Salesforce API calls')
  readonly #batches = new Histogram({
    name: 'mh_sf_worker_batch_seconds',
    help: 'How long a batch took, from claim to settlement',
    buckets: BATCH_SECONDS,
    registers: [this.#registry],
  })
  readonly #paused = this.#gauge('mh_sf_worker_paused', '1 from a failure until the org answers again', ['code'])

  readonly #waiting = this.#gauge('mh_sf_queue_people', 'People in the queue', ['state'])
  readonly #oldest = this.#gauge(
    'mh_sf_queue_oldest_seconds',
    'How long ago the one who waits longest was asked for last',
  )
  readonly #used = this.#gauge('mh_sf_org_api_calls_used', "The org's API calls of the last 24 hours, everybody's")
  readonly #max = this.#gauge('mh_sf_org_api_calls_max', "The org's allowance of 24 hours")

  constructor(private readonly sources: MetricSources) {}

  get contentType(): string {
    return this.#registry.contentType
  }

  /** All of them as text, with the queue as it is now. Throws what the database throws. */
  async text(): Promise<string> {
    const { oldest, ...stats } = await this.sources.queue()
    for (const state of ['due', 'pausing', 'claimed', 'dead'] as const) this.#waiting.set({ state }, stats[state])
    this.#oldest.set(oldest ? Math.max(0, (Date.now() - oldest.getTime()) / 1_000) : 0)
    const said = this.sources.allowance()
    if (said) {
      this.#used.set(said.used)
      this.#max.set(said.max)
    }
    return this.#registry.metrics()
  }

  /** Counts what has just happened. */
  add(event: WorkerEvent): void {
    switch (event.kind) {
      case 'looked':
      case 'redis away':
      case 'redis back':
        return
      case 'swept':
        this.#swept.inc(event.people)
        return
      case 'batch':
        this.#batches.observe(event.milliseconds / 1_000)
        this.#addDrained(event.drained)
        return
      case 'paused':
        this.#paused.reset()
        this.#paused.set({ code: event.code }, 1)
        return
      case 'answering again':
        this.#paused.reset()
    }
  }

  #addDrained({ outcomes, changed, gone, later, dead, released, calls }: Drained): void {
    for (const [outcome, people] of Object.entries({ ...outcomes, gone, later, dead, released }))
      this.#people.inc({ outcome }, people)
    this.#changed.inc(changed)
    this.#calls.inc(calls)
  }

  #counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ name, help, labelNames, registers: [this.#registry] })
  }

  #gauge(name: string, help: string, labelNames: string[] = []): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] })
  }
}
