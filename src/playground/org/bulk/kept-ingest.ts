import type { KeptPart } from '../kept-part.js'
import type { BulkDeps } from './deps.js'
import { type IngestDefinition, IngestJob, type RowFate } from './ingest-job.js'
import type { JobBook } from './job-book.js'
import { isTerminal } from './job.js'
import { goneIn, type JobForm, keptJobs } from './kept-jobs.js'
import { readUpload, UploadFault } from './upload.js'

/** What became of consecutive rows. */
interface Fates {
  readonly fates: readonly RowFate[]
  readonly ids: readonly (string | null)[]
  /** By row. */
  readonly errors: readonly (readonly [row: number, error: string])[]
}

const FORM: JobForm<IngestJob, IngestDefinition, Fates> = {
  head({ state, modifiedAt, closedAt, endedAt, errorMessage, retries, uploaded, begun, lockedShare, ...made }) {
    const { id, operation, object, externalIdFieldName, retriesBatches, createdById, createdAt, version } = made
    const { columnDelimiter, lineEnding } = made
    const definition = { id, operation, object, externalIdFieldName, retriesBatches, createdById, createdAt, version }
    return {
      made: { ...definition, columnDelimiter, lineEnding },
      state: { state, modifiedAt, closedAt, endedAt, errorMessage, retries, uploaded, begun, lockedShare },
    }
  },
  make: (definition) => new IngestJob(definition),
  count: ({ fates }) => fates.length,
  rows({ fates, ids, errors }, from, end) {
    const told: [number, string][] = []
    for (let row = from; row < end; row++) {
      const error = errors.get(row)
      if (error !== undefined) told.push([row, error])
    }
    return { fates: fates.slice(from, end), ids: ids.slice(from, end), errors: told }
  },
  take(job, from, { fates, ids, errors }) {
    for (const [at, fate] of fates.entries()) {
      job.fates[from + at] = fate
      job.ids[from + at] = ids[at] ?? null
      job.errors.delete(from + at)
    }
    for (const [row, error] of errors) job.errors.set(row, error)
  },
}

/**
 * Ingest jobs for a restart, which goes on with those that were under way. Their data lie in files of their own, written
 * before it is said that they came, and removed after it was said that the job is gone.
 */
export function keptIngest({ files }: BulkDeps, jobs: JobBook<IngestJob>, goOn: (job: IngestJob) => void): KeptPart {
  return {
    ...keptJobs('ingestJobs', jobs, FORM),
    // What could not be removed now is removed by the next start.
    written: (changes) => Promise.allSettled(goneIn(changes).map((id) => files.remove(id))),
    async restored() {
      const all = [...jobs.all()]
      const uploaded = all.filter((job) => job.uploaded)
      await files.removeOthers(new Set(uploaded.map(({ id }) => id)))
      for (const job of uploaded) takeData(job, await files.read(job.id))
      for (const job of all) if (job.state !== 'Open' && !isTerminal(job)) goOn(job)
    },
  }
}

/** The data as they were, read already if the job had begun. */
function takeData(job: IngestJob, data: Buffer): void {
  job.data = data
  if (!job.begun) return
  try {
    job.upload = readUpload(data, job)
    job.data = undefined
  } catch (error) {
    if (!(error instanceof UploadFault)) throw error
  }
}
