import type { GivenRecord } from '../record-reader.js'
import type { BulkDeps } from './deps.js'
import { saveRows } from './ingest-chunk.js'
import type { IngestJob } from './ingest-job.js'
import { recordsAt, UploadFault } from './upload.js'

/** More rows without a lock send a batch back to the queue, so many times and no more (bulk2.md §5). */
const [MAX_LOCKED, MAX_RETRIES] = [100, 20]
const CHUNK_ROWS = 200

const lockedRows = (job: IngestJob, first: number, end: number): number[] => {
  const rows: number[] = []
  for (let row = first; row < end; row++) {
    if (job.errors.get(row)?.startsWith('UNABLE_TO_LOCK_ROW:') === true) rows.push(row)
  }
  return rows
}

const saveAgain = (deps: BulkDeps, job: IngestJob, rows: readonly number[], read: ReadCells): void => {
  const { upload } = job
  if (!upload) return
  for (let at = 0; at < rows.length; at += CHUNK_ROWS) {
    const chunk = rows.slice(at, at + CHUNK_ROWS)
    const records = chunk.flatMap((row) => recordsAt(upload, row, row + 1, job)).map(read)
    saveRows(deps, job, chunk, records)
  }
}

type ReadCells = (cells: readonly string[]) => GivenRecord

/**
 * Tries the rows of a batch that lost a lock again while there are more than a hundred of them; what finally fails is the
 * caller's to retry. Nothing is tried again for a job that asked for no retries.
 *
 * @param first row of the batch
 * @param end one past its last row
 * @throws UploadFault TooManyLockFailure once the retries are used up: the job ends Failed
 */
export const retryLocked = (deps: BulkDeps, job: IngestJob, read: ReadCells, first: number, end: number): void => {
  if (!job.retriesBatches || job.errors.size <= MAX_LOCKED) return
  let locked = lockedRows(job, first, end)
  for (let retry = 0; locked.length > MAX_LOCKED; retry++) {
    if (retry === MAX_RETRIES) throw new UploadFault(`TooManyLockFailure : Too many lock failure ${locked.length}`)
    job.retries++
    job.told = { ...job.told, rows: Math.min(job.told.rows, first) }
    saveAgain(deps, job, locked, read)
    locked = lockedRows(job, first, end)
  }
}
