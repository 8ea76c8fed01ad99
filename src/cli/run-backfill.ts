import type { App } from '../app/app.js'
import { failedRows } from '../domain/backfill-summary.js'
import type { ReadWay } from '../domain/read-plan.js'
import { exitCodes, MhError } from '../errors.js'
import { backfillStage } from '../render/backfill.js'
import { backfill, type BackfillResult } from '../sync/backfill.js'
import { beginRunOf } from './begin-run.js'
import { askForEvent, requireTerminal } from './ask-for-event.js'
import { showProgress } from './show-progress.js'

export interface BackfillFlags {
  event?: string
  all: boolean
  'dry-run': boolean
  via: 'auto' | ReadWay
  stale?: string
  force: boolean
  limit?: number
  'create-leads'?: boolean
  'max-api-calls'?: number
  quiet: boolean
}

/** Runs a backfill as the flags say, showing how far it is; returns what happened and the exit code for it. */
export async function runBackfill(
  app: App,
  flags: BackfillFlags,
): Promise<{ result: BackfillResult; exitCode: number }> {
  const staleDays = flags.stale === undefined ? undefined : daysOf(flags.stale)
  if (!flags.all && flags.event === undefined) requireTerminal()
  app.require('mongo', 'salesforce')
  const event = flags.all ? undefined : (flags.event ?? (await askForEvent(app)))
  const database = await app.database()
  const tools = {
    source: app.people(),
    database,
    clock: app.clock,
    policy: app.policy,
    leads: app.settings.policy.leads,
    signal: app.signal,
    begin: beginRunOf(app),
  }
  const request = {
    event,
    dryRun: flags['dry-run'],
    via: flags.via,
    staleDays,
    force: flags.force,
    limit: flags.limit,
    createLeads: flags['create-leads'] ?? app.settings.policy.leads.create,
    maxApiCalls: flags['max-api-calls'],
  }
  const result = await showProgress(app, flags.quiet, backfillStage, (watch) => backfill(tools, request, watch))
  const hasFailed = failedRows(result.summary) > 0 || Object.keys(result.leads?.failed ?? {}).length > 0
  return { result, exitCode: result.stopped?.exitCode ?? (hasFailed ? exitCodes.FAILED_ROWS : 0) }
}

/** "30d" or "4w" as days. */
function daysOf(text: string): number {
  const [, number, unit] = /^(\d{1,4})([dw])$/u.exec(text) ?? []
  if (number === undefined)
    throw new MhError(
      'USAGE',
      `--stale ${text} is not a time.`,
      'Write days or weeks, as in --stale 30d or --stale 4w.',
    )
  return Number(number) * (unit === 'w' ? 7 : 1)
}
