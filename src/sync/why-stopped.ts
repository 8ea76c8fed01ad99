import { MhError } from '../errors.js'

/** What ended a run early; throws what nobody foresaw. */
export function whyStopped(error: unknown, signal: AbortSignal): MhError {
  const reason = signal.aborted ? (signal.reason as unknown) : error
  if (reason instanceof MhError) return reason
  throw error
}
