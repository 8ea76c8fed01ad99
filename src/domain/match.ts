import { localPartOf, type NormalEmail } from './email.js'
import type { Candidates, Contact, Fate, Lead, Participant } from './person.js'
import { choosePrimary } from './primary.js'

/** Who is to be found: the participant's address and name, and what an earlier run linked. */
export interface Wanted {
  participantId: string
  email: NormalEmail
  /** Unknown for an address that is looked up without being a participant. */
  name?: string
  link: { contactId?: string; leadId?: string }
}

export interface MatchPolicy {
  /** Several contacts with one address: choose the primary one, or leave all of them to a person. @default 'primary' */
  onSeveral: 'primary' | 'review'
}

export type MatchRule = 'link' | 'only contact' | 'primary contact' | 'lead' | 'converted lead'

export interface Rejection {
  object: 'Contact' | 'Lead'
  id: string
  why: string
}

interface Explained {
  because: string[]
  rejected: Rejection[]
}

/** Which record a participant is, and why. `parked` is left for a person; it is never guessed. */
export type Match = Explained &
  (
    | { kind: 'contact'; contact: Contact; rule: MatchRule }
    | { kind: 'lead'; lead: Lead; rule: MatchRule }
    | { kind: 'parked'; cause: 'several contacts' | 'role address'; contacts: Contact[] }
    | { kind: 'not_found' }
  )

/** Local parts that belong to a desk, not to a person. */
const ROLES = new Set(
  'admin billing contact events hello help hr info jobs mail marketing office press sales support team webmaster'.split(
    ' ',
  ),
)

/** A participant as somebody to be found; `force` forgets what earlier runs linked. */
export function wantedFor(participant: Participant, email: NormalEmail, force = false): Wanted {
  const { contactId, leadId } = participant.current
  return { participantId: participant.id, email, name: participant.name, link: force ? {} : { contactId, leadId } }
}

/**
 * The rules of product.md §4, in their order: a link that still lives (a merged record leads to its survivor, a
 * converted lead to its contact), one contact, the primary of several, an open lead, a converted lead's contact, nobody.
 */
export function match(wanted: Wanted, candidates: Candidates, policy: MatchPolicy): Match {
  const linked = byLink(wanted, candidates)
  if (linked.match) return linked.match
  const found = byContacts(wanted, candidates, policy) ?? byLeads(candidates)
  const match: Match = found ?? {
    kind: 'not_found',
    because: ['no contact and no lead has this address'],
    rejected: [],
  }
  return { ...match, because: [...linked.because, ...match.because] }
}

/**
 * The ids that must be read before `match` can decide: a stored link that the address did not bring up, the contact
 * of a converted lead, the survivor of a merge. Ask again with what they led to, until none is left.
 */
export function idsToFollow(link: Wanted['link'], candidates: Candidates): string[] {
  const ids = [link.contactId, link.leadId]
  if (candidates.contacts.length === 0) ids.push(...candidates.leads.map((lead) => lead.convertedContactId))
  for (const fate of candidates.followed.values()) {
    if (fate.state === 'merged') ids.push(fate.into)
    if (fate.state === 'lead') ids.push(fate.lead.convertedContactId)
  }
  return [...new Set(ids)].filter((id): id is string => id !== undefined && fateOf(id, candidates) === undefined)
}

function byLink({ link }: Wanted, candidates: Candidates): { match?: Match; because: string[] } {
  const because: string[] = []
  for (const id of [link.contactId, link.leadId]) {
    if (id === undefined) continue
    const { fate, path } = follow(id, candidates)
    const reasons = [`linked to ${id} by an earlier run`, ...path]
    if (fate.state === 'contact') {
      const rejected = rejectOthers(fate.contact.id, candidates, 'the stored link wins')
      return { match: { kind: 'contact', contact: fate.contact, rule: 'link', because: reasons, rejected }, because }
    }
    if (fate.state === 'lead' && candidates.contacts.length === 0) {
      const rejected = rejectOthers(fate.lead.id, candidates, 'the stored link wins')
      return { match: { kind: 'lead', lead: fate.lead, rule: 'link', because: reasons, rejected }, because }
    }
    if (fate.state !== 'lead') because.push(`the linked record ${id} is gone`)
  }
  return { because }
}

function byContacts(wanted: Wanted, { contacts, leads }: Candidates, policy: MatchPolicy): Match | undefined {
  const [first] = contacts
  if (!first) return undefined
  const rejected = leads.map((lead) => rejectLead(lead, 'a contact has this address'))
  if (contacts.length > 1) return bySeveral(wanted, contacts, policy, rejected)
  if (isSomebodyElsesDesk(wanted, first)) return parkedRole(first, rejected)
  return {
    kind: 'contact',
    contact: first,
    rule: 'only contact',
    because: ['the only contact with this address'],
    rejected,
  }
}

function bySeveral(wanted: Wanted, contacts: readonly Contact[], policy: MatchPolicy, rejected: Rejection[]): Match {
  const count = `${contacts.length} contacts have this address`
  if (policy.onSeveral === 'review') return parkSeveral([...contacts], [count, 'match.onSeveral is "review"'], rejected)
  const primary = choosePrimary(contacts, wanted.participantId)
  if (primary.kind === 'tie') return parkSeveral(primary.contacts, [count, 'no criterion tells them apart'], rejected)
  if (isSomebodyElsesDesk(wanted, primary.contact)) return parkedRole(primary.contact, rejected)
  return {
    kind: 'contact',
    contact: primary.contact,
    rule: 'primary contact',
    because: [count, `this one was chosen: ${primary.decidedBy}`],
    rejected: [...primary.rejected.map(({ contact, why }) => rejectContact(contact, why)), ...rejected],
  }
}

function byLeads(candidates: Candidates): Match | undefined {
  const open = candidates.leads.filter((lead) => !lead.converted)
  const [latest] = [...open].sort(
    (a, b) => b.lastModified.getTime() - a.lastModified.getTime() || a.id.localeCompare(b.id),
  )
  if (!latest) return byConvertedLead(candidates)
  const others = candidates.leads.filter((lead) => lead !== latest)
  return {
    kind: 'lead',
    lead: latest,
    rule: 'lead',
    because: [
      open.length === 1
        ? 'no contact, one open lead has this address'
        : `the most recently changed of ${open.length} open leads`,
    ],
    rejected: others.map((lead) => rejectLead(lead, lead.converted ? 'is converted' : 'was changed earlier')),
  }
}

function byConvertedLead(candidates: Candidates): Match | undefined {
  for (const lead of candidates.leads) {
    if (!lead.convertedContactId) continue
    const { fate, path } = follow(lead.convertedContactId, candidates)
    if (fate.state !== 'contact') continue
    const because = [
      `lead ${lead.id} has this address and was converted into contact ${lead.convertedContactId}`,
      ...path,
    ]
    return { kind: 'contact', contact: fate.contact, rule: 'converted lead', because, rejected: [] }
  }
  return undefined
}

/** Where a record went: through merges to the survivor, through conversion to the contact. Cycles end as unknown. */
function follow(id: string, candidates: Candidates): { fate: Fate; path: string[] } {
  const path: string[] = []
  const seen = new Set<string>()
  let at = id
  for (;;) {
    const fate: Fate = seen.has(at) ? { state: 'unknown' } : (fateOf(at, candidates) ?? { state: 'unknown' })
    seen.add(at)
    if (fate.state === 'merged') {
      path.push(`${at} was merged into ${fate.into}`)
      at = fate.into
    } else if (fate.state === 'lead' && fate.lead.convertedContactId) {
      path.push(`lead ${at} was converted into contact ${fate.lead.convertedContactId}`)
      at = fate.lead.convertedContactId
    } else return { fate, path }
  }
}

function fateOf(id: string, { contacts, leads, followed }: Candidates): Fate | undefined {
  const contact = contacts.find((each) => each.id === id)
  if (contact) return { state: 'contact', contact }
  const lead = leads.find((each) => each.id === id)
  if (lead) return { state: 'lead', lead }
  return followed.get(id)
}

function isSomebodyElsesDesk({ email, name }: Wanted, contact: Contact): boolean {
  if (name === undefined || !ROLES.has(localPartOf(email))) return false
  const ours = nameWords(name)
  return ![...nameWords(contact.name)].some((word) => ours.has(word))
}

function nameWords(name: string): Set<string> {
  return new Set(
    name
      .normalize('NFC')
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word !== ''),
  )
}

function parkedRole(contact: Contact, rejected: Rejection[]): Match {
  const because = [`a role address, and contact ${contact.id} has another name`]
  return { kind: 'parked', cause: 'role address', contacts: [contact], because, rejected }
}

function parkSeveral(contacts: Contact[], because: string[], rejected: Rejection[]): Match {
  return { kind: 'parked', cause: 'several contacts', contacts, because, rejected }
}

function rejectOthers(chosen: string, { contacts, leads }: Candidates, why: string): Rejection[] {
  return [...contacts.map((c) => rejectContact(c, why)), ...leads.map((l) => rejectLead(l, why))].filter(
    ({ id }) => id !== chosen,
  )
}

function rejectContact(contact: Contact, why: string): Rejection {
  return { object: 'Contact', id: contact.id, why }
}

function rejectLead(lead: Lead, why: string): Rejection {
  return { object: 'Lead', id: lead.id, why }
}
