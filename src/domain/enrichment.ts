import { NOTHING_UNKNOWN, type Unknown } from './enrichment-sources.js'
import { choicesOf, type Match } from './match.js'
import type { Account, CustomerTier, Enrichment, SyncStatus } from './person.js'

export interface EnrichmentPolicy {
  /** Who counts as an existing customer. @default every contact */
  existingCustomer: { by: 'contact' } | { by: 'accountType'; values: string[] } | { by: 'tier'; values: CustomerTier[] }
}

/** A write owed to one participant: dotted-free field names of `Enrichment`, to be set and to be removed. */
export interface EnrichmentChange {
  set: Enrichment
  unset: (keyof Enrichment)[]
}

/** More records than this are not listed in a document. */
const LISTED_IDS = 10
const TIERS: readonly CustomerTier[] = ['enterprise', 'growth', 'startup', 'community']

/** Every field that mh-sf owns on a participant (platform.md), and no other. */
export const ENRICHMENT_FIELDS = [
  'contactId',
  'leadId',
  'accountId',
  'accountName',
  'title',
  'company',
  'phone',
  'city',
  'department',
  'leadSource',
  'ownerId',
  'ownerName',
  'syncStatus',
  'syncError',
  'customerTier',
  'isExistingCustomer',
] as const satisfies readonly (keyof Enrichment)[]

/** What a participant's document ought to hold, given who they are in the org. The org is the source: blank there is absent here. */
export function enrichmentOf(match: Match, policy: EnrichmentPolicy): Enrichment {
  switch (match.kind) {
    case 'contact': {
      const { contact } = match
      return compact({
        contactId: contact.id,
        accountId: contact.account?.id,
        accountName: contact.account?.name,
        title: contact.title,
        company: contact.account?.name,
        phone: contact.phone,
        city: contact.city,
        department: contact.department,
        leadSource: contact.leadSource,
        ownerId: contact.ownerId,
        ownerName: contact.ownerName,
        syncStatus: 'synced',
        customerTier: tierOf(contact.account),
        isExistingCustomer: isExistingCustomer(contact.account, policy),
      })
    }
    case 'lead': {
      const { lead } = match
      return compact({
        leadId: lead.id,
        title: lead.title,
        company: lead.company,
        phone: lead.phone,
        city: lead.city,
        leadSource: lead.leadSource,
        ownerId: lead.ownerId,
        ownerName: lead.ownerName,
        syncStatus: 'synced',
        isExistingCustomer: false,
      })
    }
    case 'parked':
      return { syncStatus: 'error', syncError: `parked: ${match.cause} (${someIds(choicesOf(match))})` }
    case 'not_found':
      return { syncStatus: 'not_found', isExistingCustomer: false }
  }
}

/**
 * The records a person has to choose from, whatever the order of the org's answer. What is written down about a parked
 * person must not tell how we came there, or a second run, which comes by another way, would write again.
 */
function someIds(records: readonly { id: string }[]): string {
  const ids = records.map(({ id }) => id).sort()
  return ids.slice(0, LISTED_IDS).join(', ') + (ids.length > LISTED_IDS ? ', …' : '')
}

/** What a participant's document ought to hold when its address is not one; what an earlier run knew stays. */
export function unreadableAddress(current: Enrichment, problem: string): Enrichment {
  return {
    ...current,
    syncStatus: 'error' satisfies SyncStatus,
    syncError: `parked: the address is not usable (${problem})`,
  }
}

/**
 * The smallest change from what is stored to what ought to be, or none. What is unknown stays as it is while the record
 * is the same: a right that was taken away must not erase what was read before.
 */
export function enrichmentChange(
  current: Enrichment,
  desired: Enrichment,
  unknown: Unknown = NOTHING_UNKNOWN,
): EnrichmentChange | undefined {
  const same = current.contactId === desired.contactId && current.leadId === desired.leadId
  const kept = same ? (desired.contactId === undefined ? unknown.lead : unknown.contact) : new Set()
  const differing = ENRICHMENT_FIELDS.filter((field) => current[field] !== desired[field] && !kept.has(field))
  if (differing.length === 0) return undefined
  const given = differing.filter((field) => desired[field] !== undefined)
  return {
    set: Object.fromEntries(given.map((field) => [field, desired[field]])),
    unset: differing.filter((field) => desired[field] === undefined),
  }
}

/** One of the platform's four tiers, or none if the org's field is empty or says something else. */
export function tierOf(account: Account | undefined): CustomerTier | undefined {
  const text = account?.tier?.trim().toLowerCase()
  return TIERS.find((tier) => tier === text)
}

function isExistingCustomer(account: Account | undefined, { existingCustomer }: EnrichmentPolicy): boolean {
  switch (existingCustomer.by) {
    case 'contact':
      return true
    case 'accountType':
      return existingCustomer.values.some((value) => value.toLowerCase() === account?.type?.toLowerCase())
    case 'tier': {
      const tier = tierOf(account)
      return tier !== undefined && existingCustomer.values.includes(tier)
    }
  }
}

function compact(fields: Enrichment): Enrichment {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''))
}
