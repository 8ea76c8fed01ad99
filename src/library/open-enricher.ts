import { systemClock } from '../clock.js'
import { normaliseEmail } from '../domain/email.js'
import type { Database } from '../mongo/database.js'
import { participantIdOf } from '../mongo/participant-id.js'
import { Queue } from '../mongo/queue.js'
import { Gathering } from './gathering.js'
import type { Lookups } from './lookups.js'
import { OpenDatabase } from './open-database.js'
import type { EnricherOptions, PlatformId } from './types.js'
import type { Waiting } from './waiting.js'

/** No worker takes somebody from the queue before they waited here for so much longer than they do, in milliseconds. */
const SLACK_MS = 1_000
const ID = /^[\da-f]{24}$/iu

/** Puts people into the queue, and has them looked up; what asks the org is loaded after the first of them is safe. */
export class OpenEnricher {
  readonly #gathering = new Gathering(
    async (people, tools) => (await this.#opened()).lookUp(people, await this.#database.open(), tools),
    systemClock,
  )
  readonly #database: OpenDatabase
  #lookups: Promise<Lookups> | undefined

  constructor(private readonly options: EnricherOptions) {
    this.#database = new OpenDatabase(options)
  }

  /**
   * Puts somebody into the queue, so that a process that dies or is frozen from here on leaves them to a worker, and has them
   * looked up. Throws what stands in the way of the first.
   */
  async serve(waiting: Waiting, who: string | PlatformId): Promise<void> {
    const database = await this.#database.open()
    const participantId = await idOf(who, database)
    if (participantId === undefined) {
      waiting.settle({ status: 'unknown participant' })
      return
    }
    const revision = await new Queue(database).requestOne(participantId, 'live', waiting.timeoutMs + SLACK_MS)
    waiting.entry = { participantId, revision }
    if (!waiting.isAnswered) this.#gathering.add(waiting)
  }

  async close(): Promise<void> {
    await this.#gathering.ended()
    await (await this.#lookups)?.ended()
    await this.#database.close()
  }

  #opened(): Promise<Lookups> {
    this.#lookups ??= import('./lookups.js').then((loaded) => new loaded.Lookups(this.options, systemClock))
    return this.#lookups
  }
}

/** The participant's id; of an address, that of whoever has it. */
async function idOf(who: unknown, database: Database): Promise<string | undefined> {
  const text = isPlatformId(who) ? who.toHexString() : who
  if (typeof text !== 'string') return undefined
  if (ID.test(text)) return text.toLowerCase()
  const address = normaliseEmail(text)
  return address.ok ? participantIdOf(database, [...new Set([text, address.email])]) : undefined
}

function isPlatformId(who: unknown): who is PlatformId {
  return typeof who === 'object' && who !== null && 'toHexString' in who && typeof who.toHexString === 'function'
}
