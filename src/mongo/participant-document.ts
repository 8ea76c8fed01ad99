import type { ObjectId } from 'mongodb'
import { z } from 'zod'
import type { Enrichment, Participant, StoredMembership } from '../domain/person.js'
import { isObjectId } from './driver.js'

/** Only what is used; embeddings are large and are never read. */
export const PROJECTION = {
  email: 1,
  name: 1,
  userId: 1,
  'registeredEvents.eventId': 1,
  'registeredEvents.status': 1,
  salesforce: 1,
  customerTier: 1,
  isExistingCustomer: 1,
}

const text = z.string().optional().catch(undefined)
const time = z.date().optional().catch(undefined)
/** An id that is no text is shown as one, so that it is seen to differ from what ought to be there and is removed. */
const storedId = z
  .string()
  .nullish()
  .transform((id) => id ?? undefined)
  .catch(({ value }) => JSON.stringify(value))
const objectId = z.custom<ObjectId>(isObjectId).transform((id) => id.toHexString())
const registration = z.object({
  eventId: objectId,
  status: z.enum(['registered', 'attended', 'no_show']).catch('registered'),
})
const membership = z.object({
  eventId: objectId,
  campaignId: z.string(),
  campaignMemberId: z.string(),
  status: text,
  syncedAt: time,
})
const document = z.object({
  _id: z.custom<ObjectId>(isObjectId),
  email: z.unknown(),
  name: z.string().catch(''),
  userId: objectId.optional().catch(undefined),
  registeredEvents: readable(registration),
  customerTier: z.enum(['enterprise', 'growth', 'startup', 'community']).optional().catch(undefined),
  isExistingCustomer: z.boolean().optional().catch(undefined),
  salesforce: z
    .object({
      contactId: storedId,
      leadId: storedId,
      accountId: text,
      accountName: text,
      title: text,
      company: text,
      phone: text,
      city: text,
      department: text,
      leadSource: text,
      ownerId: text,
      ownerName: text,
      syncStatus: z.enum(['pending', 'synced', 'not_found', 'error']).optional().catch(undefined),
      syncError: text,
      lastSyncedAt: time,
      campaigns: readable(membership),
    })
    .optional()
    .catch(undefined),
})

/** The elements of a list that are what they should be; others are not ours to judge. */
function readable<T>(element: z.ZodType<T>): z.ZodType<T[]> {
  return z
    .array(z.unknown())
    .catch([])
    .transform((all) => all.flatMap((each) => element.safeParse(each).data ?? []))
}

/** A document of `participants` as the domain knows it, whatever is missing or odd in it; only an `_id` that is no ObjectId throws. */
export function toParticipant(raw: unknown): Participant {
  const { _id, email, name, userId, registeredEvents, salesforce, ...beside } = document.parse(raw)
  const { campaigns = [], lastSyncedAt, ...stored } = salesforce ?? {}
  const current: Enrichment = { ...stored, ...beside }
  return {
    id: _id.toHexString(),
    storedEmail: email,
    name,
    userId,
    current,
    lastSyncedAt,
    registrations: registeredEvents,
    memberships: campaigns,
  }
}

const added = z.looseObject({
  salesforce: z.record(z.string(), z.unknown()).nullish().catch(undefined),
  customerTier: z.unknown().optional(),
  isExistingCustomer: z.unknown().optional(),
})

/**
 * Whether a document of `participants` holds anything that we added. What the platform itself writes under `salesforce` is not ours:
 * `consent` (`leads.consent`), and that nobody has looked yet, which is how it leaves somebody to the worker (docs/library.md).
 */
export function holdsOurs(raw: unknown): boolean {
  const { salesforce, customerTier, isExistingCustomer } = added.parse(raw)
  const ours = Object.entries(salesforce ?? {}).flatMap(([field, value]) => {
    return field === 'consent' || (field === 'syncStatus' && value === 'pending') ? [] : [value]
  })
  return [...ours, customerTier, isExistingCustomer].some(
    (each) => each !== undefined && each !== null && !(Array.isArray(each) && each.length === 0),
  )
}

const listing = z.object({
  salesforce: z
    .object({ campaigns: readable(membership) })
    .optional()
    .catch(undefined),
})

/** The memberships that a document of `participants` tells. */
export function membershipsOf(raw: unknown): StoredMembership[] {
  return listing.parse(raw).salesforce?.campaigns ?? []
}
