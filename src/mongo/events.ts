import { ObjectId } from 'mongodb'
import { z } from 'zod'
import type { EventSummary } from '../domain/event.js'
import { HAS_OBJECT_ID, asError, type Database } from './database.js'

const eventDocument = z.object({
  _id: z.instanceof(ObjectId),
  name: z.string().catch('(no name)'),
  landingPage: z
    .object({ slug: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
  status: z.string().optional().catch(undefined),
  startDate: z.date().optional().catch(undefined),
})

/**
 * All events, newest first; there are some hundreds at most. Embeddings and texts are never read. An event whose `_id`
 * is no ObjectId is none of the platform's and nobody can be registered for it: it is left out.
 */
export async function listEvents({ db, host }: Database): Promise<EventSummary[]> {
  const projection = { name: 1, 'landingPage.slug': 1, status: 1, startDate: 1 }
  const query = db.collection('events').find(HAS_OBJECT_ID, { projection }).sort({ startDate: -1, _id: 1 })
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
    }
  })
}
