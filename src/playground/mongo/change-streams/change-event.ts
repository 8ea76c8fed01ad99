import { decodeExact, readExactFields, type Document } from '../bson/value.js'
import { type Change, type DocumentChange } from '../store/change-log.js'
import { type Collection } from '../store/collection.js'
import { type Moment } from './history.js'
import { tokenOf } from './resume-token.js'
import { updateDescription } from './update-description.js'

/** Finds a document as it is now, by its collection's namespace and its `_id`; null when it is gone. */
export type LookUp = (namespace: string, id: unknown) => Buffer | null

/** How documents are shown in events. */
export interface EventStyle {
  /** For the events of updates, unless they are to do without. */
  readonly lookUp: LookUp | undefined
}

const OPERATION_TYPES = { insert: 'insert', update: 'update', replace: 'replace', remove: 'delete' } as const

/** The database and the collection of a namespace, as events name them. */
export function namesOf({ namespace }: Pick<Collection, 'namespace'>): { db: string; coll: string } {
  const dot = namespace.indexOf('.')
  return { db: namespace.slice(0, dot), coll: namespace.slice(dot + 1) }
}

/** The event of a change; undefined for changes that streams do not tell, such as a new index. */
export function eventOf(moment: Moment, index: number, style: EventStyle): Document | undefined {
  const change = moment.changes[index]
  if (!change) return undefined
  const told = toldOf(change, style)
  if (!told) return undefined
  const { operationType, ...rest } = told
  const { time: clusterTime, wallTime } = moment
  return { _id: tokenOf({ time: clusterTime, index: index + 1 }), operationType, clusterTime, wallTime, ...rest }
}

/** The event that ends a stream after the event of a drop. */
export function invalidateEvent({ time, wallTime }: Moment, index: number): Document {
  return { _id: tokenOf({ time, index: index + 1 }, true), operationType: 'invalidate', clusterTime: time, wallTime }
}

function toldOf(change: Change, style: EventStyle): Document | undefined {
  if ('record' in change) return documentEvent(change, style)
  if (change.kind === 'dropCollection') return { operationType: 'drop', ns: namesOf(change.collection) }
  if (change.kind === 'dropDatabase') return { operationType: 'dropDatabase', ns: { db: change.database } }
  return undefined
}

function documentEvent(change: DocumentChange, { lookUp }: EventStyle): Document {
  const { kind, collection, before, after } = change
  const documentKey = readExactFields(after ?? before ?? Buffer.alloc(5), new Set(['_id']))
  const common = { ns: namesOf(collection), documentKey }
  const operationType = OPERATION_TYPES[kind]
  if (kind === 'remove' || !after) return { operationType, ...common }
  if (kind !== 'update') return { operationType, fullDocument: decodeExact(after), ...common }
  const described = before && { updateDescription: updateDescription(decodeExact(before), decodeExact(after)) }
  if (!lookUp) return { operationType, ...common, ...described }
  const found = lookUp(collection.namespace, documentKey._id)
  return { operationType, fullDocument: found && decodeExact(found), ...common, ...described }
}
