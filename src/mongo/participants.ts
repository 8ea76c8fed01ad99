import { ObjectId, type AnyBulkWriteOperation, type Collection, type Document, type Filter } from 'mongodb'
import { z } from 'zod'
import type { EnrichmentChange } from '../domain/enrichment.js'
import { isLeftAlone } from '../domain/opt-out.js'
import type { Participant } from '../domain/person.js'
import { asError, type Database } from './database.js'
import { readDecisions, type Decided } from './decisions.js'
import { isBulkWriteError, type MakeId } from './driver.js'
import { readLookalikes } from './lead-claims.js'
import { traitsOf } from './left-alone.js'
import { HAS_OBJECT_ID } from './object-ids.js'
import { OptOuts } from './opt-outs.js'
import { PROJECTION, toParticipant } from './participant-document.js'

/** Which participants: of these events (any of them), or all; optionally only those not synced since a time. Deleted ones never. */
export interface Scope {
  eventIds?: readonly string[]
  /** Only these participants. */
  ids?: readonly string[]
  notSyncedSince?: Date
}

/** A write owed to one participant, made only if the address is still the one that was decided on. */
export interface EnrichmentWrite {
  participant: Participant
  change: EnrichmentChange
  syncedAt: Date
}

/** The membership of one participant in one event as it is now; undefined when there is none any more. */
export interface MembershipWrite {
  participantId: string
  membership?: { campaignId: string; campaignMemberId: string; status?: string; syncedAt: Date }
}

/** How a batch of writes went. `moved`: the person changed address, went away or opted out meanwhile; the next run sees them anew. */
export interface WriteReport {
  written: number
  moved: number
  failed: { participantId: string; code: number }[]
}

const WRITES_PER_BATCH = 1_000
const OBJECT_ID = /^[0-9a-f]{24}$/iu
/** These two stand beside `salesforce`, not in it (platform.md). */
const BESIDE = new Set<string>(['customerTier', 'isExistingCustomer'])
/** The platform's participants: read by pages, enriched by operators. */
export class Participants {
  readonly #collection: Collection
  #decisions: Promise<Map<string, Decided>> | undefined
  #lookalikes: Promise<Map<string, string[]>> | undefined

  constructor(private readonly database: Database) {
    this.#collection = database.db.collection('participants')
  }

  /** How many people `pages` will bring. */
  async count(scope: Scope): Promise<number> {
    return this.#asked(this.#collection.countDocuments(filterFor(scope)))
  }

  /** How many people of the scope no page brings, because their `_id` is no ObjectId: no document of the platform has that. */
  async countUnreadable(scope: Scope): Promise<number> {
    const filter = { ...filterFor(scope), _id: { $not: HAS_OBJECT_ID._id } }
    return this.#asked(this.#collection.countDocuments(filter))
  }

  /** Soft-deleted people of the event: they are left alone, and said. */
  async countDeleted({ eventIds }: Scope): Promise<number> {
    return this.#asked(this.#collection.countDocuments({ ...ofEvents(eventIds), deletedAt: { $ne: null } }))
  }

  /** Whether there is anybody at all: an empty collection is usually the wrong database. */
  async isEmpty(): Promise<boolean> {
    return (await this.#asked(this.#collection.findOne({}, { projection: { _id: 1 } }))) === null
  }

  /**
   * Pages of participants in the order of `_id`. Each page is a query of its own (`_id > last`), so no cursor is held
   * while Salesforce is asked (pitfalls.md §7), and people who register meanwhile are seen. Only ObjectIds: `$gt`
   * compares within one type; `countUnreadable` tells of the others.
   */
  async *pages(scope: Scope, size: number, limit = Infinity): AsyncGenerator<Participant[]> {
    let last: ObjectId | undefined
    for (let left = limit; left > 0;) {
      const filter = filterFor(scope)
      if (last) filter._id = { $gt: last }
      const query = this.#collection
        .find(filter, { projection: PROJECTION })
        .sort({ _id: 1 })
        .limit(Math.min(size, left))
      const documents = await this.#asked(query.toArray())
      if (documents.length === 0) return
      left -= documents.length
      last = documents.at(-1)?._id
      yield await this.#withDecisions(documents)
    }
  }

  /** The participants with these addresses, as stored by the platform: lower case. Only those that `pages` would bring. */
  async byEmail(emails: readonly string[]): Promise<Participant[]> {
    const filter: Filter<Document> = { ...HAS_OBJECT_ID, email: { $in: [...emails] }, deletedAt: null }
    return this.#withDecisions(await this.#asked(this.#collection.find(filter, { projection: PROJECTION }).toArray()))
  }

  /** The participants with these ids who are not deleted. Whoever has just registered is found: the primary is asked. */
  async byIds(ids: readonly string[]): Promise<Participant[]> {
    const make = await this.database.ids()
    const filter = { _id: { $in: ids.filter((id) => ObjectId.isValid(id)).map(make) }, deletedAt: null }
    const found = this.#collection.find(filter, { projection: PROJECTION, readPreference: 'primary' })
    return this.#withDecisions(await this.#asked(found.toArray()))
  }

  /** One participant, if there is one that is not deleted. */
  async byId(id: string): Promise<Participant | undefined> {
    const filter = { _id: new ObjectId(id), deletedAt: null }
    const found = await this.#asked(this.#collection.find(filter, { projection: PROJECTION }).toArray())
    return (await this.#withDecisions(found))[0]
  }

  /**
   * People whose address begins like this, in lower case as the platform stores it, or whose name has all of these words; or the one
   * with this id. At most so many. Names are looked through one by one.
   */
  async search(typed: string, limit: number): Promise<Participant[]> {
    const text = typed.normalize('NFC').trim()
    if (OBJECT_ID.test(text)) return this.byIds([text.toLowerCase()])
    const address: Filter<Document> = { email: { $regex: `^${escaped(text.toLowerCase())}` } }
    const words = text.split(/\s+/u).map((word) => ({ name: { $regex: escaped(word), $options: 'i' } }))
    const whom = text.includes('@') ? address : { $or: [address, { $and: words }] }
    const found = this.#collection
      .find({ ...HAS_OBJECT_ID, ...whom, deletedAt: null } as Filter<Document>, { projection: PROJECTION })
      .limit(limit)
    return this.#withDecisions(await this.#asked(found.toArray()))
  }

  /** People whom an earlier run parked, and on whom nobody has decided, oldest first; at most so many, and how many there are. */
  async parked(limit: number): Promise<{ total: number; people: { id: string; why: string }[] }> {
    const decided = [...(await this.#knownDecisions()).keys()].map((id) => new ObjectId(id))
    const filter: Filter<Document> = {
      _id: { ...HAS_OBJECT_ID._id, $nin: decided },
      deletedAt: null,
      'salesforce.syncStatus': 'error',
      'salesforce.syncError': { $regex: '^parked: ' },
    }
    const projection = { 'salesforce.syncError': 1 }
    const query = this.#collection.find(filter, { projection }).sort({ _id: 1 }).limit(limit)
    const [total, documents] = await this.#asked(
      Promise.all([this.#collection.countDocuments(filter), query.toArray()]),
    )
    const people = documents.map(({ _id, salesforce }) => {
      const why = z.object({ syncError: z.string() }).parse(salesforce).syncError
      return { id: String(_id), why: why.slice('parked: '.length) }
    })
    return { total, people }
  }

  /**
   * Pages of people whose membership of an event was written down, and who have gone since: soft-deleted, or no longer
   * registered.
   */
  async *departed(eventId: string, size: number): AsyncGenerator<(Participant & { deleted: boolean })[]> {
    const event = new ObjectId(eventId)
    const gone = { $or: [{ deletedAt: { $ne: null } }, { 'registeredEvents.eventId': { $ne: event } }] }
    let last = HAS_OBJECT_ID._id as Document
    for (;;) {
      const filter = { _id: last, 'salesforce.campaigns.eventId': event, ...gone }
      const projection = { ...PROJECTION, deletedAt: 1 }
      const query = this.#collection.find(filter, { projection }).sort({ _id: 1 }).limit(size)
      const documents = await this.#asked(query.toArray())
      const end = documents.at(-1)
      if (!end) return
      last = { $gt: end._id }
      const people = await this.#withDecisions(documents)
      yield people.map((each, at) => ({ ...each, deleted: (documents[at]?.deletedAt ?? null) !== null }))
    }
  }

  /** Writes down memberships of one event, or that there is none any more; unordered, by operators, idempotent. */
  async writeMemberships(eventId: string, writes: readonly MembershipWrite[]): Promise<void> {
    const operations = writes.flatMap((write) => toMembershipOperations(new ObjectId(eventId), write))
    for (let at = 0; at < operations.length; at += WRITES_PER_BATCH) {
      await this.#asked(this.#collection.bulkWrite(operations.slice(at, at + WRITES_PER_BATCH), { ordered: false }))
    }
  }

  /**
   * Writes by operators only, unordered and idempotent, so a concurrent save of the platform is never overwritten. Whoever opted out or
   * was erased since they were read is not written to: that is looked at last (pitfalls.md §8).
   */
  async write(writes: readonly EnrichmentWrite[]): Promise<WriteReport> {
    const report: WriteReport = { written: 0, moved: 0, failed: [] }
    for (let at = 0; at < writes.length; at += WRITES_PER_BATCH) {
      const batch = writes.slice(at, at + WRITES_PER_BATCH)
      const { written, failed } = await this.#writeBatch(batch)
      report.written += written
      report.failed.push(...failed)
      report.moved += batch.length - written - failed.length
    }
    return report
  }

  /** Which of these were written with this stamp: for whoever has to know when `write` says that some moved. */
  async stampedAt(ids: readonly string[], syncedAt: Date): Promise<Set<string>> {
    const filter = { _id: { $in: ids.map(await this.database.ids()) }, 'salesforce.lastSyncedAt': syncedAt }
    const found = await this.#asked(this.#collection.find(filter, { projection: { _id: 1 } }).toArray())
    return new Set(found.map(({ _id }) => String(_id)))
  }

  async #writeBatch(given: readonly EnrichmentWrite[]): Promise<{ written: number; failed: WriteReport['failed'] }> {
    const noted = await new OptOuts(this.database).among(given.map(({ participant }) => traitsOf(participant)))
    const batch = given.filter((_, at) => !isLeftAlone(noted[at]))
    if (batch.length === 0) return { written: 0, failed: [] }
    const make = await this.database.ids()
    const operations = batch.map((write) => toOperation(write, make))
    const result = await this.#collection.bulkWrite(operations, { ordered: false }).catch((error: unknown) => {
      // Single rows that failed are told one by one; anything else (a lost connection, the write concern) is the batch's.
      if (isBulkWriteError(error) && error.err === undefined) return error.result
      throw asError(error, this.database.host)
    })
    const failed = result
      .getWriteErrors()
      .map(({ index, code }) => ({ participantId: batch[index]?.participant.id ?? '', code }))
    return { written: result.matchedCount, failed }
  }

  async #withDecisions(documents: readonly Document[]): Promise<Participant[]> {
    this.#lookalikes ??= readLookalikes(this.database)
    const people = documents.map(toParticipant)
    const [decisions, lookalikes, optOuts] = await Promise.all([
      this.#knownDecisions(),
      this.#lookalikes,
      new OptOuts(this.database).among(people.map(traitsOf)),
    ])
    return people.map((each, at) => {
      const optedOut = optOuts[at]
      const known = { ...each, decided: decisions.get(each.id), lookalikeIds: lookalikes.get(each.id) }
      return optedOut ? { ...known, optedOut: { because: optedOut.because, at: optedOut.at } } : known
    })
  }

  /** All that people ever decided, read once: they decide on dozens, not on thousands. */
  #knownDecisions(): Promise<Map<string, Decided>> {
    this.#decisions ??= readDecisions(this.database)
    return this.#decisions
  }

  async #asked<T>(answer: Promise<T>): Promise<T> {
    return answer.catch((error: unknown) => {
      throw asError(error, this.database.host)
    })
  }
}

function filterFor({ eventIds, ids, notSyncedSince }: Scope): Filter<Document> {
  const stale = notSyncedSince ? { $nor: [{ 'salesforce.lastSyncedAt': { $gte: notSyncedSince } }] } : {}
  // Not under `_id`: pages and kinds of ids are told by that.
  const only = ids
    ? { $and: [{ _id: { $in: ids.filter((id) => ObjectId.isValid(id)).map((id) => new ObjectId(id)) } }] }
    : {}
  return { ...HAS_OBJECT_ID, ...ofEvents(eventIds), ...only, deletedAt: null, ...stale }
}

function ofEvents(eventIds: readonly string[] | undefined): Filter<Document> {
  if (eventIds === undefined) return {}
  const [only, ...others] = eventIds.map((id) => new ObjectId(id))
  return {
    'registeredEvents.eventId': others.length === 0 && only ? only : { $in: eventIds.map((id) => new ObjectId(id)) },
  }
}

function toOperation({ participant, change, syncedAt }: EnrichmentWrite, make: MakeId): AnyBulkWriteOperation {
  const set = Object.entries(change.set).map(([field, value]) => [pathOf(field), value] as const)
  const unset = change.unset.map((field) => [pathOf(field), ''] as const)
  return {
    updateOne: {
      filter: { _id: make(participant.id), deletedAt: null, ...sameEmail(participant.storedEmail) },
      update: {
        $set: Object.fromEntries([...set, ['salesforce.lastSyncedAt', syncedAt]]),
        ...(unset.length > 0 ? { $unset: Object.fromEntries(unset) } : {}),
      },
    },
  }
}

/** One element for each event: the one that is there is changed, else one is added; two runs at once add one. */
function toMembershipOperations(
  eventId: ObjectId,
  { participantId, membership }: MembershipWrite,
): AnyBulkWriteOperation[] {
  const _id = new ObjectId(participantId)
  const path = 'salesforce.campaigns'
  if (!membership) return [{ updateOne: { filter: { _id }, update: { $pull: { [path]: { eventId } } } as Document } }]
  const there = { _id, [`${path}.eventId`]: eventId }
  const missing = { _id, [`${path}.eventId`]: { $ne: eventId } }
  const element = { eventId, ...membership }
  return [
    { updateOne: { filter: there, update: { $set: { [`${path}.$`]: element } } } },
    { updateOne: { filter: missing, update: { $push: { [path]: element } } as Document } },
  ]
}

/** Only text goes into a filter: an address that is `{ "$ne": null }` must not become an operator. */
function sameEmail(storedEmail: unknown): Filter<Document> {
  return typeof storedEmail === 'string' ? { email: storedEmail } : {}
}

/** A text as a pattern that finds it. */
function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/gu, '\\$&')
}

/** Where a field of the enrichment stands in a document. */
export function pathOf(field: string): string {
  return BESIDE.has(field) ? field : `salesforce.${field}`
}
