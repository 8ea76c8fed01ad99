import type { App } from '../app/app.js'
import { noProgress, plainProgress, terminalProgress } from '../render/progress.js'

/** What a use case tells while it goes on; `progress` is for a bar, the rest for lines. */
type Happening = { kind: string } | { kind: 'progress'; done: number; total: number }

/**
 * Does long work and shows how far it is: on a terminal with a bar, in a log by lines, with `quiet` not at all. `stageOf` says
 * what of it is worth a line.
 */
export async function showProgress<T, E extends Happening>(
  app: App,
  quiet: boolean,
  stageOf: (event: E) => string | undefined,
  work: (watch: (event: E) => void) => Promise<T>,
): Promise<T> {
  const shown = quiet
    ? noProgress()
    : process.stderr.isTTY
      ? terminalProgress(() => app.clock.elapsed())
      : plainProgress()
  try {
    return await work((event) => {
      const line = stageOf(event)
      if (line !== undefined) shown.stage(line)
      if ('done' in event) shown.advance(event.done, event.total)
    })
  } finally {
    shown.stop()
  }
}
