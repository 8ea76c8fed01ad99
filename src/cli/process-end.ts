import { MhError } from '../errors.js'

/** Everything that may end a process from outside, watched from the first moment of a command to its last. */
export interface ProcessWatch {
  /** Aborts at the first SIGINT or SIGTERM, with an MhError as its reason. */
  signal: AbortSignal
  /** From now on the command settles what it has in hand when `signal` aborts; before, a signal ends it at once. */
  settleOnSignal: () => void
  /** The command is over: what happens from now on is nobody's failure. */
  finished: () => void
}

const REST = 'What was written stays; run the same command again for the rest.'

/**
 * Watches signals, crashes, closed pipes and a silent end (Node ends with 0 when nothing is left to wait for, even if a
 * promise never settled: pitfalls.md §1.1). `fail` tells one failure and sets the exit code; then the process ends.
 * The first signal lets a command settle what is in hand, the second ends it at once (pitfalls.md §6).
 */
export function watchProcess(fail: (error: unknown) => void): ProcessWatch {
  const controller = new AbortController()
  let settles = false
  const end = (error: unknown) => {
    fail(error)
    process.exit()
  }
  const stop = (error: MhError) => () => {
    if (controller.signal.aborted || !settles) end(error)
    controller.abort(error)
  }
  const silent = () => {
    end(
      new MhError(
        'UNFINISHED',
        'The command ended before it was finished.',
        'This is a bug of mh-sf; please report it.',
      ),
    )
  }
  process.on('SIGINT', stop(new MhError('INTERRUPTED', 'Interrupted.', REST)))
  process.on('SIGTERM', stop(new MhError('TERMINATED', 'Asked to stop.', REST)))
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
  process.once('beforeExit', silent)
  endWithTheOutput(end)
  return {
    signal: controller.signal,
    settleOnSignal: () => (settles = true),
    finished: () => process.off('beforeExit', silent),
  }
}

/** `mh-sf … | head` is no error, a disk that is full is one; and whoever closes stderr may still want the result. */
function endWithTheOutput(end: (error: MhError) => void): void {
  // Before oclif's own listener, which would throw it.
  process.stdout.prependListener('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0)
    end(
      new MhError(
        'OUTPUT_FAILED',
        `What the command prints could not be written: ${error.message}.`,
        'Look at where stdout goes. What was written to Salesforce and the database stays.',
        { cause: error },
      ),
    )
  })
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}
