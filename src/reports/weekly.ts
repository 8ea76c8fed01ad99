import { standingRuns, type FailedRun } from '../domain/failure-causes.js'
import { queueCauses } from '../domain/queue-causes.js'
import { windowBefore, type ReportWindow } from '../domain/report-window.js'
import { shownRuns } from '../domain/shown-run.js'
import { reportCauses, reportOf, type ReportCause, type WeeklyReport } from '../domain/weekly-report.js'
import { Nights } from '../mongo/nights.js'
import { readPeopleFigures } from '../mongo/people-figures.js'
import { Queue } from '../mongo/queue.js'
import { readActivity } from './activity.js'
import { LINES_SEEN, withFailures } from './failures.js'
import { ledgerOf } from './ledger.js'
import type { ReportTools } from './status.js'

const DAY_MS = 86_400_000
/** Nights of one report: more than start in a year. */
const NIGHTS_SEEN = 1_000

/**
 * The figures of a window, from the database alone: what was done in it and in as many days before, what went wrong and whether it
 * still stands, its nights, and the people and events as they are now.
 */
export async function readWeekly(tools: ReportTools, window: ReportWindow): Promise<WeeklyReport> {
  const { database, now, policy, org } = tools
  const activityOf = (of: ReportWindow) => readActivity(tools, { ...of, orgId: org?.orgId })
  const [activity, before, figures, causes, nights] = await Promise.all([
    activityOf(window),
    activityOf(windowBefore(window)),
    readPeopleFigures(database),
    readCauses(tools, window),
    new Nights(database, policy.keepDays).list({ since: window.from, limit: NIGHTS_SEEN }),
  ])
  return reportOf({
    madeAt: now,
    window,
    keptSince: new Date(now.getTime() - policy.keepDays * DAY_MS),
    callsKeptSince: new Date(now.getTime() - database.retention.usageDays * DAY_MS),
    activity,
    before: before.total,
    figures,
    causes,
    nights: nights.filter(({ startedAt }) => startedAt < window.to),
  })
}

/** What went wrong in the window, by cause: later runs say what of it has been mended. */
async function readCauses(tools: ReportTools, { from, to }: ReportWindow): Promise<ReportCause[]> {
  const { runs, alive } = ledgerOf(tools)
  const living = await alive()
  const ended = shownRuns(await runs.since(from), living).filter(({ state, died }) => state !== 'running' || died)
  const failed: FailedRun[] = []
  for (const run of ended) if (run.startedAt < to) failed.push(await withFailures(runs, run))
  const dead = await new Queue(tools.database).list({ state: 'dead' }, LINES_SEEN)
  const given = dead.filter(({ notBefore }) => notBefore >= from && notBefore < to)
  return reportCauses(failed, new Set(standingRuns(ended).map(({ id }) => id)), queueCauses(given))
}
