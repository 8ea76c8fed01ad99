import type { Document } from 'bson'
import { AWKWARD } from './awkward.js'
import type { AwkwardPerson } from './awkward-person.js'
import { documentId } from './ids.js'
import { awkwardRegistrations } from './participants.js'
import { person, type Person, registrationsOf, signUpTime } from './people.js'
import { DAY, dice, type World } from './world.js'

/** Accounts of people who are no participants: they are never synced (platform.md, users). Role, name, employer. */
const STAFF = [
  ['super_admin', 'Imogen Sandler', 'MongoHacks'],
  ['admin', 'Piotr Ostrowski', 'MongoHacks'],
  ['organizer', 'Amina Yusupova', 'MongoHacks'],
  ['organizer', 'Desmond Achebe-Lyle', 'MongoHacks'],
  ['marketer', 'Coralie Vandamme', 'MongoHacks'],
  ['mentor', 'Gustav Edelmann', 'Almery Robotics'],
  ['mentor', 'Ritika Sehgal-Moss', 'Brightfen Cloud'],
  ['judge', 'Octavia Brunel', 'Calderwick Labs'],
  ['judge', 'Kazuo Minamoto', 'Harbourlight Systems'],
  ['partner', 'Jelena Marković-Hale', 'Quillmark Labs'],
] as const
const STAFF_FROM = 0x40000000

/** Every document of `users`: one for each participant, with the same number, then the staff. */
export function* userDocuments(world: World): Generator<Document> {
  for (const [place, who] of AWKWARD.entries()) yield awkwardUser(world, who, place)
  for (let index = AWKWARD.length; index < world.participants; index++) {
    const who = person(world, index)
    const madeAt = signUpTime(registrationsOf(world, index))
    yield user(world, index, `${who.first} ${who.last}`, who.email, who, madeAt)
  }
  yield* staff(world)
}

function awkwardUser(world: World, who: AwkwardPerson, place: number): Document {
  const email = loginAddress(who)
  const madeAt = signUpTime(awkwardRegistrations(world, who))
  return {
    ...user(world, place, who.name, email, person(world, place), madeAt),
    banned: who.banned === true,
    ...(who.softDeleted ? { deletedAt: new Date(world.now - 3 * DAY) } : {}),
  }
}

/** People log in with a tidy address even where an import spoilt the participant's. */
function loginAddress({ id, email, expected }: AwkwardPerson): string {
  return typeof email === 'string' && expected.outcome !== 'malformed'
    ? email.trim().toLowerCase()
    : `${id}@people.example`
}

function user(world: World, index: number, name: string, email: string, about: Person, madeAt: number): Document {
  const throws = dice(world, 'profile', -1 - index)
  const made = new Date(madeAt)
  return {
    _id: documentId('user', index),
    email,
    name,
    role: 'participant',
    ...(about.employer ? { company: about.employer.name } : {}),
    location: `${about.city}, ${about.country}`,
    ...(throws.chance(0.5) ? { githubUsername: `hacker-${index}` } : {}),
    emailVerified: throws.chance(0.85),
    banned: false,
    notificationPreferences: { newsletter: throws.chance(0.4) },
    createdAt: made,
    updatedAt: made,
    __v: 0,
  }
}

function* staff(world: World): Generator<Document> {
  const made = new Date(world.now - 700 * DAY)
  for (const [number, [role, name, company]] of STAFF.entries()) {
    yield {
      _id: documentId('user', STAFF_FROM + number),
      email: `staff-${number + 1}@mongohacks.example`,
      name,
      role,
      company,
      emailVerified: true,
      banned: false,
      notificationPreferences: { newsletter: false },
      createdAt: made,
      updatedAt: made,
      __v: 0,
    }
  }
}
