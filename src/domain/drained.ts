import type { Outcome } from './decision.js'

/** What became of people who were taken from the queue, in people. */
export interface Drained {
  /** Looked up and left the queue, by what was found. */
  outcomes: Record<Outcome, number>
  /** Of these, whose document was changed. */
  changed: number
  /** Deleted on the platform meanwhile: they left the queue. */
  gone: number
  /** To be tried again after a pause. */
  later: number
  /** Given up on. */
  dead: number
  /** Put back as if nobody had tried. */
  released: number
  /** API calls since the batch before; others may be under way. */
  calls: number
  /** Batches that were served. */
  batches: number
}

export function nothingDrained(): Drained {
  const outcomes = { contact: 0, lead: 0, not_found: 0, parked: 0, malformed: 0, opted_out: 0 }
  return { outcomes, changed: 0, gone: 0, later: 0, dead: 0, released: 0, calls: 0, batches: 0 }
}

/** Adds what became of some to what became of others. */
export function addDrained(sum: Drained, some: Drained): void {
  for (const outcome of Object.keys(sum.outcomes) as Outcome[]) sum.outcomes[outcome] += some.outcomes[outcome]
  for (const count of ['changed', 'gone', 'later', 'dead', 'released', 'calls', 'batches'] as const)
    sum[count] += some[count]
}

/** People who were looked up and left the queue. */
export function servedIn({ outcomes }: Drained): number {
  return Object.values(outcomes).reduce((sum, people) => sum + people, 0)
}
