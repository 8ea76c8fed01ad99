import { ObjectId, type Document } from 'mongodb'
import { asError, type Database } from './database.js'

/** Of an account only these are anybody's business here; how it logs in is not. */
const OF_ACCOUNT = [
  'email',
  'name',
  'role',
  'company',
  'location',
  'githubUsername',
  'emailVerified',
  'banned',
  'deletedAt',
  'notificationPreferences',
  'createdAt',
  'updatedAt',
]

/** What the platform holds about a person, as it is kept; embeddings are left out, as nobody can read them. */
export interface PlatformData {
  participants: Document[]
  users: Document[]
  projects: Document[]
  teams: Document[]
  /** Names of the events that the others speak of, by id. */
  events: Document[]
}

/** Reads the platform's documents about a person. */
export async function readPlatformData(
  { db, host }: Database,
  participantIds: readonly string[],
  userIds: readonly string[],
): Promise<PlatformData> {
  const [people, accounts] = [participantIds, userIds].map((ids) => ({ $in: ids.map((id) => new ObjectId(id)) }))
  const find = (collection: string, filter: Document, projection: Document) =>
    db
      .collection(collection)
      .find(filter, { projection })
      .sort({ _id: 1 })
      .toArray()
      .catch((error: unknown) => {
        throw asError(error, host)
      })
  const account = Object.fromEntries(OF_ACCOUNT.map((name) => [name, 1]))
  const participants = await find('participants', { _id: people }, { skillsEmbedding: 0 })
  const events = participants.flatMap(({ registeredEvents }) => eventIdsOf(registeredEvents))
  const told = { name: 1, status: 1, category: 1, eventId: 1, submittedAt: 1 }
  return {
    participants,
    users: await find('users', { _id: accounts }, account),
    projects: await find('projects', { teamMembers: accounts }, { ...told, technologies: 1 }),
    teams: await find('teams', { $or: [{ members: accounts }, { leaderId: accounts }] }, told),
    events: await find('events', { _id: { $in: events } }, { name: 1, startDate: 1 }),
  }
}

function eventIdsOf(registrations: unknown): ObjectId[] {
  if (!Array.isArray(registrations)) return []
  return registrations.flatMap((each: Document | null) => (each?.eventId instanceof ObjectId ? [each.eventId] : []))
}
