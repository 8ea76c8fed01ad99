import { type Document, Int32 } from 'bson'
import fc, { type Arbitrary } from 'fast-check'
import { date, double, ids, int, scalar, text, value } from './values.js'

/** The collections of a stream: four of the platform's shape, one of anything, one whose documents are keyed by a field. */
export const COLLECTIONS = ['participants', 'events', 'users', 'projects', 'odd'] as const

export type CollectionName = (typeof COLLECTIONS)[number]

const POOLS: Readonly<Record<Exclude<CollectionName, 'odd'>, number>> = {
  participants: 1,
  events: 2,
  users: 3,
  projects: 4,
}

/** An `_id` that a document of the collection may have. */
export function idOf(collection: CollectionName): Arbitrary<unknown> {
  if (collection !== 'odd') return ids(POOLS[collection], collection === 'events' ? 5 : 15)
  return fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 12 }).map((n) => new Int32(n)) },
    { weight: 1, arbitrary: fc.constantFrom('x', 'y', '') },
    { weight: 1, arbitrary: fc.constantFrom<unknown>({ a: new Int32(1) }, { a: new Int32(2), b: 'x' }, true) },
  )
}

export const eventId = ids(POOLS.events, 5)
export const userId = ids(POOLS.users, 15)
export const email = fc.integer({ min: 1, max: 15 }).map((n) => `p${n}@example.org`)
export const skill = fc.constantFrom('js', 'python', 'mongodb', 'react', 'go')
export const status = fc.constantFrom('registered', 'attended', 'no_show')
export const slug = fc.constantFrom('spring-2026', 'autumn-2026', 'summer-2025', 'nairobi')

export const registration: Arbitrary<Document> = fc.record(
  { _id: ids(5, 20), eventId, registrationDate: date, status },
  { requiredKeys: ['eventId', 'status'], noNullPrototype: true },
)

export const campaign: Arbitrary<Document> = fc.record(
  { eventId, campaignId: text, status, syncedAt: date },
  { requiredKeys: ['eventId'], noNullPrototype: true },
)

const salesforce: Arbitrary<Document> = fc.record(
  {
    contactId: fc.constantFrom('003A', '003B', null),
    syncStatus: fc.constantFrom('pending', 'synced', 'not_found', 'error'),
    lastSyncedAt: date,
    campaigns: fc.array(campaign, { maxLength: 3 }),
  },
  { requiredKeys: [], noNullPrototype: true },
)

const participant: Arbitrary<Document> = fc.record(
  {
    _id: idOf('participants'),
    userId,
    email,
    name: text,
    skills: fc.array(skill, { maxLength: 4 }),
    experience_level: fc.constantFrom('beginner', 'intermediate', 'advanced'),
    skillsEmbedding: fc.array(double, { maxLength: 4 }),
    registeredEvents: fc.array(registration, { maxLength: 3 }),
    customResponses: fc.dictionary(fc.constantFrom('company', 'github', 'q1'), scalar, {
      maxKeys: 2,
      noNullPrototype: true,
    }),
    teamId: fc.option(ids(6, 3)),
    deletedAt: date,
    salesforce,
    points: fc.oneof(int, double),
    __v: fc.constant(new Int32(0)),
  },
  { requiredKeys: ['_id', 'userId', 'email', 'name', 'skills', 'registeredEvents', '__v'], noNullPrototype: true },
)

const event: Arbitrary<Document> = fc.record(
  {
    _id: idOf('events'),
    name: text,
    landingPage: fc.record({ slug, published: fc.boolean() }, { requiredKeys: [], noNullPrototype: true }),
    startDate: date,
    status: fc.constantFrom('draft', 'open', 'in_progress', 'concluded'),
    capacity: int,
    tags: fc.array(skill, { maxLength: 3 }),
    isVirtual: fc.boolean(),
  },
  { requiredKeys: ['_id', 'name'], noNullPrototype: true },
)

const user: Arbitrary<Document> = fc.record(
  {
    _id: userId,
    email,
    name: text,
    role: fc.constantFrom('admin', 'organizer', 'judge', 'participant'),
    company: text,
    banned: fc.boolean(),
    notificationPreferences: fc.record({ newsletter: fc.boolean() }, { noNullPrototype: true }),
  },
  { requiredKeys: ['_id', 'email'], noNullPrototype: true },
)

const project: Arbitrary<Document> = fc.record(
  {
    _id: idOf('projects'),
    eventId,
    teamId: ids(6, 3),
    name: text,
    status: fc.constantFrom('draft', 'submitted', 'judged'),
    technologies: fc.array(skill, { maxLength: 3 }),
    submittedAt: date,
    teamMembers: fc.array(userId, { maxLength: 4 }),
    score: fc.oneof(int, double),
  },
  { requiredKeys: ['_id', 'eventId'], noNullPrototype: true },
)

const ODD_NAMES = fc.constantFrom('a', 'b', 'c', 'd', 'Ä', 'E')

const odd: Arbitrary<Document> = fc
  .tuple(idOf('odd'), fc.option(scalar), fc.dictionary(ODD_NAMES, value, { maxKeys: 5, noNullPrototype: true }))
  .map(([_id, s, fields]) => ({ _id, ...(s !== null && { s }), ...fields }))

/** A document as the collection holds them. */
export const DOCUMENTS: Readonly<Record<CollectionName, Arbitrary<Document>>> = {
  participants: participant,
  events: event,
  users: user,
  projects: project,
  odd,
}
