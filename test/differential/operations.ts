import { type Document, Int32 } from 'bson'
import fc, { type Arbitrary } from 'fast-check'
import { COLLECTIONS, type CollectionName, DOCUMENTS, idOf } from './documents.js'
import { byId, filter } from './filters.js'
import { INDEXES } from './indexes.js'
import { DATABASE, type Operation } from './operation.js'
import { pipeline, totalSort } from './pipelines.js'
import { projection } from './projections.js'
import { transaction } from './transactions.js'
import { harmlessUpdate, operatorUpdate, replacement, type UpdateParts } from './updates.js'

const collection = fc.constantFrom<CollectionName[]>(
  'participants',
  'participants',
  'participants',
  'odd',
  'odd',
  'odd',
  'events',
  'users',
  'projects',
)

/** An arbitrary that depends on which collection it is for. */
function about(make: (name: CollectionName) => Arbitrary<Operation>): Arbitrary<Operation> {
  return collection.chain(make)
}

const ordered = fc.option(fc.boolean()).map((one): Document => (one === null ? {} : { ordered: one }))

const insert = about((name) =>
  fc
    .tuple(fc.array(DOCUMENTS[name], { minLength: 1, maxLength: 5 }), ordered)
    .map(([documents, rest]) => ({ kind: 'insert', command: { insert: name, documents, ...rest } })),
)

/** What is read from a cursor: batches of few, of many, to the end or not. */
const reading = fc.record(
  { batches: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 2 }), kill: fc.boolean() },
  { requiredKeys: [], noNullPrototype: true },
)

const find = about((name) =>
  fc
    .record(
      {
        filter: filter(name),
        projection: projection(name),
        sort: totalSort(name),
        skip: fc.integer({ min: 0, max: 3 }).map((n) => new Int32(n)),
        limit: fc.integer({ min: 0, max: 6 }).map((n) => new Int32(n)),
        batchSize: fc.integer({ min: 0, max: 4 }).map((n) => new Int32(n)),
        singleBatch: fc.boolean(),
        comment: fc.constant('differential'),
      },
      { requiredKeys: ['filter'], noNullPrototype: true },
    )
    .chain(({ skip, limit, batchSize, singleBatch, ...rest }) => {
      const paged = rest.sort
        ? { ...(skip && { skip }), ...(limit && { limit }), ...(singleBatch !== undefined && { singleBatch }) }
        : {}
      const batched = rest.sort && batchSize ? { batchSize } : {}
      return reading.map((read): Operation => ({
        kind: 'find',
        command: { find: name, ...rest, ...paged, ...batched },
        ordered: rest.sort !== undefined,
        ...(rest.sort ? read : {}),
      }))
    }),
)

const count = about((name) =>
  fc
    .record(
      {
        query: filter(name),
        skip: fc.integer({ min: 0, max: 3 }).map((n) => new Int32(n)),
        limit: fc.integer({ min: 0, max: 6 }).map((n) => new Int32(n)),
      },
      { requiredKeys: [], noNullPrototype: true },
    )
    .map((rest) => ({ kind: 'count', command: { count: name, ...rest } })),
)

const distinct = about((name) =>
  fc
    .tuple(
      fc.constantFrom('skills', 'email', 'registeredEvents.eventId', 'status', 'a', 'a.b', 'b', 'tags'),
      filter(name),
    )
    .map(([key, query]) => ({ kind: 'distinct', command: { distinct: name, key, query } })),
)

const aggregate = about((name) =>
  fc
    .tuple(pipeline(name), fc.option(fc.integer({ min: 1, max: 4 })))
    .map(([{ stages, ordered: inOrder }, batchSize]) => ({
      kind: 'aggregate',
      command: {
        aggregate: name,
        pipeline: stages,
        cursor: inOrder && batchSize ? { batchSize: new Int32(batchSize) } : {},
      },
      ordered: inOrder,
    })),
)

function statement(q: Document, { u, arrayFilters }: UpdateParts, rest: Document = {}): Document {
  return { q, u, ...rest, ...(arrayFilters && { arrayFilters }) }
}

/** One statement of an update command. */
function updates(name: CollectionName): Arbitrary<Document> {
  const single = fc
    .boolean()
    .chain((upsert) =>
      fc.tuple(byId(name), operatorUpdate(name, upsert)).map(([q, u]) => statement(q, u, upsert ? { upsert } : {})),
    )
  const many = fc.tuple(filter(name), harmlessUpdate(name)).map(([q, u]) => statement(q, u, { multi: true }))
  const whole = fc
    .tuple(byId(name), replacement(name), fc.boolean())
    .map(([q, u, upsert]) => statement(q, { u }, upsert ? { upsert } : {}))
  return fc.oneof({ weight: 4, arbitrary: single }, { weight: 2, arbitrary: many }, { weight: 1, arbitrary: whole })
}

/** Statements that use the position the query matched. */
const positional: Arbitrary<Document> = fc
  .tuple(
    idOf('participants').map((_id) => ({ _id })),
    fc.constantFrom(...[1, 2, 3]),
    fc.constantFrom('attended', 'no_show'),
  )
  .map(([q, n, status]) => ({
    q: { ...q, 'registeredEvents.status': n === 1 ? 'registered' : { $in: ['registered', 'no_show'] } },
    u: { $set: { 'registeredEvents.$.status': status } },
  }))

const update = about((name) =>
  fc
    .tuple(
      fc.array(
        name === 'participants' ? fc.oneof({ weight: 5, arbitrary: updates(name) }, positional) : updates(name),
        { minLength: 1, maxLength: 3 },
      ),
      ordered,
    )
    .map(([statements, rest]) => ({ kind: 'update', command: { update: name, updates: statements, ...rest } })),
)

const remove = about((name) =>
  fc
    .tuple(
      fc.array(
        fc.oneof(
          { weight: 3, arbitrary: byId(name).map((q) => ({ q, limit: new Int32(1) })) },
          {
            weight: 1,
            arbitrary: fc
              .tuple(byId(name), filter(name))
              .map(([a, b]) => ({ q: { $and: [a, b] }, limit: new Int32(0) })),
          },
        ),
        { minLength: 1, maxLength: 2 },
      ),
      ordered,
    )
    .map(([deletes, rest]) => ({ kind: 'delete', command: { delete: name, deletes, ...rest } })),
)

/** What a findAndModify does to the document that it finds; no upsert fails: see 'collections of failed upserts'. */
function modifications(name: CollectionName, upsert: boolean): Arbitrary<Document> {
  const rest = upsert ? { upsert } : {}
  const parts = upsert ? harmlessUpdate(name, upsert) : operatorUpdate(name)
  const updated = parts.map(({ u, arrayFilters }): Document => ({
    update: u,
    ...(arrayFilters && { arrayFilters }),
    ...rest,
  }))
  const replaced = replacement(name).map((update): Document => ({ update, ...rest }))
  return fc.oneof({ weight: 4, arbitrary: updated }, { weight: 1, arbitrary: replaced })
}

const findAndModify = about((name) => {
  const fields = fc.option(projection(name)).map((one): Document => (one ? { fields: one } : {}))
  const isNew = fc.option(fc.boolean()).map((one): Document => (one === null ? {} : { new: one }))
  const alone = idOf(name).map((_id): Document => ({ query: { _id } }))
  const single = byId(name).map((query): Document => ({ query }))
  const sorted = fc.tuple(filter(name), totalSort(name)).map(([query, sort]): Document => ({ query, sort }))
  return fc
    .oneof(
      { weight: 2, arbitrary: fc.tuple(single, modifications(name, false), isNew, fields) },
      { weight: 2, arbitrary: fc.tuple(alone, modifications(name, true), isNew, fields) },
      { weight: 2, arbitrary: fc.tuple(sorted, modifications(name, false), isNew, fields) },
      { weight: 2, arbitrary: fc.tuple(fc.oneof(single, sorted), fc.constant<Document>({ remove: true }), fields) },
    )
    .map((parts) => ({
      kind: 'findAndModify',
      command: Object.assign({ findAndModify: name }, ...parts) as Document,
    }))
})

const createIndexes = about((name) =>
  fc
    .array(fc.constantFrom(...INDEXES[name]), { minLength: 1, maxLength: 2 })
    .map((indexes) => ({ kind: 'createIndexes', command: { createIndexes: name, indexes } })),
)

const dropIndexes = about((name) =>
  fc
    .constantFrom<unknown[]>('*', ...INDEXES[name].map((index) => index.name as string), 'nope', INDEXES[name][0]?.key)
    .map((index) => ({ kind: 'dropIndexes', command: { dropIndexes: name, index } })),
)

const listIndexes = about((name) => fc.constant({ kind: 'listIndexes', command: { listIndexes: name } }))

const namespaces: Arbitrary<Operation> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(
        { listCollections: 1 },
        { listCollections: 1, nameOnly: true },
        { listCollections: 1, filter: { name: 'odd' } },
      )
      .map((command) => ({ kind: 'listCollections', command })),
  },
  { weight: 1, arbitrary: collection.map((name) => ({ kind: 'create', command: { create: name } })) },
  { weight: 1, arbitrary: collection.map((name) => ({ kind: 'drop', command: { drop: name } })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...COLLECTIONS), fc.constantFrom('odd', 'events', 'old'), fc.option(fc.boolean()))
      .map(([from, to, dropTarget]) => ({
        kind: 'renameCollection',
        admin: true,
        command: {
          renameCollection: `${DATABASE}.${from}`,
          to: `${DATABASE}.${to}`,
          ...(dropTarget !== null && { dropTarget }),
        },
      })),
  },
)

/** Any operation, about as often as a platform's clients send it. */
export const operation: Arbitrary<Operation> = fc.oneof(
  { weight: 14, arbitrary: insert },
  { weight: 14, arbitrary: find },
  { weight: 18, arbitrary: update },
  { weight: 6, arbitrary: remove },
  { weight: 10, arbitrary: findAndModify },
  { weight: 10, arbitrary: aggregate },
  { weight: 5, arbitrary: about(transaction) },
  { weight: 4, arbitrary: count },
  { weight: 3, arbitrary: distinct },
  { weight: 3, arbitrary: createIndexes },
  { weight: 1, arbitrary: dropIndexes },
  { weight: 1, arbitrary: listIndexes },
  { weight: 1, arbitrary: namespaces },
)

/** A stream of operations: the same for the same seed. */
export function streamOf(seed: number, length: number): Operation[] {
  return fc.sample(operation, { seed, numRuns: length })
}
