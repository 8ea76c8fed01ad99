import { z } from 'zod'
import type { Clock } from '../clock.js'
import { MhError, type ErrorCode } from '../errors.js'
import { isFateUnknown } from './failure.js'
import type { Org } from './org.js'
import { stagedBytes, type StagedFile } from './stage-csv.js'

/** What is done to which records. */
export interface IngestDefinition {
  object: string
  operation: 'insert' | 'update' | 'delete'
}

/** A job in the org. */
export interface IngestJob {
  id: string
  /** Of the API version that made it: the org wants every call about it in the same (bulk2.md, head). */
  path: string
}

/** How a job ended. Whatever the state, rows of it may have been written: only its result files tell (bulk2.md §4). */
export interface EndedJob extends IngestJob {
  state: 'JobComplete' | 'Failed' | 'Aborted'
  /** Why it failed, as the org says it. */
  errorMessage?: string
}

export interface IngestTools {
  org: Org
  clock: Clock
  /** Told of each job before anything is uploaded, so that it can be looked for in the org whatever happens here. */
  onJob: (job: { id: string; object: string; rows: number }) => Promise<void> | void
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
const LONGEST_JOB_MS = 2 * 60 * 60 * 1_000
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
  { org, clock, onJob }: IngestTools,
  definition: IngestDefinition,
  file: StagedFile,
): Promise<IngestJob> {
  for (let attempt = 1; ; attempt += 1) {
    const job = await create(org, definition)
    await onJob({ id: job.id, object: definition.object, rows: file.rows })
    try {
      await org.uploadCsv(`${job.path}/batches`, () => stagedBytes(file))
      return job
    } catch (error) {
      // Closed by somebody in the org: what came through is being worked on.
      if ((await look(org, job)).state !== 'Open') return job
      await abort(org, job)
      if (attempt === TRIES || !isFateUnknown(error)) throw error
    }
    await clock.sleep(Math.random() * PAUSE_MS * 2 ** attempt, org.transport.signal)
  }
}

/** Making it twice does no harm: a job that stays open has no rows, and is cleaned up after a day (bulk2.md §3). */
async function create(org: Org, definition: IngestDefinition): Promise<IngestJob> {
  const { apiVersion } = await org.session()
  const path = `/services/data/v${apiVersion}/jobs/ingest`
  const body = { ...definition, contentType: 'CSV', columnDelimiter: 'COMMA', lineEnding: 'LF' }
  const { id } = await org.json({ method: 'POST', path, body, repeatable: true }, jobReply)
  return { id, path: `${path}/${encodeURIComponent(id)}` }
}

async function look(org: Org, job: IngestJob): Promise<JobReply> {
  return org.json({ method: 'GET', path: job.path }, jobReply)
}

async function setState(org: Org, job: IngestJob, state: 'UploadComplete' | 'Aborted'): Promise<void> {
  await org.json({ method: 'PATCH', path: job.path, body: { state } }, jobReply)
}

/** As far as it can be done: a job that is left open does nothing. */
async function abort(org: Org, job: IngestJob): Promise<void> {
  await setState(org, job, 'Aborted').catch((error: unknown) => {
    if (!(error instanceof MhError)) throw error
  })
}

/** Says that the rows are complete. Where the answer is lost, the job says whether it was heard. */
async function close(org: Org, job: IngestJob): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await setState(org, job, 'UploadComplete')
      return
    } catch (error) {
      if ((await look(org, job)).state !== 'Open') return
      if (attempt === TRIES || !isFateUnknown(error)) throw error
    }
  }
}

async function waitForEnd({ org, clock }: IngestTools, job: IngestJob): Promise<EndedJob> {
  const started = clock.elapsed()
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(LAST_POLL_MS, pause * 1.5)) {
    await clock.sleep(pause * (1 + JITTER * Math.random()), org.transport.signal)
    const found = await glance(org, job)
    if (found && isEnd(found.state)) return { ...job, state: found.state, errorMessage: found.errorMessage }
    if (clock.elapsed() - started > LONGEST_JOB_MS) throw stillRunning(job, 'after two hours')
  }
}

/** What the job says, if it can be asked now: a question that fails is not a job that failed. */
async function glance(org: Org, job: IngestJob): Promise<JobReply | undefined> {
  try {
    return await look(org, job)
  } catch (error) {
    if (isFateUnknown(error)) return undefined
    if (error instanceof MhError && NO_CALLS_LEFT.has(error.code))
      throw stillRunning(job, 'and no API calls are left to ask how far it is', error)
    throw error
  }
}

function isEnd(state: JobReply['state']): state is EndedJob['state'] {
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
