import type { BatchFailure } from './queue.js'

/** Whether the org is asked: after a failure it is left alone for a while, and then asked for one person until it answers. */
export interface Breaker {
  /** Failures since it answered last. */
  failures: number
  /** Nothing is asked before, by the clock that only grows; 0 while all is well. */
  closedUntil: number
}

export const OPEN: Breaker = { failures: 0, closedUntil: 0 }

/** The first pause after each kind of failure, and the longest, in milliseconds. */
const PAUSES: Readonly<Record<BatchFailure, { first: number; longest: number }>> = {
  again: { first: 2_000, longest: 60_000 },
  wait: { first: 60_000, longest: 15 * 60_000 },
  person: { first: 15_000, longest: 5 * 60_000 },
}

/** After a failure at `now`: each pause is twice as long as the one before, between half of it and all; `random` is from 0 to 1. */
export function afterFailure({ failures }: Breaker, kind: BatchFailure, now: number, random: number): Breaker {
  const { first, longest } = PAUSES[kind]
  const pause = Math.min(longest, first * 2 ** failures) * (0.5 + random / 2)
  return { failures: failures + 1, closedUntil: now + Math.round(pause) }
}

/** How many people may be asked for at `now`: none in a pause, one to see whether the org is back, else all. */
export function allowedAt({ failures, closedUntil }: Breaker, now: number, most: number): number {
  if (now < closedUntil) return 0
  return failures > 0 ? 1 : most
}
