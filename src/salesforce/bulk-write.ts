import { MhError } from '../errors.js'
import { gone, type Outcome, type RecordToSend, type Settle } from './collections.js'
import type { RunJob } from '../domain/run.js'
import { runIngestJob, type EndedJob, type IngestDefinition, type IngestTools, type JobBook } from './ingest-job.js'
import { readOutcomes } from './ingest-results.js'
import { isStageable, removeStaged, stageCsv, type RowToStage } from './stage-csv.js'

export interface BulkTools extends Omit<IngestTools, 'jobs'> {
  /** Where files lie until their job is settled. */
  staging: string
  jobs: RowJobBook
}

/** Told of jobs with the records that each was given: `count` from number `first` on. */
export interface RowJobBook extends Pick<JobBook, 'settled'> {
  began: (job: RunJob, first: number, count: number) => Promise<void> | void
}

/** Rows of one kind. */
export interface BulkWrite extends IngestDefinition {
  /** Every column that a row may have. */
  columns: readonly string[]
  /** Those that together tell a row from all others: results come in no order. */
  key: readonly string[]
  /** More rows are given to several jobs, one after the other. */
  rowsPerJob: number
}

/** Outcomes that are told at a time, so that whoever writes them down does not get a million at once. */
const SETTLED_AT_ONCE = 1_000
/** Our own refusal: the org would take the value for a field that is to be cleared, so it was not sent. */
const NOT_SENDABLE = 'VALUE_CLEARS_FIELD'
/** Reasons for which a job ends Failed that another one would meet as well (bulk2.md §4). */
const FOR_GOOD = /^(?:InvalidBatch|InvalidJob|ClientInputError|ExceededQuota|FeatureNotEnabled|InvalidUser)\b/u

/**
 * Writes records by Bulk 2.0 jobs, one after the other: jobs for one parent do not run side by side (bulk2.md §5). Outcomes
 * are settled as those of collections are, in the order of the records; a row that a failed job did not come to is NOT_PROCESSED. A
 * job that ended in a way that another one would too is an error, after its rows were settled.
 */
export async function writeInBulk(
  tools: BulkTools,
  write: BulkWrite,
  records: readonly RecordToSend[],
  settle: Settle,
): Promise<void> {
  for (let first = 0; first < records.length;) {
    const some = records.slice(first, first + write.rowsPerJob)
    const { outcomes, job } = await writeOnce({ ...tools, jobs: bookFrom(tools.jobs, first) }, write, some)
    for (let at = 0; at < outcomes.length; at += SETTLED_AT_ONCE)
      await settle(first + at, outcomes.slice(at, at + SETTLED_AT_ONCE))
    if (job) {
      await tools.jobs.settled(job.id, job.state)
      checkEnd(job)
    }
    first += outcomes.length
  }
}

/** Where jobs are told of whose records are numbered from `from` on. */
export function bookFrom(book: RowJobBook, from: number): RowJobBook {
  return { ...book, began: (job, first, count) => book.began(job, from + first, count) }
}

/** One job, with as many of the records as its file holds. No job when none of them can be sent. */
async function writeOnce(
  tools: BulkTools,
  write: BulkWrite,
  records: readonly RecordToSend[],
): Promise<{ outcomes: Outcome[]; job?: EndedJob }> {
  const { object, operation, columns, key } = write
  const keyOf = (row: RowToStage) => key.map((name) => String(row[name] ?? '')).join()
  const sendable = records.filter(isStageable)
  if (sendable.length === 0) return { outcomes: records.map(notSendable) }
  const file = await stageCsv(tools.staging, columns, sendable, tools.clock)
  try {
    const next = sendable[file.rows]
    const taken = next ? records.slice(0, records.indexOf(next)) : records
    const jobs = { ...tools.jobs, began: (job: RunJob) => tools.jobs.began(job, 0, taken.length) }
    const job = await runIngestJob({ ...tools, jobs }, { object, operation }, file)
    const keys = sendable.slice(0, file.rows).map(keyOf)
    const found = await readOutcomes(tools.org, job, keys, keyOf)
    const outcomes = taken.map((record) => {
      const outcome = isStageable(record) ? found.get(keyOf(record)) : notSendable()
      if (!outcome) throw new TypeError('an outcome is missing that was counted')
      return operation === 'delete' ? gone(outcome, String(record.Id)) : outcome
    })
    return { outcomes, job }
  } finally {
    await removeStaged(file)
  }
}

function notSendable(): Outcome {
  return { ok: false, code: NOT_SENDABLE, fields: [] }
}

/** Throws SF_INGEST_JOB_FAILED where going on would be in vain, or against somebody's will. */
function checkEnd({ id, state, errorMessage = '' }: EndedJob): void {
  const where = `See Setup > Bulk Data Load Jobs > ${id}. What was written stays; the same command sends what is owed.`
  if (state === 'Aborted')
    throw new MhError('SF_INGEST_JOB_FAILED', `Somebody aborted Bulk job ${id} in the org.`, where)
  const [reason] = FOR_GOOD.exec(errorMessage) ?? []
  if (state === 'JobComplete' || reason === undefined) return
  const [field = ''] = /Field name not found : [\w.]+/u.exec(errorMessage) ?? []
  const told = [reason, field].filter((text) => text !== '').join(': ')
  throw new MhError('SF_INGEST_JOB_FAILED', `Bulk job ${id} failed in the org (${told}).`, where)
}
