import type { Document, Filter } from 'mongodb'
import { isLeftAlone } from '../domain/opt-out.js'
import type { Participant } from '../domain/person.js'
import { asError, type Database } from './database.js'
import { OptOuts, type Traits } from './opt-outs.js'
import { toParticipant } from './participant-document.js'

const PAGE = 5_000
const PROJECTION = { email: 1, 'salesforce.contactId': 1, 'salesforce.leadId': 1 }

/** By what a participant is known among those who have opted out. */
export function traitsOf({ id, storedEmail, current: { contactId, leadId } }: Participant): Traits {
  return {
    emails: [storedEmail],
    participantIds: [id],
    recordIds: [contactId, leadId].filter((each) => each !== undefined),
  }
}

/**
 * The participants of a filter who are left alone: nobody looks them up, and nothing is written to them. Documents are read only where
 * anybody is noted at all, page by page in the order of `_id`. Throws CONFIG_MISSING as `OptOuts.among` does.
 */
export async function leftAloneIn(database: Database, filter: Filter<Document>): Promise<Participant[]> {
  const optOuts = new OptOuts(database)
  const leftAlone: Participant[] = []
  if (await optOuts.isEmpty()) return leftAlone
  for (let last: unknown = undefined; ;) {
    const range = last === undefined ? [] : [{ _id: { $gt: last } } as Filter<Document>]
    const documents: Document[] = await database.db
      .collection('participants')
      .find({ $and: [filter, ...range] }, { projection: PROJECTION })
      .sort({ _id: 1 })
      .limit(PAGE)
      .toArray()
      .catch((error: unknown) => {
        throw asError(error, database.host)
      })
    if (documents.length === 0) return leftAlone
    last = documents.at(-1)?._id
    const people = documents.map(toParticipant)
    const noted = await optOuts.among(people.map(traitsOf))
    leftAlone.push(...people.filter((_, at) => isLeftAlone(noted[at])))
  }
}

/** Which of these participants are left alone. */
export async function leftAloneAmong(database: Database, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const make = await database.ids()
  return new Set((await leftAloneIn(database, { _id: { $in: ids.map(make) } })).map(({ id }) => id))
}
