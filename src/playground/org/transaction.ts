import { setTimeout as delay } from 'node:timers/promises'
import { saveError, type SaveError } from './org-error.js'

/** What is saved together: by a call, or by a chunk of a Bulk job. */
export class Transaction {
  /** Ids of what it created: duplicate rules do not see them (objects.md §9). */
  readonly created = new Set<string>()
  /** Whose locks it takes: its own, or those of the Bulk job that its chunk belongs to. */
  readonly holder: object
  /** When the last of its locks ends, in milliseconds of real time. */
  lockedUntil = 0

  constructor(holder?: object) {
    this.holder = holder ?? this
  }

  /** Has its locks end no earlier than those of a part of it. */
  outlast(part: Transaction): void {
    this.lockedUntil = Math.max(this.lockedUntil, part.lockedUntil)
  }

  /** Resolves when its locks have ended; the answer comes no earlier, so that a caller never meets his own. */
  async ended(): Promise<void> {
    const left = this.lockedUntil - performance.now()
    if (left > 0) await delay(left)
  }
}

/** The parents whose rows a write locks, by object: roll-ups of the campaign, the account of a contact (bulk2.md §5). */
const LOCKED: Readonly<Record<string, string>> = {
  Account: 'Id',
  Campaign: 'Id',
  CampaignMember: 'CampaignId',
  Contact: 'AccountId',
}

type Values = Readonly<Record<string, unknown>>

interface Lock {
  readonly holder: object
  readonly until: number
}

/**
 * Rows that writes hold for a while, as transactions that take time would: a write of another that overlaps fails at once,
 * where the platform first waits some seconds. Real time, because it is real requests that overlap.
 */
export class ParentLocks {
  readonly #settings: { readonly parentLockMs: number }
  readonly #locks = new Map<string, Lock>()

  constructor(settings: { readonly parentLockMs: number }) {
    this.#settings = settings
  }

  /** Locks what a write to a row of `object` locks; why it cannot, if another has it (errors.md §2). */
  take(object: string, transaction: Transaction | undefined, values: Values, row?: Values): SaveError[] {
    const { parentLockMs } = this.#settings
    if (parentLockMs === 0) return []
    const field = LOCKED[object] ?? ''
    const id = values[field] ?? row?.[field]
    if (typeof id !== 'string' || transaction === undefined) return []
    const now = performance.now()
    const lock = this.#locks.get(id)
    if (lock !== undefined && lock.holder !== transaction.holder && lock.until > now) {
      return [saveError('UNABLE_TO_LOCK_ROW', `unable to obtain exclusive access to this record or 200 records: ${id}`)]
    }
    transaction.lockedUntil = now + parentLockMs
    this.#locks.set(id, { holder: transaction.holder, until: transaction.lockedUntil })
    return []
  }
}
