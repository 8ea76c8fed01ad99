import { type Document, Double, Int32, Long } from 'bson'
import { type ClientSession, type Db, MongoClient, MongoServerError } from 'mongodb'
import { DATABASE, type Operation } from './operation.js'
import { type Step, stepsOf } from './transactions.js'

/** What a server answered to one operation: the reply to the command, then those to each getMore; or one to each step. */
export type Answer = readonly Document[]

/** Everything that a run left in the database: collections, their indexes and their documents, in the order of `_id`. */
export type State = Readonly<
  Record<string, { readonly indexes: readonly Document[]; readonly documents: readonly Document[] }>
>

/** What a run of a stream on one server came to. */
export interface Run {
  readonly answers: readonly Answer[]
  readonly state: State
}

/** Every number in the type that the server sent it in. */
const AS_SENT = { promoteValues: false, promoteLongs: false, bsonRegExp: true } as const

/** Runs streams on one server through the official driver. */
export class Runner {
  private constructor(private readonly client: MongoClient) {}

  static async connect(uri: string): Promise<Runner> {
    return new Runner(await MongoClient.connect(uri, { retryWrites: false }))
  }

  /** Runs a stream in an empty database. */
  async run(stream: readonly Operation[]): Promise<Run> {
    const db = this.client.db(DATABASE)
    await db.dropDatabase()
    const answers: Answer[] = []
    for (const operation of stream) answers.push(await this.#answer(db, operation))
    return { answers, state: await stateOf(db) }
  }

  async close(): Promise<void> {
    await this.client.db(DATABASE).dropDatabase()
    await this.client.close()
  }

  async #answer(db: Db, operation: Operation): Promise<Answer> {
    const steps = stepsOf(operation)
    return steps ? this.#transactions(db, steps) : this.#command(db, operation)
  }

  /** Each session begins its transaction with its first step; what is open after the last one is aborted. */
  async #transactions(db: Db, steps: readonly Step[]): Promise<Answer> {
    const sessions = new Map<number, ClientSession>()
    const answers: Document[] = []
    for (const step of steps) {
      const session = sessions.get(step.by) ?? this.client.startSession()
      if (!sessions.has(step.by)) session.startTransaction()
      sessions.set(step.by, session)
      answers.push(await replyTo(step, db, session))
    }
    for (const session of sessions.values()) await session.endSession()
    return answers
  }

  async #command(db: Db, operation: Operation): Promise<Answer> {
    const first = await reply(operation.admin ? this.client.db('admin') : db, operation.command)
    const replies = [first]
    const sizes = [...(operation.batches ?? [])]
    for (let last = first, read = 0; isOpen(last) && !(operation.kill && read === sizes.length); read++) {
      const size = sizes[Math.min(read, sizes.length - 1)]
      replies.push((last = await reply(db, getMore(last, size))))
    }
    const left = replies.at(-1)
    if (left && isOpen(left)) replies.push(await killed(db, left))
    return replies
  }
}

/** The reply to a command, be it an error. */
function reply(db: Db, command: Document, session?: ClientSession): Promise<Document> {
  return orError(db.command(command, { ...AS_SENT, ...(session && { session }) }))
}

async function orError(answer: Promise<Document>): Promise<Document> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof MongoServerError) return error.errorResponse
    throw error
  }
}

function replyTo(step: Step, db: Db, session: ClientSession): Promise<Document> {
  return 'send' in step ? reply(db, step.send, session) : orError(session[step.end]().then(() => ({ ok: 1 })))
}

function cursorOf(answer: Document): Document | undefined {
  return answer.cursor as Document | undefined
}

/** Whether a reply has a cursor that there is more to read from. */
function isOpen(answer: Document): boolean {
  return numberOf(cursorOf(answer)?.id ?? 0) !== 0
}

function getMore(answer: Document, size: number | undefined): Document {
  const { id, ns } = cursorOf(answer) ?? {}
  const collection = String(ns).slice(DATABASE.length + 1)
  return { getMore: id as unknown, collection, ...(size !== undefined && { batchSize: new Int32(size) }) }
}

async function killed(db: Db, answer: Document): Promise<Document> {
  const { id, ns } = cursorOf(answer) ?? {}
  const { cursorsKilled } = await reply(db, {
    killCursors: String(ns).slice(DATABASE.length + 1),
    cursors: [id as unknown],
  })
  return { cursorsKilled: (cursorsKilled as unknown[]).length, ok: 1 }
}

/** A number of any type as a plain one. */
export function numberOf(value: unknown): number {
  if (value instanceof Int32 || value instanceof Double) return value.value
  if (value instanceof Long) return value.toNumber()
  return Number(value)
}

async function stateOf(db: Db): Promise<State> {
  const listed = await db.listCollections({}, { nameOnly: true }).toArray()
  const state: Record<string, State[string]> = {}
  for (const { name } of listed.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const indexes = await db.collection(name).listIndexes(AS_SENT).toArray()
    const documents = await db
      .collection(name)
      .find({}, { ...AS_SENT, sort: { _id: 1 } })
      .toArray()
    state[name] = { indexes: indexes as Document[], documents }
  }
  return state
}
