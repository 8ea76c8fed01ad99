import type { Collection } from 'mongodb'
import { z } from 'zod'
import type { KeptNight } from '../domain/figures.js'
import { GOOD_VERDICTS, NIGHT_VERDICTS, type Night } from '../domain/night.js'
import { OURS, asError, type Database } from './database.js'

const DAY_MS = 86_400_000

const kept = z.object({
  _id: z.string(),
  startedAt: z.date(),
  endedAt: z.date(),
  verdict: z.enum(NIGHT_VERDICTS),
  exitCode: z.number(),
})
const withSample = z.object({ steps: z.array(z.object({ upTo: z.string().optional() })) })

/** How nights came out, one document each by the id of their run; counts and codes, nobody's data. Forgotten after `keepDays`. */
export class Nights {
  readonly #collection: Collection<{ _id: string }>

  constructor(
    private readonly database: Database,
    private readonly keepDays: number,
  ) {
    const safely = { writeConcern: { w: 'majority' as const }, ignoreUndefined: true }
    this.#collection = database.db.collection<{ _id: string }>(`${OURS}nights`, safely)
  }

  /** Keeps how a night came out. Of errors only the codes are kept: they say what to look up, and of nobody. */
  async keep(runId: string, { steps, stopped, startedAt, endedAt, verdict, exitCode, calls }: Night): Promise<void> {
    const document = {
      startedAt,
      endedAt,
      verdict,
      exitCode,
      code: stopped?.code,
      calls,
      steps: steps.map(({ error, next: _next, firing: _firing, milliseconds, ...step }) => ({
        ...step,
        milliseconds: Math.round(milliseconds),
        code: error?.code,
      })),
      expiresAt: new Date(startedAt.getTime() + this.keepDays * DAY_MS),
    }
    const expires = [{ key: { expiresAt: 1 }, expireAfterSeconds: 0 } as const]
    await this.#collection.createIndexes(expires).catch(this.#told)
    await this.#collection.replaceOne({ _id: runId }, document, { upsert: true }).catch(this.#told)
  }

  /** The latest nights that began since then, the latest first; `limit`: at most so many. */
  async list({ since = new Date(0), limit }: { since?: Date; limit: number }): Promise<KeptNight[]> {
    const query = this.#collection
      .find({ startedAt: { $gte: since } } as object)
      .sort({ _id: -1 })
      .limit(limit)
    return (await query.toArray().catch(this.#told)).map(toNight)
  }

  /** When the latest night ended in which all was well. */
  async lastGoodAt(): Promise<Date | undefined> {
    const query = this.#collection
      .find({ verdict: { $in: [...GOOD_VERDICTS] } } as object)
      .sort({ _id: -1 })
      .limit(1)
    const [night] = await query.toArray().catch(this.#told)
    return night && toNight(night).endedAt
  }

  /** Where the sample of the latest night that had one ended. */
  async sampledUpTo(): Promise<string | undefined> {
    const query = this.#collection
      .find({ 'steps.upTo': { $exists: true } } as object)
      .sort({ _id: -1 })
      .limit(1)
    const [night] = await query.toArray().catch(this.#told)
    return night && withSample.parse(night).steps.find(({ upTo }) => upTo !== undefined)?.upTo
  }

  readonly #told = (error: unknown): never => {
    throw asError(error, this.database.host)
  }
}

function toNight(raw: unknown): KeptNight {
  const { _id, ...night } = kept.parse(raw)
  return { runId: _id, ...night }
}
