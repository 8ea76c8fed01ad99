import type { App } from '../app/app.js'
import { inOrg, lastUnfinished, resumption, type CommandLine } from '../domain/resume.js'
import type { ShownRun } from '../domain/shown-run.js'
import { MhError } from '../errors.js'
import { checkOrgOf } from './check-org.js'
import { listRuns, showRun } from './runs.js'

/** How far back the latest run that has something left is looked for. */
const LOOKED_THROUGH = 1_000

/** The run that is meant, by its id or the beginning of it; the latest that has something left without. And how to do its rest. */
export async function runToResume(
  app: App,
  id: string | undefined,
): Promise<{ run: ShownRun; again: CommandLine | undefined }> {
  const run = id === undefined ? await lastOne(app) : (await showRun(app, id, { failed: false, lines: 0 })).run
  const again = resumption(run)
  if (again) await checkOrgOf(app, `Run ${run.id}`, run.orgId)
  return { run, again: again && { ...again, arguments: inOrg(again.arguments, app.settings.target) } }
}

async function lastOne(app: App): Promise<ShownRun> {
  const found = lastUnfinished(await listRuns(app, { limit: LOOKED_THROUGH, failed: true }), app.clock.now())
  if (found) return found
  throw new MhError('NOT_FOUND', 'No run has anything left to do.', 'mh-sf runs list shows the latest ones.')
}
