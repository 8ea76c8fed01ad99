import { HOUR_MS, type UsageHour } from '../domain/api-usage.js'
import type { Activity, ActivityDay, ChangeCounts } from '../domain/figures.js'
import { addLatencies, NO_LATENCY } from '../domain/latency.js'
import type { KeptRun } from '../domain/run.js'
import type { LineCount } from '../domain/run-line.js'
import { ApiUsage } from '../mongo/api-usage.js'
import { LINES_SEEN } from './failures.js'
import { ledgerOf, type LedgerTools } from './ledger.js'

/** Of which days, and of which org; without one there are no calls and no lookups. */
export interface ActivityRequest {
  from: Date
  to: Date
  orgId?: string
}

/** A run that began in the window, with how many of its changes stand how in the end. */
export interface TalliedRun {
  run: Pick<KeptRun, 'startedAt' | 'state'>
  tally: readonly LineCount[]
}

const DAY_MS = 24 * HOUR_MS

/**
 * What was done from one time to another, day by day (UTC): a run belongs to the day on which it began. What was refused is what
 * `mh-sf errors` would tell of these runs: a change that was sent again, in the same run or by `retry`, counts as it went last.
 */
export async function readActivity(tools: LedgerTools, { from, to, orgId }: ActivityRequest): Promise<Activity> {
  const { runs } = ledgerOf(tools)
  const [begun, hours] = await Promise.all([
    runs.since(from),
    orgId === undefined ? [] : new ApiUsage(tools.database, orgId).since(from),
  ])
  const inside = begun.filter(({ startedAt }) => startedAt < to)
  const tallied: TalliedRun[] = []
  for (const run of inside) tallied.push({ run, tally: await runs.outcomesOf(run, LINES_SEEN) })
  return activityOf(tallied, hours, from, to)
}

/** The same from what was read; hours outside of the window are left out. */
export function activityOf(runs: readonly TalliedRun[], hours: readonly UsageHour[], from: Date, to: Date): Activity {
  const within = hours.filter(({ hour }) => hour.getTime() + HOUR_MS > from.getTime() && hour < to)
  const days = daysOf(from, to).map((day): ActivityDay => {
    const ofDay = (at: Date) => at.toISOString().startsWith(day)
    return {
      day,
      ...worked(runs.filter(({ run }) => ofDay(run.startedAt))),
      ...asked(within.filter(({ hour }) => ofDay(hour))),
    }
  })
  return { from, to, days, total: { ...worked(runs), ...asked(within) } }
}

/** Every day that the window touches, as `2026-11-30`. */
function daysOf(from: Date, to: Date): string[] {
  const first = Math.floor(from.getTime() / DAY_MS)
  const afterLast = Math.ceil(to.getTime() / DAY_MS)
  return Array.from({ length: Math.max(0, afterLast - first) }, (_, at) =>
    new Date((first + at) * DAY_MS).toISOString().slice(0, 10),
  )
}

/** What runs changed, all together. */
export function changesOf(tallies: readonly LineCount[]): ChangeCounts {
  const lines = (state: LineCount['state']) =>
    tallies.filter((each) => each.state === state).reduce((sum, each) => sum + each.lines, 0)
  return { done: lines('done'), refused: lines('refused'), unknown: lines('sent') }
}

function worked(runs: readonly TalliedRun[]): Pick<ActivityDay, 'changes' | 'leads' | 'runs' | 'failedRuns'> {
  const lines = runs.flatMap(({ tally }) => tally)
  const made = lines.filter(({ object, action }) => object === 'Lead' && action === 'insert')
  return {
    changes: changesOf(lines),
    leads: changesOf(made).done,
    runs: runs.length,
    failedRuns: runs.filter(({ run }) => run.state === 'failed' || run.state === 'died').length,
  }
}

function asked(hours: readonly UsageHour[]): Pick<ActivityDay, 'calls' | 'lookups'> {
  return {
    calls: hours.reduce((sum, { calls }) => sum + calls, 0),
    lookups: addLatencies(hours.map(({ lookups }) => lookups ?? NO_LATENCY)),
  }
}
