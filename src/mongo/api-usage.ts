import type { Collection } from 'mongodb'
import { z } from 'zod'
import type { UsageHour } from '../domain/api-usage.js'
import { NO_LATENCY, type Latency } from '../domain/latency.js'
import type { Allowance } from '../domain/quota.js'
import { OURS, asError, type Database } from './database.js'

const DAY_MS = 24 * 60 * 60 * 1_000

/** Each bucket by its number, so that it can be added to. */
const lookups = z.object({ count: z.number(), sumMs: z.number(), buckets: z.record(z.string(), z.number()) })
const document = z.object({ hour: z.date(), calls: z.number(), lookups: lookups.optional() })
const said = z.object({ used: z.number(), max: z.number(), seenAt: z.date() })

/** How many API calls we made, by the hour of the org's clock: one small document for each hour and org. */
export class ApiUsage {
  readonly #collection: Collection<{ _id: string }>

  constructor(
    private readonly database: Database,
    private readonly orgId: string,
  ) {
    this.#collection = database.db.collection<{ _id: string }>(`${OURS}api_usage`)
  }

  /** Adds calls to their hours, and what the org said of everybody's at `at`. One write; another one when an hour is new. */
  async add(hours: readonly UsageHour[], said: Allowance | undefined, at: Date): Promise<void> {
    if (hours.length === 0) return
    const keptMs = this.database.retention.usageDays * DAY_MS
    const seen = said ? { used: said.used, max: said.max, seenAt: at } : {}
    const operations = hours.map(({ hour, calls, lookups: latency }) => ({
      updateOne: {
        filter: { _id: `${this.orgId}:${hour.toISOString().slice(0, 13)}` },
        update: {
          $inc: { calls, ...(latency && latency.count > 0 ? increments(latency) : {}) },
          $set: { orgId: this.orgId, hour, expiresAt: new Date(hour.getTime() + keptMs), ...seen },
        },
        upsert: true,
      },
    }))
    const { upsertedCount } = await this.#collection.bulkWrite(operations, { ordered: false }).catch(this.#told)
    if (upsertedCount === 0) return
    await this.#collection.createIndexes([{ key: { expiresAt: 1 }, expireAfterSeconds: 0 }]).catch(this.#told)
  }

  /** The hours from one on. */
  async since(hour: Date): Promise<UsageHour[]> {
    const first = `${this.orgId}:${hour.toISOString().slice(0, 13)}`
    const found = this.#collection.find({ _id: { $gte: first, $lt: `${this.orgId};` } })
    return (await found.toArray().catch(this.#told)).map((raw) => toHour(document.parse(raw)))
  }

  /** What the org said last of everybody's calls, and when; undefined where it has not said it in the last days. */
  async lastSaid(): Promise<(Allowance & { seenAt: Date }) | undefined> {
    const filter = { _id: { $gte: `${this.orgId}:`, $lt: `${this.orgId};` }, seenAt: { $exists: true } }
    const [found] = await this.#collection.find(filter).sort({ _id: -1 }).limit(1).toArray().catch(this.#told)
    return found && said.parse(found)
  }

  readonly #told = (error: unknown): never => {
    throw asError(error, this.database.host)
  }
}

function increments({ count, sumMs, buckets }: Latency): Record<string, number> {
  const found = buckets.flatMap((lookups, at) => (lookups > 0 ? [[`lookups.buckets.${at}`, lookups] as const] : []))
  return { 'lookups.count': count, 'lookups.sumMs': Math.round(sumMs), ...Object.fromEntries(found) }
}

function toHour({ hour, calls, lookups: kept }: z.infer<typeof document>): UsageHour {
  if (!kept) return { hour, calls }
  const buckets = NO_LATENCY.buckets.map((_, at) => kept.buckets[String(at)] ?? 0)
  return { hour, calls, lookups: { count: kept.count, sumMs: kept.sumMs, buckets } }
}
