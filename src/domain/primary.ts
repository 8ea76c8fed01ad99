import type { Contact } from './person.js'

/**
 * Of several contacts: the primary one and what decided, or the ones that nothing told apart; and those that a criterion
 * ruled out.
 */
export type Primary = { rejected: { contact: Contact; why: string }[] } & (
  { kind: 'one'; contact: Contact; decidedBy: string } | { kind: 'tie'; contacts: Contact[] }
)

interface Criterion {
  decidedBy: string
  why: string
  best: (contacts: readonly Contact[]) => Contact[]
}

const has = (test: (contact: Contact) => boolean) => (contacts: readonly Contact[]) => contacts.filter(test)

const highest = (rank: (contact: Contact) => string | number) => (contacts: readonly Contact[]) => {
  const ranks = contacts.map(rank)
  const top = ranks.reduce((a, b) => (b > a ? b : a), ranks[0] ?? 0)
  return contacts.filter((_, index) => ranks[index] === top)
}

/** In this order (product.md §4.3). A criterion that no contact meets decides nothing. */
const criteria = (participantId: string): Criterion[] => [
  { decidedBy: 'carries our own key', why: 'does not carry our key', best: has((c) => c.ownKey === participantId) },
  { decidedBy: 'belongs to an account', why: 'has no account', best: has((c) => c.account !== undefined) },
  { decidedBy: 'its mail has not bounced', why: 'its mail bounced', best: has((c) => !c.bounced) },
  { decidedBy: 'latest activity', why: 'less recent activity', best: highest((c) => c.lastActivity ?? '') },
  { decidedBy: 'oldest record', why: 'is younger', best: highest((c) => -c.createdAt.getTime()) },
]

/** Chooses by stated criteria, one after the other, and says which one told them apart; a tie is for a person. */
export function choosePrimary(contacts: readonly Contact[], participantId: string): Primary {
  let left = [...contacts]
  const rejected: { contact: Contact; why: string }[] = []
  for (const { decidedBy, why, best } of criteria(participantId)) {
    const kept = best(left)
    if (kept.length === 0 || kept.length === left.length) continue
    rejected.push(...left.filter((contact) => !kept.includes(contact)).map((contact) => ({ contact, why })))
    left = kept
    const [only] = left
    if (only && left.length === 1) return { kind: 'one', contact: only, decidedBy, rejected }
  }
  return { kind: 'tie', contacts: left, rejected }
}
