import { callsInWindow, HOUR_MS, WINDOW_MS } from '../domain/api-usage.js'
import type { ConnectionFigures, PeopleFigures, QuotaFigures, RunningRun, StatusFigures } from '../domain/figures.js'
import { quotaOf, type QuotaPolicy } from '../domain/quota.js'
import { shownRuns } from '../domain/shown-run.js'
import { ApiUsage } from '../mongo/api-usage.js'
import { Connections } from '../mongo/connections.js'
import { Nights } from '../mongo/nights.js'
import { readPeopleFigures } from '../mongo/people-figures.js'
import { Queue } from '../mongo/queue.js'
import { failureCauses } from './failures.js'
import { ledgerOf, type LedgerTools } from './ledger.js'

/** What the figures are read with; nothing of it asks the org. */
export interface ReportTools extends LedgerTools {
  now: Date
  quota: QuotaPolicy
  /** Where the login is, and the org's id where somebody has logged in; absent where no login is configured. */
  org?: { loginHost: string; orgId?: string }
}

/** How far failures are looked back for, in days. */
export const FAILURE_DAYS = 7
const DAY_MS = 24 * HOUR_MS

/** Where the sync stands, from the database alone. `people`: as they were counted before; counted now without. */
export async function readStatus(tools: ReportTools, people?: PeopleFigures): Promise<StatusFigures> {
  const { database, now } = tools
  const { runs } = ledgerOf(tools)
  const since = new Date(now.getTime() - FAILURE_DAYS * DAY_MS)
  const [figures, done, running, causes, queue, quota, connection, nights] = await Promise.all([
    people ?? readPeopleFigures(database),
    runs.latestDone(),
    readRunning(tools),
    failureCauses(tools, since),
    new Queue(database).stats(),
    readQuota(tools),
    readConnection(tools),
    readNights(tools),
  ])
  const failures = {
    causes: causes.length,
    changes: causes.reduce((sum, { changes }) => sum + changes, 0),
    people: new Set(causes.flatMap((cause) => cause.people)).size,
    days: FAILURE_DAYS,
  }
  const lastSuccess = done && { runId: done.id, command: done.command, at: done.endedAt ?? done.startedAt }
  return {
    at: now,
    ...figures,
    ...(lastSuccess ? { lastSuccess } : {}),
    running,
    failures,
    queue,
    ...(quota ? { quota } : {}),
    connection,
    nights,
  }
}

/** Runs that go on, with how far each has come. */
export async function readRunning(tools: LedgerTools): Promise<RunningRun[]> {
  const { runs, alive } = ledgerOf(tools)
  const living = await alive()
  const found = shownRuns(await runs.byIds([...living]), living).filter(({ state }) => state === 'running')
  const newestFirst = found.sort((one, other) => other.startedAt.getTime() - one.startedAt.getTime())
  return Promise.all(newestFirst.map(async (run) => ({ run, counts: await runs.countLines(run.id) })))
}

/** What the org said last of its calls of 24 hours; undefined where it has said nothing. */
export async function readQuota({ database, now, quota, org }: ReportTools): Promise<QuotaFigures | undefined> {
  if (org?.orgId === undefined) return undefined
  const usage = new ApiUsage(database, org.orgId)
  const [said, hours] = await Promise.all([
    usage.lastSaid(),
    usage.since(new Date(now.getTime() - WINDOW_MS - HOUR_MS)),
  ])
  if (!said) return undefined
  const { used, max, ceiling, reserve } = quotaOf(said, quota)
  return { used, max, ceiling, reserve, ours: callsInWindow(hours, now), asOf: said.seenAt }
}

/** Whether the org answered those who asked it last. */
export async function readConnection({ database, org }: ReportTools): Promise<ConnectionFigures> {
  return org ? new Connections(database, org.loginHost).read() : { state: 'not known', failuresInRow: 0 }
}

async function readNights({ database, policy }: ReportTools): Promise<StatusFigures['nights']> {
  const nights = new Nights(database, policy.keepDays)
  const [[last], lastGoodAt] = await Promise.all([nights.list({ limit: 1 }), nights.lastGoodAt()])
  return {
    ...(last ? { last, next: new Date(last.startedAt.getTime() + DAY_MS) } : {}),
    ...(lastGoodAt ? { lastGoodAt } : {}),
  }
}
