import type { App } from '../app/app.js'
import type { AskedWay } from '../domain/write-plan.js'
import { exitCodes } from '../errors.js'
import { syncStage } from '../render/campaign-sync.js'
import { contactPush, type ContactPushResult } from '../sync/contact-push.js'
import { givenEvent } from './ask-for-event.js'
import { bulkConfirmation } from './confirm-bulk.js'
import { waitOf } from './duration.js'
import { showProgress } from './show-progress.js'
import { syncTools } from './run-campaign-sync.js'

export interface ContactPushFlags {
  event?: string
  'dry-run': boolean
  via: AskedWay
  'max-api-calls'?: number
  wait?: string
  /** As of `CampaignSyncFlags`. */
  yes?: boolean
  quiet: boolean
}

/** Writes back as the flags say, showing how far it is; returns what happened and the exit code for it. */
export async function runContactPush(
  app: App,
  flags: ContactPushFlags,
): Promise<{ result: ContactPushResult; exitCode: number }> {
  app.require('mongo', 'salesforce')
  const waitMs = waitOf(flags.wait)
  const event = await givenEvent(app, flags.event)
  const tools = { ...(await syncTools(app)), waitMs, mayWriteInBulk: bulkConfirmation(app, flags.yes) }
  const request = { event, dryRun: flags['dry-run'], via: flags.via, maxApiCalls: flags['max-api-calls'] }
  const result = await showProgress(app, flags.quiet, syncStage, (watch) => contactPush(tools, request, watch))
  const hasFailed = Object.keys(result.report?.failed ?? {}).length > 0
  return { result, exitCode: result.stopped?.exitCode ?? (hasFailed ? exitCodes.FAILED_ROWS : 0) }
}
