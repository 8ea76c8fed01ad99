import type { App } from '../app/app.js'
import { hasSettings } from '../app/settings.js'
import { exitCodes } from '../errors.js'
import { runStage } from '../render/run-stage.js'
import { hasRefused, optIn, optOut, type OptOutResult, type PrivacyTools } from '../privacy/opt-out.js'
import { beginRunOf } from './begin-run.js'
import { showProgress } from './show-progress.js'

/** Opts somebody out, or in again; returns what happened and the exit code for it. */
export async function runOptOut(
  app: App,
  verb: 'opt-out' | 'opt-in',
  typed: string,
  quiet: boolean,
): Promise<{ result: OptOutResult; exitCode: number }> {
  app.require('mongo')
  const tools = await privacyTools(app)
  const work = verb === 'opt-out' ? optOut : optIn
  const result = await showProgress(app, quiet, runStage, (watch) => work(tools, typed, watch))
  return { result, exitCode: hasRefused(result.records) ? exitCodes.FAILED_ROWS : 0 }
}

/** Both systems, or the database alone where no org is configured. What was typed is somebody's address: no run keeps it. */
export async function privacyTools(app: App): Promise<PrivacyTools> {
  const database = await app.database()
  const tools = { database, clock: app.clock, individual: app.settings.policy.optOut.individual }
  if (!hasSettings(app.settings, 'salesforce')) return tools
  return { ...tools, org: { source: app.people(), begin: beginRunOf(app, { arguments: [] }) } }
}
