import { z } from 'zod'
import { OURS, asError, type Database } from './database.js'

const document = z.object({ _id: z.string(), values: z.record(z.string(), z.string()) })
const PER_BATCH = 1_000

/** What we wrote to Contacts last, by field: so that what somebody edited since is told from what is out of date. */
export class WrittenContacts {
  constructor(
    private readonly database: Database,
    private readonly orgId: string,
  ) {}

  /** By the Contact's id, for those that we ever wrote to. */
  async read(contactIds: readonly string[]): Promise<Map<string, Record<string, string>>> {
    const found = new Map<string, Record<string, string>>()
    for (let at = 0; at < contactIds.length; at += PER_BATCH) {
      const _id = { $in: contactIds.slice(at, at + PER_BATCH).map((id) => this.#key(id)) }
      const documents = await this.#collection.find({ _id }).toArray().catch(this.#told)
      for (const raw of documents) {
        const parsed = document.safeParse(raw)
        if (parsed.success) found.set(parsed.data._id.slice(parsed.data._id.indexOf(':') + 1), parsed.data.values)
      }
    }
    return found
  }

  /** Notes what was written; fields that were not stay as they were noted. */
  async write(written: readonly { contactId: string; values: Record<string, string> }[]): Promise<void> {
    for (let at = 0; at < written.length; at += PER_BATCH) {
      const operations = written.slice(at, at + PER_BATCH).map(({ contactId, values }) => ({
        updateOne: {
          filter: { _id: this.#key(contactId) },
          update: {
            $set: Object.fromEntries(Object.entries(values).map(([field, value]) => [`values.${field}`, value])),
          },
          upsert: true,
        },
      }))
      await this.#collection.bulkWrite(operations, { ordered: false }).catch(this.#told)
    }
  }

  get #collection() {
    return this.database.db.collection<{ _id: string }>(`${OURS}contacts`)
  }

  #key(contactId: string): string {
    return `${this.orgId}:${contactId}`
  }

  readonly #told = (error: unknown): never => {
    throw asError(error, this.database.host)
  }
}
