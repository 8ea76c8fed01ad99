import { normaliseEmail, type NormalEmail } from '../../src/domain/email.js'
import type { EnrichmentChange } from '../../src/domain/enrichment.js'
import type { Wanted } from '../../src/domain/match.js'
import type { Candidates, Contact, Enrichment, Fate, Lead, Participant } from '../../src/domain/person.js'

/** An address that is one, for a test that needs it in its normal form. */
export function address(text: string): NormalEmail {
  const result = normaliseEmail(text)
  if (!result.ok) throw new Error(`${text} is no address: ${result.problem}`)
  return result.email
}

/** A record id of 18 characters that is easy to read in a failure: `contactId('A')` is `003…A`. */
export function contactId(name: string): string {
  return `003${name.padStart(15, '0')}`
}

export function leadId(name: string): string {
  return `00Q${name.padStart(15, '0')}`
}

export function aContact(given: Partial<Contact> = {}): Contact {
  return {
    id: contactId('C'),
    email: address('ana@example.com'),
    name: 'Ana Silva',
    bounced: false,
    createdAt: new Date('2024-01-01T00:00:00Z'),
    ...given,
  }
}

export function aLead(given: Partial<Lead> = {}): Lead {
  return {
    id: leadId('L'),
    email: address('ana@example.com'),
    name: 'Ana Silva',
    company: 'Example Ltd',
    converted: false,
    lastModified: new Date('2025-01-01T00:00:00Z'),
    ...given,
  }
}

/** A lead that became the contact with this id. */
export function aConvertedLead(into: string | undefined, given: Partial<Lead> = {}): Lead {
  return aLead({ converted: true, convertedContactId: into, ...given })
}

export function aWanted(given: Partial<Omit<Wanted, 'email'>> & { email?: string } = {}): Wanted {
  return {
    participantId: 'a'.repeat(24),
    name: 'Ana Silva',
    link: {},
    ...given,
    email: address(given.email ?? 'ana@example.com'),
  }
}

/** What the org holds; `followed` by id, as it was found when it was asked for. */
export function candidates(
  given: { contacts?: Contact[]; leads?: Lead[]; followed?: Record<string, Fate> } = {},
): Candidates {
  const { contacts = [], leads = [], followed = {} } = given
  return { contacts, leads, followed: new Map(Object.entries(followed)) }
}

export function aParticipant(given: Partial<Participant> & { current?: Enrichment } = {}): Participant {
  return {
    id: 'a'.repeat(24),
    storedEmail: 'ana@example.com',
    name: 'Ana Silva',
    current: {},
    registrations: [],
    memberships: [],
    ...given,
  }
}

/** What a document holds after a change, as the operators `$set` and `$unset` leave it. */
export function applied(current: Enrichment, change: EnrichmentChange | undefined): Enrichment {
  const unset = new Set<string>(change?.unset)
  const kept = Object.entries({ ...current, ...change?.set }).filter(([field]) => !unset.has(field))
  return Object.fromEntries(kept)
}
