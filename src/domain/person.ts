import type { NormalEmail } from './email.js'
import type { OptOut } from './opt-out.js'

/** One participant of the platform, as far as matching needs them; the id is 24 hexadecimal digits. */
export interface Participant {
  id: string
  /** As stored, whatever it is: the write is only made if it is still the same. */
  storedEmail: unknown
  name: string
  /** What earlier runs wrote under `salesforce` and beside it (platform.md, "What mh-sf adds"). */
  current: Enrichment
  /** When an earlier run looked last. */
  lastSyncedAt?: Date
  /** The account behind the person; banned people are known by it. */
  userId?: string
  registrations: readonly Registration[]
  /** Memberships that earlier runs wrote down, one for each event. */
  memberships: readonly StoredMembership[]
  /** What a person decided in a review: a contact or lead, or without an id, nobody. */
  decided?: { recordId?: string }
  /** Records that a duplicate rule of the org took for this person when a Lead was to be made of them. */
  lookalikeIds?: readonly string[]
  /** They are not to be sent anywhere. */
  optedOut?: OptOut
}

/** One event that a participant signed up for. */
export interface Registration {
  eventId: string
  status: 'registered' | 'attended' | 'no_show'
}

/** A Campaign Member as written down on the participant, per (participant, event). */
export interface StoredMembership {
  eventId: string
  campaignId: string
  campaignMemberId: string
  status?: string
  syncedAt?: Date
}

export type CustomerTier = 'enterprise' | 'growth' | 'startup' | 'community'

/** Absent means: the document has no such field. The names are those of platform.md. */
export interface Enrichment {
  contactId?: string
  leadId?: string
  accountId?: string
  accountName?: string
  title?: string
  company?: string
  phone?: string
  city?: string
  department?: string
  leadSource?: string
  ownerId?: string
  ownerName?: string
  syncStatus?: SyncStatus
  syncError?: string
  customerTier?: CustomerTier
  isExistingCustomer?: boolean
}

export type SyncStatus = 'pending' | 'synced' | 'not_found' | 'error'

export interface Account {
  id: string
  name: string
  type?: string
  /** The value of the configured tier field, as the org writes it. */
  tier?: string
  website?: string
}

export interface Contact {
  id: string
  email?: NormalEmail
  name: string
  title?: string
  department?: string
  phone?: string
  city?: string
  leadSource?: string
  ownerId?: string
  ownerName?: string
  account?: Account
  /** The participant's id, where the org has a field for it and it is filled. */
  ownKey?: string
  bounced: boolean
  lastActivity?: string
  createdAt: Date
  /** Fields that were asked for beside these, by the org's names, as text. */
  also?: Readonly<Record<string, string | undefined>>
}

export interface Lead {
  id: string
  email?: NormalEmail
  name: string
  title?: string
  company?: string
  phone?: string
  city?: string
  leadSource?: string
  ownerId?: string
  ownerName?: string
  converted: boolean
  convertedContactId?: string
  lastModified: Date
  /** As a contact's. */
  also?: Readonly<Record<string, string | undefined>>
}

/** A membership as `lookup` shows it. */
export interface Membership {
  campaignId: string
  campaignName: string
  status?: string
  personId: string
}

/** What became of a record that was asked for by its id. */
export type Fate =
  | { state: 'contact'; contact: Contact }
  | { state: 'lead'; lead: Lead }
  | { state: 'merged'; into: string }
  | { state: 'deleted' }
  | { state: 'unknown' }

/** What the org holds for one address, and what became of the records that had to be followed by id. */
export interface Candidates {
  contacts: readonly Contact[]
  leads: readonly Lead[]
  followed: ReadonlyMap<string, Fate>
}
