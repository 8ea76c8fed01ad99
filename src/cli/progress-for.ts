import type { App } from '../app/app.js'
import { noProgress, plainProgress, terminalProgress, type Progress } from '../render/progress.js'

/** How a long command shows how far it is: on a terminal, in a log, or not at all. */
export function progressFor(quiet: boolean, app: App): Progress {
  if (quiet) return noProgress()
  return process.stderr.isTTY ? terminalProgress(() => app.clock.elapsed()) : plainProgress()
}
