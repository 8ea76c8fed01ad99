import type { Decision } from '../domain/decision.js'
import type { Enrichment } from '../domain/person.js'
import type { Enriched } from '../sync/enrich-batch.js'
import type { EnrichAnswer, EnrichedAnswer } from './types.js'

/** What somebody is answered after a lookup that came through; without an outcome nobody is there by this id. */
export function answerOf(participantId: string, outcome: Enriched | undefined): EnrichAnswer {
  switch (outcome?.kind) {
    case undefined:
      return { status: 'unknown participant' }
    case 'enriched':
      return enrichedAnswer(outcome.decision)
    case 'moved':
      return {
        status: 'queued',
        participantId,
        reason: 'MOVED',
        message: 'The participant was changed meanwhile.',
      }
    case 'failed':
      return {
        status: 'queued',
        participantId,
        reason: 'MONGO_FAILED',
        message: `MongoDB refused to write the participant (${outcome.code}).`,
      }
  }
}

/** What the participant's document says now. */
function enrichedAnswer({ participant, outcome, change }: Decision): EnrichedAnswer {
  const removed = new Set<string>(change?.unset)
  const kept = Object.entries({ ...participant.current, ...change?.set }).filter(([field]) => !removed.has(field))
  const now: Enrichment = Object.fromEntries(kept)
  const { contactId, leadId, accountName, customerTier: tier, isExistingCustomer } = now
  const told = Object.entries({ contactId, leadId, accountName, tier, isExistingCustomer })
  return {
    status: 'enriched',
    participantId: participant.id,
    match: outcome,
    ...Object.fromEntries(told.filter(([, value]) => value !== undefined)),
  }
}
