/** The org's own count of API calls in the last 24 hours; a gauge with noise (rest.md §2). */
export interface Allowance {
  used: number
  max: number
}

/** How much of the org's allowance is ours to spend; the rest is other people's (product.md §7). */
export interface QuotaPolicy {
  /** The share up to which anything of ours may go, from 0 to 1. */
  ceiling: number
  /** Calls below the ceiling that only live lookups may spend. @default 2 % of the ceiling */
  reserve?: number
}

/** Who asks: a run, which leaves the reserve alone, or a lookup that somebody waits for. */
export type Spender = 'run' | 'lookup'

/** An allowance divided: what each may still spend, never below 0. */
export interface Quota extends Allowance {
  /** Calls up to which anything of ours may go. */
  ceiling: number
  reserve: number
  remaining: Record<Spender, number>
}

export const DEFAULT_QUOTA: QuotaPolicy = { ceiling: 0.8 }
const RESERVED_SHARE = 0.02

/** Divides an allowance by the policy. */
export function quotaOf({ used, max }: Allowance, policy: QuotaPolicy): Quota {
  const ceiling = Math.floor(max * policy.ceiling)
  const reserve = policy.reserve ?? Math.ceil(ceiling * RESERVED_SHARE)
  const left = (kept: number) => Math.max(0, ceiling - kept - used)
  return { used, max, ceiling, reserve, remaining: { run: left(reserve), lookup: left(0) } }
}
