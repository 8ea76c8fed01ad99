import type { App } from '../app/app.js'
import { findParticipant } from '../mongo/find-participant.js'
import { readHistory, type History } from '../reports/history.js'
import { explain, type Explanation } from '../sync/explain.js'
import { reportTools } from './report-tools.js'
import { syncTools } from './run-campaign-sync.js'

/** One participant's log; `typed`: an address or an id. */
export async function runHistory(app: App, typed: string, limit: number): Promise<History> {
  return readHistory(await reportTools(app), typed, limit)
}

/** Why one participant is as they are, and what would happen next. */
export async function runExplain(app: App, typed: string): Promise<Explanation> {
  app.require('mongo', 'salesforce')
  const { id } = await findParticipant(await app.database(), typed)
  return explain(await syncTools(app), id, app.settings.policy.writeBack.onSync)
}
