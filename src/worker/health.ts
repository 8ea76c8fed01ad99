import type { Clock } from '../clock.js'
import type { WorkerEvent } from './worker.js'

/** How a worker is, for whoever watches over it. */
export interface Health {
  /** False when restarting it may help. */
  ok: boolean
  /** Told as JSON: counts and codes, nothing about people. */
  state: Record<string, string | number | boolean | null>
}

/** A worker that has not come round for so long hangs, in milliseconds. */
const STUCK_MS = 120_000

/** What is known of a worker's health from its events. */
export class WorkerHealth {
  #paused: string | undefined
  #seenAt: number

  constructor(private readonly clock: Clock) {
    this.#seenAt = clock.elapsed()
  }

  see(event: WorkerEvent): void {
    this.#seenAt = this.clock.elapsed()
    if (event.kind === 'paused') this.#paused = event.code
    else if (event.kind === 'answering again') this.#paused = undefined
  }

  /** A worker that leaves the org alone is well: to restart it would not help. */
  now(): Health {
    const silent = this.clock.elapsed() - this.#seenAt
    const state = { paused: this.#paused ?? null, secondsSinceLastLook: Math.round(silent / 1_000) }
    return { ok: silent < STUCK_MS, state }
  }
}
