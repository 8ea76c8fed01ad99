import { MhError } from '../errors.js'

/**
 * A signal that aborts at the first SIGINT or SIGTERM, so that a command can settle what is in hand; the second one ends
 * the process at once (pitfalls.md §6).
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController()
  const stop = (error: MhError) => () => {
    if (controller.signal.aborted) process.exit(error.exitCode)
    controller.abort(error)
  }
  process.on(
    'SIGINT',
    stop(
      new MhError('INTERRUPTED', 'Interrupted.', 'What was written stays; run the same command again for the rest.'),
    ),
  )
  process.on(
    'SIGTERM',
    stop(
      new MhError('TERMINATED', 'Asked to stop.', 'What was written stays; run the same command again for the rest.'),
    ),
  )
  return controller.signal
}

/**
 * Node ends with 0 when nothing is left to wait for, even if a promise never settled (pitfalls.md §1.1). Calls `silent`
 * when that happens before the returned function was called.
 */
export function watchForSilentEnd(silent: () => void): () => void {
  const ended = () => {
    silent()
  }
  process.once('beforeExit', ended)
  quietOnClosedPipe()
  return () => process.off('beforeExit', ended)
}

/** `mh-sf … | head` is no error. */
function quietOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0)
    throw error
  })
}
