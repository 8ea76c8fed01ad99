import type { Caller } from './caller.js'

/** Day of the week, Sunday is 0. */
export type WeekStart = 0 | 1

/** What time it is for the caller. */
export interface CallerClock {
  /** The time on the caller's wall, as if it were UTC: epoch milliseconds. */
  readonly wall: number
  readonly weekStart: WeekStart
  /** The moment at which the caller's wall shows a time, both in epoch milliseconds. */
  instant(wall: number): number
}

/** Countries whose weeks begin on Sunday; elsewhere it is Monday. */
const SUNDAY = /_(?:AU|BR|CA|HK|IL|IN|JP|KR|MX|PH|SG|TH|TW|US|ZA)$/

const wallIn = (timeZone: string): ((epochMs: number) => number) => {
  if (timeZone === 'UTC' || timeZone === 'GMT') return (epochMs) => epochMs
  const numeric = 'numeric' as const
  const time = { hour: numeric, minute: numeric, second: numeric, hourCycle: 'h23' as const }
  const format = new Intl.DateTimeFormat('en-US', { timeZone, year: numeric, month: numeric, day: numeric, ...time })
  return (epochMs) => {
    const parts = new Map(format.formatToParts(epochMs).map(({ type, value }) => [type, Number(value)]))
    const at = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
    return Date.UTC(at('year'), at('month') - 1, at('day'), at('hour'), at('minute'), at('second'))
  }
}

/** @param now epoch milliseconds */
export const clockOf = ({ timeZone, locale }: Caller, now: number): CallerClock => {
  const wallAt = wallIn(timeZone)
  const offset = (epochMs: number): number => wallAt(epochMs) - Math.floor(epochMs / 1000) * 1000
  return {
    wall: now + offset(now),
    weekStart: SUNDAY.test(locale) ? 0 : 1,
    // The offset at the moment itself, found from one that is at most a change of clocks away.
    instant: (wall) => wall - offset(wall - offset(wall)),
  }
}
