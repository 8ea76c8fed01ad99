import type { EndpointStatistics } from '../../src/playground/org/request-log.js'
import type { Copy, Dump, Expected } from './audit.js'

/** What one run asked of the org: calls by endpoint, and the fewest that would have done. */
export interface Calls {
  made: number
  floor: number
  endpoints: { endpoint: string; calls: number }[]
  /** Rows written, by object and kind. */
  writes: { what: string; rows: number }[]
}

/** Statements that one /composite may hold, and records that one collection call may (rest.md §7-8). */
const [STATEMENTS, RECORDS] = [5, 200]
/** Two of Campaigns and their statuses by id, or by name; contacts and leads by address up to 2,000 people. */
const CAMPAIGN_STATEMENTS = 2
const ADDRESSES = 2_000
/** The story has such people from its beginning. */
const LINKED = 1

export interface Sizes {
  people: number
  /** Campaigns that were there before the run. */
  campaigns: number
}

export function callsOf(
  statistics: readonly EndpointStatistics[],
  made: number,
  expected: Expected,
  before: Dump,
  sizes: Sizes,
): Calls {
  const writes = writesOf(expected, before)
  const endpoints = statistics
    // What lies outside of a version is not metered: logging in, and the list of versions.
    .filter(({ template }) => !template.startsWith('/services'))
    .map(({ method, template, calls }) => ({ endpoint: `${method} ${template}`, calls }))
  return { made, floor: floorOf(writes, sizes), endpoints: endpoints.sort((a, b) => b.calls - a.calls), writes }
}

/**
 * The fewest calls: statements five to a call, in two steps because members are asked for by their Campaign's id; one
 * look at linked records that their address did not bring up; 200 rows to a call for each object and kind of write, over
 * all events; and one look at what was written wherever the org may have stored another value than it was sent.
 */
function floorOf(writes: Calls['writes'], { people, campaigns }: Sizes): number {
  const first = CAMPAIGN_STATEMENTS + 2 * Math.ceil(people / ADDRESSES)
  const reads = Math.ceil(first / STATEMENTS) + Math.ceil(campaigns / STATEMENTS) + LINKED
  const sent = writes.reduce((sum, { rows }) => sum + Math.ceil(rows / RECORDS), 0)
  const proven = ['CampaignMember', 'CampaignMemberStatus'].filter((object) =>
    writes.some(({ what }) => what.startsWith(`${object} `)),
  )
  return reads + sent + proven.length
}

function writesOf({ created, changed, deleted }: Expected, before: Dump): Calls['writes'] {
  const objectOf = (id: string) => before.get(id)?.object ?? ''
  return [
    ...counted(
      'made',
      created.map(({ object }: Pick<Copy, 'object'>) => object),
    ),
    ...counted('changed', [...changed.keys()].map(objectOf)),
    ...counted('deleted', deleted.map(objectOf)),
  ]
}

function counted(kind: string, objects: readonly string[]): Calls['writes'] {
  return [...new Set(objects)].map((object) => ({
    what: `${object} ${kind}`,
    rows: objects.filter((each) => each === object).length,
  }))
}
