import type { Collection } from 'mongodb'
import { z } from 'zod'
import type { UsageHour } from '../domain/api-usage.js'
import type { Allowance } from '../domain/quota.js'
import { OURS, asError, type Database } from './database.js'

/** Longer than a month, so that a report of one can be made. */
const KEPT_MS = 35 * 24 * 60 * 60 * 1_000

const document = z.object({ hour: z.date(), calls: z.number() })

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
    const seen = said ? { used: said.used, max: said.max, seenAt: at } : {}
    const operations = hours.map(({ hour, calls }) => ({
      updateOne: {
        filter: { _id: `${this.orgId}:${hour.toISOString().slice(0, 13)}` },
        update: {
          $inc: { calls },
          $set: { orgId: this.orgId, hour, expiresAt: new Date(hour.getTime() + KEPT_MS), ...seen },
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
    return (await found.toArray().catch(this.#told)).map((raw) => document.parse(raw))
  }

  readonly #told = (error: unknown): never => {
    throw asError(error, this.database.host)
  }
}
