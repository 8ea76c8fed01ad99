import { type Document, EJSON } from 'bson'
import { type Operation } from './operation.js'
import { type Answer, numberOf, type State } from './runner.js'

/** What must differ from one server to another, or from one run to another, and texts, which may. */
const IGNORED = new Set([
  'errmsg',
  '$clusterTime',
  'operationTime',
  'electionId',
  'opTime',
  'note',
  'uuid',
  'topologyVersion',
])

/** Numbers of a reply that are only counts or codes: their type is of no account. */
const COUNTS = new Set(
  'ok n nModified code index numIndexesBefore numIndexesAfter nIndexesWas cursorsKilled'.split(' '),
)

/** Fields whose arrays are in no promised order: `$addToSet` and distinct, `$lookup`, and `$push` ('order within groups'). */
const SETS = new Set(['set', 'values', 'joined', 'list'])

/** Every date of a stream's documents lies before it, every `$currentDate` after. */
const LATEST_WRITTEN = Date.UTC(2026, 0, 1)

function canonicalValue(value: unknown, name = ''): unknown {
  if (value instanceof Date) return value.getTime() > LATEST_WRITTEN ? 'now' : value
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => canonicalValue(item))
    return SETS.has(name) ? items.sort(byText) : items
  }
  if (!isPlain(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, canonicalValue(field, key)]))
}

function isPlain(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

/** A value's text, types included. */
export function textOf(value: unknown): string {
  return EJSON.stringify(value, { relaxed: false })
}

function byText(a: unknown, b: unknown): number {
  const [left, right] = [textOf(a), textOf(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

/** A reply in the form in which two servers have to agree: its own fields are in no order, those of documents are. */
function canonicalReply(reply: Document, ordered: boolean): Document {
  const entries = Object.entries(reply).filter(([name]) => !IGNORED.has(name))
  const fields = entries.map(([name, value]): [string, unknown] => [name, canonicalField(name, value, ordered)])
  return Object.fromEntries(fields.sort(byText))
}

function canonicalField(name: string, value: unknown, ordered: boolean): unknown {
  if (COUNTS.has(name)) return numberOf(value)
  if (name === 'cursor') return canonicalCursor(value as Document, ordered)
  if (Array.isArray(value) && (name === 'writeErrors' || name === 'upserted')) {
    return value.map((one: Document) => canonicalReply(one, true))
  }
  if (name === 'lastErrorObject') return canonicalReply(value as Document, true)
  return canonicalValue(value, name)
}

function canonicalCursor({ id, ns, firstBatch, nextBatch }: Document, ordered: boolean): Document {
  const batch = ((firstBatch ?? nextBatch) as Document[]).map((document) => canonicalValue(listed(document)))
  return { open: numberOf(id) !== 0, ns: listing(String(ns)), batch: ordered ? batch : batch.sort(byText) }
}

/** The gateway in front of the real engine writes `$cmd.ListCollections`: 'name of a listing'. */
function listing(namespace: string): string {
  return namespace.replace('$cmd.ListCollections', '$cmd.listCollections')
}

/** What listIndexes says of an index, and listCollections of a collection, without its uuid and with the index on `_id` in no order of fields. */
function listed(document: Document): Document {
  if (document.v !== undefined && isPlain(document.key)) return canonicalReply(document, true)
  if (!isPlain(document.info)) return document
  return {
    ...document,
    info: canonicalReply(document.info, true),
    idIndex: canonicalReply(document.idIndex as Document, true),
  }
}

/** An answer in the form in which two servers have to agree. */
export function canonicalAnswer(operation: Operation, answer: Answer): Document[] {
  return answer.map((reply) => canonicalReply(reply, operation.ordered === true))
}

/** What two servers do not agree on. */
export interface Difference {
  /** The operation's place in the stream; its length for the state that the stream left. */
  readonly at: number
  readonly operation: Operation | undefined
  readonly ours: unknown
  readonly theirs: unknown
}

/** How two servers answered one operation, where that is not the same. */
export function differenceIn(operation: Operation, at: number, ours: Answer, theirs: Answer): Difference | undefined {
  const [left, right] = [canonicalAnswer(operation, ours), canonicalAnswer(operation, theirs)]
  return textOf(left) === textOf(right) ? undefined : { at, operation, ours: left, theirs: right }
}

function canonicalState(state: State[string] | undefined): Document | undefined {
  if (!state) return undefined
  return { indexes: state.indexes.map(listed), documents: canonicalValue(state.documents) }
}

/** The first collection that two servers hold differently. */
export function differenceOfStates(at: number, ours: State, theirs: State): Difference | undefined {
  for (const name of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const [left, right] = [canonicalState(ours[name]), canonicalState(theirs[name])]
    if (textOf(left) !== textOf(right))
      return { at, operation: undefined, ours: { [name]: left }, theirs: { [name]: right } }
  }
  return undefined
}
