import { ObjectId, type Db } from 'mongodb'

/** How far somebody came at an event, as the platform calls it. */
export type Came = 'registered' | 'no_show' | 'attended'

export interface Membership {
  eventId: ObjectId
  campaignId: string
  campaignMemberId: string
  status: string
}

/** What the season needs of a participant (platform.md). */
export interface Participant {
  _id: ObjectId
  userId: ObjectId
  /** Anything at all, where another tool imported it. */
  email: unknown
  skills: string[]
  deletedAt?: Date | null
  registeredEvents: { eventId: ObjectId; status: Came }[]
  salesforce?: { contactId?: string; leadId?: string; campaigns?: Membership[] }
}

export interface HackathonEvent {
  _id: ObjectId
  name: string
  status: string
  startDate: Date
  endDate: Date
  landingPage?: { slug: string }
  salesforce?: { campaignId?: string }
}

/** The platform as it stands: nothing in it is the sync's opinion but what is under `salesforce`. */
export interface Platform {
  participants: Participant[]
  events: Map<string, HackathonEvent>
  /** Ids of users. */
  banned: Set<string>
  /** Names of the projects that a user handed in, by the user's id. */
  projects: Map<string, Set<string>>
}

interface Team {
  _id: ObjectId
  leaderId?: ObjectId
  members: ObjectId[]
}

interface Project {
  name: string
  status: string
  teamId?: ObjectId
  teamMembers: ObjectId[]
}

const HANDED_IN = ['submitted', 'under_review', 'judged']

/** Reads all of the platform that decides about anybody. */
export async function readPlatform(db: Db): Promise<Platform> {
  const participants = await db.collection<Participant>('participants').find().sort({ _id: 1 }).toArray()
  const events = await db.collection<HackathonEvent>('events').find().toArray()
  const banned = await db.collection('users').find({ banned: true }).project<{ _id: ObjectId }>({ _id: 1 }).toArray()
  return {
    participants,
    events: new Map(events.map((event) => [event._id.toHexString(), event])),
    banned: new Set(banned.map(({ _id }) => _id.toHexString())),
    projects: await readProjects(db),
  }
}

async function readProjects(db: Db): Promise<Map<string, Set<string>>> {
  const teams = new Map((await db.collection<Team>('teams').find().toArray()).map((team) => [String(team._id), team]))
  const names = new Map<string, Set<string>>()
  for (const project of await db.collection<Project>('projects').find().toArray()) {
    if (!HANDED_IN.includes(project.status)) continue
    const team = teams.get(String(project.teamId))
    const users = [...project.teamMembers, ...(team?.members ?? []), ...(team?.leaderId ? [team.leaderId] : [])]
    for (const user of users) names.set(String(user), (names.get(String(user)) ?? new Set()).add(project.name))
  }
  return names
}

/** How far somebody came at an event; undefined for who is not registered for it. */
export function cameTo({ registeredEvents }: Participant, eventId: string): Came | undefined {
  return registeredEvents.find((each) => each.eventId.toHexString() === eventId)?.status
}

/** What the platform does to people, with the driver it uses itself. */
export class Organisers {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  /** The event of a slug is under way from now on. */
  async begin(slug: string): Promise<void> {
    await this.#db.collection('events').updateOne({ 'landingPage.slug': slug }, { $set: { status: 'in_progress' } })
  }

  async register(people: readonly Participant[], eventId: string): Promise<void> {
    const registration = { eventId: new ObjectId(eventId), registrationDate: new Date(), status: 'registered' as const }
    await this.#all(people, (_id) => ({
      filter: { _id, 'registeredEvents.eventId': { $ne: registration.eventId } },
      update: { $push: { registeredEvents: { _id: new ObjectId(), ...registration } } },
    }))
  }

  async markAttended(people: readonly Participant[], eventId: string): Promise<void> {
    await this.#all(people, (_id) => ({
      filter: { _id, 'registeredEvents.eventId': new ObjectId(eventId) },
      update: { $set: { 'registeredEvents.$.status': 'attended' } },
    }))
  }

  async withdraw(people: readonly Participant[], eventId: string): Promise<void> {
    const update = { $pull: { registeredEvents: { eventId: new ObjectId(eventId) } } }
    await this.#all(people, (_id) => ({ filter: { _id }, update }))
  }

  async softDelete(people: readonly Participant[]): Promise<void> {
    await this.#all(people, (_id) => ({ filter: { _id }, update: { $set: { deletedAt: new Date() } } }))
  }

  async ban(people: readonly Participant[]): Promise<void> {
    const ids = people.map(({ userId }) => userId)
    await this.#db.collection('users').updateMany({ _id: { $in: ids } }, { $set: { banned: true } })
  }

  async #all(people: readonly Participant[], one: (id: ObjectId) => { filter: object; update: object }): Promise<void> {
    if (people.length === 0) return
    await this.#db.collection('participants').bulkWrite(people.map(({ _id }) => ({ updateOne: one(_id) })))
  }
}
