import type { KeptPart } from '../kept-part.js'
import { callerOf } from '../soql/caller.js'
import { prepare } from '../soql/run.js'
import type { Row } from '../store.js'
import type { BulkDeps } from './deps.js'
import type { JobBook } from './job-book.js'
import { type JobForm, keptJobs } from './kept-jobs.js'
import { type QueryDefinition, QueryJob } from './query-job.js'

/** Query jobs for a restart: the rows that were found by their Ids, so that places in the results stay what they are. */
export function keptQueries(deps: BulkDeps, jobs: JobBook<QueryJob>): KeptPart {
  const found = new Map<QueryJob, string[]>()
  return {
    ...keptJobs('queryJobs', jobs, form(deps, found)),
    // Not before all records are there.
    restored() {
      for (const [job, ids] of found) job.found(ids.map((id) => rowOf(deps, job, id)))
      found.clear()
      return Promise.resolve()
    },
  }
}

function form(deps: BulkDeps, found: Map<QueryJob, string[]>): JobForm<QueryJob, QueryDefinition, readonly string[]> {
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
    make: (definition) => new QueryJob(definition, () => understood(deps, definition)),
    count: ({ recordsProcessed }) => recordsProcessed,
    rows: ({ rows }, from, end) => rows.slice(from, end).map(({ Id: id }) => id),
    take(job, from, ids) {
      const all = found.get(job) ?? []
      found.set(job, all)
      for (const [at, id] of ids.entries()) all[from + at] = id
    },
  }
}

/** As it was understood when it was made: a field that was hidden since is still there. */
function understood({ store }: BulkDeps, { text, createdAt, createdById, operation, ...job }: QueryDefinition) {
  return prepare(text, {
    store,
    hidden: () => false,
    now: createdAt,
    caller: callerOf(store, createdById),
    includeDeleted: operation === 'queryAll',
    version: job.version,
    shuffleSeed: job.shuffleSeed,
  })
}

/** One that is gone for good keeps its place, with nothing but its Id. */
function rowOf({ store }: BulkDeps, { object }: QueryJob, id: string): Row {
  return store.get(id) ?? { ...store.blank(object), Id: id }
}
