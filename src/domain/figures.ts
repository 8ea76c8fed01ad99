import type { EventSummary } from './event.js'
import type { Latency } from './latency.js'
import type { NightVerdict } from './night.js'
import type { LineCount } from './run-line.js'
import type { CustomerTier } from './person.js'
import type { QueueStats } from './queue.js'
import type { ShownRun } from './shown-run.js'

/** People by how they stand with Salesforce; deleted ones are in none of these. */
export interface PeopleCounts {
  total: number
  /** Found: a contact or a lead. */
  synced: number
  notFound: number
  /** Nobody has looked yet: marked so by the platform, without a mark, or decided on by a person since. */
  pending: number
  /** Would be pending, and opted out or was erased: nobody will look. */
  leftAlone: number
  /** What was tried last failed. */
  errors: number
  /** Left for a person to decide, and not decided yet. */
  parked: number
}

/** In the order in which they are shown. */
export const TIER_NAMES = [
  'enterprise',
  'growth',
  'startup',
  'community',
  'none',
] as const satisfies readonly TierName[]

/** The tier of a participant, `none` without one. */
export type TierName = CustomerTier | 'none'

/** People of one tier at one event, by how the platform has them. */
export interface TierAttendance {
  tier: TierName
  registered: number
  attended: number
  noShow: number
}

/** One event in figures. */
export interface EventFigures {
  event: EventSummary
  people: PeopleCounts
  /** Existing customers among them, and those of these who came. */
  customers: { registered: number; attended: number }
  /** Members that our runs wrote down. */
  members: number
  /** By tier: enterprise first, `none` last; tiers without anybody are left out. */
  attendance: readonly TierAttendance[]
  /** As earlier runs wrote it down. */
  campaignId?: string
  syncedAt?: Date
}

/** Everybody in figures, and event by event, the latest first. */
export interface PeopleFigures {
  people: PeopleCounts
  events: readonly EventFigures[]
}

/** What was last known of the way to the org. */
export interface ConnectionFigures {
  state: 'answering' | 'failing' | 'not known'
  lastAnswerAt?: Date
  lastFailureAt?: Date
  /** Of the last failure. */
  code?: string
  /** Processes, or minutes of a worker, that ended with a failure and without an answer since. */
  failuresInRow: number
}

/** The org's API calls of 24 hours. */
export interface QuotaFigures {
  used: number
  max: number
  /** Up to where runs go, and what they leave to lookups below it. */
  ceiling: number
  reserve: number
  /** Ours of the last 24 hours, by our own notes. */
  ours: number
  /** When the org said so. */
  asOf: Date
}

/** A run that goes on, with how far it has come. */
export interface RunningRun {
  run: ShownRun
  counts: readonly LineCount[]
}

/** A night as it is kept. */
export interface KeptNight {
  runId: string
  startedAt: Date
  endedAt: Date
  verdict: NightVerdict
  exitCode: number
}

/** Where the sync stands. */
export interface StatusFigures extends PeopleFigures {
  at: Date
  /** The latest run that came to its end with nothing amiss. */
  lastSuccess?: { runId: string; command: string; at: Date }
  running: readonly RunningRun[]
  /** What went wrong in the last days and still stands. */
  failures: { causes: number; changes: number; people: number; days: number }
  queue: QueueStats
  /** Absent where no org has been asked yet. */
  quota?: QuotaFigures
  connection: ConnectionFigures
  /** `next`: a day after the last one began, as far as nights are started every day. */
  nights: { last?: KeptNight; lastGoodAt?: Date; next?: Date }
}

/** Changes by what became of them; `unknown`: nobody has noted it. */
export interface ChangeCounts {
  done: number
  refused: number
  unknown: number
}

/** What was done on one day (UTC). */
export interface ActivityDay {
  /** `2026-11-30`. */
  day: string
  changes: ChangeCounts
  /** Leads that were made. */
  leads: number
  runs: number
  /** Runs that did not come to their end. */
  failedRuns: number
  /** Salesforce API calls of ours. */
  calls: number
  lookups: Latency
}

/** What was done in a window, day by day. */
export interface Activity {
  from: Date
  to: Date
  days: readonly ActivityDay[]
  total: Omit<ActivityDay, 'day'>
}

/** What alerts are judged by. */
export interface AlertFacts {
  at: Date
  /** Changes refused and runs that failed in the last hour, and people of the queue on whom was given up in it. */
  failuresLastHour: number
  quota?: QuotaFigures
  connection: ConnectionFigures
  /** Changes of the last 24 hours. */
  changes: ChangeCounts
  people: PeopleCounts
  /** Of the last hour. */
  lookups: Latency
  /** `since`: when the first run was begun that is still kept; absent where none is. */
  nights: { lastGoodAt?: Date; since?: Date }
  /** How long the one has waited who waits longest, in milliseconds; absent when nobody waits. */
  queueWaitMs?: number
}

/** The share of changes that were made among those whose fate is known, from 0 to 1; undefined where there are none. */
export function successRate({ done, refused }: ChangeCounts): number | undefined {
  return done + refused === 0 ? undefined : done / (done + refused)
}

/** How many people were looked at. */
export function lookedAt({ total, pending, leftAlone }: PeopleCounts): number {
  return total - pending - leftAlone
}

/** The share of people whose last sync failed among those who were looked at, from 0 to 1; undefined where nobody was. */
export function errorRate(people: PeopleCounts): number | undefined {
  return lookedAt(people) === 0 ? undefined : people.errors / lookedAt(people)
}

/** The share of people who are known in Salesforce among all, from 0 to 1; undefined where there is nobody. */
export function coverage({ total, synced }: PeopleCounts): number | undefined {
  return total === 0 ? undefined : synced / total
}
