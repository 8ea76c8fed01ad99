import type { App } from '../app/app.js'
import { retrialOf, type Retrial } from '../domain/retry.js'
import { Runs } from '../mongo/runs.js'
import { backfillStage, backfillText } from '../render/backfill.js'
import { syncStage, syncText } from '../render/campaign-sync.js'
import { backfill } from '../sync/backfill.js'
import { syncCampaigns } from '../sync/campaign-sync.js'
import type { MhError } from '../errors.js'
import { waitOf } from './duration.js'
import { standingFailures } from './failures.js'
import { backfillExit, backfillTools } from './run-backfill.js'
import { exitCodeOf, syncTools } from './run-campaign-sync.js'
import { showProgress } from './show-progress.js'

export interface RetryFlags {
  days: number
  cause?: string
  'dry-run': boolean
  'max-api-calls'?: number
  wait?: string
  quiet: boolean
}

/** What became of one run's failures. */
export interface Retried {
  /** The run that had failed, and the one that did it again; absent in a dry run. */
  of: string
  run?: string
  people: number
  text: string
  stopped?: MhError
  exitCode: number
}

/** Does just what failed and still stands again, run by run, the earliest first; ends early when one is stopped. */
export async function runRetry(app: App, flags: RetryFlags): Promise<Retried[]> {
  app.require('mongo', 'salesforce')
  const waitMs = waitOf(flags.wait)
  const failed = await standingFailures(app, flags.days)
  const retrials = failed.flatMap((each) => retrialOf(each, flags.cause) ?? []).reverse()
  const before = app.org().calls
  const done: Retried[] = []
  for (const retrial of retrials) {
    const left = flags['max-api-calls'] === undefined ? undefined : flags['max-api-calls'] - (app.org().calls - before)
    const limits = { dryRun: flags['dry-run'], maxApiCalls: left }
    const one = await (retrial.way === 'backfill'
      ? enrichAgain(app, retrial, limits, flags.quiet)
      : syncAgain(app, retrial, { ...limits, waitMs }, flags.quiet))
    if (one.run !== undefined && !one.stopped && flags.cause === undefined) await noteFollowed(app, retrial, one.run)
    done.push(one)
    if (one.stopped) break
  }
  return done
}

interface Limits {
  dryRun: boolean
  maxApiCalls?: number
}

async function syncAgain(
  app: App,
  { run, eventIds, participantIds: only, correct, createLeads }: Retrial,
  { waitMs, ...limits }: Limits & { waitMs?: number },
  quiet: boolean,
): Promise<Retried> {
  const tools = { ...(await syncTools(app)), waitMs }
  const writeBack = app.settings.policy.writeBack.onSync
  const request = {
    event: eventIds,
    only,
    mayCreate: true,
    writeBack,
    createLeads,
    correct,
    via: 'auto' as const,
    ...limits,
  }
  const result = await showProgress(app, quiet, syncStage, (watch) => syncCampaigns(tools, request, watch))
  const { runId, people, stopped } = result
  return {
    of: run.id,
    run: runId,
    people: people.people,
    text: syncText(result),
    stopped,
    exitCode: exitCodeOf(result),
  }
}

async function enrichAgain(
  app: App,
  { run, eventIds, participantIds: only, createLeads }: Retrial,
  limits: Limits,
  quiet: boolean,
): Promise<Retried> {
  const tools = await backfillTools(app)
  const request = { event: eventIds?.[0], only, force: false, via: 'auto' as const, createLeads, ...limits }
  const result = await showProgress(app, quiet, backfillStage, (watch) => backfill(tools, request, watch))
  const { runId, summary, stopped } = result
  return {
    of: run.id,
    run: runId,
    people: summary.people,
    text: backfillText(result),
    stopped,
    exitCode: backfillExit(result),
  }
}

/** What still fails is of the new run from now on. */
async function noteFollowed(app: App, { run }: Retrial, by: string): Promise<void> {
  await new Runs(await app.database(), app.settings.policy.runs.keepDays).follow([run.id], by)
}
