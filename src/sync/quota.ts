import { callsInWindow, freeAt, WINDOW_MS, type UsageHour } from '../domain/api-usage.js'
import { goodFor, type GoodFor } from '../domain/good-for.js'
import { quotaOf, type Quota } from '../domain/quota.js'
import type { MhError } from '../errors.js'
import { readLimits, type BulkAllowance } from '../salesforce/limits.js'
import type { Org } from '../salesforce/org.js'

export interface QuotaTools {
  org: Org
  /** Our calls by the hour, as far as they are kept. */
  usage: (now: Date) => Promise<UsageHour[]>
}

/** Where the allowance of the org stands. */
export interface QuotaShown {
  quota: Quota
  /** The ceiling as the settings have it, from 0 to 1. */
  share: number
  /** Ours of the last 24 hours; absent where none are kept. */
  ours?: number
  goodFor: GoodFor
  /** When the window frees: half of what a run may have, by our own going; else all, a day from now. */
  frees: { calls: number; at: Date; ours: boolean }
  bulk: BulkAllowance[]
  /** Why only a header told of it. */
  refused?: MhError
  /** The org's clock. */
  at: Date
}

/** Reads what the org allows in one call, and divides it. Without notes of our own it is told without them. */
export async function showQuota({ org, usage }: QuotaTools): Promise<QuotaShown> {
  const { allowance, bulk, refused } = await readLimits(org)
  const { quota: policy, serverTime: at = new Date() } = org.transport
  const quota = quotaOf(allowance, policy)
  const kept = await usage(at).catch((): UsageHour[] => [])
  // The call that asked is ours, and not kept yet.
  const hours = [...kept, { hour: at, calls: org.calls }]
  const ours = kept.length > 0 ? Math.min(callsInWindow(hours, at), allowance.used) : undefined
  const all = { calls: quota.used, at: new Date(at.getTime() + WINDOW_MS), ours: false }
  const half = Math.ceil((quota.ceiling - quota.reserve) / 2) - quota.remaining.run
  const free = half > 0 ? freeAt(hours, at, half) : undefined
  const frees = free ? { calls: half, at: free, ours: true } : all
  return { quota, share: policy.ceiling, ours, goodFor: goodFor(quota.remaining.run), frees, bulk, refused, at }
}
