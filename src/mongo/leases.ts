import type { Collection, Document } from 'mongodb'
import { z } from 'zod'
import { EVERYBODY, type RunHead, type RunScope } from '../domain/run.js'
import { OURS, asError, type Database } from './database.js'
import { againIfLost } from './lost-upsert.js'

/** A lease as it is held: by which run, on what, and until when unless it is renewed. Times are the server's. */
export interface HeldLease extends Pick<RunHead, 'command' | 'user' | 'host' | 'pid'> {
  runId: string
  scopes: RunScope[]
  /** Grows by one with every lease given: a later holder has a higher one. */
  fence: number
  since: Date
  renewed: Date
  until: Date
}

/** A lease given, or who stands in the way. */
export type LeaseAnswer = { fence: number } | { inTheWay: HeldLease[] }

const THE_ONLY = { _id: 'leases' }

const held = z.object({
  runId: z.string(),
  scopes: z.array(z.string()),
  fence: z.number(),
  command: z.string(),
  user: z.string(),
  host: z.string(),
  pid: z.number(),
  since: z.date(),
  renewed: z.date(),
  until: z.date(),
})
const document = z.object({ held: z.array(held).default([]), refused: z.array(held).default([]) })

/**
 * Leases on events, so that two runs do not work on the same at once. All of them are one document, and each change is one
 * update of it: whether two scopes meet and who was first is decided by the server, and so is what time it is
 * (`$$NOW`), whatever the clocks of the machines say.
 */
export class Leases {
  readonly #collection: Collection<{ _id: string }>

  /** `termMs`: how long a lease lasts without being renewed. */
  constructor(
    private readonly database: Database,
    private readonly termMs: number,
  ) {
    this.#collection = database.db.collection<{ _id: string }>(`${OURS}leases`, { writeConcern: { w: 'majority' } })
  }

  /**
   * Takes a lease on all of these scopes or none; without any it says only that the run is alive, and stands in nobody's way. A
   * lease that was not renewed for its term does neither, and that of the run `under` whose lease this one is taken is not in
   * this one's way.
   */
  async take(
    { id: runId, command, user, host, pid }: RunHead,
    scopes: readonly RunScope[],
    under?: string,
  ): Promise<LeaseAnswer> {
    const until = { $add: ['$$NOW', this.termMs] }
    const ours = { runId, scopes: [...scopes], fence: '$fence', command, user, host, pid }
    const lease = { ...ours, since: '$$NOW', renewed: '$$NOW', until }
    const isFree = { $eq: [{ $size: '$refused' }, 0] }
    const after = await this.#update([
      { $set: { held: LIVING } },
      { $set: { refused: { $filter: { input: '$held', as: 'each', cond: meets(scopes, under) } } } },
      { $set: { fence: { $add: [{ $ifNull: ['$fence', 0] }, 1] } } },
      { $set: { held: { $concatArrays: ['$held', { $cond: [isFree, [lease], []] }] } } },
    ])
    const { held: all, refused } = document.parse(after)
    const given = all.find((each) => each.runId === runId)
    return given ? { fence: given.fence } : { inTheWay: refused }
  }

  /** Makes a lease last for another term; false when it has been given up, or has run out and may be somebody else's. */
  async renew(runId: string): Promise<boolean> {
    const renewed = { $mergeObjects: ['$$each', { renewed: '$$NOW', until: { $add: ['$$NOW', this.termMs] } }] }
    const isOurs = { $eq: ['$$each.runId', runId] }
    const after = await this.#update([
      { $set: { held: LIVING } },
      { $set: { held: { $map: { input: '$held', as: 'each', in: { $cond: [isOurs, renewed, '$$each'] } } } } },
    ])
    return document.parse(after).held.some((each) => each.runId === runId)
  }

  /** Gives a lease up. */
  async release(runId: string): Promise<void> {
    const others = { $filter: { input: '$held', as: 'each', cond: { $ne: ['$$each.runId', runId] } } }
    await this.#update([{ $set: { held: LIVING } }, { $set: { held: others } }])
  }

  /** Every lease that has not run out. */
  async list(): Promise<HeldLease[]> {
    const living = this.#collection.aggregate([{ $match: THE_ONLY }, { $project: { held: LIVING } }])
    const [found] = await living.toArray().catch(this.#told)
    return document.parse(found ?? {}).held
  }

  async #update(pipeline: Document[]): Promise<Document | null> {
    return againIfLost(() =>
      this.#collection.findOneAndUpdate(THE_ONLY, pipeline, { upsert: true, returnDocument: 'after' }),
    ).catch(this.#told)
  }

  readonly #told = (error: unknown): never => {
    throw asError(error, this.database.host)
  }
}

/** Leases whose term has not passed, in an update. */
const LIVING = {
  $filter: { input: { $ifNull: ['$held', []] }, as: 'each', cond: { $gt: ['$$each.until', '$$NOW'] } },
}

/** Whether a lease has a scope in common with these; everybody has one with all that have any. That of the run `under` is passed over. */
function meets(scopes: readonly RunScope[], under: string | undefined): Document {
  if (scopes.length === 0) return { $literal: false }
  const isAnothers = under === undefined ? { $literal: true } : { $ne: ['$$each.runId', under] }
  if (scopes.includes(EVERYBODY)) return { $and: [{ $gt: [{ $size: '$$each.scopes' }, 0] }, isAnothers] }
  const common = { $setIntersection: ['$$each.scopes', [...scopes, EVERYBODY]] }
  return { $and: [{ $gt: [{ $size: common }, 0] }, isAnothers] }
}
