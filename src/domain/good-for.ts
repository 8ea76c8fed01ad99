import { COLLECTIONS_UP_TO, callsToWrite, planWrite } from './write-plan.js'
import { planRead, ROWS_PER_RESULT_PAGE } from './read-plan.js'

/** What so many calls are good for, by the cost model; whatever happens on the way, so by what each may take at most. */
export interface GoodFor {
  /** People of a backfill by IN lists. */
  byLists: number
  /** Records of an org that a backfill can export, however many people it matches; 0 when there are too few for any. */
  byExport: number
  /** People of a sync to whom all is owed: a member, and what is told to their contact. */
  bySync: number
}

/** More people than anybody has. */
const EVERYBODY = 1e9
/** Finding the campaign, asking for rights, describing fields, putting the campaign right, reading its members. */
const AROUND_A_SYNC = 12

/** What `calls` are good for. */
export function goodFor(calls: number): GoodFor {
  return {
    byLists: most((people) => planRead(people, undefined, 'composite').atMost <= calls),
    byExport: most((rows) => planRead(1, { contacts: rows, leads: 0 }, 'bulk').atMost <= calls, ROWS_PER_RESULT_PAGE),
    bySync: most((people) => syncing(people) <= calls),
  }
}

function syncing(people: number): number {
  const write = callsToWrite(planWrite(people, 'auto')).atMost
  // A job may cost more than the collections of fewer people: more people never cost less.
  const least = people > COLLECTIONS_UP_TO ? callsToWrite(planWrite(COLLECTIONS_UP_TO, 'auto')).atMost : 0
  const readBack = Math.ceil(people / 10_000)
  return AROUND_A_SYNC + planRead(people, undefined, 'composite').atMost + readBack + 2 * Math.max(write, least)
}

/** The largest number that fits, in steps of `step`; what fits for one fits for all below. */
function most(fits: (number: number) => boolean, step = 1): number {
  let [low, high] = [0, EVERYBODY / step]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits(middle * step)) low = middle
    else high = middle - 1
  }
  return low * step
}
