import { randomUUID } from 'node:crypto'
import type { AnyBulkWriteOperation, Collection, Document, Filter } from 'mongodb'
import { z } from 'zod'
import {
  chosenOf,
  CLAIMED_AT_MOST,
  PRIORITIES,
  type Priority,
  type QueueEntry,
  type QueueStats,
  type Settlement,
} from '../domain/queue.js'
import { OURS, asError, type Database } from './database.js'
import { isObjectId } from './driver.js'
import { leftAloneAmong } from './left-alone.js'
import { againIfLost } from './lost-upsert.js'
import {
  AFRESH,
  claimedAt,
  dueAt,
  failedAt,
  filterOf,
  idleAt,
  isFinal,
  operationOf,
  requestOf,
  serverTime,
  statsOf,
  toCandidate,
  toClaimed,
  toEntry,
  type Claimed,
  type Kept,
  type QueueFilter,
} from './queue-document.js'

/** People who are one worker's until its lease runs out; every change to them checks the token. */
export interface Claim {
  token: string
  people: Claimed[]
}

const PER_BATCH = 1_000
const DAY_MS = 86_400_000
/** So many times as many as are wanted are looked at, so that workers at the same moment choose others. */
const SPREAD = 8

/**
 * Who waits to be looked up: one document for each participant, so that requests collapse. A lease is `notBefore` in the
 * future and a token: when it has run out, the entry is due again. What time it is, the server says (`$$NOW`).
 */
export class Queue {
  readonly #collection: Collection<Kept>
  #prepared: Promise<void> | undefined

  constructor(private readonly database: Database) {
    this.#collection = database.db.collection<Kept>(`${OURS}queue`, { writeConcern: { w: 'majority' } })
  }

  /**
   * Puts people into the queue, or asks anew for those who are there: they keep the better priority and the earlier time,
   * and who was given up on starts afresh. `delayMs`: nobody is tried before that. Idempotent but for the count of requests.
   */
  async request(participantIds: readonly string[], priority: Priority, delayMs = 0): Promise<void> {
    const update = requestOf(PRIORITIES.indexOf(priority), delayMs)
    for (const some of batches(participantIds)) {
      await this.#write(some.map((_id) => ({ updateOne: { filter: { _id }, update, upsert: true } })))
    }
  }

  /** How many people were given up on since then. */
  async countGivenUp(since: Date): Promise<number> {
    return this.#asked(this.#collection.countDocuments({ state: 'dead', notBefore: { $gte: since } }))
  }

  /**
   * Leases at most so many people who are due for `termMs`, the best priority first. Workers at the same moment may get
   * fewer; nobody is claimed twice.
   */
  async claim(limit: number, termMs: number): Promise<Claim> {
    await this.#prepare()
    const due = dueAt(await this.database.serverTime())
    const candidates = await this.#asked(
      this.#collection
        .find(due, { projection: { priority: 1 } })
        .sort({ priority: 1, notBefore: 1 })
        .limit(Math.min(limit, CLAIMED_AT_MOST) * SPREAD)
        .toArray(),
    )
    const token = randomUUID()
    if (candidates.length === 0) return { token, people: [] }
    const chosen = chosenOf(candidates.map(toCandidate), Math.min(limit, CLAIMED_AT_MOST), Math.random)
    const isDue: Filter<Kept> = { ...due, _id: { $in: chosen } }
    await this.#asked(this.#collection.updateMany(isDue, [{ $set: { token, notBefore: serverTime(termMs) } }]))
    return this.claimed(token)
  }

  /** Who is held under a token. */
  async claimed(token: string): Promise<Claim> {
    const held = await this.#asked(this.#collection.find({ token } as Filter<Kept>).toArray())
    return { token, people: held.map((raw) => toClaimed(raw)) }
  }

  /**
   * Makes people whose token was handed on somebody's own for a term: the `start`-th who got it, from 1. Who got it before
   * and may still think that it holds them (`believedMs` after its last renewal) keeps them. Returns those who are ours now.
   */
  async takeOver(token: string, start: number, termMs: number, believedMs: number): Promise<Claim> {
    const before = Array.from({ length: start - 1 }, (_, at) => `${token}.${at + 1}`)
    const over = new Date((await this.database.serverTime()).getTime() + termMs - believedMs)
    const free = { $or: [{ token }, { token: { $in: before }, notBefore: { $lte: over } }] } as Filter<Kept>
    const own = `${token}.${start}`
    const update = [{ $set: { token: own, notBefore: serverTime(termMs) } }]
    const { matchedCount } = await this.#asked(this.#collection.updateMany(free, update))
    return matchedCount === 0 ? { token: own, people: [] } : this.claimed(own)
  }

  /** Makes a lease last for another term; returns how many people are still held. */
  async renew(token: string, termMs: number): Promise<number> {
    const ours = { token } as Filter<Kept>
    const update = [{ $set: { notBefore: serverTime(termMs) } }]
    return (await this.#asked(this.#collection.updateMany(ours, update))).matchedCount
  }

  /**
   * Notes what became of people who were claimed, where the lease is still held. Who is done leaves the queue, and who is
   * dead is not tried any more, unless somebody asked for them again meanwhile: then they are due at once.
   */
  async settle(token: string, settlements: readonly { of: Claimed; settlement: Settlement }[]): Promise<void> {
    const deadMs = this.database.retention.deadDays * DAY_MS
    for (const some of batches(settlements)) {
      await this.#write(some.map(({ of, settlement }) => operationOf(token, of, settlement, deadMs)))
    }
    const over = settlements.filter(({ settlement }) => isFinal(settlement)).map(({ of }) => of.participantId)
    if (over.length === 0) return
    const askedAgain = { _id: { $in: over }, token } as Filter<Kept>
    await this.#asked(this.#collection.updateMany(askedAgain, [AFRESH, { $unset: ['token', 'reason'] }]))
  }

  /** Puts people back as if nobody had tried. */
  async release({ token, people }: Claim): Promise<void> {
    await this.settle(
      token,
      people.map((of) => ({ of, settlement: { kind: 'release' } })),
    )
  }

  /**
   * Takes people out who were looked up by whoever put them in, but for those whom a worker has, and those who were asked
   * for again since `revision` of them.
   */
  async withdraw(requests: readonly { participantId: string; revision: number }[]): Promise<void> {
    const unclaimed = { token: { $exists: false } }
    await this.#write(
      requests.map(({ participantId, revision }) => ({
        deleteOne: { filter: { _id: participantId, revision, ...unclaimed } },
      })),
    )
  }

  /** As `request` for one person; returns the revision that `withdraw` wants. */
  async requestOne(participantId: string, priority: Priority, delayMs: number): Promise<number> {
    const change = () =>
      this.#collection.findOneAndUpdate({ _id: participantId }, requestOf(PRIORITIES.indexOf(priority), delayMs), {
        upsert: true,
        returnDocument: 'after',
        projection: { revision: 1 },
      })
    const after = await this.#asked(againIfLost(change))
    return z.object({ revision: z.number() }).parse(after).revision
  }

  /**
   * Puts in whom the platform says to be pending and who has no entry, but for those who are left alone: their mark is the platform's, and
   * stays. Returns how many. Reads a page of ids at a time by an index of our own.
   */
  async sweep(): Promise<number> {
    await this.#prepare()
    let swept = 0
    for await (const page of this.#pending()) {
      const known = await this.#asked(
        this.#collection.find({ _id: { $in: page } }, { projection: { _id: 1 } }).toArray(),
      )
      const there = new Set(known.map(({ _id }) => _id))
      const unknown = page.filter((id) => !there.has(id))
      const leftAlone = await leftAloneAmong(this.database, unknown)
      const missing = unknown.filter((id) => !leftAlone.has(id))
      await this.request(missing, 'swept')
      swept += missing.length
    }
    return swept
  }

  /** Entries in the order in which they would be claimed; dead ones last. */
  async list(filter: QueueFilter, limit: number): Promise<QueueEntry[]> {
    const found = this.#collection.find(filterOf(filter)).sort({ state: -1, priority: 1, notBefore: 1 }).limit(limit)
    return (await this.#asked(found.toArray())).map((raw) => toEntry(raw))
  }

  /** How many entries are meant. */
  async count(filter: QueueFilter): Promise<number> {
    return this.#asked(this.#collection.countDocuments(filterOf(filter)))
  }

  /** How many `retry` would try again. */
  async countFailed(filter: QueueFilter): Promise<number> {
    const failed = failedAt(await this.database.serverTime(), filter)
    return this.#asked(this.#collection.countDocuments(failed))
  }

  /** Tries people again who were given up on, or who pause, as if nothing had failed; returns how many. */
  async retry(filter: QueueFilter): Promise<number> {
    const failed = failedAt(await this.database.serverTime(), filter)
    const afresh = [
      { $set: { state: 'waiting', attempts: 0, notBefore: '$$NOW' } },
      { $unset: ['reason', 'token', 'expiresAt'] },
    ]
    return (await this.#asked(this.#collection.updateMany(failed, afresh))).matchedCount
  }

  /** How many `drop` would take out. */
  async countIdle(filter: QueueFilter): Promise<number> {
    return this.#asked(this.#collection.countDocuments(await this.#idle(filter)))
  }

  /** How many a worker has in hand. */
  async countClaimed(filter: QueueFilter): Promise<number> {
    const claimed = { ...filterOf(filter), ...claimedAt(await this.database.serverTime()) }
    return this.#asked(this.#collection.countDocuments(claimed))
  }

  /** Takes people out whom no worker has; returns how many. */
  async drop(filter: QueueFilter): Promise<number> {
    return (await this.#asked(this.#collection.deleteMany(await this.#idle(filter)))).deletedCount
  }

  async #idle(filter: QueueFilter): Promise<Filter<Kept>> {
    return { ...filterOf(filter), ...idleAt(await this.database.serverTime()) }
  }

  /** How many wait, for what and why. */
  async stats(): Promise<QueueStats> {
    const now = await this.database.serverTime()
    const groups = this.#collection.aggregate([
      {
        $group: {
          _id: {
            priority: '$priority',
            state: '$state',
            due: { $lte: ['$notBefore', now] },
            claimed: { $gt: ['$token', null] },
            reason: { $ifNull: ['$reason', null] },
          },
          people: { $sum: 1 },
          oldest: { $min: '$requestedAt' },
        },
      },
    ])
    return statsOf(await this.#asked(groups.toArray()))
  }

  /**
   * Calls `wake` whenever somebody is put in or becomes due anew, where the server has change streams; false where it
   * has none, and whoever waits has to look by themselves. Ends with the signal.
   */
  async watch(wake: () => void, signal: AbortSignal): Promise<boolean> {
    const asked = { 'fullDocument.state': 'waiting', 'fullDocument.token': { $exists: false } }
    const stream = this.#collection.watch([{ $match: asked }], { fullDocument: 'updateLookup', maxAwaitTimeMS: 1_000 })
    const close = () => void stream.close().catch(() => undefined)
    signal.addEventListener('abort', close, { once: true })
    if (signal.aborted) close()
    try {
      // The first answer tells whether there are any; an empty one will do.
      await stream.tryNext()
    } catch {
      close()
      return false
    }
    wake()
    const follow = async () => {
      for (;;) {
        await stream.next()
        wake()
      }
    }
    // A stream that ends early leaves whoever waits to look by themselves.
    void follow().catch(close)
    return true
  }

  async *#pending(): AsyncGenerator<string[]> {
    const participants = this.database.db.collection('participants')
    const make = await this.database.ids()
    let last: Document = { $gte: make('0'.repeat(24)) }
    for (;;) {
      const filter = { 'salesforce.syncStatus': 'pending', _id: last, deletedAt: null }
      const page = participants
        .find(filter, { projection: { _id: 1 } })
        .sort({ _id: 1 })
        .limit(PER_BATCH)
      const ids = (await this.#asked(page.toArray())).flatMap(({ _id }) => (isObjectId(_id) ? [_id] : []))
      const end = ids.at(-1)
      if (!end) return
      last = { $gt: end }
      yield ids.map((id) => id.toHexString())
    }
  }

  #prepare(): Promise<void> {
    this.#prepared ??= this.#asked(
      Promise.all([
        this.#collection.createIndexes([
          { key: { state: 1, priority: 1, notBefore: 1 }, name: 'due' },
          { key: { token: 1 }, name: 'token', sparse: true },
          // Who waits has no such time.
          { key: { expiresAt: 1 }, name: 'expired', expireAfterSeconds: 0 },
        ]),
        // A sweep must not read a collection whose documents are large; where the right to an index is missing, it does.
        this.database.db
          .collection('participants')
          .createIndexes([
            {
              key: { 'salesforce.syncStatus': 1, _id: 1 },
              name: 'salesforce_pending',
              partialFilterExpression: { 'salesforce.syncStatus': 'pending' },
            },
          ])
          .catch(() => undefined),
      ]).then(() => undefined),
    )
    return this.#prepared
  }

  async #write(operations: AnyBulkWriteOperation<Kept>[]): Promise<void> {
    if (operations.length === 0) return
    const write = () => this.#collection.bulkWrite(operations, { ordered: false })
    await this.#asked(againIfLost(write))
  }

  async #asked<T>(answer: Promise<T>): Promise<T> {
    return answer.catch((error: unknown) => {
      throw asError(error, this.database.host)
    })
  }
}

function batches<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / PER_BATCH) }, (_, at) =>
    all.slice(at * PER_BATCH, (at + 1) * PER_BATCH),
  )
}
