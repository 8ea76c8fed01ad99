import { countDecision, countWrites, emptySummary } from '../../src/domain/backfill-summary.js'
import type { Decision } from '../../src/domain/decision.js'
import type { LookupAnswer } from '../../src/domain/lookup-answer.js'
import type { Match } from '../../src/domain/match.js'
import { planRead } from '../../src/domain/read-plan.js'
import type { BackfillResult } from '../../src/sync/backfill.js'
import { aContact, address, aParticipant } from './people.js'

export function aDecision(given: Partial<Decision> = {}): Decision {
  return { participant: aParticipant(), outcome: 'contact', because: ['for a reason'], candidates: [], ...given }
}

/** What a backfill of these decisions returns; `writes` is what the database said. */
export function aBackfillResult(
  decisions: Decision[],
  given: Partial<Omit<BackfillResult, 'summary'>> & {
    writes?: { moved: number; failed: { participantId: string; code: number }[] }
  } = {},
): BackfillResult {
  const { writes, ...rest } = given
  const summary = emptySummary()
  for (const decision of decisions) countDecision(summary, decision)
  if (writes) countWrites(summary, writes.moved, writes.failed)
  const plan = planRead(decisions.length, undefined, 'auto', true)
  return {
    event: { id: '1'.repeat(24), name: 'MongoDB Spring Hackathon 2026', slug: 'mongodb-spring-2026' },
    dryRun: false,
    plan,
    planned: plan,
    deleted: 0,
    summary,
    missing: [],
    calls: 1,
    milliseconds: 1_234,
    ...rest,
  }
}

export function anAnswer(given: Partial<Omit<LookupAnswer, 'email'>> & { email?: string } = {}): LookupAnswer {
  const match: Match = {
    kind: 'contact',
    contact: aContact(),
    rule: 'only contact',
    because: ['the only contact with this address'],
    rejected: [],
  }
  return {
    match,
    memberships: [],
    askedAt: new Date('2026-05-04T08:00:00Z'),
    ...given,
    email: address(given.email ?? 'ana@example.com'),
  }
}
