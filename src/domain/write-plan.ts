import { callsOfKind, type PlannedCalls } from './planned-calls.js'

/** How rows are written: 200 to a REST call, or as a Bulk 2.0 job. */
export type WriteWay = 'collections' | 'bulk'

/** What somebody asked for; `auto` leaves it to the measured crossover. */
export type AskedWay = 'auto' | WriteWay

/** How rows of one kind (one object, one operation) are written, and what that costs. */
export interface WritePlan {
  way: WriteWay
  rows: number
  /** API calls when all goes well. */
  calls: number
  /** With all the asking that a job may take. */
  atMost: number
  because: string
}

/** Records that one call of collections may hold (rest.md §7). */
export const RECORDS_PER_CALL = 200
/**
 * Where the calls cross: written and read back, 2,000 members are 11 calls by collections and 8 to 10 by a job, 10,000 are 51
 * and 9 to 12 (`npm run bench:members`, without and with a modelled delay). Up to here collections are quicker as well; the time
 * crosses later, at some 10,000 rows as modelled, and until there a job costs seconds and saves quota. Salesforce
 * advises the same number (bulk2.md §5).
 */
export const COLLECTIONS_UP_TO = 2_000
/** Rows of one job: what became of each is held in memory until they are settled. */
export const ROWS_PER_JOB = 250_000
/** The org works on so many rows of a job one after the other, and on several such batches side by side (bulk2.md §5). */
const ROWS_PER_BATCH = 10_000
/** Making it, uploading, closing, three result files (bulk2.md §9), and asking once. */
const FEWEST_PER_JOB = 7
/** With all the asking (pitfalls.md §12). */
const MOST_PER_JOB = 30

/** Chooses the way for so many rows of one kind. `asked` overrides the rule, and the plan says so. */
export function planWrite(rows: number, asked: AskedWay): WritePlan {
  const { way, because } = choose(rows, asked)
  if (way === 'collections') {
    const calls = Math.ceil(rows / RECORDS_PER_CALL)
    return { way, rows, calls, atMost: calls, because }
  }
  const first = firstRows(rows)
  const jobs = Math.ceil((rows - first) / ROWS_PER_JOB)
  const ahead = first > 0 ? 1 : 0
  return { way, rows, calls: ahead + jobs * FEWEST_PER_JOB, atMost: ahead + jobs * MOST_PER_JOB, because }
}

/** What it costs, as a run plans it. */
export function callsToWrite({ way, calls, atMost }: WritePlan): PlannedCalls {
  return callsOfKind(way === 'bulk' ? 'jobs' : 'write', calls, atMost)
}

/**
 * How many rows go ahead of a job by one call of collections: when all of them are refused for one reason, a missing right
 * perhaps, a million others need not be. They have to be written anyway, so a large job costs one call more; a small one
 * is itself no great harm.
 */
export function firstRows(rows: number): number {
  return rows > COLLECTIONS_UP_TO ? RECORDS_PER_CALL : 0
}

/**
 * How many rows one job is given: what is sent again because a parent was locked is no more than one batch at a time, so
 * that a job does not lock its own rows out.
 */
export function rowsPerJob(round: number): number {
  return round === 1 ? ROWS_PER_JOB : ROWS_PER_BATCH
}

function choose(rows: number, asked: AskedWay): Pick<WritePlan, 'way' | 'because'> {
  if (asked !== 'auto') return { way: asked, because: `--via ${asked}` }
  const most = COLLECTIONS_UP_TO.toLocaleString('en-US')
  if (rows <= COLLECTIONS_UP_TO) return { way: 'collections', because: `collections are quickest up to ${most} rows` }
  return { way: 'bulk', because: `${rows.toLocaleString('en-US')} rows are more than ${most}` }
}
