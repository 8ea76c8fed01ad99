import type { Headline, WeeklyReport } from '../domain/weekly-report.js'
import { LATENCY_BOUNDS_MS } from '../domain/latency.js'
import { daysIn, type ReportWindow } from '../domain/report-window.js'
import { count, percent, plural } from './printable.js'

/** One figure that a report begins with, in words. */
export interface Figure {
  name: string
  value: string
  /** What it is made of, and what it was before. */
  note: string
}

const DAYS = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })

/** "23–29 November 2026": its days in UTC. */
export function windowText({ from, to }: ReportWindow): string {
  const told = DAYS.formatRange(from, new Date(to.getTime() - 1)).replaceAll('\u2009', ' ')
  return told.replace(/^(\d+) – /u, '$1–')
}

/** "14 November 2026", in UTC. */
export function dayText(day: Date): string {
  return DAYS.format(day)
}

/** "the 7 days before". */
function daysBefore(window: ReportWindow): string {
  return `the ${plural(daysIn(window), 'day')} before`
}

/** The figures that a report begins with, in the order in which they are told. */
export function figuresOf({ headline, activity: { total }, figures, window }: WeeklyReport): Figure[] {
  const { done, refused } = total.changes
  const { synced, total: all } = figures.people
  const before = daysBefore(window)
  return [
    {
      name: 'Sync success',
      value: shareText(headline.successRate),
      note: [
        `${count(done)} of ${plural(done + refused, 'change')} made`,
        ...(headline.successRateBefore === undefined ? [] : [`${percent(headline.successRateBefore)} in ${before}`]),
      ].join('; '),
    },
    {
      name: 'Enrichment coverage',
      value: shareText(headline.coverage),
      note: `${count(synced)} of ${plural(all, 'person', 'people')} known in Salesforce, as of today`,
    },
    {
      name: 'Customers engaged',
      value: count(headline.customersAttended),
      note: `came, of ${plural(headline.customersRegistered, 'registration')} by customers, all events`,
    },
    { name: 'New leads', value: count(headline.leads), note: beforeText(headline.leadsBefore, before) },
    { name: 'API calls', value: count(headline.calls), note: beforeText(headline.callsBefore, before) },
    { name: 'Lookups', value: lookupText(headline), note: lookupNote(headline) },
  ]
}

function beforeText(value: number | undefined, before: string): string {
  return value === undefined ? `${before} are not kept any more` : `${count(value)} in ${before}`
}

function shareText(share: number | undefined): string {
  return share === undefined ? '–' : percent(share)
}

function lookupText({ lookups, lookupP95 }: Headline): string {
  return lookupP95 === undefined ? count(lookups) : msText(lookupP95)
}

function lookupNote({ lookups, lookupP50 }: Headline): string {
  if (lookupP50 === undefined) return 'nobody was looked up at sign-up'
  return `for 95 % of ${count(lookups)}; ${msText(lookupP50)} for half of them`
}

/** Milliseconds as they are known: beyond the last bound only that. */
export function msText(milliseconds: number): string {
  const last = LATENCY_BOUNDS_MS.at(-1) ?? Infinity
  return milliseconds >= last ? `${last / 1_000} s or more` : `${count(Math.round(milliseconds))} ms`
}

/** What a reader has to know of the figures, a sentence each. */
export function notesOf({ window, madeAt, keptSince, callsKeptSince }: WeeklyReport): string[] {
  const made = madeAt.toISOString().slice(0, 16).replace('T', ' ')
  return [
    `Made on ${made} UTC. Days are days in UTC. What was done is of these days; people and events are as they were when this was made.`,
    ...(window.to > madeAt ? ['The last day is not over yet.'] : []),
    ...(window.from < keptSince
      ? [`What was done before ${dayText(keptSince)} is not kept any more, and is missing here.`]
      : []),
    ...(window.from < callsKeptSince && window.from >= keptSince
      ? [`API calls and lookups before ${dayText(callsKeptSince)} are not kept any more, and are missing here.`]
      : []),
    'A change that was refused and made later counts as it went in the end. Nobody is named.',
  ]
}
