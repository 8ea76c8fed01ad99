import { z } from 'zod'
import type { Rung } from '../domain/member-status.js'
import { OURS, asError, type Database } from './database.js'

/** What earlier runs knew of the Campaign of one event: the ids of the statuses that are ours. */
export interface CampaignRecord {
  eventId: string
  orgId: string
  campaignId: string
  statuses: Partial<Record<Rung, string>>
}

const id = z.string().optional()
const document = z.object({
  _id: z.string(),
  orgId: z.string(),
  campaignId: z.string(),
  statuses: z.object({ registered: id, no_show: id, attended: id }).catch({}),
})

/** Our own notes on Campaigns, one for each event and org. */
export class CampaignRecords {
  constructor(
    private readonly database: Database,
    private readonly orgId: string,
  ) {}

  /** By event id. */
  async read(): Promise<Map<string, CampaignRecord>> {
    const query = this.#collection.find({ orgId: this.orgId })
    const documents = await query.toArray().catch(this.#told)
    const records = documents.flatMap((raw) => {
      const parsed = document.safeParse(raw)
      if (!parsed.success) return []
      const { _id, ...rest } = parsed.data
      return [{ eventId: _id.slice(_id.indexOf(':') + 1), ...rest }]
    })
    return new Map(records.map((record) => [record.eventId, record]))
  }

  async write({ eventId, campaignId, statuses }: Omit<CampaignRecord, 'orgId'>): Promise<void> {
    const update = { $set: { orgId: this.orgId, campaignId, statuses } }
    await this.#collection
      .updateOne({ _id: `${this.orgId}:${eventId}` }, update, { upsert: true, ignoreUndefined: true })
      .catch(this.#told)
  }

  get #collection() {
    return this.database.db.collection<{ _id: string }>(`${OURS}campaigns`)
  }

  readonly #told = (error: unknown): never => {
    throw asError(error, this.database.host)
  }
}
