import { setImmediate as breath } from 'node:timers/promises'
import type { GivenRecord } from '../record-reader.js'
import type { BulkUsage } from './allowance.js'
import { recordReader } from './columns.js'
import type { BulkDeps } from './deps.js'
import { saveChunk } from './ingest-chunk.js'
import type { IngestJob } from './ingest-job.js'
import { enter, fail, isTerminal } from './job.js'
import { retryLocked } from './lock-retries.js'
import { readUpload, recordsAt, recordCount, UploadFault } from './upload.js'

/** Rows of an internal batch, and of one transaction in it (bulk2.md §5). */
const [BATCH_ROWS, CHUNK_ROWS] = [10_000, 200]
/** Chunks after which other requests get their turn. */
const BREATH_CHUNKS = 5
/** A call waits for work that is due if it is no more than this many batches; more goes on behind its answer. */
const PATIENT_BATCHES = 5

type ReadCells = (cells: readonly string[]) => GivenRecord

/** Moves ingest jobs on by the org's clock, when somebody asks: there are no timers. */
export class IngestRunner {
  private readonly working = new Map<IngestJob, Promise<void>>()
  private readonly due = new Map<IngestJob, number>()

  constructor(
    private readonly deps: BulkDeps,
    private readonly usage: BulkUsage,
  ) {}

  /** Does what is due by `now`; of a lot of work only the beginning is awaited, and a later call finds it further on. */
  async advance(job: IngestJob, now: number): Promise<void> {
    const { bulkQueueMs } = this.deps.settings
    if (job.state === 'UploadComplete' && now >= (job.closedAt ?? now) + bulkQueueMs) this.start(job)
    if (job.state !== 'InProgress') return
    this.due.set(job, this.batchesDue(job, now))
    const work = this.working.get(job) ?? this.begin(job)
    const left = Math.min(this.batches(job), this.due.get(job) ?? 0) - job.fates.length / BATCH_ROWS
    if (left <= PATIENT_BATCHES) await work
  }

  /** Begins by itself, behind the answer to whoever closed the job, if the clock lets it. */
  startSoon(job: IngestJob): void {
    setImmediate(() => void this.advance(job, this.deps.now()))
  }

  private begin(job: IngestJob): Promise<void> {
    const work = this.work(job).finally(() => {
      this.working.delete(job)
      if (isTerminal(job)) this.due.delete(job)
      void this.kept()
    })
    this.working.set(job, work)
    return work
  }

  private startedAt(job: IngestJob): number {
    return (job.closedAt ?? job.createdAt) + this.deps.settings.bulkQueueMs
  }

  private batchesDue(job: IngestJob, now: number): number {
    const { bulkProcessingMs } = this.deps.settings
    if (bulkProcessingMs <= 0) return Number.POSITIVE_INFINITY
    return Math.floor((now - this.startedAt(job)) / bulkProcessingMs)
  }

  /** Even a job without rows takes one batch of time. */
  private batches({ upload }: IngestJob): number {
    if (!upload) return 1
    const count = recordCount(upload)
    return upload.fault ? Math.floor(count / BATCH_ROWS) + 1 : Math.max(1, Math.ceil(count / BATCH_ROWS))
  }

  private start(job: IngestJob): void {
    const startedAt = this.startedAt(job)
    enter(job, 'InProgress', startedAt)
    job.begun = true
    try {
      job.upload = readUpload(job.data ?? Buffer.alloc(0), job)
      this.reader(job)
      job.data = undefined
    } catch (error) {
      this.failed(job, error, startedAt)
    }
  }

  private reader(job: IngestJob): ReadCells {
    const def = this.deps.store.object(job.object)
    if (!def || !job.upload) throw new UploadFault(`InvalidBatch : Unable to find object: ${job.object}`)
    if (job.upload.names.length === 0) return () => ({})
    return recordReader(this.deps, job, def, job.upload.names)
  }

  private failed(job: IngestJob, error: unknown, at: number): void {
    fail(job, error instanceof UploadFault ? error.message : `Unknown : ${String(error)}`, at)
  }

  /** Batch after batch while they are due, letting other requests in between chunks. */
  private async work(job: IngestJob): Promise<void> {
    const { bulkProcessingMs } = this.deps.settings
    const endOf = (batch: number) => this.startedAt(job) + (batch + 1) * Math.max(0, bulkProcessingMs)
    let batch = Math.floor(job.fates.length / BATCH_ROWS)
    try {
      const read = this.reader(job)
      for (; batch < this.batches(job) && batch < (this.due.get(job) ?? 0); batch++) {
        await this.batch(job, batch, read, endOf(batch))
        if (isTerminal(job)) return
      }
      if (batch >= this.batches(job)) enter(job, 'JobComplete', endOf(batch - 1))
    } catch (error) {
      this.failed(job, error, endOf(batch))
    }
  }

  /**
   * Has what was done up to here survive a restart: chunks whole, with what became of their rows. What can not be written
   * now is tried again with the next, and whoever asks for the job is told.
   */
  private async kept(): Promise<void> {
    await this.deps.commit()?.catch(() => undefined)
  }

  /** One batch, until the job is aborted, or the rest of one. A batch that can not be read to its end is not begun. */
  private async batch(job: IngestJob, batch: number, read: ReadCells, endsAt: number): Promise<void> {
    const { upload } = job
    if (!upload) return
    const [first, count] = [batch * BATCH_ROWS, recordCount(upload)]
    if (upload.fault && first + BATCH_ROWS > count) throw upload.fault
    const end = Math.min(first + BATCH_ROWS, count)
    // A batch that a restart cut short was counted when it began.
    if (job.fates.length <= first) this.count(end - first, endsAt)
    for (let row = Math.max(first, job.fates.length); row < end && !isTerminal(job); row += CHUNK_ROWS) {
      const records = recordsAt(upload, row, Math.min(row + CHUNK_ROWS, end), job)
      saveChunk(this.deps, job, row, records.map(read))
      // In one go with the last chunk: a restart finds the batch before it or behind it.
      if (row + CHUNK_ROWS >= end) retryLocked(this.deps, job, read, first, end)
      if ((row / CHUNK_ROWS) % BREATH_CHUNKS !== BREATH_CHUNKS - 1) continue
      await this.kept()
      await breath()
    }
  }

  /** Takes a batch out of the day's allowances. */
  private count(rows: number, at: number): void {
    const { bulkDailyBatches, bulkDailyRows } = this.deps.settings
    if (rows > 0 && !this.usage.ingestBatches.take(at, bulkDailyBatches)) {
      throw new UploadFault('ExceededQuota : the batches of the last 24 hours are used up')
    }
    // What is over the day's rows is not processed and the job is Failed (bulk2.md §9).
    if (!this.usage.ingestRows.take(at, bulkDailyRows, rows)) {
      throw new UploadFault('ExceededQuota : the rows of the last 24 hours are used up')
    }
  }
}
