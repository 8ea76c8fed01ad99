import { z } from 'zod'
import type { LineValue, LineValues } from '../domain/run-line.js'
import type { Written } from '../domain/write-back.js'
import { OURS, asError, type Database } from './database.js'
import { updateTo } from './restored-documents.js'

const byField = z.record(z.string(), z.string())
const document = z.object({ _id: z.string(), values: byField.default({}), sent: byField.default({}) })
const PER_BATCH = 1_000

/** A Contact and values of its fields. */
export interface ContactValues {
  contactId: string
  values: Record<string, string>
}

/** What we wrote to Contacts last, by field: so that what somebody edited since is told from what is out of date. */
export class WrittenContacts {
  constructor(
    private readonly database: Database,
    private readonly orgId: string,
  ) {}

  /** By the Contact's id, for those that we ever wrote to. */
  async read(contactIds: readonly string[]): Promise<Map<string, Written>> {
    const found = new Map<string, Written>()
    for (let at = 0; at < contactIds.length; at += PER_BATCH) {
      const _id = { $in: contactIds.slice(at, at + PER_BATCH).map((id) => this.#key(id)) }
      const documents = await this.#collection.find({ _id }).toArray().catch(this.#told)
      for (const raw of documents) {
        const parsed = document.safeParse(raw)
        if (!parsed.success) continue
        const { _id: key, values: last, sent } = parsed.data
        found.set(key.slice(key.indexOf(':') + 1), { last, sent })
      }
    }
    return found
  }

  /** Notes what is about to be sent, before anybody can have taken it. */
  async intend(sent: readonly ContactValues[]): Promise<void> {
    await this.#note('sent', sent)
  }

  /** Notes what was written; fields that were not stay as they were noted. */
  async write(written: readonly ContactValues[]): Promise<void> {
    await this.#note('values', written)
  }

  /** Puts notes back to what they were: a value that is null was not noted. What is empty then goes. */
  async restore(all: readonly { contactId: string; values: LineValues; sent: LineValues }[]): Promise<void> {
    for (let at = 0; at < all.length; at += PER_BATCH) {
      const some = all.slice(at, at + PER_BATCH)
      const operations = some.flatMap(({ contactId, values, sent }) => {
        const notes = [...pathed('values', values), ...pathed('sent', sent)]
        const one = { filter: { _id: this.#key(contactId) }, update: updateTo(notes) }
        return notes.length === 0 ? [] : [{ updateOne: one }]
      })
      if (operations.length > 0) await this.#collection.bulkWrite(operations, { ordered: false }).catch(this.#told)
      const _id = { $in: some.map(({ contactId }) => this.#key(contactId)) }
      const isEmpty = ['values', 'sent'].map((as) => ({ [as]: { $in: [{}, null] } }))
      await this.#collection.deleteMany({ _id, $and: isEmpty }).catch(this.#told)
    }
  }

  async #note(as: 'sent' | 'values', all: readonly ContactValues[]): Promise<void> {
    for (let at = 0; at < all.length; at += PER_BATCH) {
      const operations = all.slice(at, at + PER_BATCH).map(({ contactId, values }) => ({
        updateOne: {
          filter: { _id: this.#key(contactId) },
          update: {
            $set: Object.fromEntries(Object.entries(values).map(([field, value]) => [`${as}.${field}`, value])),
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

function pathed(as: 'values' | 'sent', values: LineValues): (readonly [string, LineValue])[] {
  return Object.entries(values).map(([field, value]) => [`${as}.${field}`, value] as const)
}
