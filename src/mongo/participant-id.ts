import { asError, type Database } from './database.js'
import { isObjectId } from './driver.js'

/** The id of the participant who has one of these spellings of an address, preferably the first; deleted ones have none. */
export async function participantIdOf(database: Database, emails: readonly string[]): Promise<string | undefined> {
  const found = await database.db
    .collection('participants')
    .find(
      { _id: { $type: 'objectId' }, email: { $in: [...emails] }, deletedAt: null },
      { projection: { email: 1 }, readPreference: 'primary' },
    )
    .toArray()
    .catch((error: unknown) => {
      throw asError(error, database.host)
    })
  const one = found.find(({ email }) => email === emails[0]) ?? found[0]
  return isObjectId(one?._id) ? one._id.toHexString() : undefined
}
