import { createHash } from 'node:crypto'
import { MongoBulkWriteError, type AnyBulkWriteOperation, type Collection } from 'mongodb'
import { z } from 'zod'
import type { NormalEmail } from '../domain/email.js'
import { OURS, asError, type Database } from './database.js'

/** A claim on making the Lead of one address: one writer an address, whatever runs at once (pitfalls.md §6). */
export interface LeadClaim {
  email: NormalEmail
  /** Who it is for; several participants may have one address. */
  participantIds: readonly string[]
  /** Where and when consent was given. */
  consent: { source: string; at?: Date }
}

/** What somebody else's claim says: it is at work, a Lead was made, or the org named records that are like the person. */
export type KnownClaim = { state: 'claimed' } | { state: 'created'; leadId: string } | { state: 'parked' }

/**
 * A run that has not made its Lead after so long has died: its claim may be taken over, after another look at the org.
 * Longer than the ten minutes of one call with its repeats, so that nothing of a dead run is still on its way.
 */
const CLAIM_MS = 20 * 60 * 1_000
const DUPLICATE_KEY = 11_000

const document = z.object({
  _id: z.string(),
  state: z.enum(['claimed', 'created', 'parked']),
  leadId: z.string().optional(),
})
const parked = z.object({ participantIds: z.array(z.string()), lookalikeIds: z.array(z.string()) })

const unsettled = z.object({ _id: z.string(), participantIds: z.array(z.string()) })

interface ClaimDocument {
  _id: string
  by?: string
  orgId?: string
}

/** The claims of one run (`by`) in one org. Addresses are kept as a hash only. */
export class LeadClaims {
  readonly #collection: Collection<ClaimDocument>

  constructor(
    private readonly database: Database,
    private readonly orgId: string,
    private readonly by: string,
  ) {
    this.#collection = database.db.collection<ClaimDocument>(COLLECTION, { writeConcern: { w: 'majority' } })
  }

  /**
   * Claims addresses; returns what stands in the way of the others. The unique `_id` decides: an upsert that may not
   * change what is there tries to insert it beside, and is refused.
   */
  async take(claims: readonly LeadClaim[]): Promise<Map<NormalEmail, KnownClaim>> {
    if (claims.length === 0) return new Map()
    const dead = new Date((await this.database.serverTime()).getTime() - CLAIM_MS)
    const free = { $or: [{ state: 'parked' }, { state: 'claimed', at: { $lt: dead } }] }
    const operations = claims.map(({ email, participantIds, consent }): AnyBulkWriteOperation<ClaimDocument> => ({
      updateOne: {
        filter: { _id: this.#key(email), ...free },
        update: {
          $set: { state: 'claimed', by: this.by, orgId: this.orgId, participantIds, consent: stored(consent) },
          $unset: { lookalikeIds: '' },
          $currentDate: { at: true },
        },
        upsert: true,
      },
    }))
    const refused = await this.#refusedOf(operations)
    const emails = refused.flatMap((index) => claims[index]?.email ?? [])
    return this.read(emails)
  }

  /** What is known of addresses that anybody ever claimed. */
  async read(emails: readonly NormalEmail[]): Promise<Map<NormalEmail, KnownClaim>> {
    const byKey = new Map(emails.map((email) => [this.#key(email), email]))
    const documents = await this.#collection
      .find({ _id: { $in: [...byKey.keys()] } })
      .toArray()
      .catch(this.#told)
    return new Map(
      documents.flatMap((raw) => {
        const { _id, state, leadId } = document.parse(raw)
        const email = byKey.get(_id)
        if (email === undefined) return []
        return [[email, state === 'created' && leadId !== undefined ? { state, leadId } : open(state)] as const]
      }),
    )
  }

  /** Which of these are still ours, right before something is sent; their time begins anew. */
  async confirm(emails: readonly NormalEmail[]): Promise<Set<NormalEmail>> {
    const ours = { _id: { $in: emails.map((email) => this.#key(email)) }, by: this.by, state: 'claimed' }
    await this.#collection.updateMany(ours, { $currentDate: { at: true } }).catch(this.#told)
    const kept = new Set((await this.#collection.find(ours).toArray().catch(this.#told)).map(({ _id }) => _id))
    return new Set(emails.filter((email) => kept.has(this.#key(email))))
  }

  /** Notes the Leads that were made. */
  async created(made: readonly { email: NormalEmail; leadId: string }[]): Promise<void> {
    await this.#change(made, ({ leadId }) => ({
      $set: { state: 'created', leadId },
      $currentDate: { createdAt: true },
    }))
  }

  /** Claims of other runs that were never settled, by participant: of runs that died, or are at work. */
  async open(): Promise<Map<string, string>> {
    const others = { orgId: this.orgId, state: 'claimed', by: { $ne: this.by } }
    const documents = await this.#collection.find(others).toArray().catch(this.#told)
    const claims = documents.flatMap((raw) => unsettled.safeParse(raw).data ?? [])
    return new Map(claims.flatMap(({ _id, participantIds }) => participantIds.map((id) => [id, _id])))
  }

  /** Notes on open claims of other runs which record the person turned out to be. */
  async found(claims: readonly { claimId: string; recordId: string }[]): Promise<void> {
    const operations = claims.map(({ claimId, recordId }): AnyBulkWriteOperation<ClaimDocument> => ({
      updateOne: {
        filter: { _id: claimId, state: 'claimed' },
        update: { $set: { state: 'created', leadId: recordId }, $currentDate: { createdAt: true } },
      },
    }))
    await this.#collection.bulkWrite(operations, { ordered: false }).catch(this.#told)
  }

  /** Remembers that somebody was a record that is gone now, where nothing else is known of the address. */
  async remember(
    gone: readonly { email: NormalEmail; participantIds: readonly string[]; leadId: string }[],
  ): Promise<void> {
    const operations = gone.map(({ email, participantIds, leadId }): AnyBulkWriteOperation<ClaimDocument> => ({
      updateOne: {
        filter: { _id: this.#key(email) },
        update: { $setOnInsert: { state: 'created', by: this.by, orgId: this.orgId, participantIds, leadId } },
        upsert: true,
      },
    }))
    await this.#collection.bulkWrite(operations, { ordered: false }).catch(this.#told)
  }

  /** Notes what a duplicate rule took for the person: somebody has to decide. */
  async parked(refused: readonly { email: NormalEmail; lookalikeIds: readonly string[] }[]): Promise<void> {
    await this.#change(refused, ({ lookalikeIds }) => ({ $set: { state: 'parked', lookalikeIds: [...lookalikeIds] } }))
  }

  /** Gives claims of ours back: nothing was sent, or what was sent was refused. */
  async release(emails: readonly NormalEmail[]): Promise<void> {
    if (emails.length === 0) return
    const ours = { _id: { $in: emails.map((email) => this.#key(email)) }, by: this.by, state: 'claimed' }
    await this.#collection.deleteMany(ours).catch(this.#told)
  }

  /** Forgets Leads that this run made and that are taken back: their addresses are free. */
  async forget(leadIds: readonly string[]): Promise<void> {
    await this.#collection.deleteMany({ by: this.by, leadId: { $in: [...leadIds] } }).catch(this.#told)
  }

  /** Forgets whatever else this run noted of addresses: what it did not make, and whom it found gone. */
  async forgetRest(): Promise<void> {
    const open = { state: { $in: ['claimed', 'parked'] } }
    // One that was only remembered has no time at which it was made.
    const remembered = { state: 'created', createdAt: null }
    await this.#collection.deleteMany({ by: this.by, $or: [open, remembered] }).catch(this.#told)
  }

  async #change<T extends { email: NormalEmail }>(
    items: readonly T[],
    update: (item: T) => Record<string, unknown>,
  ): Promise<void> {
    if (items.length === 0) return
    const operations = items.map((item): AnyBulkWriteOperation<ClaimDocument> => ({
      updateOne: { filter: { _id: this.#key(item.email), by: this.by }, update: update(item) },
    }))
    await this.#collection.bulkWrite(operations, { ordered: false }).catch(this.#told)
  }

  /** Indexes of the operations that met somebody else's claim. */
  async #refusedOf(operations: readonly AnyBulkWriteOperation<ClaimDocument>[]): Promise<number[]> {
    try {
      await this.#collection.bulkWrite([...operations], { ordered: false })
      return []
    } catch (error) {
      if (!(error instanceof MongoBulkWriteError) || error.err !== undefined) return this.#told(error)
      const errors = error.result.getWriteErrors()
      if (errors.some(({ code }) => code !== DUPLICATE_KEY)) return this.#told(error)
      return errors.map(({ index }) => index)
    }
  }

  /** A hash: addresses stand in the platform's own collections only. */
  #key(email: NormalEmail): string {
    return createHash('sha256').update(`${this.orgId}\n${email}`).digest('hex')
  }

  readonly #told = (error: unknown): never => {
    throw asError(error, this.database.host)
  }
}

const COLLECTION = `${OURS}leads`

/** Records that duplicate rules named, by participant: dozens, not thousands. */
export async function readLookalikes(database: Database): Promise<Map<string, string[]>> {
  const documents = await database.db
    .collection(COLLECTION)
    .find({ state: 'parked' })
    .toArray()
    .catch((error: unknown) => {
      throw asError(error, database.host)
    })
  const known = documents.flatMap((raw) => parked.safeParse(raw).data ?? [])
  return new Map(known.flatMap(({ participantIds, lookalikeIds }) => participantIds.map((id) => [id, lookalikeIds])))
}

function open(state: 'claimed' | 'created' | 'parked'): KnownClaim {
  return state === 'parked' ? { state } : { state: 'claimed' }
}

function stored({ source, at }: LeadClaim['consent']): { source: string; at?: Date } {
  return { source, ...(at ? { at } : {}) }
}
