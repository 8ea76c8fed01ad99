import type { Route } from '../api.js'
import { since } from '../versions.js'
import { BulkUsage } from './allowance.js'
import type { BulkDeps } from './deps.js'
import { IngestApi } from './ingest-routes.js'
import { JobIds } from './job-book.js'
import { QueryApi } from './query-routes.js'

/** The versions that brought them (limits.md §6; Bulk 2.0 itself is of v41). */
const [INGEST_SINCE, QUERY_SINCE] = [41, 47]

/**
 * The resources of Bulk API 2.0 below `/services/data/vNN.0` (bulk2.md). Jobs move on by the org's clock when they are
 * asked for.
 *
 * @param usage what counts against the daily allowances; hand one in to show it elsewhere
 */
export const bulkRoutes = (deps: BulkDeps, usage = new BulkUsage()): Route[] => {
  const ids = new JobIds()
  deps.keep(ids.kept())
  deps.keep(usage.kept())
  return [
    ...since(INGEST_SINCE, new IngestApi(deps, ids, usage).routes()),
    ...since(QUERY_SINCE, new QueryApi(deps, ids, usage).routes()),
  ]
}
