import type { Clock } from '../clock.js'

/** Wakes whoever waits; ended by a signal. */
export class Alarm {
  #ringing = new AbortController()

  constructor(
    private readonly clock: Clock,
    private readonly end: AbortSignal,
  ) {}

  /** Wakes all who wait now. */
  ring(): void {
    this.#ringing.abort()
    this.#ringing = new AbortController()
  }

  /** Waits until it rings, or so many milliseconds; true when it rang. */
  async wait(milliseconds: number): Promise<boolean> {
    const { signal } = this.#ringing
    await this.#sleep(milliseconds, AbortSignal.any([signal, this.end]))
    return signal.aborted
  }

  /** Waits so many milliseconds, whatever rings. */
  async pause(milliseconds: number): Promise<void> {
    await this.#sleep(milliseconds, this.end)
  }

  async #sleep(milliseconds: number, until: AbortSignal): Promise<void> {
    await this.clock.sleep(milliseconds, until).catch((error: unknown) => {
      if (!until.aborted) throw error
    })
  }
}
