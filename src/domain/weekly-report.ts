import { causesOf, type FailedRun, type FailureCause } from './failure-causes.js'
import {
  coverage,
  successRate,
  type Activity,
  type EventFigures,
  type KeptNight,
  type PeopleFigures,
} from './figures.js'
import { meanOf, quantileOf } from './latency.js'
import { windowBefore, type ReportWindow } from './report-window.js'

/** A cause of failures of the window: counts only, of nobody. */
export interface ReportCause {
  code: string
  object: string
  /** What went wrong, in plain words. */
  what: string
  /** Changes that were not made in the end. */
  changes: number
  /** How many people they are about. */
  people: number
  /** What to do, as far as it still stands. */
  remedy?: { first?: string; command: string }
}

/** Something that is worth doing. */
export interface Advice {
  why: string
  /** What to do before the command. */
  first?: string
  command: string
}

/** What a report is made from. */
export interface ReportFacts {
  madeAt: Date
  window: ReportWindow
  /** Since when runs are kept; earlier ones are forgotten. */
  keptSince: Date
  /** The same of API calls and lookups. */
  callsKeptSince: Date
  activity: Activity
  /** Of the window directly before. */
  before: Activity['total']
  /** As everything stands when the report is made. */
  figures: PeopleFigures
  causes: readonly ReportCause[]
  /** Of the window, the latest first. */
  nights: readonly KeptNight[]
}

/** A window in figures, for people who were not there: counts, and nobody's name or address. */
export interface WeeklyReport extends ReportFacts {
  headline: Headline
  advice: readonly Advice[]
}

/** The figures that a report begins with. Shares go from 0 to 1, times are in milliseconds; absent where there is nothing to divide by. */
export interface Headline {
  successRate?: number
  successRateBefore?: number
  coverage?: number
  /** Existing customers at the events, one by one: somebody at two events counts twice. */
  customersRegistered: number
  customersAttended: number
  leads: number
  /** Absent where not all of the days before is kept any more; so for all that is "before". */
  leadsBefore?: number
  calls: number
  callsBefore?: number
  lookups: number
  lookupMean?: number
  lookupP50?: number
  lookupP95?: number
}

/** The report of these facts. */
export function reportOf(facts: ReportFacts): WeeklyReport {
  return { ...facts, headline: headlineOf(facts), advice: worthDoing(facts) }
}

function headlineOf(facts: ReportFacts): Headline {
  const { window, keptSince, callsKeptSince, before, figures } = facts
  const { total } = facts.activity
  const { from } = windowBefore(window)
  const customers = (of: keyof EventFigures['customers']) =>
    figures.events.reduce((sum, each) => sum + each.customers[of], 0)
  return {
    successRate: successRate(total.changes),
    successRateBefore: from < keptSince ? undefined : successRate(before.changes),
    coverage: coverage(figures.people),
    customersRegistered: customers('registered'),
    customersAttended: customers('attended'),
    leads: total.leads,
    leadsBefore: from < keptSince ? undefined : before.leads,
    calls: total.calls,
    callsBefore: from < callsKeptSince ? undefined : before.calls,
    lookups: total.lookups.count,
    lookupMean: meanOf(total.lookups),
    lookupP50: quantileOf(total.lookups, 0.5),
    lookupP95: quantileOf(total.lookups, 0.95),
  }
}

/** More advice than that is not read. */
const MOST_ADVICE = 2

/** What is worth doing, the most pressing first, two things at the most. */
export function worthDoing({ causes, figures: { people }, nights }: ReportFacts): Advice[] {
  const standing = causes.flatMap(({ code, people: whom, what, remedy }) =>
    remedy ? [{ why: `${code} still stands${whom > 0 ? ` for ${counted(whom)}` : ''}: ${what}.`, ...remedy }] : [],
  )
  const [lastNight] = nights
  const all: Advice[] = [
    ...standing.slice(0, 1),
    ...(people.parked > 0
      ? [
          {
            why: `${counted(people.parked)} ${isOrAre(people.parked)} left for you to decide.`,
            command: 'mh-sf review list',
          },
        ]
      : []),
    ...(lastNight === undefined ? [{ why: 'No night has run in these days.', command: 'mh-sf nightly schedule' }] : []),
    ...(people.pending > 0
      ? [{ why: `Nobody has looked at ${counted(people.pending)} yet.`, command: 'mh-sf backfill --all' }]
      : []),
  ]
  return all.slice(0, MOST_ADVICE)
}

const counted = (people: number) => `${people.toLocaleString('en-US')} ${people === 1 ? 'person' : 'people'}`
const isOrAre = (people: number) => (people === 1 ? 'is' : 'are')

/**
 * Failures of a window by cause, those of most people first. `failed` are its runs with what did not go well, `standing` those of them that
 * nothing has mended since; `given` are people of the queue on whom was given up, who stand until somebody tries them again.
 */
export function reportCauses(
  failed: readonly FailedRun[],
  standing: ReadonlySet<string>,
  given: readonly FailureCause[],
): ReportCause[] {
  const left = new Map(causesOf(failed.filter(({ run }) => standing.has(run.id))).map((cause) => [keyOf(cause), cause]))
  const told = causesOf(failed).map((cause) => reportCause(cause, left.get(keyOf(cause))))
  return [...told, ...given.map((cause) => reportCause(cause, cause))].sort(
    (one, other) => other.people - one.people || other.changes - one.changes,
  )
}

function keyOf({ code, object }: FailureCause): string {
  return `${code} ${object}`
}

function reportCause(
  { code, object, what, changes, people }: FailureCause,
  left: FailureCause | undefined,
): ReportCause {
  const cause = { code, object, what, changes, people: people.length }
  if (!left) return cause
  const { first, command } = left
  return { ...cause, remedy: { ...(first === undefined ? {} : { first }), command } }
}
