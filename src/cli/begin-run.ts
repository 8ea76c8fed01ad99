import type { App } from '../app/app.js'
import { Run, type BeginRun } from '../sync/run.js'

/**
 * Begins runs of this command: the lease, the ledger, and the command's end when the lease is lost. `typed` is kept as what was
 * typed where that alone would mean another thing later.
 */
export function beginRunOf(app: App, typed = app.who.arguments): BeginRun {
  return async (scopes) => {
    const { clock } = app
    const who = { ...app.who, arguments: typed }
    const stop = app.stop.bind(app)
    const tools = { org: app.org(), database: await app.database(), clock, who, policy: app.settings.policy.runs, stop }
    return Run.begin(tools, scopes)
  }
}
