import { WINDOW_MS } from '../domain/api-usage.js'
import { quotaOf, type Allowance, type QuotaPolicy, type Spender } from '../domain/quota.js'
import { MhError } from '../errors.js'

/** What may be spent from now on. */
export interface Budget {
  spender: Spender
  /** Calls that were made before. */
  before: number
  /** The most calls of its own. */
  most: number
}

/** A lookup may go on up to the ceiling. */
export const LOOKUP_BUDGET: Budget = { spender: 'lookup', before: 0, most: Infinity }

/** What stands in the way of so many calls. */
export interface Shortage {
  needed: number
  remaining: number
  because: string
  /** Calls that have to leave the window first; absent when only --max-api-calls is in the way. */
  toLeave?: number
  /** Not even an empty window has room for them. */
  isTooMuch: boolean
}

/** What is in the way of `needed` calls more after `made`; undefined when nothing is. The org's count may not be known yet. */
export function shortageOf(
  needed: number,
  made: number,
  { spender, before, most }: Budget,
  allowance: Allowance | undefined,
  policy: QuotaPolicy,
): Shortage | undefined {
  const own = most - (made - before)
  if (needed > own) return { needed, remaining: own, because: `--max-api-calls is ${most}`, isTooMuch: false }
  if (!allowance) return undefined
  const { remaining, used, max, ceiling, reserve } = quotaOf(allowance, policy)
  if (needed <= remaining[spender]) return undefined
  const limit = ceiling - (spender === 'run' ? reserve : 0)
  const kept = spender === 'run' && reserve > 0 ? `, and ${reserve} calls are kept for lookups` : ''
  const because = `${used} of the org's ${max} of 24 hours are used, the ceiling is ${percent(policy.ceiling)}${kept}`
  return { needed, remaining: remaining[spender], because, toLeave: used + needed - limit, isTooMuch: needed > limit }
}

/**
 * BUDGET_EXCEEDED for a person. `untouched` says what was not written; without it something may have been. `free`: when
 * enough of our own calls will have left the window, where that is known.
 */
export function budgetExceeded(
  { needed, remaining, because, toLeave, isTooMuch }: Shortage,
  untouched: string | undefined,
  now: Date,
  free: Date | undefined,
): MhError {
  const what = `${needed} API ${needed === 1 ? 'call is' : 'calls are'} needed, and ${remaining} ${remaining === 1 ? 'remains' : 'remain'}: ${because}.`
  return new MhError(
    'BUDGET_EXCEEDED',
    untouched === undefined ? what : `${what} ${untouched}`,
    [...(untouched === undefined ? ['What was written stays.'] : []), wayOut(toLeave, isTooMuch, now, free)].join(' '),
  )
}

function wayOut(toLeave: number | undefined, isTooMuch: boolean, now: Date, free: Date | undefined): string {
  if (toLeave === undefined) return 'Run the same command again with more calls.'
  if (isTooMuch) return 'That is more than the ceiling ever leaves: take fewer at a time, or raise quota.ceiling.'
  const again = 'Run the same command again'
  if (free)
    return `${again} after ${free.toISOString()}: enough of our own calls have left the window of 24 hours then, if others go on as they do.`
  const all = new Date(now.getTime() + WINDOW_MS).toISOString()
  return `${again} later: the window of 24 hours rolls on, and what is used now has left it by ${all}. mh-sf quota tells more.`
}

function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`
}
