/** The promise, or the signal's reason as soon as it aborts: for waiting on what cannot be cancelled itself. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  let stop: () => void = () => undefined
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
    }
  })
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  return Promise.race([promise, aborted]).finally(() => {
    signal.removeEventListener('abort', stop)
  })
}
