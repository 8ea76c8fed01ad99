import { callsOfKind, sumOfCalls, type CallRange, type PlannedCalls } from './planned-calls.js'

/** How the candidates of N addresses are read from the org (pitfalls.md §12). */
export type ReadWay = 'composite' | 'bulk'

export interface ReadPlan extends PlannedCalls {
  way: ReadWay
  /** Modelled, not promised. */
  seconds: number
  because: string
  /** The other way, for comparison; absent when the size of the org was not worth a call to ask. */
  instead?: { way: ReadWay; calls: number; seconds: number }
}

/** Addresses in one SOQL statement on Contact: replies page at 2,000 rows, so more would cost a page. */
export const CONTACTS_PER_QUERY = 2_000
/** Addresses in one SOQL statement on Lead. Few have one, so the statement's 100,000 characters are the bound. */
export const LEADS_PER_QUERY = 2_500
/** Queries that one /composite call may hold (rest.md §8). */
export const QUERIES_PER_CALL = 5
/** Participants handled at a time: their contacts and leads are read by one full call. */
export const PAGE_SIZE = 5_000
/** Up to here the org's size does not matter: one call does it. */
const ALWAYS_ONE_CALL = 200
/** Up to here composite is chosen whatever the size of the org. */
const COMPOSITE_UP_TO = 150_000
/** One call to describe the fields, one more when the org's size is asked. */
const DESCRIBE_CALLS = 1
const SIZE_CALLS = 1
/** Of a page: one call for linked records under another address, one for the survivors of merges. */
const FOLLOWING_CALLS = 2
/** Of a page of more than one statement: lists that are longer in characters, and replies that are longer than a page. */
const OVERFLOW_CALLS = 1
/** A query job costs its creation, its polls (one when it is quick) and its result pages. */
const FEWEST_PER_EXPORT = 2
const MOST_PER_EXPORT = 11
/** Rows asked for in one page of an export's result. */
export const ROWS_PER_RESULT_PAGE = 250_000

/** Is the org's record count worth one call? Only where the answer could change the plan. */
export function needsOrgSize(addresses: number, asked: 'auto' | ReadWay): boolean {
  return asked !== 'composite' && (asked === 'bulk' || addresses > COMPOSITE_UP_TO)
}

/**
 * Chooses the way with the rule of pitfalls.md §12: up to ~150,000 addresses, or fewer than a sixth of the org,
 * IN lists in /composite; above that, an export joined here. `asked` overrides it and the plan says so.
 * `fieldsKnown`: the fields of the org are cached, so they need not be described.
 */
export function planRead(
  addresses: number,
  org: { contacts: number; leads: number } | undefined,
  asked: 'auto' | ReadWay,
  fieldsKnown = false,
): ReadPlan {
  const overhead = sumOfCalls(
    callsOfKind('describe', fieldsKnown ? 0 : DESCRIBE_CALLS),
    callsOfKind('read', org ? SIZE_CALLS : 0),
  )
  const ways = { composite: compositeCost(addresses), bulk: org && bulkCost(org) }
  const { way, because } = choose(addresses, org, asked)
  const other: ReadWay = way === 'composite' ? 'bulk' : 'composite'
  const cost = ways[way] ?? ways.composite
  const following = callsOfKind('read', 0, FOLLOWING_CALLS * Math.ceil(addresses / PAGE_SIZE))
  const instead = ways[other]
  const compared = instead && { way: other, calls: overhead.calls + instead.planned.calls, seconds: instead.seconds }
  const planned = sumOfCalls(overhead, cost.planned, following)
  return { way, ...planned, seconds: cost.seconds, because, ...(compared ? { instead: compared } : {}) }
}

function choose(addresses: number, org: { contacts: number; leads: number } | undefined, asked: 'auto' | ReadWay) {
  if (asked !== 'auto') return { way: asked, because: `--via ${asked}` }
  const count = addresses.toLocaleString('en-US')
  if (addresses <= ALWAYS_ONE_CALL)
    return {
      way: 'composite' as const,
      because: addresses === 1 ? 'one address fits one call' : `${count} addresses fit one call`,
    }
  if (addresses <= COMPOSITE_UP_TO) {
    return {
      way: 'composite' as const,
      because: `IN lists cost least up to ${COMPOSITE_UP_TO.toLocaleString('en-US')} addresses`,
    }
  }
  const rows = (org?.contacts ?? 0) + (org?.leads ?? 0)
  const size = rows.toLocaleString('en-US')
  return addresses < rows / 6
    ? { way: 'composite' as const, because: `${count} addresses are few beside the org's ${size} records` }
    : { way: 'bulk' as const, because: `${count} addresses are many beside the org's ${size} records` }
}

interface Cost {
  planned: PlannedCalls
  seconds: number
}

function compositeCost(addresses: number): Cost {
  const pages = Math.ceil(addresses / PAGE_SIZE)
  const lastPage = addresses - Math.max(0, pages - 1) * PAGE_SIZE
  const calls = addresses === 0 ? 0 : (pages - 1) * callsForPage(PAGE_SIZE) + callsForPage(lastPage)
  const overflow = OVERFLOW_CALLS * (lastPage > CONTACTS_PER_QUERY ? pages : Math.max(0, pages - 1))
  return { planned: callsOfKind('read', calls, calls + overflow), seconds: seconds(1 + addresses * 5e-5 * 2) }
}

function callsForPage(addresses: number): number {
  const queries = Math.ceil(addresses / CONTACTS_PER_QUERY) + Math.ceil(addresses / LEADS_PER_QUERY)
  return Math.ceil(queries / QUERIES_PER_CALL)
}

/** What exporting so many rows of one object costs: making a job, asking how far it is, the pages of its result. */
export function callsToExport(rows: number): CallRange {
  // A result has a page even when it has no rows.
  const pages = Math.max(1, Math.ceil(rows / ROWS_PER_RESULT_PAGE))
  return { calls: FEWEST_PER_EXPORT + pages, atMost: MOST_PER_EXPORT + pages }
}

function bulkCost({ contacts, leads }: { contacts: number; leads: number }): Cost {
  const exports = [contacts, leads].map((rows) => {
    const { calls, atMost } = callsToExport(rows)
    return callsOfKind('jobs', calls, atMost)
  })
  const rows = contacts + leads
  return { planned: sumOfCalls(...exports), seconds: seconds(30 + rows / 30_000 + rows / 250_000) }
}

function seconds(value: number): number {
  return Math.round(value * 10) / 10
}
