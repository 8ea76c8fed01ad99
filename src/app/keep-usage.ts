import type { Clock } from '../clock.js'
import { ApiUsage } from '../mongo/api-usage.js'
import type { Database } from '../mongo/database.js'
import type { Org } from '../salesforce/org.js'
import { untilAborted } from '../until-aborted.js'

/** How long notes of our own calls may take, in milliseconds. */
export const USAGE_PATIENCE_MS = 500

/**
 * Adds the calls that were made since the last time to those that are kept, so that `mh-sf quota` knows them for ours. Rejects
 * when it takes too long, or with what the database throws.
 */
export async function keepUsage(org: Org, database: Database, clock: Clock): Promise<void> {
  if (org.calls === 0) return
  await untilAborted(noted(org, database, clock), AbortSignal.timeout(USAGE_PATIENCE_MS))
}

async function noted(org: Org, database: Database, clock: Clock): Promise<void> {
  const { transport } = org
  const now = transport.serverTime ?? clock.now()
  const { orgId } = await org.session()
  await new ApiUsage(database, orgId).add(transport.takeUsage(now), transport.allowance, now)
}
