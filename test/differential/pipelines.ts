import { type Document, Double, Int32 } from 'bson'
import fc, { type Arbitrary } from 'fast-check'
import { type CollectionName } from './documents.js'
import { computation, numeric } from './expressions.js'
import { filter } from './filters.js'

/** A pipeline, and whether its documents come in one order. */
export interface Pipeline {
  readonly stages: readonly Document[]
  readonly ordered: boolean
}

const one = new Int32(1)

const ARRAYS: Readonly<Record<CollectionName, readonly string[]>> = {
  participants: ['skills', 'registeredEvents', 'salesforce.campaigns'],
  events: ['tags'],
  users: ['company'],
  projects: ['technologies', 'teamMembers'],
  odd: ['a', 'b', 'c'],
}

const KEYS: Readonly<Record<CollectionName, readonly unknown[]>> = {
  participants: [
    '$experience_level',
    '$salesforce.syncStatus',
    { $literal: 'all' },
    { level: { $ifNull: ['$experience_level', null] }, team: { $ifNull: ['$teamId', null] } },
  ],
  events: ['$status', '$isVirtual'],
  users: ['$role', '$banned', '$notificationPreferences.newsletter'],
  projects: ['$eventId', '$status', { event: { $ifNull: ['$eventId', null] }, team: { $ifNull: ['$teamId', null] } }],
  odd: ['$s', { kind: { $ifNull: ['$s', null] } }],
}

const SORTS: Readonly<Record<CollectionName, readonly string[]>> = {
  participants: ['name', 'points', 'deletedAt', 'registeredEvents.registrationDate'],
  events: ['name', 'startDate'],
  users: ['role', 'email'],
  projects: ['score', 'eventId'],
  odd: ['s'],
}

/** A sort that leaves no ties, and by nothing that may be an empty array: see 'empty arrays in a sort'. */
export function totalSort(collection: CollectionName): Arbitrary<Document> {
  const direction = fc.constantFrom(new Int32(1), new Int32(-1))
  return fc.oneof(
    direction.map((_id) => ({ _id })),
    fc
      .tuple(fc.constantFrom(...SORTS[collection]), direction, direction)
      .map(([path, first, _id]) => ({ [path]: first, _id })),
  )
}

const joins = fc.constantFrom<Document>(
  { $lookup: { from: 'events', localField: 'registeredEvents.eventId', foreignField: '_id', as: 'joined' } },
  { $lookup: { from: 'users', localField: 'userId', foreignField: '_id', as: 'user' } },
  { $lookup: { from: 'projects', localField: 'userId', foreignField: 'teamMembers', as: 'joined' } },
  {
    $lookup: {
      from: 'projects',
      let: { user: '$userId' },
      pipeline: [
        { $match: { $expr: { $in: ['$$user', { $ifNull: ['$teamMembers', []] }] } } },
        { $sort: { _id: one } },
        { $project: { name: one } },
      ],
      as: 'joined',
    },
  },
)

/** Stages that make one document of each. */
function shapes(collection: CollectionName): Arbitrary<Document> {
  const computed = fc.dictionary(fc.constantFrom('x', 'y', 'name'), computation, {
    minKeys: 1,
    maxKeys: 2,
    noNullPrototype: true,
  })
  return fc.oneof(
    computed.map((fields) => ({ $addFields: fields })),
    fc.tuple(fc.constantFrom('x', 'y'), computation).map(([name, one]) => ({ $project: { [name]: one } })),
    fc.constantFrom<Document>(
      { $project: { name: one, skills: one, status: one } },
      { $project: { skillsEmbedding: new Int32(0) } },
    ),
    fc.constantFrom<Document>({ $unset: 'bio' }, { $unset: ['bio', 'skillsEmbedding'] }),
    ...(collection === 'participants' ? [joins] : []),
  )
}

const ACCUMULATORS: readonly Document[] = [
  { n: { $sum: one } },
  { n: { $count: {} } },
  { list: { $push: '$name' } },
  { set: { $addToSet: { $ifNull: ['$status', 'none'] } } },
]

const totals = fc
  .tuple(fc.constantFrom('$sum', '$avg', '$min', '$max'), numeric)
  .map(([name, of]): Document => ({ total: { [name]: of } }))

/**
 * Boundaries of one type each, and a default that is before or behind them all: without one a value outside is an error,
 * which the real engine tells under another code ('codes of pipelines').
 */
const BOUNDARIES: readonly Document[] = [
  { boundaries: [new Int32(0), new Int32(10), new Double(20.5), new Int32(100)], default: 'other' },
  { boundaries: [new Int32(-5), new Int32(1), new Int32(3)], default: new Int32(-6) },
  { boundaries: ['a', 'm', 'z'], default: 'zzz' },
]

/** A `$bucket`; what comes out is in the order of the boundaries. */
function buckets(): Arbitrary<Document> {
  const paths = fc.constantFrom<unknown[]>('$points', '$__v', '$capacity', '$score', '$name', '$email', '$status')
  const computed = fc.tuple(numeric, numeric).map((pair) => ({ $add: pair }))
  const output = fc.option(fc.constantFrom<Document>(...ACCUMULATORS.slice(0, 3)))
  return fc
    .tuple(fc.oneof(paths, computed), fc.constantFrom(...BOUNDARIES), output)
    .map(([by, bounds, fields]) => ({ $bucket: { groupBy: by, ...bounds, ...(fields && { output: fields }) } }))
}

/** Stages that make one document of several; what comes out is in the order of `_id`. */
function groups(collection: CollectionName): Arbitrary<Document[]> {
  const group = fc
    .tuple(
      fc.constantFrom(...KEYS[collection]),
      fc.array(fc.oneof(fc.constantFrom(...ACCUMULATORS), totals), { minLength: 1, maxLength: 2 }),
    )
    .map(([_id, fields]) => ({ $group: Object.assign({ _id }, ...fields) as Document }))
  return fc.oneof(
    { weight: 4, arbitrary: group.map((stage) => [{ $sort: { _id: one } }, stage, { $sort: { _id: one } }]) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(...KEYS[collection]).map((key) => [{ $sortByCount: key }, { $sort: { _id: one } }]),
    },
    { weight: 2, arbitrary: buckets().map((stage) => [{ $sort: { _id: one } }, stage]) },
    { weight: 1, arbitrary: fc.constant<Document[]>([{ $count: 'n' }]) },
    {
      weight: 1,
      arbitrary: fc.constant<Document[]>([
        {
          $facet: {
            all: [{ $count: 'n' }],
            few: [{ $sort: { _id: one } }, { $limit: new Int32(2) }, { $project: { _id: one } }],
          },
        },
      ]),
    },
  )
}

function unwinds(collection: CollectionName): Arbitrary<Document[]> {
  return fc
    .tuple(fc.constantFrom(...ARRAYS[collection]), fc.boolean())
    .map(([name, preserveNullAndEmptyArrays]) => [
      { $unwind: { path: `$${name}`, includeArrayIndex: 'at', preserveNullAndEmptyArrays } },
      { $sort: { _id: one, at: one } },
    ])
}

/** A pipeline on a collection whose documents are sorted before anything depends on their order. */
export function pipeline(collection: CollectionName): Arbitrary<Pipeline> {
  const match = filter(collection).map(($match) => ({ $match }))
  const page = fc
    .tuple(totalSort(collection), fc.integer({ min: 0, max: 4 }), fc.integer({ min: 1, max: 8 }))
    .map(([$sort, skip, limit]): Document[] => [{ $sort }, { $skip: new Int32(skip) }, { $limit: new Int32(limit) }])
  return fc
    .tuple(
      fc.option(match),
      fc.option(page),
      fc.option(unwinds(collection), { freq: 1 }),
      fc.array(shapes(collection), { maxLength: 2 }),
      fc.option(groups(collection)),
    )
    .map(([first, sorted, unwound, shaped, grouped]) => ({
      stages: [first ?? [], sorted ?? [], unwound ?? [], shaped, grouped ?? []].flat(),
      ordered: (sorted !== null && unwound === null) || unwound !== null || grouped !== null,
    }))
}
