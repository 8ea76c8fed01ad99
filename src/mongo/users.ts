import { ObjectId } from 'mongodb'
import { asError, type Database } from './database.js'

/** Which of these accounts are banned or soft-deleted: their people are not pushed (platform.md, users). */
export async function bannedUsers({ db, host }: Database, userIds: readonly string[]): Promise<Set<string>> {
  if (userIds.length === 0) return new Set()
  const filter = {
    _id: { $in: userIds.map((id) => new ObjectId(id)) },
    $or: [{ banned: true }, { deletedAt: { $ne: null } }],
  }
  const query = db.collection('users').find(filter, { projection: { _id: 1 } })
  const documents = await query.toArray().catch((error: unknown) => {
    throw asError(error, host)
  })
  return new Set(documents.map(({ _id }) => String(_id)))
}
