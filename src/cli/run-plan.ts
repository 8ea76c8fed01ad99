import { resolve } from 'node:path'
import type { App } from '../app/app.js'
import { checkPlanFile, readPlanFile, writePlanFile } from '../app/plan-file.js'
import type { SavedPlan } from '../domain/saved-plan.js'
import type { AskedWay } from '../domain/write-plan.js'
import { syncStage } from '../render/campaign-sync.js'
import type { SyncResult } from '../sync/campaign-sync.js'
import { applyPlan, planSync } from '../sync/plan-sync.js'
import { beginRunOf } from './begin-run.js'
import { checkOrgOf } from './check-org.js'
import { bulkConfirmation } from './confirm-bulk.js'
import { waitOf } from './duration.js'
import { exitCodeOf, syncTools } from './run-campaign-sync.js'
import { showProgress } from './show-progress.js'

export interface PlanFlags {
  event?: string
  out: string
  correct: boolean
  via: AskedWay
  'max-api-calls'?: number
  quiet: boolean
}

/** Plans a campaign sync as the flags say, and writes the plan to a new file. */
export async function runPlanSync(app: App, flags: PlanFlags): Promise<{ plan: SavedPlan; result: SyncResult }> {
  app.require('mongo', 'salesforce')
  await checkPlanFile(flags.out)
  const tools = await syncTools(app)
  const { event, correct, via } = flags
  const writeBack = app.settings.policy.writeBack.onSync
  const request = { event, correct, via, writeBack, maxApiCalls: flags['max-api-calls'] }
  const { plan, result } = await showProgress(app, flags.quiet, syncStage, (watch) => planSync(tools, request, watch))
  const whole = { ...plan, madeBy: app.who.version }
  await writePlanFile(flags.out, whole)
  return { plan: whole, result }
}

export interface ApplyFlags {
  'max-api-calls'?: number
  wait?: string
  /** As of `CampaignSyncFlags`. */
  yes?: boolean
  quiet: boolean
}

/** Applies a plan from a file; returns what happened and the exit code for it. */
export async function runApply(
  app: App,
  file: string,
  flags: ApplyFlags,
): Promise<{ plan: SavedPlan; result: SyncResult; exitCode: number }> {
  app.require('mongo', 'salesforce')
  const waitMs = waitOf(flags.wait)
  const { digest, ...plan } = await readPlanFile(file)
  await checkOrgOf(app, `The plan ${file}`, plan.scope.orgId)
  // Whoever resumes it may stand in another directory.
  const typed = app.who.arguments.map((each) => (each === file ? resolve(file) : each))
  const tools = {
    ...(await syncTools(app)),
    waitMs,
    begin: beginRunOf(app, { arguments: typed }),
    mayWriteInBulk: bulkConfirmation(app, flags.yes),
  }
  const request = { digest, maxApiCalls: flags['max-api-calls'] }
  const result = await showProgress(app, flags.quiet, syncStage, (watch) => applyPlan(tools, plan, request, watch))
  return { plan, result, exitCode: exitCodeOf(result) }
}
