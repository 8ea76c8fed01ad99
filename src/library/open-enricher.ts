import { loadSettings, mongoUriOf, type Settings } from '../app/settings.js'
import { systemClock } from '../clock.js'
import { normaliseEmail } from '../domain/email.js'
import type { Participant } from '../domain/person.js'
import { MhError } from '../errors.js'
import { ApiUsage } from '../mongo/api-usage.js'
import type { Database } from '../mongo/database.js'
import { Participants } from '../mongo/participants.js'
import { Queue } from '../mongo/queue.js'
import type { Org } from '../salesforce/org.js'
import { enrichBatch } from '../sync/enrich-batch.js'
import { untilAborted } from '../until-aborted.js'
import { answerOf } from './answer.js'
import { Gathering } from './gathering.js'
import { OpenDatabase } from './open-database.js'
import { OpenOrg } from './open-org.js'
import { stateDirectory } from './state-directory.js'
import type { EnricherOptions, PlatformId } from './types.js'
import type { Waiting } from './waiting.js'

/** No worker takes somebody from the queue before they waited here for so much longer than they do, in milliseconds. */
const SLACK_MS = 1_000
/** How long notes of our own calls may take, in milliseconds. */
const USAGE_PATIENCE_MS = 500
const ID = /^[\da-f]{24}$/iu

/** What does the work of an enricher, with all that has to be loaded for it. */
export class OpenEnricher {
  readonly #clock = systemClock
  readonly #gathering = new Gathering((people, signal) => this.#lookUp(people, signal), this.#clock)
  readonly #database: OpenDatabase
  #settings: Promise<Settings> | undefined
  #org: OpenOrg | undefined
  #notes: Promise<unknown> = Promise.resolve()

  constructor(private readonly options: EnricherOptions) {
    this.#database = new OpenDatabase(options.db, async () => options.uri ?? mongoUriOf(await this.#loadedSettings()))
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
    await this.#notes
    await this.#database.close()
  }

  async #lookUp(people: readonly Waiting[], signal: AbortSignal): Promise<void> {
    const org = await this.#openOrg()
    const database = await this.#database.open()
    const source = org.people(signal)
    const mayWrite = () => {
      signal.throwIfAborted()
    }
    try {
      const participants = await participantsOf(people, database)
      const tools = { source, database, clock: this.#clock, policy: org.policy, mayWrite }
      const outcomes = await enrichBatch(tools, participants)
      await answerAll(people, (id) => answerOf(id, outcomes.get(id)), new Queue(database))
    } finally {
      this.#note(source.org, database)
    }
  }

  /** Nobody waits for our own notes, but the end. */
  #note(org: Org, database: Database): void {
    const noted = untilAborted(keepUsage(org, database), AbortSignal.timeout(USAGE_PATIENCE_MS))
    this.#notes = Promise.allSettled([this.#notes, noted])
  }

  async #openOrg(): Promise<OpenOrg> {
    if (!this.#org) {
      const settings = await this.#loadedSettings()
      this.#org ??= new OpenOrg(settings, await stateDirectory(this.options.stateDirectory), this.#clock)
    }
    return this.#org
  }

  #loadedSettings(): Promise<Settings> {
    this.#settings ??= loadSettings(this.options.environment ?? process.env, process.cwd()).catch((error: unknown) => {
      this.#settings = undefined
      throw error
    })
    return this.#settings
  }
}

/** The participant's id; of an address, that of whoever has it. */
async function idOf(who: unknown, database: Database): Promise<string | undefined> {
  const text = isPlatformId(who) ? who.toHexString() : who
  if (typeof text !== 'string') return undefined
  if (ID.test(text)) return text.toLowerCase()
  const address = normaliseEmail(text)
  if (!address.ok) return undefined
  const people = await new Participants(database).byEmail([...new Set([text, address.email])])
  return (people.find(({ storedEmail }) => storedEmail === text) ?? people[0])?.id
}

function isPlatformId(who: unknown): who is PlatformId {
  return typeof who === 'object' && who !== null && 'toHexString' in who && typeof who.toHexString === 'function'
}

async function participantsOf(people: readonly Waiting[], database: Database): Promise<Participant[]> {
  const ids = new Set(people.flatMap(({ entry }) => entry?.participantId ?? []))
  return new Participants(database).byIds([...ids]).catch((error: unknown) => {
    if (error instanceof MhError && error.code === 'NO_PARTICIPANTS') return []
    throw error
  })
}

/** Whoever is enriched leaves the queue before they are answered: what comes after the answer may never happen. */
async function answerAll(
  people: readonly Waiting[],
  answerFor: (id: string) => ReturnType<typeof answerOf>,
  queue: Queue,
): Promise<void> {
  const answered = people.flatMap((who) =>
    who.entry ? [{ who, entry: who.entry, answer: answerFor(who.entry.participantId) }] : [],
  )
  const enriched = answered.filter(({ answer }) => answer.status === 'enriched')
  for (const { who, answer } of enriched) who.found(answer)
  // A worker that finds them there has nothing to do.
  await queue.withdraw(enriched.map(({ entry }) => entry)).catch(() => undefined)
  for (const { who, answer } of answered) who.settle(answer)
}

/** Adds the calls of one lookup to those that are kept, so that `mh-sf quota` knows them for ours. */
async function keepUsage(org: Org, database: Database): Promise<void> {
  if (org.calls === 0) return
  const { transport } = org
  const now = transport.serverTime ?? new Date()
  const { orgId } = await org.session()
  await new ApiUsage(database, orgId).add(transport.takeUsage(now), transport.allowance, now)
}
