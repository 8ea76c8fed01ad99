import type { Latency } from './latency.js'

/** Calls of ours in one hour of the org's clock. */
export interface UsageHour {
  /** Its beginning. */
  hour: Date
  calls: number
  /** How long people waited for lookups; absent where nobody did. */
  lookups?: Latency
}

export const HOUR_MS = 3_600_000
export const WINDOW_MS = 24 * HOUR_MS

/** The beginning of the hour, in milliseconds since 1970. */
export function hourOf(time: number): number {
  return Math.floor(time / HOUR_MS) * HOUR_MS
}

/** Our calls of the last 24 hours; an hour that has half left the window counts whole. */
export function callsInWindow(hours: readonly UsageHour[], now: Date): number {
  return inWindow(hours, now).reduce((sum, { calls }) => sum + calls, 0)
}

/**
 * When so many of our calls will have left the window, if we make none meanwhile; undefined when we made fewer. An hour is
 * taken to leave when the last minute of it does.
 */
export function freeAt(hours: readonly UsageHour[], now: Date, needed: number): Date | undefined {
  let free = 0
  for (const { hour, calls } of inWindow(hours, now)) {
    free += calls
    if (free >= needed) return new Date(hour.getTime() + HOUR_MS + WINDOW_MS)
  }
  return undefined
}

function inWindow(hours: readonly UsageHour[], now: Date): UsageHour[] {
  const begin = now.getTime() - WINDOW_MS
  return hours
    .filter(({ hour }) => hour.getTime() + HOUR_MS > begin && hour <= now)
    .sort((a, b) => a.hour.getTime() - b.hour.getTime())
}
