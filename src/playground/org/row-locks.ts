import { AsyncLocalStorage } from 'node:async_hooks'
import { saveError, type SaveError } from './org-error.js'
import { hashOfNumber } from './soql/shuffle.js'

/** Who else writes the same records at the same time. */
export interface Contention {
  /** Part of all records, 0 to 1, that is held by others. */
  readonly share: number
  /** Numbers the records as they are written, so that the share is spread over them. */
  next(): number
}

const contention = new AsyncLocalStorage<Contention>()

/** Does work during which others hold some of the records that it writes. */
export function amidContention<T>(others: Contention, work: () => T): T {
  return contention.run(others, work)
}

/** Does work that others do not disturb: what is to fail of it was decided before. */
export function undisturbed<T>(work: () => T): T {
  return contention.exit(work)
}

/** The share that others hold during the work under way. */
export function lockedShare(): number {
  return contention.getStore()?.share ?? 0
}

/** Why the next record cannot be written now, if others hold it (errors.md §2). */
export function lockProblem(id: string): SaveError[] {
  const others = contention.getStore()
  if (others === undefined || hashOfNumber(others.next(), 0) >= others.share * 2 ** 32) return []
  return [saveError('UNABLE_TO_LOCK_ROW', `unable to obtain exclusive access to this record or 200 records: ${id}`)]
}
