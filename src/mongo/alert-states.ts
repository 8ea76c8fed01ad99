import { MongoServerError, type Collection } from 'mongodb'
import { z } from 'zod'
import type { AlertState } from '../domain/alert-state.js'
import { ALERT_RULES, type AlertRule } from '../domain/alerts.js'
import { MhError } from '../errors.js'
import { OURS, asError, type Database } from './database.js'

interface Kept {
  _id: string
  revision: number
}

const DUPLICATE_KEY = 11_000
/** So many others in a row may be quicker: each of them has come to its end. */
const TRIES = 20
const DAY_MS = 86_400_000

const severity = z.enum(['warning', 'critical'])
const telling = z.enum(['fired', 'escalated', 'still firing', 'resolved'])
const document = z.object({
  _id: z.enum(ALERT_RULES),
  revision: z.number(),
  state: z.enum(['firing', 'fine']),
  severity,
  value: z.number().optional(),
  limit: z.number(),
  says: z.string(),
  since: z.date(),
  checkedAt: z.date(),
  acknowledged: z
    .object({ by: z.string(), at: z.date(), until: z.date().optional(), note: z.string().optional(), severity })
    .optional(),
  channels: z.record(
    z.string(),
    z.object({
      told: z.object({ what: telling, severity, at: z.date() }).optional(),
      onItsWay: z.object({ what: telling, severity, by: z.string(), until: z.date() }).optional(),
    }),
  ),
})

/**
 * How each rule stands and what was told to whom, a document a rule. Numbers and codes: nobody's data. A rule that nobody judges any
 * more is forgotten after `retention.alertDays`.
 */
export class AlertStates {
  readonly #collection: Collection<Kept>
  #prepared: Promise<unknown> | undefined

  constructor(private readonly database: Database) {
    const safely = { writeConcern: { w: 'majority' as const }, ignoreUndefined: true }
    this.#collection = database.db.collection<Kept>(`${OURS}alerts`, safely)
  }

  /** All that are kept. */
  async list(): Promise<AlertState[]> {
    const found = await this.#collection
      .find({ _id: { $in: [...ALERT_RULES] } })
      .toArray()
      .catch(this.#told)
    return found.map((each) => stateOf(each).state)
  }

  /**
   * Changes what is kept of a rule; `change` gets that, and is asked again when somebody else was quicker: what it decides on is what
   * is written. Returns what is kept afterwards; undefined keeps nothing where nothing was.
   */
  async change(
    rule: AlertRule,
    change: (kept: AlertState | undefined) => AlertState | undefined,
  ): Promise<AlertState | undefined> {
    for (let tried = 0; tried < TRIES; tried++) {
      const found = await this.#collection.findOne({ _id: rule }).catch(this.#told)
      const kept = found ? stateOf(found) : undefined
      const next = change(kept?.state)
      if (!next || next === kept?.state || (await this.#isWritten(next, kept?.revision))) return next
    }
    throw new MhError('MONGO_FAILED', `Others change the alert "${rule}" all the time.`, 'Run the command again.')
  }

  /** False when somebody else was quicker. */
  async #isWritten({ rule, ...kept }: AlertState, before: number | undefined): Promise<boolean> {
    this.#prepared ??= this.#collection.createIndexes([{ key: { expiresAt: 1 }, expireAfterSeconds: 0 }])
    await this.#prepared.catch(this.#told)
    const keptMs = this.database.retention.alertDays * DAY_MS
    const state = { ...kept, expiresAt: new Date(kept.checkedAt.getTime() + keptMs) }
    if (before === undefined) {
      const made = this.#collection.insertOne({ _id: rule, revision: 1, ...state })
      return made.then(
        () => true,
        (error: unknown) => (isDuplicate(error) ? false : this.#told(error)),
      )
    }
    const replaced = this.#collection.replaceOne({ _id: rule, revision: before }, { revision: before + 1, ...state })
    const { matchedCount } = await replaced.catch(this.#told)
    return matchedCount === 1
  }

  readonly #told = (error: unknown): never => {
    throw asError(error, this.database.host)
  }
}

function stateOf(raw: unknown): { state: AlertState; revision: number } {
  const { _id: rule, revision, ...state } = document.parse(raw)
  return { state: { rule, ...state }, revision }
}

function isDuplicate(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === DUPLICATE_KEY
}
