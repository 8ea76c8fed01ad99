import { setTimeout as delay } from 'node:timers/promises'

/** Time is handed in, so that a test can set it. */
export interface Clock {
  /** The wall clock: for stamps and for expiry. */
  now(): Date
  /** Milliseconds that only ever grow: for waiting and measuring. */
  elapsed(): number
  /** Waits; rejects with the signal's reason when it aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => new Date(),
  elapsed: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    await delay(milliseconds, undefined, { signal })
  },
}
