import type { NormalEmail } from './email.js'
import { follow } from './follow.js'
import type { Candidates, Contact, Fate, Lead, Participant } from './person.js'
import { choosePrimary } from './primary.js'
import { isSomebodyElsesDesk } from './role-address.js'

/** Who is to be found: the participant's address and name, and what an earlier run linked. */
export interface Wanted {
  participantId: string
  /** Absent when the address is not usable: then only a person's decision finds somebody. */
  email?: NormalEmail
  /** Unknown for an address that is looked up without being a participant. */
  name?: string
  link: {
    contactId?: string
    leadId?: string
    decidedId?: string
    /** Records that a duplicate rule of the org took for this person when a Lead was to be made. */
    lookalikeIds?: readonly string[]
  }
  /** A person decided that nobody in the org is this participant. */
  isNobody?: boolean
}

export interface MatchPolicy {
  /** Several contacts with one address: choose the primary one, or leave all of them to a person. @default 'primary' */
  onSeveral: 'primary' | 'review'
}

export type MatchRule = 'decision' | 'link' | 'only contact' | 'primary contact' | 'lead' | 'converted lead'

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
    | {
        kind: 'parked'
        cause: 'several contacts' | 'role address' | 'duplicate rule' | 'bad address'
        contacts: Contact[]
        /** Open leads to choose from, newest change first, of a role address that no contact has. */
        leads?: Lead[]
      }
    | { kind: 'not_found' }
  )

const CONTACT_ID = /^003[0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?$/u
const LEAD_ID = /^00Q[0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?$/u

/**
 * A participant as somebody to be found; `force` forgets what earlier runs linked. A stored text that is no id of a
 * contact or lead is no link: one of them would make the org refuse the question about everybody (soql.md §8,
 * "invalid ID field"). It stays in `participant.current`, so that the difference is seen and it is removed.
 */
export function wantedFor(participant: Participant, email: NormalEmail | undefined, force = false): Wanted {
  const { contactId, leadId } = force ? {} : participant.current
  const link = {
    contactId: contactId !== undefined && CONTACT_ID.test(contactId) ? contactId : undefined,
    leadId: leadId !== undefined && LEAD_ID.test(leadId) ? leadId : undefined,
  }
  const { decided, lookalikeIds } = participant
  const wanted = { participantId: participant.id, email, name: participant.name }
  if (!decided) return { ...wanted, link: { ...link, lookalikeIds } }
  return decided.recordId === undefined
    ? { ...wanted, link, isNobody: true }
    : { ...wanted, link: { ...link, decidedId: decided.recordId } }
}

/** The records a parked person may be: contacts first, as they were found. */
export function choicesOf({ contacts, leads = [] }: Extract<Match, { kind: 'parked' }>): (Contact | Lead)[] {
  return [...contacts, ...leads]
}

/**
 * The rules of product.md §4, in their order: what a person decided, a link that still lives (a merged record leads to its survivor, a
 * converted lead to its contact), one contact, the primary of several, an open lead, a converted lead's contact, nobody.
 * One departure: a linked lead gives way to a contact that has appeared since with the same address; the lead was only
 * linked because there was none.
 */
export function match(wanted: Wanted, candidates: Candidates, policy: MatchPolicy): Match {
  if (wanted.isNobody) return decidedNobody(candidates)
  const decided = byDecision(wanted, candidates)
  if (decided.match) return decided.match
  const linked = byLink(wanted, candidates)
  if (linked.match) return { ...linked.match, because: [...decided.because, ...linked.match.because] }
  const found =
    byContacts(wanted, candidates, policy) ??
    byOpenLeads(wanted, candidates) ??
    byConvertedLeads(wanted, candidates, policy) ??
    byLookalikes(wanted, candidates) ??
    nobody(candidates)
  return { ...found, because: [...decided.because, ...linked.because, ...found.because] }
}

/** A person's decision wins from then on, through merges and conversions, while its record lives. */
function byDecision({ link }: Wanted, candidates: Candidates): { match?: Match; because: string[] } {
  if (link.decidedId === undefined) return { because: [] }
  const { id, fate, path } = follow(link.decidedId, candidates)
  const because = [`a person decided that it is ${link.decidedId}`, ...path]
  const explained = {
    rule: 'decision' as const,
    because,
    rejected: rejectOthers(id, candidates, 'a person decided otherwise'),
  }
  if (fate?.state === 'contact') return { match: { kind: 'contact', contact: fate.contact, ...explained }, because }
  if (fate?.state === 'lead' && !fate.lead.converted) {
    return { match: { kind: 'lead', lead: fate.lead, ...explained }, because }
  }
  return { because: [...because, whyPassedOver(id, fate, 'chosen')] }
}

function decidedNobody(candidates: Candidates): Match {
  const because = ['a person decided that it is nobody in the org']
  return { kind: 'not_found', because, rejected: rejectOthers('', candidates, 'a person decided otherwise') }
}

/**
 * The ids that must be read before `match` can decide: a stored link that the address did not bring up, the contacts
 * of converted leads where the address has nothing better, the survivor of a merge. Ask again with what they led to,
 * until none is left.
 */
export function idsToFollow(link: Wanted['link'], candidates: Candidates): string[] {
  const { contacts, leads } = candidates
  const onlyConverted = contacts.length === 0 && leads.every((lead) => lead.converted)
  const starts = [
    link.decidedId,
    link.contactId,
    link.leadId,
    ...(onlyConverted ? leads.map((lead) => lead.convertedContactId) : []),
    ...(contacts.length + leads.length === 0 ? (link.lookalikeIds ?? []) : []),
  ]
  const ends = starts.filter((id) => id !== undefined).map((id) => follow(id, candidates))
  return [...new Set(ends.filter(({ fate }) => fate === undefined).map(({ id }) => id))]
}

function byLink({ link }: Wanted, candidates: Candidates): { match?: Match; because: string[] } {
  const because: string[] = []
  for (const start of [link.contactId, link.leadId]) {
    if (start === undefined) continue
    const { id, fate, path } = follow(start, candidates)
    const explained = {
      rule: 'link' as const,
      because: [`linked to ${start} by an earlier run`, ...path],
      rejected: rejectOthers(id, candidates, 'the stored link wins'),
    }
    if (fate?.state === 'contact') return { match: { kind: 'contact', contact: fate.contact, ...explained }, because }
    const open = fate?.state === 'lead' && !fate.lead.converted ? fate.lead : undefined
    if (open && candidates.contacts.length === 0) return { match: { kind: 'lead', lead: open, ...explained }, because }
    because.push(...path, whyPassedOver(id, fate))
  }
  return { because }
}

function whyPassedOver(id: string, fate: Fate | undefined, how = 'linked'): string {
  if (fate?.state !== 'lead') return `the ${how} record ${id} is gone`
  return fate.lead.converted
    ? `the ${how} lead ${id} was converted into a contact that cannot be seen`
    : `the ${how} lead ${id} gives way to a contact`
}

function byContacts(wanted: Wanted, { contacts, leads }: Candidates, policy: MatchPolicy): Match | undefined {
  const [first] = contacts
  if (!first) return undefined
  const rejected = leads.map((lead) => rejectLead(lead, 'a contact has this address'))
  if (contacts.length > 1)
    return bySeveral(wanted, contacts, policy, { because: [`${contacts.length} contacts have this address`], rejected })
  const because = ['the only contact with this address']
  return personOrDesk(wanted, first, contacts, { rule: 'only contact', because, rejected })
}

function bySeveral(
  wanted: Wanted,
  contacts: readonly Contact[],
  policy: MatchPolicy,
  { because, rejected }: Explained,
): Match {
  const parked = { kind: 'parked', cause: 'several contacts' } as const
  if (policy.onSeveral === 'review')
    return { ...parked, contacts: [...contacts], because: [...because, 'match.onSeveral is "review"'], rejected }
  const primary = choosePrimary(contacts, wanted.participantId)
  const others = [...primary.rejected.map(({ contact, why }) => rejectContact(contact, why)), ...rejected]
  if (primary.kind === 'tie') {
    const reasons = [...because, 'no criterion tells them apart']
    return { ...parked, contacts: primary.contacts, because: reasons, rejected: others }
  }
  const reasons = [...because, `this one was chosen: ${primary.decidedBy}`]
  return personOrDesk(wanted, primary.contact, contacts, {
    rule: 'primary contact',
    because: reasons,
    rejected: others,
  })
}

/** The contact that a rule chose; or, of a role address with another name, all of `contacts` for a person to decide. */
function personOrDesk(
  { email, name }: Wanted,
  contact: Contact,
  contacts: readonly Contact[],
  explained: Explained & { rule: MatchRule },
): Match {
  if (email === undefined || !isSomebodyElsesDesk(email, name, contact.name))
    return { kind: 'contact', contact, ...explained }
  return {
    kind: 'parked',
    cause: 'role address',
    contacts: [...contacts],
    because: [`a role address, and contact ${contact.id} has another name`],
    rejected: explained.rejected.filter(({ object }) => object === 'Lead'),
  }
}

function byOpenLeads({ email, name }: Wanted, { leads }: Candidates): Match | undefined {
  const open = newestFirst(leads.filter((lead) => !lead.converted))
  const [latest, ...earlier] = open
  if (!latest) return undefined
  const converted = newestFirst(leads.filter((lead) => lead.converted)).map((lead) => rejectLead(lead, 'is converted'))
  if (email !== undefined && isSomebodyElsesDesk(email, name, latest.name)) {
    const because = [`a role address, and lead ${latest.id} has another name`]
    return { kind: 'parked', cause: 'role address', contacts: [], leads: open, because, rejected: converted }
  }
  const because =
    earlier.length === 0
      ? 'no contact, one open lead has this address'
      : `the most recently changed of ${open.length} open leads`
  const rejected = [...earlier.map((lead) => rejectLead(lead, 'was changed earlier')), ...converted]
  return { kind: 'lead', lead: latest, rule: 'lead', because: [because], rejected }
}

function byConvertedLeads(wanted: Wanted, candidates: Candidates, policy: MatchPolicy): Match | undefined {
  const ways = newestFirst(candidates.leads).map((lead) => ({ lead, ...follow(lead.id, candidates) }))
  const living = ways.flatMap(({ lead, fate, path }) =>
    fate?.state === 'contact' ? [{ lead, contact: fate.contact, path }] : [],
  )
  const [first] = living
  if (!first) return undefined
  const rejected = ways.filter(({ fate }) => fate?.state !== 'contact').map(({ lead }) => rejectLead(lead, LED_NOWHERE))
  const contacts = [...new Map(living.map(({ contact }) => [contact.id, contact])).values()]
  if (contacts.length > 1) {
    const because = [`converted leads with this address lead to ${contacts.length} contacts`]
    return bySeveral(wanted, contacts, policy, { because, rejected })
  }
  const because = [`lead ${first.lead.id} has this address, and no contact`, ...first.path]
  return personOrDesk(wanted, first.contact, contacts, { rule: 'converted lead', because, rejected })
}

const LED_NOWHERE = 'was converted, and its contact is gone'

/** Nobody has the address, but the org refused a new Lead because of records that are like it: a person decides. */
function byLookalikes({ link: { lookalikeIds = [] } }: Wanted, candidates: Candidates): Match | undefined {
  const fates = lookalikeIds.map((id) => follow(id, candidates).fate)
  const contacts = fates.flatMap((fate) => (fate?.state === 'contact' ? [fate.contact] : []))
  const leads = fates.flatMap((fate) => (fate?.state === 'lead' && !fate.lead.converted ? [fate.lead] : []))
  if (contacts.length + leads.length === 0) return undefined
  const because = ['no record has this address, but a duplicate rule of the org says that these are like it']
  return { kind: 'parked', cause: 'duplicate rule', contacts: [...new Set(contacts)], leads, because, rejected: [] }
}

function nobody({ leads }: Candidates): Match {
  return {
    kind: 'not_found',
    because: [`no contact and no ${leads.length === 0 ? '' : 'open '}lead has this address`],
    rejected: newestFirst(leads).map((lead) => rejectLead(lead, LED_NOWHERE)),
  }
}

/** The order does not depend on the one in which the org answered: that differs from call to call (soql.md §5). */
function newestFirst(leads: readonly Lead[]): Lead[] {
  return [...leads].sort((a, b) => b.lastModified.getTime() - a.lastModified.getTime() || (a.id < b.id ? -1 : 1))
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
