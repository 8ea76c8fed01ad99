import { z } from 'zod'
import type { Clock } from '../clock.js'
import type { RunJob } from '../domain/run.js'
import { MhError, type ErrorCode } from '../errors.js'
import { isFateUnknown } from './failure.js'
import type { Org } from './org.js'
import { stagedBytes, type StagedFile } from './stage-csv.js'

/** What is done to which records. */
export interface IngestDefinition {
  object: string
  operation: 'insert' | 'update' | 'delete'
}

/** A job in the org; the version is that of the API that made it: the org wants every call about it in the same (bulk2.md, head). */
export type IngestJob = Pick<RunJob, 'id' | 'apiVersion'>

/** How a job ended. Whatever the state, rows of it may have been written: only its result files tell (bulk2.md §4). */
export interface EndedJob extends IngestJob {
  state: 'JobComplete' | 'Failed' | 'Aborted'
  /** Why it failed, as the org says it. */
  errorMessage?: string
}

export interface IngestTools {
  org: Org
  clock: Clock
  /** Told of each job, so that it can be looked for in the org whatever happens here. */
  jobs: JobBook
  /** How long to wait for the end of a job. */
  waitMs?: number
}

export interface JobBook {
  /** A job was made, and has no rows yet. */
  began: (job: RunJob) => Promise<void> | void
  /** A job ended, and what became of its rows is settled. */
  settled: (id: string, end: EndedJob['state']) => Promise<void> | void
}

const jobReply = z.object({
  id: z.string(),
  state: z.enum(['Open', 'UploadComplete', 'InProgress', 'JobComplete', 'Failed', 'Aborted']),
  errorMessage: z.string().optional(),
})
type JobReply = z.infer<typeof jobReply>

const FIRST_POLL_MS = 2_000
const LAST_POLL_MS = 60_000
/** Two clients that began together do not go on asking together. */
const JITTER = 0.1
/** Longer than the org itself tries: 20 times five minutes (bulk2.md §5), and the queue before it. */
export const LONGEST_JOB_MS = 2 * 60 * 60 * 1_000
/** How often a job is made for one file, and closed. */
const TRIES = 3
const PAUSE_MS = 500
/** What ends the asking although the job goes on. */
const NO_CALLS_LEFT = new Set<ErrorCode>(['BUDGET_EXCEEDED', 'SF_LIMIT_EXCEEDED'])

/**
 * Has the org take in a staged file, and waits for the end of the job (bulk2.md §1-4). An upload whose fate is unknown is
 * not repeated on its job: that is aborted, and another one made. When waiting is given up the job is neither aborted nor
 * deleted: SF_JOB_RUNNING names it.
 */
export async function runIngestJob(
  tools: IngestTools,
  definition: IngestDefinition,
  file: StagedFile,
): Promise<EndedJob> {
  const job = await uploadedJob(tools, definition, file)
  await close(tools.org, job)
  return waitForEnd(tools, job)
}

async function uploadedJob(
  { org, clock, jobs }: IngestTools,
  definition: IngestDefinition,
  file: StagedFile,
): Promise<IngestJob> {
  for (let attempt = 1; ; attempt += 1) {
    const job = await create(org, definition)
    await jobs.began({ ...job, ...definition, rows: file.rows })
    try {
      await org.uploadCsv(`${pathOf(job)}/batches`, () => stagedBytes(file))
      return job
    } catch (error) {
      // Closed by somebody in the org: what came through is being worked on.
      if ((await lookAtJob(org, job)).state !== 'Open') return job
      if (await abortJob(org, job)) await jobs.settled(job.id, 'Aborted')
      if (attempt === TRIES || !isFateUnknown(error)) throw error
    }
    await clock.sleep(Math.random() * PAUSE_MS * 2 ** attempt, org.transport.signal)
  }
}

/** Making it twice does no harm: a job that stays open has no rows, and is cleaned up after a day (bulk2.md §3). */
async function create(org: Org, definition: IngestDefinition): Promise<IngestJob> {
  const { apiVersion } = await org.session()
  const path = pathOf({ apiVersion })
  const body = { ...definition, contentType: 'CSV', columnDelimiter: 'COMMA', lineEnding: 'LF' }
  const { id } = await org.json({ method: 'POST', path, body, repeatable: true }, jobReply)
  return { id, apiVersion }
}

/** Where a job is spoken to; without an id, where jobs are made. */
export function pathOf({ apiVersion, id }: Pick<IngestJob, 'apiVersion'> & { id?: string }): string {
  const all = `/services/data/v${apiVersion}/jobs/ingest`
  return id === undefined ? all : `${all}/${encodeURIComponent(id)}`
}

/** How far a job is. */
export async function lookAtJob(org: Org, job: IngestJob): Promise<JobReply> {
  return org.json({ method: 'GET', path: pathOf(job) }, jobReply)
}

async function setState(org: Org, job: IngestJob, state: 'UploadComplete' | 'Aborted'): Promise<void> {
  await org.json({ method: 'PATCH', path: pathOf(job), body: { state } }, jobReply)
}

/** As far as it can be done, and whether it was: a job that is left open does nothing. */
export async function abortJob(org: Org, job: IngestJob): Promise<boolean> {
  try {
    await setState(org, job, 'Aborted')
    return true
  } catch (error) {
    if (error instanceof MhError) return false
    throw error
  }
}

/** Says that the rows are complete. Where the answer is lost, the job says whether it was heard. */
async function close(org: Org, job: IngestJob): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await setState(org, job, 'UploadComplete')
      return
    } catch (error) {
      if ((await lookAtJob(org, job)).state !== 'Open') return
      if (attempt === TRIES || !isFateUnknown(error)) throw error
    }
  }
}

/** Asks again and again, ever less often, until a job has ended. Throws SF_JOB_RUNNING when waiting is given up. */
export async function waitForEnd(
  { org, clock, waitMs = LONGEST_JOB_MS }: Pick<IngestTools, 'org' | 'clock' | 'waitMs'>,
  job: IngestJob,
): Promise<EndedJob> {
  const started = clock.elapsed()
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(LAST_POLL_MS, pause * 1.5)) {
    const left = waitMs - (clock.elapsed() - started)
    await clock.sleep(Math.min(left, pause * (1 + JITTER * Math.random())), org.transport.signal)
    const found = await glance(org, job)
    if (found && isEnd(found.state)) return { ...job, state: found.state, errorMessage: found.errorMessage }
    if (clock.elapsed() - started >= waitMs) throw stillRunning(job, `after ${waitedText(waitMs)}`)
  }
}

/** What the job says, if it can be asked now: a question that fails is not a job that failed. */
async function glance(org: Org, job: IngestJob): Promise<JobReply | undefined> {
  try {
    return await lookAtJob(org, job)
  } catch (error) {
    if (isFateUnknown(error)) return undefined
    if (error instanceof MhError && NO_CALLS_LEFT.has(error.code))
      throw stillRunning(job, 'and no API calls are left to ask how far it is', error)
    throw error
  }
}

function waitedText(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000)
  return seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`
}

/** Whether a job in this state goes on no more. */
export function isEnd(state: JobReply['state']): state is EndedJob['state'] {
  return state === 'JobComplete' || state === 'Failed' || state === 'Aborted'
}

function stillRunning({ id }: IngestJob, why: string, cause?: Error): MhError {
  return new MhError(
    'SF_JOB_RUNNING',
    `Bulk job ${id} is still running in the org ${why}.`,
    `It goes on by itself: see Setup > Bulk Data Load Jobs > ${id}. Run the same command again later: it sends only what is owed then.`,
    { cause },
  )
}
