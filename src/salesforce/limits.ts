import { z } from 'zod'
import type { Org } from './org.js'
import type { Allowance } from '../domain/quota.js'

const countsReply = z.object({ sObjects: z.array(z.object({ name: z.string(), count: z.number() })) })
const limitsReply = z.object({ DailyApiRequests: z.object({ Max: z.number(), Remaining: z.number() }) })

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
