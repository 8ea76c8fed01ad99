import type { Clock } from '../clock.js'
import { ApiUsage } from '../mongo/api-usage.js'
import { Connections } from '../mongo/connections.js'
import type { Database } from '../mongo/database.js'
import type { Org } from '../salesforce/org.js'
import { untilAborted } from '../until-aborted.js'

/** How long notes of our own calls may take, in milliseconds. */
export const USAGE_PATIENCE_MS = 2_000

/**
 * Adds the calls that were made since the last time to those that are kept, so that `mh-sf quota` knows them for ours, and whether the
 * org answered. Rejects when it takes too long, or with what the database throws.
 */
export async function keepUsage(org: Org, database: Database, clock: Clock): Promise<void> {
  const contact = org.takeContact()
  const answered = contact && new Connections(database, org.loginHost).note(contact)
  await untilAborted(Promise.all([answered, noted(org, database, clock)]), AbortSignal.timeout(USAGE_PATIENCE_MS))
}

/** An org that lets nobody in has been asked nothing. */
async function noted(org: Org, database: Database, clock: Clock): Promise<void> {
  if (org.calls === 0) return
  const { transport } = org
  const now = transport.serverTime ?? clock.now()
  const { orgId } = await org.session()
  await new ApiUsage(database, orgId).add(transport.takeUsage(now), transport.allowance, now)
}
