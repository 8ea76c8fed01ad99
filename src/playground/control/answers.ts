import type { FaultEffect } from '../org/faults.js'

/** What `GET /playground/clock` answers. */
export interface ClockAnswer {
  /** ISO 8601. */
  now: string
  /** As `+2h`. */
  ahead: string
  aheadMs: number
  frozen: boolean
}

/** One setting, as `GET /playground/settings` lists it. */
export interface SettingAnswer {
  name: string
  value: unknown
  default: unknown
  takes: string
  means: string
}

/** One fault that waits, as `GET /playground/faults` lists it. */
export type FaultAnswer = FaultEffect & { id: number; method?: string; path: string; skip: number; times: number }

/** One endpoint of `GET /playground/statistics`. Times are milliseconds. */
export interface EndpointAnswer {
  method: string
  template: string
  calls: number
  statuses: Record<number, number>
  ms: { p50: number; p95: number; max: number }
  bytesIn: number
  bytesOut: number
  faults: Record<string, number>
}

export interface StatisticsAnswer {
  apiCalls: number
  requests: number
  endpoints: EndpointAnswer[]
  /** Left out where there is no database. */
  mongo?: { commands: Readonly<Record<string, number>> }
}
