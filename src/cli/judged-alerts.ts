import type { App } from '../app/app.js'
import type { AlertState } from '../domain/alert-state.js'
import { AlertStates } from '../mongo/alert-states.js'

/** How the alerts stand that are switched on, as they were judged last. What is switched off nobody judges: what is kept of it is old. */
export async function judgedAlerts(app: App): Promise<AlertState[]> {
  const { alerts } = app.settings.policy
  const kept = await new AlertStates(await app.database()).list()
  return kept.filter(({ rule }) => alerts[rule].on)
}
