import { type Timestamp } from 'bson'
import { setTimeout as wait } from 'node:timers/promises'
import { CommandError } from '../command-error.js'
import { type Change, type ChangeLog } from '../store/change-log.js'
import { type Place } from './resume-token.js'

/** Bytes of documents, before and after, that the history holds at most. */
const LARGEST_BYTES = 64 * 1024 * 1024

/** As an index: behind all changes of a time. */
const BEHIND_ALL = 0xffffffff

/** A batch of changes that became everybody's at one time. */
export interface Moment {
  readonly time: Timestamp
  readonly wallTime: Date
  readonly changes: readonly Change[]
  readonly bytes: number
}

/**
 * The committed changes, in order, from when the first change stream was opened on, as far back as memory allows. It
 * stands for MongoDB's oplog; before there was a stream nothing is kept, so that what nobody watches costs nothing.
 */
export class History {
  readonly #log: ChangeLog
  readonly #now: () => number
  #moments: Moment[] = []
  #bytes = 0
  /** All changes after this time are held; undefined until somebody asks. */
  #since: Timestamp | undefined
  #wake = (): void => undefined
  #news = this.#nextNews()

  constructor(log: ChangeLog, now: () => number) {
    this.#log = log
    this.#now = now
  }

  /** Begins to keep changes, if that has not begun. */
  keep(): void {
    if (this.#since) return
    this.#since = this.#log.clock.time
    this.#log.beforeNeeded++
    this.#log.attach((batch) => {
      if (batch.length > 0) this.#add(batch)
      return undefined
    })
  }

  /** The place behind everything that has happened. */
  get end(): Place {
    return { time: this.#log.clock.time, index: BEHIND_ALL }
  }

  /** Throws ChangeStreamHistoryLost unless all changes since a place are held. */
  assertHeld({ time, index }: Place): void {
    const since = this.#since
    if (since && (time.greaterThan(since) || (time.equals(since) && index === BEHIND_ALL))) return
    throw new CommandError(
      286,
      'Resume of change stream was not possible, as the resume point may no longer be in the oplog.',
    )
  }

  /** The moments that have changes behind a place. */
  *from({ time, index }: Place): Generator<Moment> {
    for (let i = this.#firstFrom(time); i < this.#moments.length; i++) {
      const moment = this.#moments[i]
      if (moment && (moment.time.notEquals(time) || index < moment.changes.length)) yield moment
    }
  }

  #firstFrom(time: Timestamp): number {
    let low = 0
    let high = this.#moments.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#moments[middle]?.time.lessThan(time)) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Waits until something happens, at most so long. */
  async news(milliseconds: number): Promise<void> {
    const enough = new AbortController()
    const timeout = wait(milliseconds, undefined, { ref: false, signal: enough.signal }).catch(() => undefined)
    await Promise.race([this.#news, timeout])
    enough.abort()
  }

  #nextNews(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve))
  }

  #add(changes: readonly Change[]): void {
    const bytes = changes.reduce((sum, change) => sum + sizeOf(change), 0)
    this.#moments.push({ time: this.#log.clock.time, wallTime: new Date(this.#now()), changes: [...changes], bytes })
    this.#bytes += bytes
    if (this.#bytes > LARGEST_BYTES) this.#forget()
    this.#wake()
    this.#news = this.#nextNews()
  }

  /** Forgets the older half: one by one would move all others each time. */
  #forget(): void {
    const kept = this.#moments.splice(0, Math.ceil(this.#moments.length / 2))
    this.#since = kept.at(-1)?.time ?? this.#since
    this.#bytes = this.#moments.reduce((sum, { bytes }) => sum + bytes, 0)
  }
}

function sizeOf(change: Change): number {
  return 'record' in change ? (change.before?.length ?? 0) + (change.after?.length ?? 0) + 100 : 100
}
