import type { App } from '../app/app.js'
import { failedRows } from '../domain/backfill-summary.js'
import type { ReadWay } from '../domain/read-plan.js'
import { exitCodes } from '../errors.js'
import { backfillStage } from '../render/backfill.js'
import { backfill, type BackfillResult, type BackfillTools } from '../sync/backfill.js'
import { beginRunOf, type RunKind } from './begin-run.js'
import { askForEvent, requireTerminal } from './ask-for-event.js'
import { durationOf } from './duration.js'
import { showProgress } from './show-progress.js'

const DAY_MS = 86_400_000

const NAME_ONE_OR_ALL = 'Give --event NAME, or --all for every event.'

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
  kind: RunKind = {},
): Promise<{ result: BackfillResult; exitCode: number }> {
  const stale = flags.stale === undefined ? undefined : durationOf('--stale', flags.stale, 'dw', '30d or --stale 4w')
  const staleDays = stale === undefined ? undefined : stale / DAY_MS
  if (!flags.all && flags.event === undefined) requireTerminal(NAME_ONE_OR_ALL)
  app.require('mongo', 'salesforce')
  const event = flags.all ? undefined : (flags.event ?? (await askForEvent(app, NAME_ONE_OR_ALL)))
  const tools = await backfillTools(app, kind)
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
  return { result, exitCode: backfillExit(result) }
}

/** Both systems and the policies, for whoever matches and enriches. */
export async function backfillTools(app: App, kind?: RunKind): Promise<BackfillTools> {
  const { clock, policy, signal } = app
  const database = await app.database()
  return {
    source: app.people(),
    database,
    clock,
    policy,
    leads: app.settings.policy.leads,
    signal,
    begin: beginRunOf(app, kind),
  }
}

/** Why it stopped, else whether rows failed. */
export function backfillExit({ stopped, summary, leads }: BackfillResult): number {
  const hasFailed = failedRows(summary) > 0 || Object.keys(leads?.failed ?? {}).length > 0
  return stopped?.exitCode ?? (hasFailed ? exitCodes.FAILED_ROWS : 0)
}
