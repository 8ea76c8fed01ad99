import { z } from 'zod'
import type { Clock } from '../clock.js'
import { ROWS_PER_RESULT_PAGE } from '../domain/read-plan.js'
import { MhError } from '../errors.js'
import { brokenOff, readCsv } from './csv-reply.js'
import type { Org } from './org.js'
import type { FlatRow } from './query.js'
import type { Soql } from './soql.js'
import type { StreamedReply } from './transport.js'

/** What an export cost and brought. */
export interface ExportReport {
  jobId: string
  rows: number
  pages: number
}

const jobReply = z.object({
  id: z.string(),
  state: z.enum(['Open', 'UploadComplete', 'InProgress', 'JobComplete', 'Failed', 'Aborted']),
  numberRecordsProcessed: z.number().optional(),
})
const FIRST_POLL_MS = 2_000
const LAST_POLL_MS = 30_000
/** Longer than the org itself tries: 15 times two minutes (bulk2.md §7), and the queue before it. */
const LONGEST_JOB_MS = 2 * 60 * 60 * 1_000

/**
 * Reads a whole statement by a Bulk API 2.0 query job: creates it, waits, streams page by page (bulk2.md §7-8). Rows are
 * given to `take` as they come, and again from the start of a page that broke off, so `take` must bear a repeat.
 * Proves that every row came (pitfalls.md §4). Giving up never aborts the job: it costs nothing and may still be read.
 */
export async function exportRows(
  org: Org,
  statement: Soql,
  clock: Clock,
  take: (row: FlatRow) => void,
  rowsPerPage = ROWS_PER_RESULT_PAGE,
): Promise<ExportReport> {
  const body = { operation: 'query', query: statement, contentType: 'CSV', columnDelimiter: 'COMMA', lineEnding: 'LF' }
  const { id } = await org.json({ method: 'POST', path: '/jobs/query', body, repeatable: true }, jobReply)
  const announced = await waitForJob(org, id, clock)
  const report = await readPages(org, id, rowsPerPage, take)
  if (announced !== undefined && announced !== report.rows) {
    throw incomplete(`job ${id} announced ${announced} rows and ${report.rows} came`)
  }
  return report
}

async function waitForJob(org: Org, id: string, clock: Clock): Promise<number | undefined> {
  const started = clock.elapsed()
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(LAST_POLL_MS, pause * 1.5)) {
    await clock.sleep(pause, org.transport.signal)
    const job = await org.json({ method: 'GET', path: `/jobs/query/${encodeURIComponent(id)}` }, jobReply)
    if (job.state === 'JobComplete') return job.numberRecordsProcessed
    if (job.state === 'Failed' || job.state === 'Aborted') throw jobFailed(id, `ended ${job.state} in the org`)
    if (clock.elapsed() - started > LONGEST_JOB_MS) throw jobFailed(id, `is still ${job.state} after two hours`)
  }
}

function jobFailed(id: string, what: string): MhError {
  const where = `See Setup > Bulk Data Load Jobs > ${id}, or run again with --via composite.`
  return new MhError('SF_QUERY_JOB_FAILED', `Query job ${id} ${what}.`, where)
}

async function readPages(
  org: Org,
  id: string,
  rowsPerPage: number,
  take: (row: FlatRow) => void,
): Promise<ExportReport> {
  const report = { jobId: id, rows: 0, pages: 0 }
  const seen = new Set<string>()
  let header: string | undefined
  for (let locator: string | undefined; ;) {
    const query = new URLSearchParams({
      maxRecords: String(rowsPerPage),
      ...(locator === undefined ? {} : { locator }),
    })
    const path = `/jobs/query/${encodeURIComponent(id)}/results?${query.toString()}`
    const page = await org.stream(path, 'text/csv', (reply) => readPage(reply, take))
    header ??= page.header
    if (page.header !== header) throw incomplete(`the pages of job ${id} have different columns`)
    report.rows += page.rows
    report.pages += 1
    if (page.locator === 'null') return report
    if (page.locator === null || seen.has(page.locator)) throw incomplete(`the pages of job ${id} have no end`)
    seen.add(page.locator)
    locator = page.locator
  }
}

async function readPage(reply: StreamedReply, take: (row: FlatRow) => void) {
  const { columns, rows } = await readCsv(reply, take)
  const announced = reply.headers.get('sforce-numberofrecords')
  if (announced !== null && Number(announced) !== rows)
    throw brokenOff(`a result page announced ${announced} rows and ${rows} came`)
  return { header: columns.join(), rows, locator: reply.headers.get('sforce-locator') }
}

function incomplete(why: string): MhError {
  return new MhError(
    'SF_READ_INCOMPLETE',
    `Salesforce did not send all it announced: ${why}.`,
    'Nothing was decided on partial data; run the command again.',
  )
}
