import { composeId } from '../ids.js'
import { type KeptPart, smallPart } from '../kept-part.js'
import { hashOfNumber } from '../soql/shuffle.js'
import type { Job } from './job.js'
import { enter, isTerminal, seedOf } from './job.js'
import { notFound, OrgError, refusal } from './refusal.js'

const HOUR_MS = 3_600_000
/** An open job is cleaned up after a day, an ended one with its results after seven (bulk2.md §3, §6). */
const [OPEN_MS, KEPT_MS] = [24 * HOUR_MS, 7 * 24 * HOUR_MS]
const PAGE_JOBS = 1_000

/** One sequence for all jobs of an org, so that ids of ingest and query jobs differ. */
export class JobIds {
  private last = 0

  /** For a restart: no id is given twice. */
  kept(): KeptPart {
    return smallPart({
      name: 'jobIds',
      version: () => this.last,
      read: () => this.last,
      write: (last) => {
        this.last = last
      },
    })
  }

  next(): string {
    return composeId('750', ++this.last)
  }
}

/** A page of a list of jobs. */
export interface JobPage<J> {
  readonly jobs: readonly J[]
  /** Where the next page begins; undefined on the last. */
  readonly next: number | undefined
}

/** The jobs of one endpoint, each until its time is over. */
export class JobBook<J extends Job> {
  private readonly jobs = new Map<string, J>()
  /** Those that may have changed since they were taken last. */
  private readonly touched = new Set<J>()
  /** Ids of those that went since, of which a journal knows. */
  private gone: string[] = []

  add(job: J): J {
    this.jobs.set(job.id, job)
    this.touched.add(job)
    return job
  }

  all(): Iterable<J> {
    return this.jobs.values()
  }

  /** By its 18-character id. */
  get(id: string): J | undefined {
    return this.jobs.get(id)
  }

  /** Jobs that may have changed since this was asked last, as all do that have not ended; ids of those that are gone. */
  takeTouched(): { readonly touched: readonly J[]; readonly gone: readonly string[] } {
    const [touched, gone] = [[...this.touched], this.gone]
    for (const job of touched) if (isTerminal(job)) this.touched.delete(job)
    this.gone = []
    return { touched, gone }
  }

  forget(id: string): void {
    const job = this.jobs.get(id)
    if (job !== undefined) this.delete(job)
  }

  /**
   * The job of a call, by its 15- or 18-character id; the version must be the one that made it (bulk2.md, head).
   *
   * @throws OrgError 404 NOT_FOUND for an unknown, deleted or expired job, 409 for another version
   */
  find(id: string, version: string, now: number): J {
    this.sweep(now)
    const job = this.jobs.get(id) ?? [...this.jobs.values()].find((one) => one.id.slice(0, 15) === id)
    if (!job) throw notFound()
    this.touched.add(job)
    if (job.version === version) return job
    const message = `The job was created with API version ${job.version} and can not be used with ${version}`
    throw refusal('INVALIDVERSION', message, 409)
  }

  /** Ends what is under way, and forgets all. */
  clear(now: number): void {
    for (const job of this.jobs.values()) {
      if (!isTerminal(job)) enter(job, 'Aborted', now)
      this.delete(job)
    }
  }

  delete(job: J): void {
    this.jobs.delete(job.id)
    this.touched.delete(job)
    if (job.told.head !== '') this.gone.push(job.id)
  }

  /** Up to 1,000 jobs in an order that tells nothing (bulk2.md §1). */
  page(from: number, now: number, wanted: (job: J) => boolean): JobPage<J> {
    this.sweep(now)
    const rank = (job: J) => hashOfNumber(seedOf(job, 0), 0)
    const all = [...this.jobs.values()].filter(wanted).sort((a, b) => rank(a) - rank(b))
    const end = from + PAGE_JOBS
    return { jobs: all.slice(from, end), next: end < all.length ? end : undefined }
  }

  private sweep(now: number): void {
    for (const job of this.jobs.values()) {
      const expired = isTerminal(job) ? now - (job.endedAt ?? now) >= KEPT_MS : false
      const forgotten = job.state === 'Open' && now - job.createdAt >= OPEN_MS
      if (expired || forgotten) this.delete(job)
    }
  }
}

/** The opaque form of a place in a result: its base64 without padding, as recorded (`MTAwMDA` for 10000, bulk2.md §8). */
export const locatorOf = (place: number): string =>
  Buffer.from(String(place))
    .toString('base64')
    .replace(/={1,2}$/, '')

/**
 * The place a locator stands for.
 *
 * @throws OrgError 400 INVALID_QUERY_LOCATOR for anything `locatorOf` did not make
 */
export const placeOf = (locator: string): number => {
  const place = Number(Buffer.from(locator, 'base64').toString('latin1'))
  if (Number.isSafeInteger(place) && place >= 0 && locatorOf(place) === locator) return place
  throw new OrgError(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator')
}
