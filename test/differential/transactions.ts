import { type Document, Int32 } from 'bson'
import fc, { type Arbitrary } from 'fast-check'
import { type CollectionName, DOCUMENTS, idOf } from './documents.js'
import { filter } from './filters.js'
import { type Operation } from './operation.js'
import { totalSort } from './pipelines.js'
import { harmlessUpdate } from './updates.js'

/** What one of the sessions of a transaction operation does next: it sends a command inside its transaction, or ends that. */
export type Step = { readonly by: number } & (
  { readonly send: Document } | { readonly end: 'commitTransaction' | 'abortTransaction' }
)

/** The steps of an operation of kind 'transaction', without those that were made so small that they say nothing. */
export function stepsOf({ kind, command }: Operation): readonly Step[] | undefined {
  if (kind !== 'transaction') return undefined
  const steps = (command.transaction ?? []) as Step[]
  return steps.filter((step) => 'send' in step || 'end' in step)
}

/** A step as an operation of its own, by which its answer is judged. */
export function operationOf(step: Step): Operation {
  const command: Document = 'send' in step ? step.send : { [step.end]: 1 }
  return { kind: Object.keys(command)[0] ?? '', command, ordered: true }
}

const end = fc.constantFrom('commitTransaction' as const, 'commitTransaction' as const, 'abortTransaction' as const)

/** Commands that a platform sends inside of a transaction. */
function commands(name: CollectionName): Arbitrary<Document> {
  const query = idOf(name).map((_id): Document => ({ _id }))
  const parts = harmlessUpdate(name)
  return fc.oneof(
    fc.array(DOCUMENTS[name], { minLength: 1, maxLength: 2 }).map((documents) => ({ insert: name, documents })),
    fc.tuple(query, parts, fc.boolean()).map(([q, { u }, upsert]) => ({ update: name, updates: [{ q, u, upsert }] })),
    fc.tuple(filter(name), parts).map(([q, { u }]) => ({ update: name, updates: [{ q, u, multi: true }] })),
    query.map((q) => ({ delete: name, deletes: [{ q, limit: new Int32(1) }] })),
    fc.tuple(query, parts).map(([one, { u }]) => ({ findAndModify: name, query: one, update: u, new: true })),
    fc.tuple(filter(name), totalSort(name)).map(([one, sort]) => ({ find: name, filter: one, sort })),
  )
}

/** One session: what it did is seen by itself, and afterwards by all or by nobody. */
function alone(name: CollectionName): Arbitrary<Step[]> {
  return fc
    .tuple(fc.array(commands(name), { minLength: 1, maxLength: 4 }), end)
    .map(([sent, last]) => [...sent.map((send) => ({ by: 0, send })), { by: 0, end: last }])
}

/** A write that changes whatever document it finds: one that changes nothing conflicts with nobody. */
function write(name: CollectionName): Arbitrary<(q: Document) => Document> {
  return fc.constantFrom(
    (q: Document): Document => ({ update: name, updates: [{ q, u: { $inc: { moves: new Int32(1) } } }] }),
    (q: Document): Document => ({ delete: name, deletes: [{ q, limit: new Int32(1) }] }),
    (query: Document): Document => ({ findAndModify: name, query, remove: true }),
  )
}

/**
 * Two sessions that write one document or two: the one that comes second fails if the first one's write stands, or has
 * come to stand since the second one began to read.
 */
function two(name: CollectionName): Arbitrary<Step[]> {
  const query = idOf(name).map((_id): Document => ({ _id }))
  const queries = fc.oneof(
    query.map((one) => [one, one] as const),
    fc.tuple(query, query),
  )
  return fc
    .tuple(queries, write(name), write(name), end, end, fc.boolean())
    .map(([[mine, yours], first, second, mineEnds, yoursEnds, inTime]): Step[] => {
      const begins: Step = { by: 1, send: { find: name, filter: yours, sort: { _id: new Int32(1) } } }
      const writes: Step = { by: 1, send: second(yours) }
      const ends: Step = { by: 0, end: mineEnds }
      const rest: Step[] = inTime ? [writes, ends] : [ends, writes]
      return [begins, { by: 0, send: first(mine) }, ...rest, { by: 1, end: yoursEnds }]
    })
}

/** Multi-document transactions of one session, or of two at once. */
export function transaction(name: CollectionName): Arbitrary<Operation> {
  return fc
    .oneof({ weight: 2, arbitrary: alone(name) }, { weight: 1, arbitrary: two(name) })
    .map((steps) => ({ kind: 'transaction', command: { transaction: steps } }))
}
