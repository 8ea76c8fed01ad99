import type { Document } from 'bson'
import { AWKWARD } from './awkward.js'
import type { AwkwardPerson } from './awkward-person.js'
import { earlierLink } from './awkward-records.js'
import type { Dice } from './dice.js'
import { eventId, eventNamed, startOf } from './events.js'
import { documentId } from './ids.js'
import { person, type Person, type Registration, registrationsOf, signUpTime } from './people.js'
import { isInTeam, teamId } from './teams.js'
import { INTERESTS, PAST_PROJECTS, SKILLS } from './words.js'
import { DAY, dice, HOUR, type World } from './world.js'

/** How many of the first participants may carry an embedding: enough to notice when somebody reads it. */
const EMBEDDED_UP_TO = 300
const EMBEDDING_LENGTH = 64
const LEVELS = ['beginner', 'intermediate', 'intermediate', 'advanced']
const SHIRTS = ['S', 'M', 'L', 'XL']

/** Every document of `participants` (platform.md), the awkward people first. */
export function* participantDocuments(world: World): Generator<Document> {
  for (const [place, who] of AWKWARD.entries()) yield awkwardParticipant(world, who, place)
  for (let index = AWKWARD.length; index < world.participants; index++) {
    const registrations = registrationsOf(world, index)
    const team = isInTeam(world, index, registrations) ? teamId(index) : null
    const who = person(world, index)
    yield { ...participant(world, index, `${who.first} ${who.last}`, who.email, who, registrations), teamId: team }
  }
}

/** The registrations of an awkward person: for spring and attended, unless the table says otherwise. */
export function awkwardRegistrations(world: World, who: AwkwardPerson): Registration[] {
  return (who.events ?? ['spring']).map((event) => {
    const at = Math.min(startOf(eventNamed(event)), world.now) - 20 * DAY
    return { event, at, status: 'attended' }
  })
}

function awkwardParticipant(world: World, who: AwkwardPerson, place: number): Document {
  const registrations = awkwardRegistrations(world, who)
  return {
    ...participant(world, place, who.name, who.email, person(world, place), registrations),
    ...earlierLink(world, place),
    ...(who.softDeleted ? { deletedAt: new Date(world.now - 3 * DAY) } : {}),
  }
}

function participant(
  world: World,
  index: number,
  name: string,
  email: unknown,
  about: Person,
  registrations: readonly Registration[],
): Document {
  const throws = dice(world, 'profile', index)
  const embedded = index < EMBEDDED_UP_TO && index % 2 === 0
  return {
    _id: documentId('participant', index),
    userId: documentId('user', index),
    email,
    name,
    bio: throws.chance(0.6) ? `${about.title} from ${about.city}.` : '',
    skills: throws.some(SKILLS, 1 + throws.below(5)),
    interests: throws.some(INTERESTS, throws.below(4)),
    pastProjects: throws.chance(0.3) ? [throws.pick(PAST_PROJECTS)] : [],
    experience_level: throws.pick(LEVELS),
    ...(embedded ? { skillsEmbedding: Array.from({ length: EMBEDDING_LENGTH }, () => throws.next() - 0.5) } : {}),
    registeredEvents: registrations.map((registration, number) => ({
      _id: documentId('registration', index * 4 + number),
      eventId: eventId(registration.event),
      registrationDate: new Date(registration.at),
      status: registration.status,
    })),
    customResponses: answers(about, registrations, throws),
    teamId: null,
    createdAt: new Date(signUpTime(registrations)),
    updatedAt: new Date(lastChange(world, registrations)),
    __v: registrations.length,
  }
}

/** What the sign-up form of the first event asked. Keys are event ids; what is inside is the organisers' business. */
function answers(about: Person, registrations: readonly Registration[], throws: Dice): Document {
  const [first] = registrations
  if (!first || throws.chance(0.4)) return {}
  return {
    [eventId(first.event).toHexString()]: {
      company: about.employer?.name ?? '',
      github: `https://github.example/${about.email.slice(0, about.email.indexOf('@'))}`,
      tshirt: throws.pick(SHIRTS),
      marketingConsent: throws.chance(0.5),
    },
  }
}

/** The last registration, or the day after its event, when attendance was noted; never in the future. */
function lastChange(world: World, registrations: readonly Registration[]): number {
  const changes = registrations.map(({ event, at, status }) =>
    status === 'registered' ? at : startOf(eventNamed(event)) + DAY,
  )
  return Math.max(signUpTime(registrations), Math.min(world.now - HOUR, Math.max(...changes)))
}
