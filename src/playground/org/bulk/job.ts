import type { CsvDialect } from './csv-format.js'
import { wireDatetime } from '../wire.js'

/** States of both kinds of job (bulk2.md §4). */
export type JobState = 'Open' | 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Failed' | 'Aborted'

const TERMINAL = new Set<JobState>(['JobComplete', 'Failed', 'Aborted'])

/** What both kinds of job have; times are epoch milliseconds of the org's clock. */
export interface Job extends CsvDialect {
  /** 18 characters, prefix 750. */
  readonly id: string
  readonly operation: string
  readonly object: string
  readonly createdById: string
  readonly createdAt: number
  /** Of the call that made the job, e.g. `66.0`. */
  readonly version: string
  state: JobState
  modifiedAt: number
  /** When the job was closed and began to wait. */
  closedAt: number | undefined
  /** When the job came to its end. */
  endedAt: number | undefined
  errorMessage: string | undefined
  /** What the journal was told of it last: its head, and how many of its rows. */
  told: Told
}

export interface Told {
  readonly head: string
  readonly rows: number
}

export const NOTHING_TOLD: Told = { head: '', rows: 0 }

export const isTerminal = ({ state }: Job): boolean => TERMINAL.has(state)

/** Moves a job on. */
export const enter = (job: Job, state: JobState, now: number): void => {
  job.state = state
  job.modifiedAt = now
  if (state === 'UploadComplete') job.closedAt = now
  if (TERMINAL.has(state)) job.endedAt = now
}

/** Ends a job that could not go on; rows already committed stay (bulk2.md §4). */
export const fail = (job: Job, reason: string, now: number): void => {
  job.errorMessage = reason
  enter(job, 'Failed', now)
}

/** The fields of a JobInfo that every answer about a job has (bulk2.md §2). */
export const jobInfo = (job: Job): Record<string, unknown> => ({
  id: job.id,
  operation: job.operation,
  object: job.object,
  createdById: job.createdById,
  createdDate: wireDatetime(job.createdAt),
  systemModstamp: wireDatetime(job.modifiedAt),
  state: job.state,
  concurrencyMode: 'Parallel',
  contentType: 'CSV',
  apiVersion: Number(job.version),
  lineEnding: job.lineEnding,
  columnDelimiter: job.columnDelimiter,
})

/** A seed of the job's own: two jobs do not shuffle alike. */
export const seedOf = ({ id }: Job, seed: number): number => seed + Number.parseInt(id.slice(9, 15), 36)

/** Milliseconds from the end of waiting to the end of the job; 0 while it runs (bulk2.md §2). */
export const processingTime = (job: Job, queueMs: number): number =>
  job.endedAt === undefined || job.closedAt === undefined ? 0 : Math.max(0, job.endedAt - job.closedAt - queueMs)
