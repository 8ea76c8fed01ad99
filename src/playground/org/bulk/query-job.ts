import type { Prepared } from '../soql/run.js'
import type { CsvDialect } from './csv-format.js'
import type { Job, JobState, Told } from './job.js'
import { enter, fail, jobInfo, NOTHING_TOLD, processingTime } from './job.js'
import type { BulkSettings } from './settings.js'

export const QUERY_OPERATIONS = ['query', 'queryAll'] as const
export type QueryOperation = (typeof QUERY_OPERATIONS)[number]

/** What a new query job is made of. */
export interface QueryDefinition extends CsvDialect {
  readonly id: string
  readonly operation: QueryOperation
  readonly prepared: Prepared
  readonly createdById: string
  readonly createdAt: number
  readonly version: string
}

/** One query job; its rows are found when it comes to run and stay as they are. */
export class QueryJob implements Job {
  readonly id: string
  readonly operation: QueryOperation
  readonly object: string
  readonly prepared: Prepared
  readonly createdById: string
  readonly createdAt: number
  readonly version: string
  readonly columnDelimiter: CsvDialect['columnDelimiter']
  readonly lineEnding: CsvDialect['lineEnding']
  state: JobState = 'UploadComplete'
  modifiedAt: number
  closedAt: number | undefined
  endedAt: number | undefined
  errorMessage: string | undefined
  told: Told = NOTHING_TOLD
  private recordsProcessed = 0

  constructor(definition: QueryDefinition) {
    this.id = definition.id
    this.operation = definition.operation
    this.prepared = definition.prepared
    this.object = definition.prepared.object
    this.createdById = definition.createdById
    this.createdAt = definition.createdAt
    this.modifiedAt = definition.createdAt
    this.closedAt = definition.createdAt
    this.version = definition.version
    this.columnDelimiter = definition.columnDelimiter
    this.lineEnding = definition.lineEnding
  }

  /** Moves the job to where the clock says it is. */
  advance(now: number, { bulkQueueMs, bulkProcessingMs, bulkQueryFailure }: BulkSettings): void {
    const startsAt = this.createdAt + bulkQueueMs
    if (this.state === 'UploadComplete' && now >= startsAt) enter(this, 'InProgress', startsAt)
    const endsAt = startsAt + bulkProcessingMs
    if (this.state !== 'InProgress' || now < endsAt) return
    if (bulkQueryFailure !== '') {
      fail(this, bulkQueryFailure, endsAt)
      return
    }
    this.recordsProcessed = this.prepared.rows.length
    enter(this, 'JobComplete', endsAt)
  }

  info(): object {
    return jobInfo(this)
  }

  /** The JobInfo of GET (bulk2.md §2). */
  details(queueMs: number): object {
    return {
      ...this.info(),
      jobType: 'V2Query',
      numberRecordsProcessed: this.recordsProcessed,
      retries: 0,
      totalProcessingTime: processingTime(this, queueMs),
      isPkChunkingSupported: true,
      ...(this.errorMessage === undefined ? {} : { errorMessage: this.errorMessage }),
    }
  }
}
