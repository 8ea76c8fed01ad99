import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Drained } from '../domain/drained.js'
import type { WorkerEvent } from './worker.js'

/** Seconds up to which batches are counted. */
const BATCH_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** What a worker has done itself, in the format of Prometheus. */
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

  get contentType(): string {
    return this.#registry.contentType
  }

  /** All of them as text. */
  async text(): Promise<string> {
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
