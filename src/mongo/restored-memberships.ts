import { ObjectId, type AnyBulkWriteOperation, type Collection, type Document } from 'mongodb'
import type { LineValues } from '../domain/run-line.js'
import { asError, type Database } from './database.js'
import { membershipsOf } from './participant-document.js'

const LIST = 'salesforce.campaigns'
const PER_BATCH = 1_000

/** What participants' documents say of memberships, by `participant/event`: put back while it is as it was read. */
export class RestoredMemberships {
  readonly #collection: Collection

  constructor(private readonly database: Database) {
    this.#collection = database.db.collection('participants')
  }

  /** The element of each key that has one. */
  async read(keys: readonly string[]): Promise<Map<string, LineValues>> {
    const _id = {
      $in: [...new Set(keys.map((key) => idsOf(key).participant.toHexString()))].map((id) => new ObjectId(id)),
    }
    const found = await this.#collection
      .find({ _id }, { projection: { [LIST]: 1 } })
      .toArray()
      .catch(this.#told)
    const wanted = new Set(keys)
    return new Map(
      found.flatMap((raw) =>
        membershipsOf(raw).flatMap(({ eventId, status = null, syncedAt = null, ...ids }) => {
          const key = `${String(raw._id)}/${eventId}`
          return wanted.has(key) ? [[key, { ...ids, status, syncedAt }] as const] : []
        }),
      ),
    )
  }

  /** Changes elements; `from` and `to` are whole elements. */
  async restore(all: readonly { id: string; from: LineValues; to: LineValues }[]): Promise<void> {
    await this.#write(
      all.map(({ id, from, to }) => {
        const { participant: _id, event } = idsOf(id)
        const update: Document = { $set: { [`${LIST}.$`]: elementOf(event, to) } }
        return { updateOne: { filter: { _id, [LIST]: { $elemMatch: mark(event, from) } }, update } }
      }),
    )
  }

  /** Adds elements where the event has none. */
  async make(all: readonly { id: string; values: LineValues }[]): Promise<void> {
    await this.#write(
      all.map(({ id, values }) => {
        const { participant: _id, event } = idsOf(id)
        const update: Document = { $push: { [LIST]: elementOf(event, values) } }
        return { updateOne: { filter: { _id, [`${LIST}.eventId`]: { $ne: event } }, update } }
      }),
    )
  }

  /** Removes elements, and what is empty without them. */
  async remove(all: readonly { id: string; was: LineValues }[]): Promise<void> {
    await this.#write(
      all.map(({ id, was }) => {
        const { participant: _id, event } = idsOf(id)
        const update: Document = { $pull: { [LIST]: mark(event, was) } }
        return { updateOne: { filter: { _id }, update } }
      }),
    )
    const _id = { $in: all.map(({ id }) => idsOf(id).participant) }
    for (const [path, empty] of [
      [LIST, []],
      ['salesforce', {}],
    ] as const) {
      await this.#collection.updateMany({ _id, [path]: empty }, { $unset: { [path]: '' } }).catch(this.#told)
    }
  }

  async #write(operations: AnyBulkWriteOperation[]): Promise<void> {
    for (let from = 0; from < operations.length; from += PER_BATCH) {
      const some = operations.slice(from, from + PER_BATCH)
      await this.#collection.bulkWrite(some, { ordered: false }).catch(this.#told)
    }
  }

  readonly #told = (error: unknown): never => {
    throw asError(error, this.database.host)
  }
}

function idsOf(key: string): { participant: ObjectId; event: ObjectId } {
  const [participant = '', event = ''] = key.split('/')
  return { participant: new ObjectId(participant), event: new ObjectId(event) }
}

function mark(eventId: ObjectId, values: LineValues): Document {
  return { eventId, campaignMemberId: values['campaignMemberId'] }
}

function elementOf(eventId: ObjectId, values: LineValues): Document {
  const { campaignId, campaignMemberId, status, syncedAt } = values
  return {
    eventId,
    campaignId,
    campaignMemberId,
    ...(status == null ? {} : { status }),
    ...(syncedAt == null ? {} : { syncedAt }),
  }
}
