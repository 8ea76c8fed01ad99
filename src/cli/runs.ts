import type { App } from '../app/app.js'
import { maskedLine } from '../domain/masked-line.js'
import { shownRuns, type RunInFull, type ShownRun } from '../domain/shown-run.js'
import type { RunFilter } from '../mongo/runs.js'
import { ledgerOf } from '../reports/ledger.js'
import { findEvent } from '../sync/find-event.js'

/** The latest runs, and whether those that have not ended are still alive. */
export async function listRuns(
  app: App,
  { event: typed, ...request }: Omit<RunFilter, 'eventId'> & { event?: string },
): Promise<ShownRun[]> {
  const { runs, alive } = await openLedger(app)
  const living = await alive()
  const eventId = typed === undefined ? undefined : (await findEvent(await app.database(), typed)).event.id
  return shownRuns(await runs.list({ ...request, eventId }, living), living)
}

/** One run by its id, the beginning of it, or the latest, with its counts and some of its lines; values that name people are masked. */
export async function showRun(
  app: App,
  id: string | undefined,
  { failed, lines: limit }: { failed: boolean; lines: number },
): Promise<RunInFull> {
  const { runs, alive } = await openLedger(app)
  const found = await runs.find(id)
  const [counts, lines, steps, living] = await Promise.all([
    runs.countLines(found.id),
    limit === 0 ? [] : runs.lines(found.id, { limit, failed }),
    runs.partsOf(found.id),
    alive(),
  ])
  const [run = { ...found, died: false }, ...parts] = shownRuns([found, ...steps], living)
  return { run, counts, lines: lines.map(maskedLine), parts }
}

/** The ledger of this command's database. */
async function openLedger(app: App) {
  app.require('mongo')
  return ledgerOf({ database: await app.database(), policy: app.settings.policy.runs })
}
