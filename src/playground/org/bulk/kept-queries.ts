import type { KeptPart } from '../kept-part.js'
import { prepareAgain, rowsOf } from '../soql/kept-result.js'
import type { Store } from '../store.js'
import type { BulkDeps } from './deps.js'
import type { JobBook } from './job-book.js'
import { type JobForm, keptJobs } from './kept-jobs.js'
import { type QueryDefinition, QueryJob } from './query-job.js'

/** Query jobs for a restart: the rows that were found by their Ids, so that places in the results stay what they are. */
export function keptQueries(deps: BulkDeps, jobs: JobBook<QueryJob>): KeptPart {
  const found = new Map<QueryJob, string[]>()
  return {
    ...keptJobs('queryJobs', jobs, form(deps.store, found)),
    // Not before all records are there.
    restored() {
      for (const [job, ids] of found) job.found(rowsOf(deps.store, job.object, ids))
      found.clear()
      return Promise.resolve()
    },
  }
}

function form(store: Store, found: Map<QueryJob, string[]>): JobForm<QueryJob, QueryDefinition, readonly string[]> {
  return {
    head(job) {
      const { id, operation, object, text, createdById, createdAt, version, shuffleSeed } = job
      const { columnDelimiter, lineEnding, state, modifiedAt, endedAt, errorMessage, recordsProcessed } = job
      const made = { id, operation, object, text, createdById, createdAt, version, shuffleSeed }
      return {
        made: { ...made, columnDelimiter, lineEnding },
        state: { state, modifiedAt, endedAt, errorMessage, recordsProcessed },
      }
    },
    make: (definition) => new QueryJob(definition, () => understood(store, definition)),
    count: ({ recordsProcessed }) => recordsProcessed,
    rows: ({ rows }, from, end) => rows.slice(from, end).map(({ Id: id }) => id),
    take(job, from, ids) {
      const all = found.get(job) ?? []
      found.set(job, all)
      for (const [at, id] of ids.entries()) all[from + at] = id
    },
  }
}

function understood(store: Store, { text, createdAt, createdById, operation, version, shuffleSeed }: QueryDefinition) {
  const includeDeleted = operation === 'queryAll'
  return prepareAgain(store, { text, userId: createdById, at: createdAt, includeDeleted, version, shuffleSeed })
}
