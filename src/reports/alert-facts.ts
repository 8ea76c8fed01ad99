import { HOUR_MS, WINDOW_MS } from '../domain/api-usage.js'
import type { AlertFacts } from '../domain/figures.js'
import { addLatencies, NO_LATENCY, type Latency } from '../domain/latency.js'
import { ApiUsage } from '../mongo/api-usage.js'
import { Nights } from '../mongo/nights.js'
import { readPeopleFigures } from '../mongo/people-figures.js'
import { Queue } from '../mongo/queue.js'
import { readActivity } from './activity.js'
import { ledgerOf } from './ledger.js'
import { readConnection, readQuota, type ReportTools } from './status.js'

/** What alerts are judged by, from the database alone: what the org answers now has to be noted before. */
export async function readAlertFacts(tools: ReportTools): Promise<AlertFacts> {
  const { database, now, policy, org } = tools
  const { runs } = ledgerOf(tools)
  const hourAgo = new Date(now.getTime() - HOUR_MS)
  const dayAgo = new Date(now.getTime() - WINDOW_MS)
  const queue = new Queue(database)
  const [failures, quota, connection, activity, figures, lookups, stats, since, lastGoodAt] = await Promise.all([
    Promise.all([runs.countRefused(hourAgo), runs.countFailed(hourAgo), queue.countGivenUp(hourAgo)]),
    readQuota(tools),
    readConnection(tools),
    readActivity(tools, { from: dayAgo, to: now, orgId: org?.orgId }),
    readPeopleFigures(database),
    lookupsSince(tools, hourAgo),
    queue.stats(),
    runs.keptSince(),
    new Nights(database, policy.keepDays).lastGoodAt(),
  ])
  return {
    at: now,
    failuresLastHour: failures.reduce((sum, each) => sum + each, 0),
    ...(quota ? { quota } : {}),
    connection,
    changes: activity.total.changes,
    people: figures.people,
    lookups,
    nights: { ...(lastGoodAt ? { lastGoodAt } : {}), ...(since ? { since } : {}) },
    ...(stats.oldest ? { queueWaitMs: Math.max(0, now.getTime() - stats.oldest.getTime()) } : {}),
  }
}

/** How long lookups took since then. They are kept by the hour: those of the hour in which the time lies are among them. */
export async function lookupsSince({ database, org }: ReportTools, from: Date): Promise<Latency> {
  if (org?.orgId === undefined) return NO_LATENCY
  const hours = await new ApiUsage(database, org.orgId).since(from)
  return addLatencies(hours.map(({ lookups }) => lookups ?? NO_LATENCY))
}
