import { ObjectId, type Document, type Filter } from 'mongodb'
import { asError, type Database } from './database.js'
import { HAS_OBJECT_ID } from './object-ids.js'

const ID = { projection: { _id: 1 } }

/**
 * So many people of these events, the next after one of them in the order of their ids; after the last one comes the first again.
 * Who takes a sample after the other has had everybody in the end, whoever came meanwhile. Whom the platform has changed after
 * `unchangedSince` is left out: nobody has had the time to agree on them.
 */
export async function sampleOf(
  database: Database,
  eventIds: readonly string[],
  after: string | undefined,
  size: number,
  unchangedSince?: Date,
): Promise<string[]> {
  const settled = unchangedSince ? { updatedAt: { $not: { $gt: unchangedSince } } } : {}
  const take = async (range: Document, limit: number) => {
    if (limit === 0) return []
    const filter = { ...registeredFor(eventIds), ...settled, _id: { ...HAS_OBJECT_ID._id, ...range } }
    return idsOf(database, filter, limit)
  }
  if (after === undefined) return take({}, size)
  const last = new ObjectId(after)
  const next = await take({ $gt: last }, size)
  return [...next, ...(await take({ $lte: last }, size - next.length))]
}

/** These people, and all of the events that are known to be the same Contact or Lead as one of them. */
export async function withSameRecord(
  database: Database,
  eventIds: readonly string[],
  ids: readonly string[],
): Promise<string[]> {
  const participants = database.db.collection('participants')
  const records = async (field: string) => {
    const filter = { _id: { $in: ids.map((id) => new ObjectId(id)) }, [field]: { $type: 'string' } }
    return participants.distinct(field, filter).catch(told(database))
  }
  const [contacts, leads] = await Promise.all([records('salesforce.contactId'), records('salesforce.leadId')])
  const same = [{ 'salesforce.contactId': { $in: contacts } }, { 'salesforce.leadId': { $in: leads } }]
  const others = await idsOf(database, { ...registeredFor(eventIds), ...HAS_OBJECT_ID, $or: same })
  return [...new Set([...ids, ...others])]
}

function registeredFor(eventIds: readonly string[]): Filter<Document> {
  return { 'registeredEvents.eventId': { $in: eventIds.map((id) => new ObjectId(id)) }, deletedAt: null }
}

async function idsOf({ db, host }: Database, filter: Filter<Document>, limit = 0): Promise<string[]> {
  const query = db.collection('participants').find(filter, ID).sort({ _id: 1 }).limit(limit)
  return (await query.toArray().catch(told({ host }))).map(({ _id }) => String(_id))
}

function told({ host }: Pick<Database, 'host'>) {
  return (error: unknown): never => {
    throw asError(error, host)
  }
}
