import { BSONRegExp, type Document, Int32 } from 'bson'
import fc, { type Arbitrary } from 'fast-check'
import { type CollectionName, email, eventId, idOf, skill, slug, status, userId } from './documents.js'
import { textOf } from './comparison.js'
import { date, embedded, ids, int, number, path, scalar, text, value } from './values.js'

const pattern = fc.constantFrom(
  new BSONRegExp('^a', ''),
  new BSONRegExp('B', 'i'),
  new BSONRegExp('o.$', ''),
  new BSONRegExp('^$', ''),
)

const typeName = fc.constantFrom<unknown>(
  'string',
  'number',
  'int',
  'double',
  'long',
  'object',
  'array',
  'null',
  'date',
  'objectId',
  'bool',
  new Int32(2),
  ['int', 'string'],
)

function operator(names: readonly string[], operand: Arbitrary<unknown>): Arbitrary<Document> {
  return fc.tuple(fc.constantFrom(...names), operand).map(([key, one]) => ({ [key]: one }))
}

/** Conditions on one path whose values are like `one`. */
function conditions(one: Arbitrary<unknown>): Arbitrary<unknown> {
  return fc.oneof(
    { weight: 4, arbitrary: one },
    { weight: 3, arbitrary: operator(['$eq', '$ne', '$gt', '$gte', '$lt', '$lte'], one) },
    { weight: 2, arbitrary: operator(['$in', '$nin'], fc.array(one, { maxLength: 3 })) },
    { weight: 1, arbitrary: operator(['$all'], fc.uniqueArray(one, { minLength: 1, maxLength: 3, selector: textOf })) },
    { weight: 1, arbitrary: fc.boolean().map(($exists) => ({ $exists })) },
    { weight: 1, arbitrary: fc.tuple(one, one).map(([$gte, $lt]) => ({ $gte, $lt })) },
  )
}

const oddCondition = fc.oneof(
  { weight: 8, arbitrary: conditions(value) },
  { weight: 1, arbitrary: typeName.map(($type) => ({ $type })) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 }).map((n) => ({ $size: new Int32(n) })) },
  {
    weight: 1,
    arbitrary: fc.oneof(
      pattern,
      pattern.map(($regex) => ({ $regex })),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 1 }))
      .map((two) => ({ $mod: two.map((n) => new Int32(n)) })),
  },
  {
    weight: 1,
    arbitrary: fc.oneof(operator(['$gt'], number), operator(['$exists'], fc.boolean())).map(($not) => ({ $not })),
  },
  {
    weight: 2,
    arbitrary: fc
      .oneof(operator(['$gt', '$lt', '$eq', '$ne'], scalar), embedded(scalar), fc.constant({ a: { $exists: true } }))
      .map(($elemMatch) => ({ $elemMatch })),
  },
)

function on(field: string, condition: Arbitrary<unknown>): Arbitrary<Document> {
  return condition.map((one) => ({ [field]: one }))
}

const participant = fc.oneof(
  on('email', conditions(email)),
  on('email', email),
  on('userId', conditions(userId)),
  on('skills', conditions(skill)),
  on('registeredEvents.eventId', conditions(eventId)),
  on('registeredEvents.status', status),
  on(
    'registeredEvents',
    fc
      .record({ eventId, status }, { requiredKeys: ['eventId'], noNullPrototype: true })
      .map(($elemMatch) => ({ $elemMatch })),
  ),
  on(
    'registeredEvents',
    fc.integer({ min: 0, max: 3 }).map((n) => ({ $size: new Int32(n) })),
  ),
  on('deletedAt', conditions(fc.oneof(date, fc.constant(null)))),
  on('teamId', conditions(fc.option(ids(6, 3)))),
  on('salesforce.syncStatus', conditions(fc.constantFrom('pending', 'synced', null))),
  on('salesforce.campaigns.eventId', conditions(eventId)),
  on(
    'salesforce.campaigns',
    fc
      .record({ eventId, status }, { requiredKeys: ['eventId'], noNullPrototype: true })
      .map(($elemMatch) => ({ $elemMatch })),
  ),
  on(
    'salesforce',
    fc.boolean().map(($exists) => ({ $exists })),
  ),
  on('customResponses.company', conditions(scalar)),
  on('points', conditions(number)),
  on('name', fc.oneof(conditions(text), pattern)),
)

const FIELDS: Readonly<Record<CollectionName, Arbitrary<Document>>> = {
  participants: participant,
  events: fc.oneof(
    on('landingPage.slug', conditions(slug)),
    on('landingPage.published', fc.boolean()),
    on('capacity', conditions(int)),
    on('startDate', conditions(date)),
    on('tags', conditions(skill)),
    on('name', fc.oneof(conditions(text), pattern)),
  ),
  users: fc.oneof(
    on('email', conditions(email)),
    on('role', conditions(fc.constantFrom('admin', 'judge', 'participant'))),
    on('banned', fc.constantFrom<unknown>(true, false, { $ne: true })),
    on('notificationPreferences.newsletter', conditions(fc.boolean())),
  ),
  projects: fc.oneof(
    on('eventId', conditions(eventId)),
    on('teamMembers', conditions(userId)),
    on('technologies', conditions(skill)),
    on('score', conditions(number)),
    on('status', conditions(fc.constantFrom('draft', 'submitted', 'judged'))),
  ),
  odd: fc.tuple(path, oddCondition).map(([key, condition]) => ({ [key]: condition })),
}

/** Two filters as one, by a clause or side by side. */
function joined(one: Arbitrary<Document>): Arbitrary<Document> {
  return fc.oneof(
    fc.tuple(one, one).map(([a, b]) => ({ ...a, ...b })),
    fc
      .tuple(fc.constantFrom('$and', '$or', '$nor'), fc.array(one, { minLength: 1, maxLength: 3 }))
      .map(([clause, filters]) => ({ [clause]: filters })),
  )
}

/** A filter on one document by its `_id`, so that which of several matches is changed is never a question. */
export function byId(collection: CollectionName): Arbitrary<Document> {
  return fc.oneof(
    { weight: 3, arbitrary: on('_id', idOf(collection)) },
    {
      weight: 2,
      arbitrary: fc.tuple(on('_id', idOf(collection)), FIELDS[collection]).map(([id, rest]) => ({ ...id, ...rest })),
    },
  )
}

/** Any filter on a collection. */
export function filter(collection: CollectionName): Arbitrary<Document> {
  const one = FIELDS[collection]
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant({}) },
    { weight: 5, arbitrary: one },
    { weight: 2, arbitrary: joined(one) },
    { weight: 1, arbitrary: on('_id', conditions(idOf(collection))) },
  )
}
