import { type Document, Int32 } from 'bson'
import fc, { type Arbitrary } from 'fast-check'
import { type CollectionName } from './documents.js'
import { computation } from './expressions.js'

const FIELDS: Readonly<Record<CollectionName, readonly string[]>> = {
  participants: [
    'name',
    'email',
    'skills',
    'registeredEvents.eventId',
    'salesforce.syncStatus',
    'salesforce.campaigns.status',
    'customResponses',
  ],
  events: ['name', 'landingPage.slug', 'tags', 'capacity'],
  users: ['email', 'notificationPreferences.newsletter'],
  projects: ['name', 'technologies', 'teamMembers'],
  odd: ['a', 'b.a', 'c'],
}

const zero = new Int32(0)
const one = new Int32(1)

/** A projection as a find takes it. */
export function projection(collection: CollectionName): Arbitrary<Document> {
  const names = fc.uniqueArray(fc.constantFrom(...FIELDS[collection]), { minLength: 1, maxLength: 3 })
  const flags =
    (flag: unknown) =>
    (paths: readonly string[]): Document =>
      Object.fromEntries(paths.map((path) => [path, flag]))
  return fc.oneof(
    {
      weight: 3,
      arbitrary: fc
        .tuple(names.map(flags(one)), fc.constantFrom<Document>({}, {}, { _id: zero }))
        .map(([a, b]) => ({ ...a, ...b })),
    },
    { weight: 2, arbitrary: names.map(flags(zero)) },
    { weight: 1, arbitrary: fc.constantFrom<Document>({ _id: one }, { _id: zero }, {}) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.constantFrom('skills', 'registeredEvents', 'a', 'b'),
          fc.constantFrom<unknown>(one, new Int32(-1), [one, one]),
        )
        .map(([path, $slice]) => ({ [path]: { $slice } })),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Document>(
        { registeredEvents: { $elemMatch: { status: 'attended' } } },
        { a: { $elemMatch: { $gt: one } }, b: one },
      ),
    },
    { weight: 1, arbitrary: computation.map((x) => ({ x, name: one })) },
  )
}
