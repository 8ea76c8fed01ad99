import type { App } from '../app/app.js'
import { isSameId } from '../domain/home-org.js'
import { argumentsAgain, retrialOf, type Retrial } from '../domain/retry.js'
import { UNKNOWN_FATE, type FailedRun } from '../domain/failure-causes.js'
import { Runs } from '../mongo/runs.js'
import { backfillStage, backfillText } from '../render/backfill.js'
import { syncStage, syncText } from '../render/campaign-sync.js'
import { backfill } from '../sync/backfill.js'
import { syncCampaigns, type SyncTools } from '../sync/campaign-sync.js'
import { errorIn } from '../sync/sync-outcome.js'
import { isStop, MhError } from '../errors.js'
import { bulkConfirmation } from './confirm-bulk.js'
import { waitOf } from './duration.js'
import { beginRunOf, type RunKind } from './begin-run.js'
import { LINES_SEEN, standingFailures } from '../reports/failures.js'
import { backfillExit, backfillTools } from './run-backfill.js'
import { exitCodeOf, syncTools } from './run-campaign-sync.js'
import { daysAgo, reportTools } from './report-tools.js'
import { showProgress } from './show-progress.js'

export interface RetryFlags {
  days: number
  cause?: string
  'dry-run': boolean
  'max-api-calls'?: number
  wait?: string
  /** As of `CampaignSyncFlags`. */
  yes?: boolean
  quiet: boolean
}

/** What became of one run's failures. */
export interface Retried {
  /** The run that had failed, and the one that did it again; absent in a dry run. */
  of: string
  run?: string
  people: number
  text: string
  /** What ended it before its end. */
  error?: MhError
  exitCode: number
}

/**
 * Does just what failed and still stands again, run by run, the earliest first; ends early when one is stopped. As a step of
 * another run it leaves alone what that one's other steps have just failed at.
 */
export async function runRetry(app: App, flags: RetryFlags, kind: RunKind = {}): Promise<Retried[]> {
  app.require('mongo', 'salesforce')
  const waitMs = waitOf(flags.wait)
  const standing = await standingFailures(await reportTools(app), daysAgo(app, flags.days))
  const failed = kind.under ? standing.filter(({ run }) => run.partOf !== kind.under?.id) : standing
  const { orgId } = await app.org().session()
  const own = failed.filter(({ run }) => run.orgId === undefined || isSameId(run.orgId, orgId))
  const retrials = own.flatMap((each) => retrialOf(each, flags.cause) ?? []).reverse()
  const mayWriteInBulk = bulkConfirmation(app, flags.yes)
  const before = app.org().calls
  const done: Retried[] = []
  for (const retrial of retrials) {
    const left = flags['max-api-calls'] === undefined ? undefined : flags['max-api-calls'] - (app.org().calls - before)
    const limits = { dryRun: flags['dry-run'], maxApiCalls: left, waitMs, mayWriteInBulk }
    const one = await again(app, retrial, { ...limits, kind }, flags.quiet)
    done.push(one)
    const isWhole = one.error === undefined
    if (isStop(one.error)) break
    if (one.run === undefined || !isWhole) continue
    if (flags.cause === undefined) await noteFollowed(app, retrial, failed, one.run)
    else await noteRetried(app, retrial, flags.cause, one.run)
  }
  return done
}

/** Does one run's failures again; an error of it does not stop those of others, unless it stops everything. */
async function again(app: App, retrial: Retrial, limits: Limits, quiet: boolean): Promise<Retried> {
  try {
    return await (retrial.way === 'backfill' ? enrichAgain : syncAgain)(app, retrial, limits, quiet)
  } catch (error) {
    if (!(error instanceof MhError)) throw error
    return { of: retrial.run.id, people: 0, text: '', error, exitCode: error.exitCode }
  }
}

interface Limits {
  dryRun: boolean
  maxApiCalls?: number
  waitMs?: number
  mayWriteInBulk?: SyncTools['mayWriteInBulk']
  kind: RunKind
}

async function syncAgain(
  app: App,
  retrial: Retrial,
  { waitMs, mayWriteInBulk, kind, ...limits }: Limits,
  quiet: boolean,
): Promise<Retried> {
  const { run, way, eventIds, participantIds, correct, createLeads } = retrial
  const tools = {
    ...(await syncTools(app)),
    waitMs,
    mayWriteInBulk,
    begin: beginRunOf(app, { ...kind, arguments: argumentsAgain(retrial) }),
  }
  const isSync = way === 'campaign sync'
  const writeBack = isSync && app.settings.policy.writeBack.onSync
  const asked = { event: eventIds, only: new Set(participantIds), mayCreate: isSync, writeBack, createLeads, correct }
  const request = { ...asked, via: 'auto' as const, ...limits }
  const result = await showProgress(app, quiet, syncStage, (watch) => syncCampaigns(tools, request, watch))
  const { runId, people, stopped } = result
  const told = { of: run.id, run: runId, people: people.people, text: syncText(result) }
  return { ...told, error: stopped ?? errorIn(result), exitCode: exitCodeOf(result) }
}

async function enrichAgain(app: App, retrial: Retrial, limits: Limits, quiet: boolean): Promise<Retried> {
  const { dryRun, maxApiCalls, kind } = limits
  const { run, eventIds, participantIds: only, createLeads } = retrial
  const tools = {
    ...(await backfillTools(app)),
    begin: beginRunOf(app, { ...kind, arguments: argumentsAgain(retrial) }),
  }
  const force = run.arguments.includes('--force')
  const request = { event: eventIds?.[0], only, force, via: 'auto' as const, createLeads, dryRun, maxApiCalls }
  const result = await showProgress(app, quiet, backfillStage, (watch) => backfill(tools, request, watch))
  const { runId, summary, stopped } = result
  const told = { of: run.id, run: runId, people: summary.people, text: backfillText(result) }
  return { ...told, error: stopped, exitCode: backfillExit(result) }
}

/** What still fails is of the new run from now on, unless the old one has more than was looked at. */
async function noteFollowed(app: App, { run }: Retrial, failed: readonly FailedRun[], by: string): Promise<void> {
  if ((failed.find((each) => each.run.id === run.id)?.lines.length ?? 0) >= LINES_SEEN) return
  await new Runs(await app.database(), app.settings.policy.runs.keepDays).follow([run.id], by)
}

/** Of one cause only; when nothing else of the old run stands, the new one follows it. */
async function noteRetried(app: App, { run }: Retrial, cause: string, by: string): Promise<void> {
  const runs = new Runs(await app.database(), app.settings.policy.runs.keepDays)
  await runs.noteRetried(run.id, cause === UNKNOWN_FATE ? undefined : cause, by)
  if ((await runs.failures(run.id, LINES_SEEN)).length === 0) await runs.follow([run.id], by)
}
