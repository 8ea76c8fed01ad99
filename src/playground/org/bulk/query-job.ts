import type { Prepared } from '../soql/run.js'
import type { Row } from '../store.js'
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
  readonly object: string
  /** SOQL. */
  readonly text: string
  readonly createdById: string
  readonly createdAt: number
  readonly version: string
  /** By which rows without an order are shuffled. */
  readonly shuffleSeed: number | null
}

/** One query job; its rows are found when it comes to run and stay as they are. */
export class QueryJob implements Job {
  readonly id: string
  readonly operation: QueryOperation
  readonly object: string
  readonly text: string
  readonly shuffleSeed: number | null
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
  recordsProcessed = 0
  readonly #understood: () => Prepared
  #prepared: Prepared | undefined
  #rows: readonly Row[] | undefined

  /** `understood` makes of its text what can be run. */
  constructor(definition: QueryDefinition, understood: () => Prepared) {
    this.#understood = understood
    this.id = definition.id
    this.operation = definition.operation
    this.object = definition.object
    this.text = definition.text
    this.shuffleSeed = definition.shuffleSeed
    this.createdById = definition.createdById
    this.createdAt = definition.createdAt
    this.modifiedAt = definition.createdAt
    this.closedAt = definition.createdAt
    this.version = definition.version
    this.columnDelimiter = definition.columnDelimiter
    this.lineEnding = definition.lineEnding
  }

  get prepared(): Prepared {
    return (this.#prepared ??= this.#understood())
  }

  /** Found when it is first asked for, which is when the job comes to run. */
  get rows(): readonly Row[] {
    return (this.#rows ??= this.prepared.rows)
  }

  /** Takes in rows that were found before a restart. */
  found(rows: readonly Row[]): void {
    this.#rows = rows
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
    this.recordsProcessed = this.rows.length
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
