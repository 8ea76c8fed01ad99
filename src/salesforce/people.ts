import { domainToUnicode } from 'node:url'
import { idsToFollow, type Wanted } from '../domain/match.js'
import { domainOf, spellings, type NormalEmail } from '../domain/email.js'
import type { EnrichmentPolicy } from '../domain/enrichment.js'
import { unknownEnrichment, type Unknown } from '../domain/enrichment-sources.js'
import { isFreeMail, isSameOrganisation } from '../domain/free-mail.js'
import type { Account, Candidates, Contact, Fate, Lead, Membership } from '../domain/person.js'
import { CONTACTS_PER_QUERY, LEADS_PER_QUERY } from '../domain/read-plan.js'
import type { ReadableFields } from './fields.js'
import type { Org } from './org.js'
import {
  contactSelection,
  isLeadId,
  leadSelection,
  toContact,
  toFate,
  toLead,
  toMembership,
  type CustomFields,
} from './people-rows.js'
import { chunkList, queryLists, type FlatRow, type ListQuery } from './query.js'
import { anyOf, contains, fragment, identifiers, soql, type Soql } from './soql.js'

/** Contacts and leads by address, before anything is followed by id. */
export interface Found {
  contacts: Contact[]
  leads: Lead[]
}

export const NOBODY: Found = { contacts: [], leads: [] }

/** What `lookup` shows beside the match. */
export interface Surroundings {
  memberships: Membership[]
  /** Accounts whose website is the address's domain: a hint only. */
  accountHints: Map<NormalEmail, Account>
  /** What could not be read, with the org's code: said, never fatal. */
  refused: string[]
}

const MEMBERS = identifiers(['CampaignId', 'Campaign.Name', 'Status', 'ContactId', 'LeadId'])
/** Hints are for a person who looks; for more addresses than this nobody reads them. */
const HINTED_DOMAINS = 20

/** Reads people from the org: candidates in bulk, records by id, and what surrounds a person. */
export class People {
  readonly #contact: ReturnType<typeof contactSelection>
  readonly #lead: ReturnType<typeof leadSelection>
  /** With `also` only what can be read: a field that is not there is unknown, not empty. */
  readonly custom: CustomFields

  constructor(
    private readonly org: Org,
    private readonly fields: ReadableFields,
    wanted: CustomFields,
  ) {
    this.#contact = contactSelection(fields, wanted)
    this.#lead = leadSelection(fields, wanted)
    this.custom = { ...wanted, also: wanted.also && readableOf(wanted.also, fields) }
  }

  /** Whether every one of these fields of Contact can be read. */
  readsContact(names: readonly string[]): boolean {
    return names.every((name) => this.fields.Contact.has(name))
  }

  /** What is read of a contact. */
  get contactFields(): readonly string[] {
    return this.#contact.fields
  }

  /** What is read of a lead. */
  get leadFields(): readonly string[] {
    return this.#lead.fields
  }

  /** Fields that the org or this user's rights lack, and that are therefore left out. */
  get missingFields(): string[] {
    return [...this.#contact.missing, ...this.#lead.missing]
  }

  /** The enrichment that comes from fields left out. */
  unknown(policy: EnrichmentPolicy): Unknown {
    return unknownEnrichment(this.missingFields, this.custom.tier, policy)
  }

  /** SOQL that reads every contact, or lead, that has an address: for an export. */
  exportStatement(object: 'Contact' | 'Lead'): Soql {
    return object === 'Contact'
      ? soql`SELECT ${identifiers(this.#contact.fields)} FROM Contact WHERE Email != null`
      : soql`SELECT ${identifiers(this.#lead.fields)} FROM Lead WHERE Email != null`
  }

  /** All contacts and leads that have one of the addresses, by address. */
  async byAddress(emails: readonly NormalEmail[]): Promise<Map<NormalEmail, Found>> {
    const { rows } = await queryLists(this.org, [...this.#contactQueries(emails), ...this.#leadQueries(emails)])
    return this.#group(rows)
  }

  /** As `byAddress`, with memberships and account hints, in the same call while the addresses are few. */
  async withSurroundings(
    emails: readonly NormalEmail[],
  ): Promise<{ found: Map<NormalEmail, Found>; surroundings: Surroundings }> {
    const people = [...this.#contactQueries(emails), ...this.#leadQueries(emails)]
    const members = [...memberQueries(emails, 'Contact'), ...memberQueries(emails, 'Lead')]
    const hints = this.fields.Account.has('Website') ? hintQueries(emails) : []
    const { rows, refused } = await queryLists(this.org, [...people, ...members, ...hints])
    const memberRows = rows.slice(people.length, people.length + members.length).flat()
    const accountRows = rows.slice(people.length + members.length).flat()
    return {
      found: this.#group(rows.slice(0, people.length)),
      surroundings: {
        memberships: uniqueMemberships(memberRows),
        accountHints: matchHints(emails, accountRows),
        refused,
      },
    }
  }

  /** The memberships of records that no address brought up; no call when there are none. */
  async membershipsOf(ids: readonly string[]): Promise<{ memberships: Membership[]; refused: string[] }> {
    const { rows, refused } = await queryLists(this.org, memberQueriesById(ids))
    return { memberships: uniqueMemberships(rows.flat()), refused }
  }

  /**
   * Completes the candidates of each wanted person, in their order, with the records that must be followed by id:
   * stored links, contacts of converted leads, survivors of merges. No call when there is nothing to follow.
   */
  async complete<T extends { who: Wanted; found: Found }>(
    wanted: readonly T[],
  ): Promise<(Omit<T, 'found'> & Candidates)[]> {
    const followed = new Map<string, Fate>()
    const candidates = wanted.map(({ found, ...rest }) => ({ ...rest, ...found, followed }))
    for (;;) {
      const ids = new Set(candidates.flatMap((each) => idsToFollow(each.who.link, each)))
      if (ids.size === 0) return candidates
      for (const [id, fate] of await this.#byId([...ids])) followed.set(id, fate)
    }
  }

  /** Rows of an export or a query as people. */
  parse(object: 'Contact' | 'Lead', row: FlatRow): Contact | Lead {
    return object === 'Contact' ? toContact(row, this.custom) : toLead(row, this.custom)
  }

  async #byId(ids: readonly string[]): Promise<Map<string, Fate>> {
    const leads = ids.filter(isLeadId)
    const contacts = ids.filter((id) => !isLeadId(id))
    const contactFields = fragment(soql`${identifiers(this.#contact.fields)}, IsDeleted, MasterRecordId`)
    const leadFields = fragment(soql`${identifiers(this.#lead.fields)}, IsDeleted, MasterRecordId`)
    const queries = [
      ...chunkList(contacts, CONTACTS_PER_QUERY).map((values): ListQuery => ({
        values,
        statement: (some) => soql`SELECT ${contactFields} FROM Contact WHERE Id IN ${some}`,
        deletedToo: true,
      })),
      ...chunkList(leads, CONTACTS_PER_QUERY).map((values): ListQuery => ({
        values,
        statement: (some) => soql`SELECT ${leadFields} FROM Lead WHERE Id IN ${some}`,
        deletedToo: true,
      })),
    ]
    const { rows } = await queryLists(this.org, queries)
    const fates = new Map<string, Fate>(ids.map((id) => [id, { state: 'unknown' }]))
    // A stored id may have 15 characters; the org answers with 18.
    const askedBy = new Map(ids.map((id) => [id.slice(0, 15), id]))
    for (const row of rows.flat()) {
      const asked = askedBy.get(row.Id?.slice(0, 15) ?? '')
      if (asked !== undefined) fates.set(asked, toFate(row, this.custom))
    }
    return fates
  }

  #contactQueries(emails: readonly NormalEmail[]): ListQuery[] {
    const fields = identifiers(this.#contact.fields)
    return chunkList(allSpellings(emails), CONTACTS_PER_QUERY).map((values) => ({
      values,
      statement: (some) => soql`SELECT ${fields} FROM Contact WHERE Email IN ${some}`,
    }))
  }

  #leadQueries(emails: readonly NormalEmail[]): ListQuery[] {
    const fields = identifiers(this.#lead.fields)
    return chunkList(allSpellings(emails), LEADS_PER_QUERY).map((values) => ({
      values,
      statement: (some) => soql`SELECT ${fields} FROM Lead WHERE Email IN ${some}`,
    }))
  }

  #group(rows: readonly FlatRow[][]): Map<NormalEmail, Found> {
    const found = new Map<NormalEmail, Found>()
    for (const row of rows.flat()) {
      const isLead = isLeadId(row.Id ?? '')
      const person = this.parse(isLead ? 'Lead' : 'Contact', row)
      if (person.email === undefined) continue
      const entry = found.get(person.email) ?? { contacts: [], leads: [] }
      if ('converted' in person) entry.leads.push(person)
      else entry.contacts.push(person)
      found.set(person.email, entry)
    }
    return found
  }
}

function readableOf(also: Required<CustomFields>['also'], fields: ReadableFields): Required<CustomFields>['also'] {
  return {
    Contact: also.Contact.filter((name) => fields.Contact.has(name)),
    Lead: also.Lead.filter((name) => fields.Lead.has(name)),
  }
}

function allSpellings(emails: readonly NormalEmail[]): string[] {
  return emails.flatMap((email) => spellings(email, domainToUnicode))
}

function memberQueries(emails: readonly NormalEmail[], person: 'Contact' | 'Lead'): ListQuery[] {
  return chunkList(allSpellings(emails), CONTACTS_PER_QUERY).map((values) => ({
    values,
    optional: `campaigns of ${person.toLowerCase()}s`,
    statement: (some) =>
      person === 'Contact'
        ? soql`SELECT ${MEMBERS} FROM CampaignMember WHERE ContactId IN (SELECT Id FROM Contact WHERE Email IN ${some})`
        : soql`SELECT ${MEMBERS} FROM CampaignMember WHERE LeadId IN (SELECT Id FROM Lead WHERE Email IN ${some})`,
  }))
}

function memberQueriesById(ids: readonly string[]): ListQuery[] {
  const query = (values: readonly string[], statement: ListQuery['statement']): ListQuery[] =>
    chunkList(values, CONTACTS_PER_QUERY).map((some) => ({ values: some, statement, optional: 'campaigns' }))
  const contacts = ids.filter((id) => !isLeadId(id))
  return [
    ...query(contacts, (some) => soql`SELECT ${MEMBERS} FROM CampaignMember WHERE ContactId IN ${some}`),
    ...query(ids.filter(isLeadId), (some) => soql`SELECT ${MEMBERS} FROM CampaignMember WHERE LeadId IN ${some}`),
  ]
}

function hintQueries(emails: readonly NormalEmail[]): ListQuery[] {
  const domains = [...new Set(emails.map(domainOf))].filter((domain) => !isFreeMail(domain))
  if (domains.length === 0 || domains.length > HINTED_DOMAINS) return []
  const like = (domain: string) => soql`Website LIKE ${contains(domain)}`
  const statement = (some: readonly string[]) =>
    soql`SELECT Id, Name, Website FROM Account WHERE ${anyOf(some.map(like))} ORDER BY Id LIMIT 200`
  return [{ values: domains, statement, optional: 'account hints' }]
}

function matchHints(emails: readonly NormalEmail[], rows: readonly FlatRow[]): Map<NormalEmail, Account> {
  const hints = new Map<NormalEmail, Account>()
  for (const email of emails) {
    const row = rows.find(({ Website }) => Website !== undefined && isSameOrganisation(domainOf(email), Website))
    if (row?.Id !== undefined) hints.set(email, { id: row.Id, name: row.Name ?? '', website: row.Website })
  }
  return hints
}

/** A converted lead's membership is found through the lead and through the contact: it is one. */
function uniqueMemberships(rows: readonly FlatRow[]): Membership[] {
  const seen = new Set<string>()
  return rows.flatMap(toMembership).filter(({ campaignId, personId }) => {
    const key = `${campaignId}:${personId}`
    return seen.size < seen.add(key).size
  })
}
