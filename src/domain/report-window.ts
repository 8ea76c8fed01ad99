import { MhError } from '../errors.js'

/** Whole days in UTC: from the first moment of one to the last of another, `to` itself no more. */
export interface ReportWindow {
  from: Date
  to: Date
}

/** How a window may be said: days as `2026-11-30`, both of them in it. */
export interface WindowAsked {
  from?: string
  to?: string
  /** How many days, ending with `to`; not beside `from`. */
  days?: number
}

const DAY_MS = 86_400_000
const WEEK = 7
/** Longer than runs are kept by default, and short enough that a chart of its days can be read. */
const MOST_DAYS = 366

/**
 * The window that is meant: the last seven whole days, ending at the last midnight, where nothing else is said. Throws USAGE for
 * what is no day, for days that are still to come, and for a window without a day or of more than a year.
 */
export function reportWindow({ from, to, days = WEEK }: WindowAsked, now: Date): ReportWindow {
  const today = Math.floor(now.getTime() / DAY_MS)
  const end = to === undefined ? today : dayOf('--to', to) + 1
  const begin = from === undefined ? end - days : dayOf('--from', from)
  if (end > today + 1 || begin > today)
    throw new MhError('USAGE', `The window ends on ${dayText(end - 1)}, and today is ${dayText(today)} (UTC).`, PAST)
  if (end <= begin)
    throw new MhError(
      'USAGE',
      `From ${dayText(begin)} to ${dayText(end - 1)} there is no day.`,
      '--from is before --to.',
    )
  if (end - begin > MOST_DAYS)
    throw new MhError('USAGE', `${end - begin} days are too many for one report.`, `${MOST_DAYS} are the most.`)
  return { from: new Date(begin * DAY_MS), to: new Date(end * DAY_MS) }
}

const PAST = 'A report is about what has been: give an earlier day.'

/** As many days directly before. */
export function windowBefore({ from, to }: ReportWindow): ReportWindow {
  return { from: new Date(2 * from.getTime() - to.getTime()), to: from }
}

/** How many days it has. */
export function daysIn({ from, to }: ReportWindow): number {
  return (to.getTime() - from.getTime()) / DAY_MS
}

/** Its last day, as `2026-11-30`. */
export function lastDay({ to }: ReportWindow): string {
  return new Date(to.getTime() - DAY_MS).toISOString().slice(0, 10)
}

function dayOf(flag: string, text: string): number {
  const time = Date.parse(`${text}T00:00:00Z`)
  if (/^\d{4}-\d{2}-\d{2}$/u.test(text) && Number.isFinite(time) && dayText(time / DAY_MS) === text)
    return time / DAY_MS
  throw new MhError('USAGE', `${flag} ${text} is not a day.`, `Write it as in ${flag} 2026-11-30.`)
}

function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}
