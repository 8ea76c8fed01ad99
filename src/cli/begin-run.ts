import type { App } from '../app/app.js'
import { inOrg } from '../domain/resume.js'
import { Run, type BeginRun } from '../sync/run.js'

/** What a run is written down as where it is not the command that was typed, and the run that it is a step of. */
export interface RunKind {
  command?: string
  /** What stands for what was typed where that alone would mean another thing later. */
  arguments?: readonly string[]
  under?: Run
}

/** Begins runs of this command: the lease, the ledger, and the command's end when the lease is lost. */
export function beginRunOf(app: App, { under, ...kind }: RunKind = {}): BeginRun {
  return async (scopes) => {
    const { clock } = app
    const { arguments: typed } = { ...app.who, ...kind }
    const who = { ...app.who, ...kind, arguments: inOrg(typed, app.settings.target) }
    const stop = app.stop.bind(app)
    const policy = app.settings.policy.runs
    return Run.begin({ org: app.org(), database: await app.database(), clock, who, policy, under, stop }, scopes)
  }
}
