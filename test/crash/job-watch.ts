import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import type { Org } from '../../src/playground/org/org.js'
import type { Asked } from './org-wire.js'

const job = z.object({ id: z.string(), state: z.string() })
const jobs = z.object({ records: z.array(job) })
const rows = z.array(z.record(z.string(), z.string()))
const ENDED = new Set(['JobComplete', 'Failed', 'Aborted'])
const JOBS = '/services/data/v66.0/jobs/ingest'
/** A question about a job finds it so much further on, in milliseconds; the org's clock stands still otherwise. */
const PER_QUESTION_MS = 1_000
const HOUR = 3_600_000

/** Watches the Bulk jobs of an org from its own side of the wire: what was uploaded, and what was done to them. */
export class JobWatch {
  readonly #uploads: { id: string; rows: string[] }[] = []
  readonly #problems: string[] = []
  #authorization = ''

  constructor(private readonly org: Org) {}

  /** Told of each request before the org gets it. */
  async arrived({ method, path, headers, body }: Asked): Promise<void> {
    this.#authorization = headers.authorization ?? this.#authorization
    if (!path.includes('/jobs/ingest')) return
    this.org.clock.advance(PER_QUESTION_MS)
    const [, id = ''] = /\/jobs\/ingest\/(\w+)/u.exec(path) ?? []
    if (method === 'PUT') this.#uploads.push({ id, rows: rowsOf(body.toString('utf8')) })
    const isEnding = method === 'DELETE' || (method === 'PATCH' && body.includes('Aborted'))
    if (!isEnding) return
    const { state } = job.parse(await this.#ask(`${JOBS}/${id}`))
    if (state !== 'Open' && !ENDED.has(state)) this.#problems.push(`job ${id} was ended while it was ${state}`)
  }

  /**
   * What is wrong with the jobs now that everything is over; `noted` are those that the ledger knows. A job that is open
   * without rows, and whose id never came through, does nothing and is cleaned up by the org (bulk2.md §3). Afterwards the org has
   * done what it had to do.
   */
  async problems(noted: ReadonlySet<string>): Promise<string[]> {
    if (this.#authorization === '') return []
    const { records } = jobs.parse(await this.#ask(JOBS))
    const isHarmless = ({ id, state }: z.infer<typeof job>) =>
      state === 'Open' && !noted.has(id) && !this.#uploads.some((upload) => upload.id === id)
    const forgotten = records
      .filter((each) => !ENDED.has(each.state) && !isHarmless(each))
      .map(({ id, state }) => `job ${id} was left ${state}`)
    this.org.clock.advance(HOUR)
    for (const { id } of records) await this.#ask(`${JOBS}/${id}`)
    return [...this.#problems, ...forgotten, ...(await this.#sentTwice())]
  }

  /** Rows that an earlier job had written already. */
  async #sentTwice(): Promise<string[]> {
    const written = new Map<string, string>()
    const twice: string[] = []
    for (const { id, rows: sent } of this.#uploads) {
      for (const row of sent) {
        const earlier = written.get(row)
        if (earlier !== undefined && earlier !== id)
          twice.push(`job ${id} has a row that job ${earlier} had written: ${row}`)
      }
      for (const row of rowsOf(await this.#read(`${JOBS}/${id}/successfulResults`))) written.set(row, id)
    }
    return twice
  }

  async #ask(path: string): Promise<unknown> {
    return JSON.parse(await this.#read(path)) as unknown
  }

  async #read(path: string): Promise<string> {
    const reply = await fetch(this.org.url + path, { headers: { authorization: this.#authorization } })
    return reply.ok ? reply.text() : Promise.reject(new Error(`${path}: ${reply.status} ${await reply.text()}`))
  }
}

/** Each row as a text that does not depend on the order of the columns; what the org adds is left out. */
function rowsOf(csv: string): string[] {
  return rows.parse(parse(csv, { columns: true })).map((row) => {
    const own = Object.entries(row).filter(([name, value]) => !name.startsWith('sf__') && value !== '')
    return JSON.stringify(own.sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}
