import { ObjectId, type Document, type Filter } from 'mongodb'
import { z } from 'zod'
import type { EventDetails, EventSummary } from '../domain/event.js'
import { asError, type Database } from './database.js'
import { HAS_OBJECT_ID } from './object-ids.js'

const eventDocument = z.object({
  _id: z.instanceof(ObjectId),
  name: z.string().catch('(no name)'),
  landingPage: z
    .object({ slug: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
  status: z.string().optional().catch(undefined),
  startDate: z.date().optional().catch(undefined),
  endDate: z.date().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  salesforce: z
    .object({
      campaignId: z.string().optional().catch(undefined),
      syncedAt: z.date().optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
})
const PROJECTION = { name: 1, 'landingPage.slug': 1, status: 1, startDate: 1 }
const DETAILS = { ...PROJECTION, endDate: 1, description: 1, 'salesforce.campaignId': 1, 'salesforce.syncedAt': 1 }

/**
 * All events, newest first; there are some hundreds at most. Embeddings and texts are never read. An event whose `_id`
 * is no ObjectId is none of the platform's and nobody can be registered for it: it is left out.
 */
export async function listEvents(database: Database): Promise<EventSummary[]> {
  const details = await read(database, HAS_OBJECT_ID, PROJECTION)
  return details.map(({ id, name, slug, status, startDate }) => ({ id, name, slug, status, startDate }))
}

/** All events, or those with the given ids, with what their Campaigns need. */
export async function listEventDetails(database: Database, ids?: readonly string[]): Promise<EventDetails[]> {
  const filter = ids === undefined ? HAS_OBJECT_ID : { _id: { $in: ids.map((id) => new ObjectId(id)) } }
  return read(database, filter, DETAILS)
}

/** Writes down the Campaign of an event, where the platform's admin pages show it (platform.md). */
export async function writeCampaignId(
  { db, host }: Database,
  eventId: string,
  campaignId: string,
  syncedAt: Date,
): Promise<void> {
  const update = { $set: { 'salesforce.campaignId': campaignId, 'salesforce.syncedAt': syncedAt } }
  await db
    .collection('events')
    .updateOne({ _id: new ObjectId(eventId) }, update)
    .catch((error: unknown) => {
      throw asError(error, host)
    })
}

async function read({ db, host }: Database, filter: Filter<Document>, projection: Document): Promise<EventDetails[]> {
  const query = db.collection('events').find(filter, { projection }).sort({ startDate: -1, _id: 1 })
  const documents = await query.toArray().catch((error: unknown) => {
    throw asError(error, host)
  })
  return documents.map((document) => {
    const event = eventDocument.parse(document)
    return {
      id: event._id.toHexString(),
      name: event.name,
      slug: event.landingPage?.slug,
      status: event.status,
      startDate: event.startDate,
      endDate: event.endDate,
      description: event.description,
      campaignId: event.salesforce?.campaignId,
      syncedAt: event.salesforce?.syncedAt,
    }
  })
}
