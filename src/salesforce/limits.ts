import { z } from 'zod'
import { MhError, type ErrorCode } from '../errors.js'
import type { Org } from './org.js'
import type { Allowance } from '../domain/quota.js'

const countsReply = z.object({ sObjects: z.array(z.object({ name: z.string(), count: z.number() })) })
const entry = z.object({ Max: z.number(), Remaining: z.number() })
const optional = entry.optional().catch(undefined)
/** Entries come and go between releases, and with the user's rights (rest.md §3). */
const limitsReply = z.object({
  DailyApiRequests: entry,
  DailyBulkApiBatches: optional,
  DailyBulkV2QueryJobs: optional,
  DailyBulkV2QueryFileStorageMB: optional,
})

/** Something else that the org allows in 24 hours. */
export interface BulkAllowance {
  name: 'ingest batches' | 'query jobs' | 'MB of query results'
  max: number
  remaining: number
}

/** What an org allows, as far as it tells this user. */
export interface OrgLimits {
  allowance: Allowance
  bulk: BulkAllowance[]
  /** Why only the header of a refusal tells of it. */
  refused?: MhError
}

/** How many contacts and leads the org has, approximately; objects without records are left out of the reply (rest.md §3). */
export async function orgSize(org: Org): Promise<{ contacts: number; leads: number }> {
  const { sObjects } = await org.json({ method: 'GET', path: '/limits/recordCount?sObjects=Contact,Lead' }, countsReply)
  const count = (name: string) => sObjects.find((each) => each.name === name)?.count ?? 0
  return { contacts: count('Contact'), leads: count('Lead') }
}

/** The day's API allowance, at the price of one call; also the probe whether a session lives (auth.md §8). */
export async function readAllowance(org: Org): Promise<Allowance> {
  const { DailyApiRequests: daily } = await org.json({ method: 'GET', path: '/limits' }, limitsReply)
  return { used: daily.Max - daily.Remaining, max: daily.Max }
}

/**
 * What the org allows, in one call. A user who may not see it, and one who comes too late, are told by the header of the
 * refusal, which counts the calls all the same (rest.md §2).
 */
export async function readLimits(org: Org): Promise<OrgLimits> {
  try {
    const reply = await org.json({ method: 'GET', path: '/limits' }, limitsReply)
    const { Max: max, Remaining: remaining } = reply.DailyApiRequests
    const named: [BulkAllowance['name'], z.infer<typeof optional>][] = [
      ['ingest batches', reply.DailyBulkApiBatches],
      ['query jobs', reply.DailyBulkV2QueryJobs],
      ['MB of query results', reply.DailyBulkV2QueryFileStorageMB],
    ]
    const bulk = named.flatMap(([name, told]) => (told ? [{ name, max: told.Max, remaining: told.Remaining }] : []))
    // The header is of this moment; the body may be five minutes old (limits.md §1).
    return { allowance: org.transport.allowance ?? { used: max - remaining, max }, bulk }
  } catch (error) {
    const { allowance } = org.transport
    if (!(error instanceof MhError) || !REFUSALS.has(error.code) || !allowance) throw error
    return { allowance, bulk: [], refused: error }
  }
}

const REFUSALS = new Set<ErrorCode>(['SF_ACCESS_DENIED', 'SF_REFUSED_REQUEST', 'SF_LIMIT_EXCEEDED'])
