import { ObjectId, type Document } from 'mongodb'
import { z } from 'zod'
import { normaliseEmail } from '../domain/email.js'
import { MhError } from '../errors.js'
import { asError, type Database } from './database.js'
import { HAS_OBJECT_ID } from './object-ids.js'

/** Who somebody is on the platform. */
export interface KnownParticipant {
  id: string
  name: string
  /** Soft-deleted on the platform. */
  deleted: boolean
}

const ID = /^[\da-f]{24}$/iu
const document = z.object({
  _id: z.instanceof(ObjectId),
  name: z.string().catch('(no name)'),
  deletedAt: z.unknown().optional(),
})

/**
 * The participant of an address or an id as they were typed, a deleted one too where nobody else has the address. Throws USAGE for what is
 * neither, NOT_FOUND for who is not there; neither tells the address.
 */
export async function findParticipant(database: Database, typed: string): Promise<KnownParticipant> {
  const found = await database.db
    .collection('participants')
    .find(filterOf(typed), { projection: { name: 1, deletedAt: 1 } })
    .sort({ deletedAt: 1, _id: 1 })
    .limit(1)
    .toArray()
    .catch((error: unknown) => {
      throw asError(error, database.host)
    })
  const [one] = found
  if (!one) {
    throw new MhError(
      'NOT_FOUND',
      'No participant of the platform has this address or id.',
      'mh-sf lookup tells whether Salesforce knows an address.',
    )
  }
  const { _id, name, deletedAt } = document.parse(one)
  return { id: _id.toHexString(), name, deleted: (deletedAt ?? null) !== null }
}

function filterOf(typed: string): Document {
  if (ID.test(typed)) return { _id: new ObjectId(typed) }
  const address = normaliseEmail(typed)
  if (!address.ok) {
    throw new MhError(
      'USAGE',
      `What was given is neither an address nor the id of a participant: ${address.problem}.`,
      'Write it as in ana@example.com, or as the 24 letters and digits that other commands show.',
    )
  }
  return { ...HAS_OBJECT_ID, email: { $in: [...new Set([typed, address.email])] } }
}
