import type { App } from '../app/app.js'
import { exitCodes } from '../errors.js'
import { syncStage } from '../render/campaign-sync.js'
import { agrees, verify, type VerifyResult } from '../sync/verify.js'
import { givenEvent } from './ask-for-event.js'
import { showProgress } from './show-progress.js'
import { syncTools } from './run-campaign-sync.js'

export interface VerifyFlags {
  event?: string
  'max-api-calls'?: number
  quiet: boolean
}

/** Verifies as the flags say, showing how far it is; the exit code says whether both sides agree. */
export async function runVerify(app: App, flags: VerifyFlags): Promise<{ result: VerifyResult; exitCode: number }> {
  app.require('mongo', 'salesforce')
  const event = await givenEvent(app, flags.event)
  const tools = await syncTools(app)
  const contacts = app.settings.policy.writeBack.onSync
  const request = { event, contacts, maxApiCalls: flags['max-api-calls'] }
  const result = await showProgress(app, flags.quiet, syncStage, (watch) => verify(tools, request, watch))
  return { result, exitCode: agrees(result) ? 0 : exitCodes.FAILED_ROWS }
}
