import type { Decision, Outcome } from './decision.js'
import type { MatchRule } from './match.js'

/** Somebody left for a person to decide: told by id, never by address. */
export interface ParkedPerson {
  participantId: string
  why: string
  candidates: string[]
}

/** What a backfill did, as counts; it does not grow with the event, except for the first of the parked. */
export interface BackfillSummary {
  people: number
  outcomes: Record<Outcome, number>
  /** How those with a record were found. */
  rules: Record<'contact' | 'lead', Partial<Record<MatchRule, number>>>
  /** Documents changed, or in a dry run: that would be. */
  updated: Record<Outcome, number>
  /** Nothing differed, but the time of the last look was noted (`--stale`). */
  touched: number
  /** Changed address or went away between reading and writing; the next run sees them anew. */
  moved: number
  /** Documents whose `_id` is no ObjectId, as the platform makes them: left alone. */
  unreadable: number
  /** Writes the database refused, by its error code, with some ids. */
  failed: Record<string, { count: number; participants: string[] }>
  parked: ParkedPerson[]
}

/** More parked people than this are counted, not listed. */
const LISTED = 1_000
const SAMPLES = 5

export function emptySummary(): BackfillSummary {
  const none = (): Record<Outcome, number> => ({
    contact: 0,
    lead: 0,
    not_found: 0,
    parked: 0,
    malformed: 0,
    opted_out: 0,
  })
  return {
    people: 0,
    outcomes: none(),
    rules: { contact: {}, lead: {} },
    updated: none(),
    touched: 0,
    moved: 0,
    unreadable: 0,
    failed: {},
    parked: [],
  }
}

/** Adds one decision to the summary, in place: a summary is folded over a million of them. */
export function countDecision(summary: BackfillSummary, decision: Decision): void {
  const { participant, outcome, rule, because, candidates, change } = decision
  summary.people += 1
  summary.outcomes[outcome] += 1
  if (rule && (outcome === 'contact' || outcome === 'lead'))
    summary.rules[outcome][rule] = (summary.rules[outcome][rule] ?? 0) + 1
  if (change) summary.updated[outcome] += 1
  if ((outcome === 'parked' || outcome === 'malformed') && summary.parked.length < LISTED) {
    summary.parked.push({ participantId: participant.id, why: because.join('; '), candidates })
  }
}

/** Adds what the database said about the writes of a page: rows that failed, and people who moved meanwhile. */
export function countWrites(
  summary: BackfillSummary,
  moved: number,
  failed: readonly { participantId: string; code: number }[],
): void {
  summary.moved += moved
  for (const { participantId, code } of failed) {
    const group = (summary.failed[String(code)] ??= { count: 0, participants: [] })
    group.count += 1
    if (group.participants.length < SAMPLES) group.participants.push(participantId)
  }
}

export function failedRows(summary: BackfillSummary): number {
  return Object.values(summary.failed).reduce((sum, { count }) => sum + count, 0)
}

export function updatedRows(summary: BackfillSummary): number {
  const planned = Object.values(summary.updated).reduce((sum, count) => sum + count, 0)
  return planned - summary.moved - failedRows(summary)
}
