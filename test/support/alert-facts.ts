import { policyOf } from '../../src/app/policy.js'
import type { AlertFacts, ConnectionFigures, QuotaFigures } from '../../src/domain/figures.js'
import { NO_LATENCY, withLookup } from '../../src/domain/latency.js'

/** The alerts as they are configured where nobody has configured any. */
export const ALERTS = policyOf({}, 'mh-sf.config.json').alerts

export const AT = new Date('2026-11-30T12:00:00Z')
export const before = (at: Date, hours: number) => new Date(at.getTime() - hours * 3_600_000)

/** A morning on which nothing is amiss. */
export const ALL_FINE: AlertFacts = {
  at: AT,
  failuresLastHour: 0,
  quota: quotaOf(0.1),
  connection: { state: 'answering', failuresInRow: 0, lastAnswerAt: AT },
  changes: { done: 1_000, refused: 0, unknown: 0 },
  people: { total: 100, synced: 80, notFound: 20, pending: 0, leftAlone: 0, errors: 0, parked: 0 },
  lookups: lookupsOf(100, 100),
  nights: { lastGoodAt: before(AT, 9), since: before(AT, 1_000) },
}

export function quotaOf(share: number, at = AT): QuotaFigures {
  return { used: share * 100_000, max: 100_000, ceiling: 80_000, reserve: 1_600, ours: 0, asOf: at }
}

export function failing(failuresInRow: number): ConnectionFigures {
  return { state: 'failing', failuresInRow, code: 'SF_UNREACHABLE', lastAnswerAt: before(AT, 1), lastFailureAt: AT }
}

export function lookupsOf(count: number, milliseconds: number) {
  return Array.from({ length: count }).reduce<typeof NO_LATENCY>((all) => withLookup(all, milliseconds), NO_LATENCY)
}
