import type { App } from '../app/app.js'
import { checkPlanFile } from '../app/plan-file.js'
import type { SavedPlan } from '../domain/saved-plan.js'
import { exitCodes } from '../errors.js'
import { syncStage } from '../render/campaign-sync.js'
import { agrees, verify, type VerifyResult } from '../sync/verify.js'
import { givenEvent } from './ask-for-event.js'
import { showProgress } from './show-progress.js'
import { runPlanSync } from './run-plan.js'
import { syncTools } from './run-campaign-sync.js'

export interface VerifyFlags {
  event?: string
  'max-api-calls'?: number
  out?: string
  quiet: boolean
}

/** Verifies as the flags say, showing how far it is; the exit code says whether both sides agree. */
export async function runVerify(
  app: App,
  flags: VerifyFlags,
): Promise<{ result: VerifyResult; plan?: SavedPlan; exitCode: number }> {
  app.require('mongo', 'salesforce')
  if (flags.out !== undefined) await checkPlanFile(flags.out)
  const event = await givenEvent(app, flags.event)
  const tools = await syncTools(app)
  const contacts = app.settings.policy.writeBack.onSync
  const request = { event, contacts, maxApiCalls: flags['max-api-calls'] }
  const result = await showProgress(app, flags.quiet, syncStage, (watch) => verify(tools, request, watch))
  const plan =
    flags.out === undefined ? undefined : await savedPlan(app, { ...flags, out: flags.out, event: result.event.id })
  return { result, plan, exitCode: agrees(result) ? 0 : exitCodes.FAILED_ROWS }
}

/** What a sync of this event owes, in a file for `apply`. */
async function savedPlan(
  app: App,
  flags: { event: string; out: string; 'max-api-calls'?: number },
): Promise<SavedPlan> {
  const { plan } = await runPlanSync(app, { ...flags, correct: false, via: 'auto', quiet: true })
  return plan
}
