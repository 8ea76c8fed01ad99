import type { EnrichmentPolicy } from './enrichment.js'
import type { Enrichment } from './person.js'

type Field = keyof Enrichment

/** Enrichment that could not be computed, because the org or the user's rights lack what it comes from: it is unknown, not blank. */
export interface Unknown {
  contact: ReadonlySet<Field>
  lead: ReadonlySet<Field>
}

export const NOTHING_UNKNOWN: Unknown = { contact: new Set(), lead: new Set() }

/** What comes from which field of the org; `tier` stands for the configured field of Account. */
const SOURCES: Record<keyof Unknown, [Field, string[]][]> = {
  contact: [
    ['accountId', ['Contact.AccountId']],
    ['accountName', ['Contact.AccountId', 'Account.Name']],
    ['title', ['Contact.Title']],
    ['company', ['Contact.AccountId', 'Account.Name']],
    ['phone', ['Contact.Phone']],
    ['city', ['Contact.MailingCity']],
    ['department', ['Contact.Department']],
    ['leadSource', ['Contact.LeadSource']],
    ['ownerId', ['Contact.OwnerId']],
    ['ownerName', ['Contact.OwnerId']],
    ['customerTier', ['Contact.AccountId', 'Account.tier']],
  ],
  lead: [
    ['title', ['Lead.Title']],
    ['company', ['Lead.Company']],
    ['phone', ['Lead.Phone']],
    ['city', ['Lead.City']],
    ['leadSource', ['Lead.LeadSource']],
    ['ownerId', ['Lead.OwnerId']],
    ['ownerName', ['Lead.OwnerId']],
  ],
}

const CUSTOMER_SOURCES: Record<EnrichmentPolicy['existingCustomer']['by'], string[]> = {
  contact: [],
  accountType: ['Contact.AccountId', 'Account.Type'],
  tier: ['Contact.AccountId', 'Account.tier'],
}

/** Which enrichment is unknown when these fields of the org (`Account.Type`) cannot be read. */
export function unknownEnrichment(missing: readonly string[], tierField: string, policy: EnrichmentPolicy): Unknown {
  const lacking = new Set(missing.map((name) => (name === `Account.${tierField}` ? 'Account.tier' : name)))
  const unknown = (sources: [Field, string[]][]) =>
    new Set(sources.filter(([, from]) => from.some((name) => lacking.has(name))).map(([field]) => field))
  const customer: [Field, string[]] = ['isExistingCustomer', CUSTOMER_SOURCES[policy.existingCustomer.by]]
  return { contact: unknown([...SOURCES.contact, customer]), lead: unknown(SOURCES.lead) }
}
