import { keepUsage } from '../app/keep-usage.js'
import { loadSettings, orgIdOf, privacyKeyOf } from '../app/settings.js'
import type { Clock } from '../clock.js'
import type { Participant } from '../domain/person.js'
import { MhError } from '../errors.js'
import type { Database } from '../mongo/database.js'
import { HomeOrgs } from '../mongo/home-orgs.js'
import { Participants } from '../mongo/participants.js'
import { Queue } from '../mongo/queue.js'
import type { Org } from '../salesforce/org.js'
import { enrichBatch } from '../sync/enrich-batch.js'
import { answerOf } from './answer.js'
import type { LookupTools } from './gathering.js'
import { OpenOrg } from './open-org.js'
import { stateDirectory } from './state-directory.js'
import type { EnrichAnswer, EnricherOptions } from './types.js'
import type { Waiting } from './waiting.js'

/** Looks people up who are in the queue, several together. */
export class Lookups {
  #org: OpenOrg | undefined
  #privacyKey: string | undefined
  #orgId: string | undefined
  /** The databases that are known to belong to the org. */
  readonly #settled = new WeakSet<Database>()
  #notes: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly options: EnricherOptions,
    private readonly clock: Clock,
  ) {}

  /** Answers each of them; throws what concerns all. Nothing is sent or written any more once the signal has aborted. */
  async lookUp(people: readonly Waiting[], database: Database, { signal, asks }: LookupTools): Promise<void> {
    const { clock } = this
    const org = await this.#open()
    database.privacyKey ??= this.#privacyKey
    database.orgId ??= this.#orgId
    const source = org.people(signal)
    const mayWrite = () => {
      signal.throwIfAborted()
      asks('the database')
    }
    try {
      const participants = await participantsOf(people, database)
      const began = clock.elapsed()
      asks('the org')
      await this.#settle(source.org, database)
      const outcomes = await enrichBatch({ source, database, clock, policy: org.policy, mayWrite }, participants)
      source.org.transport.noteLookup(clock.elapsed() - began)
      await answerAll(people, (id) => answerOf(id, outcomes.get(id)), new Queue(database))
    } finally {
      this.#note(source.org, database)
    }
  }

  /** Throws OTHER_ORG when the platform's database belongs to another org. */
  async #settle(org: Org, database: Database): Promise<void> {
    const { orgId } = await org.session()
    if (this.#settled.has(database)) return
    await new HomeOrgs(database).settle(orgId)
    this.#settled.add(database)
  }

  /** Settles when what was done is noted. */
  async ended(): Promise<void> {
    await this.#notes
  }

  /** Nobody waits for our own notes, but the end. */
  #note(org: Org, database: Database): void {
    this.#notes = Promise.allSettled([this.#notes, keepUsage(org, database, this.clock)])
  }

  async #open(): Promise<OpenOrg> {
    if (!this.#org) {
      const settings = await loadSettings(this.options.environment ?? process.env, process.cwd())
      this.#privacyKey = privacyKeyOf(settings)
      this.#orgId = orgIdOf(settings)
      const directory = await stateDirectory(this.options.stateDirectory)
      this.#org ??= new OpenOrg(settings, directory, this.clock)
    }
    return this.#org
  }
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
  answerFor: (id: string) => EnrichAnswer,
  queue: Queue,
): Promise<void> {
  const answered = people.flatMap((who) => {
    const { entry } = who
    return entry ? [{ who, entry, answer: answerFor(entry.participantId) }] : []
  })
  const enriched = answered.filter(({ answer }) => answer.status === 'enriched')
  for (const { who, answer } of enriched) who.found(answer)
  // A worker that finds them there has nothing to do.
  await queue.withdraw(enriched.map(({ entry }) => entry)).catch(() => undefined)
  for (const { who, answer } of answered) who.settle(answer)
}
