import { consentOf, type Consent, type ConsentFacts, type ConsentSource } from './consent.js'
import type { Decision } from './decision.js'
import type { Participant } from './person.js'

/** What the platform holds about somebody who might become a Lead. */
export interface LeadFacts {
  consent: ConsentFacts
  company?: string
  /** The account is banned or deleted. */
  banned: boolean
}

/** Why somebody whom the org does not know does not become a Lead. */
export type NoLead =
  | 'no consent'
  | 'consent refused'
  | 'banned'
  | 'opted out'
  | 'a person decided that it is nobody'
  | 'was in Salesforce and is gone'
  | 'another run is making it'

export type LeadChoice = { make: true; consent: Consent & { given: true } } | { make: false; why: NoLead }

/** Whether nobody in the org is this person, so that a Lead may be thought of. */
export function isUnknownToOrg({ match }: Decision): boolean {
  return match?.kind === 'not_found'
}

/**
 * Whether somebody whom the org does not know becomes a Lead: with recorded consent only. Who was there and is gone was
 * taken out by somebody, and is not put back behind their back.
 */
export function chooseLead(
  { participant, match }: Pick<Decision, 'participant' | 'match'>,
  facts: LeadFacts | undefined,
  sources: readonly ConsentSource[],
): LeadChoice {
  if (participant.optedOut) return { make: false, why: 'opted out' }
  if (participant.decided && participant.decided.recordId === undefined)
    return { make: false, why: 'a person decided that it is nobody' }
  const wasThere = linkedTo(participant) !== undefined || (match && match.rejected.length > 0)
  if (participant.decided || wasThere) return { make: false, why: 'was in Salesforce and is gone' }
  if (!facts) return { make: false, why: 'no consent' }
  if (facts.banned) return { make: false, why: 'banned' }
  const consent = consentOf(facts.consent, sources)
  return consent.given ? { make: true, consent } : { make: false, why: consent.why }
}

/** The record that an earlier run found this person by; of somebody whom the org does not know any more, it is gone. */
export function linkedTo({ current }: Participant): string | undefined {
  return current.contactId ?? current.leadId
}
