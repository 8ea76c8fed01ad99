import type { CsvDialect } from './csv-format.js'
import { jobInfo, NOTHING_TOLD, processingTime } from './job.js'
import type { Job, JobState, Told } from './job.js'
import type { Upload } from './upload.js'

export const INGEST_OPERATIONS = ['insert', 'update', 'upsert', 'delete', 'hardDelete'] as const
export type IngestOperation = (typeof INGEST_OPERATIONS)[number]

/** What became of a row: saved, saved and new, refused. */
export type RowFate = 'saved' | 'created' | 'failed'

/** What a new ingest job is made of. */
export interface IngestDefinition extends CsvDialect {
  readonly id: string
  readonly operation: IngestOperation
  readonly object: string
  readonly externalIdFieldName: string | undefined
  /** False: `Sforce-Disable-Batch-Retry: TRUE` was sent (bulk2.md §5). */
  readonly retriesBatches: boolean
  readonly createdById: string
  readonly createdAt: number
  readonly version: string
}

/** One ingest job with its data and what became of each row. */
export class IngestJob implements Job {
  readonly id: string
  readonly operation: IngestOperation
  readonly object: string
  readonly externalIdFieldName: string | undefined
  readonly retriesBatches: boolean
  readonly createdById: string
  readonly createdAt: number
  readonly version: string
  readonly columnDelimiter: CsvDialect['columnDelimiter']
  readonly lineEnding: CsvDialect['lineEnding']
  state: JobState = 'Open'
  modifiedAt: number
  closedAt: number | undefined
  endedAt: number | undefined
  errorMessage: string | undefined
  told: Told = NOTHING_TOLD
  /** How often a batch was sent back to the queue. */
  retries = 0
  /** Whether the one PUT has come. */
  uploaded = false
  /** Whether it came to run, so that the data were read if they can be. */
  begun = false
  /** The data of the one PUT; undefined before it, and once it was read. */
  data: Buffer | undefined
  /** The data once it was read, when the job came to run. */
  upload: Upload | undefined
  /** Share of the rows that a scripted fault has others hold. */
  lockedShare = 0
  /** By row, in upload order; rows beyond the end were never tried. */
  readonly fates: RowFate[] = []
  /** By row: the record's id, or null. */
  readonly ids: (string | null)[] = []
  /** sf__Error by row. */
  readonly errors = new Map<number, string>()

  constructor(definition: IngestDefinition) {
    this.id = definition.id
    this.operation = definition.operation
    this.object = definition.object
    this.externalIdFieldName = definition.externalIdFieldName
    this.retriesBatches = definition.retriesBatches
    this.createdById = definition.createdById
    this.createdAt = definition.createdAt
    this.modifiedAt = definition.createdAt
    this.version = definition.version
    this.columnDelimiter = definition.columnDelimiter
    this.lineEnding = definition.lineEnding
  }

  /** The short JobInfo of create and PATCH. */
  info(): object {
    const { externalIdFieldName } = this
    return {
      ...jobInfo(this),
      ...(externalIdFieldName === undefined ? {} : { externalIdFieldName }),
      contentUrl: `services/data/v${this.version}/jobs/ingest/${this.id}/batches`,
    }
  }

  /** The JobInfo of GET: processed counts failures too, and is absent while the job is open (bulk2.md §2). */
  details(queueMs: number): object {
    const took = processingTime(this, queueMs)
    const counters = { numberRecordsProcessed: this.fates.length, numberRecordsFailed: this.errors.size }
    return {
      ...this.info(),
      jobType: 'V2Ingest',
      ...(this.state === 'Open' ? {} : counters),
      retries: this.retries,
      totalProcessingTime: took,
      apiActiveProcessingTime: took,
      apexProcessingTime: 0,
      ...(this.errorMessage === undefined ? {} : { errorMessage: this.errorMessage }),
    }
  }
}
