import type { Document, ObjectId } from 'bson'
import { AWKWARD } from './awkward.js'
import { eventId, eventNamed, startOf } from './events.js'
import { documentId } from './ids.js'
import { type Registration, registrationsOf } from './people.js'
import { HOUSES, SKILLS } from './words.js'
import { DAY, dice, type World } from './world.js'

/** Neighbours who want a team find each other: participants 5n to 5n + 4 are in team n, or in none. */
const NEIGHBOURS = 5
const CATEGORIES = ['AI agents', 'Best use of Atlas', 'Social good', 'Developer tools']
const THINGS = ['Compass', 'Notebook', 'Radar', 'Garden', 'Lantern', 'Atlas', 'Loom', 'Bridge']

/** Whether somebody who came to the spring event as their first one joined a team there. */
export function isInTeam(world: World, index: number, [first]: readonly Registration[]): boolean {
  if (index < AWKWARD.length || first?.event !== 'spring' || first.status !== 'attended') return false
  return dice(world, 'team', index).chance(0.8)
}

export function teamId(index: number): ObjectId {
  return documentId('team', Math.floor(index / NEIGHBOURS))
}

interface Team {
  number: number
  name: string
  /** Ids of users, not of participants (platform.md, projects and teams); the first one leads. */
  members: ObjectId[]
  formedAt: Date
}

/** Every document of `teams`. */
export function* teamDocuments(world: World): Generator<Document> {
  for (const { number, name, members, formedAt } of teams(world)) {
    yield {
      _id: documentId('team', number),
      eventId: eventId('spring'),
      name,
      leaderId: members[0],
      members,
      status: members.length > 1 ? 'active' : 'forming',
      createdAt: formedAt,
      updatedAt: formedAt,
      __v: members.length,
    }
  }
}

/** Every document of `projects`: four in five teams have one, most of them handed in. */
export function* projectDocuments(world: World): Generator<Document> {
  for (const { number, name, members, formedAt } of teams(world)) {
    const throws = dice(world, 'team', -1 - number)
    if (!throws.chance(0.8)) continue
    const status = throws.pick(['draft', 'submitted', 'under_review', 'judged', 'judged', 'judged'])
    const handedIn = new Date(formedAt.getTime() + 2 * DAY)
    yield {
      _id: documentId('project', number),
      eventId: eventId('spring'),
      teamId: documentId('team', number),
      name: `${name.replace('Team ', '')} ${throws.pick(THINGS)}`,
      category: throws.pick(CATEGORIES),
      technologies: throws.some(SKILLS, 2 + throws.below(3)),
      status,
      ...(status === 'draft' ? {} : { submittedAt: handedIn }),
      featured: status === 'judged' && throws.chance(0.1),
      teamMembers: members,
      createdAt: formedAt,
      updatedAt: handedIn,
      __v: 0,
    }
  }
}

function* teams(world: World): Generator<Team> {
  const formedAt = new Date(Math.min(startOf(eventNamed('spring')), world.now - 4 * DAY))
  for (let number = 0; number * NEIGHBOURS < world.participants; number++) {
    const members: ObjectId[] = []
    const end = Math.min(world.participants, (number + 1) * NEIGHBOURS)
    for (let index = number * NEIGHBOURS; index < end; index++) {
      if (isInTeam(world, index, registrationsOf(world, index))) members.push(documentId('user', index))
    }
    const name = `Team ${HOUSES[number % HOUSES.length] as string} ${number + 1}`
    if (members.length > 0) yield { number, name, members, formedAt }
  }
}
