import { plural } from './printable.js'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** `2026-11-30 02:31 UTC`: a time as a person reads it. */
export function clockText(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** How long, in one unit: "less than a minute", "5 minutes", "3 hours", "4 days". */
export function durationText(milliseconds: number): string {
  const minutes = Math.floor(Math.max(0, milliseconds) / MINUTE_MS)
  if (minutes < 1) return 'less than a minute'
  if (minutes < 120) return plural(minutes, 'minute')
  if (milliseconds < 2 * DAY_MS) return plural(Math.floor(minutes / 60), 'hour')
  return plural(Math.floor(milliseconds / DAY_MS), 'day')
}

/** How long ago, as of `now`. */
export function agoText(at: Date, now: Date): string {
  return `${durationText(now.getTime() - at.getTime())} ago`
}
