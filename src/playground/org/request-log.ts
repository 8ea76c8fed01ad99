import { Durations } from './durations.js'

/** One request that reached the org. */
export interface RequestRecord {
  /** The org's clock at its arrival, epoch milliseconds. */
  readonly at: number
  readonly method: string
  /** As sent, without the query. */
  readonly path: string
  /** The route it took, e.g. `/sobjects/:object/:id`; `-` when it took none. */
  readonly template: string
  /** 0 when no answer was sent. */
  readonly status: number
  /** From arrival to the end of the answer, milliseconds of real time. */
  readonly ms: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** The kind of scripted fault that hit it. */
  readonly fault?: string
}

/** Totals of one route. Times are milliseconds. */
export interface EndpointStatistics {
  readonly method: string
  readonly template: string
  calls: number
  ms: number
  readonly durations: Durations
  bytesIn: number
  bytesOut: number
  /** How often each status was answered. */
  readonly statuses: Record<number, number>
  /** How often each kind of scripted fault hit. */
  readonly faults: Record<string, number>
}

const KEPT = 10_000

/** What was asked of the org: the last 10,000 requests one by one, and totals of all. */
export class RequestLog {
  #kept: RequestRecord[] = []
  #total = 0
  readonly #byEndpoint = new Map<string, EndpointStatistics>()

  add(record: RequestRecord): void {
    this.#total++
    this.#kept.push(record)
    if (this.#kept.length >= 2 * KEPT) this.#kept = this.#kept.slice(-KEPT)
    const statistics = this.#endpoint(record)
    statistics.calls++
    statistics.ms += record.ms
    statistics.durations.add(record.ms)
    statistics.bytesIn += record.bytesIn
    statistics.bytesOut += record.bytesOut
    statistics.statuses[record.status] = (statistics.statuses[record.status] ?? 0) + 1
    if (record.fault !== undefined) statistics.faults[record.fault] = (statistics.faults[record.fault] ?? 0) + 1
  }

  /** How many requests there were since the start or the last clear. */
  get total(): number {
    return this.#total
  }

  /** Oldest first. */
  list(): readonly RequestRecord[] {
    return this.#kept.slice(-KEPT)
  }

  statistics(): readonly EndpointStatistics[] {
    return [...this.#byEndpoint.values()]
  }

  clear(): void {
    this.#kept = []
    this.#total = 0
    this.#byEndpoint.clear()
  }

  #endpoint({ method, template }: RequestRecord): EndpointStatistics {
    const key = `${method} ${template}`
    let found = this.#byEndpoint.get(key)
    if (found === undefined) {
      const counts = { calls: 0, ms: 0, bytesIn: 0, bytesOut: 0, statuses: {}, faults: {} }
      found = { method, template, ...counts, durations: new Durations() }
      this.#byEndpoint.set(key, found)
    }
    return found
  }
}
