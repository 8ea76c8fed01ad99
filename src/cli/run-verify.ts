import type { App } from '../app/app.js'
import { exitCodes } from '../errors.js'
import { syncStage } from '../render/campaign-sync.js'
import { agrees, verify, type VerifyResult } from '../sync/verify.js'
import { givenEvent } from './ask-for-event.js'
import { progressFor } from './progress-for.js'
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
  const progress = progressFor(flags.quiet, app)
  try {
    const result = await verify(tools, { event, maxApiCalls: flags['max-api-calls'] }, (happened) => {
      const line = syncStage(happened)
      if (line !== undefined) progress.stage(line)
      if (happened.kind === 'progress') progress.advance(happened.done, happened.total)
    })
    return { result, exitCode: agrees(result) ? 0 : exitCodes.FAILED_ROWS }
  } finally {
    progress.stop()
  }
}
