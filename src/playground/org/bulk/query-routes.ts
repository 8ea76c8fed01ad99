import type { Call, Reply, Route } from '../api.js'
import { callerOf } from '../soql/caller.js'
import { prepare } from '../soql/run.js'
import type { Prepared } from '../soql/run.js'
import type { BulkUsage } from './allowance.js'
import { DIALECT_FIELDS, dialectOf, textBody } from './body.js'
import { csvLine, streamed } from './csv-format.js'
import type { BulkDeps } from './deps.js'
import { enter, isTerminal } from './job.js'
import { JobBook, locatorOf, placeOf } from './job-book.js'
import type { JobIds } from './job-book.js'
import { listReply } from './job-list.js'
import { keptQueries } from './kept-queries.js'
import { QUERY_OPERATIONS, QueryJob } from './query-job.js'
import type { QueryOperation } from './query-job.js'
import { checkBulkQuery } from './query-rules.js'
import { illegalState, invalidJob, notFound, OrgError, refusal } from './refusal.js'

/** Pages that one answer of resultPages names, and the version that brought it (bulk2.md §1, §8). */
const [PAGES_AT_ONCE, RESULT_PAGES_SINCE] = [5, 58]
/** Before this version columns came in alphabetical order (bulk2.md §8). */
const SELECT_ORDER_SINCE = 50

/** Bulk API 2.0 query (bulk2.md §1, §7, §8). */
export class QueryApi {
  private readonly jobs = new JobBook<QueryJob>()

  constructor(
    private readonly deps: BulkDeps,
    private readonly ids: JobIds,
    private readonly usage: BulkUsage,
  ) {
    deps.onReset(() => {
      this.jobs.clear(deps.now())
    })
    deps.keep(keptQueries(deps, this.jobs))
  }

  routes(): Route[] {
    return [
      { method: 'POST', path: '/jobs/query', handle: (call) => this.create(call) },
      { method: 'GET', path: '/jobs/query', handle: (call) => this.list(call) },
      { method: 'GET', path: '/jobs/query/:id', handle: (call) => this.show(call) },
      { method: 'PATCH', path: '/jobs/query/:id', handle: (call) => this.abort(call) },
      { method: 'DELETE', path: '/jobs/query/:id', handle: (call) => this.remove(call) },
      { method: 'GET', path: '/jobs/query/:id/results', handle: (call) => this.results(call) },
      { method: 'GET', path: '/jobs/query/:id/resultPages', handle: (call) => this.resultPages(call) },
    ]
  }

  private job(call: Call): QueryJob {
    const job = this.jobs.find(call.params['id'] ?? '', call.version, call.now())
    job.advance(call.now(), this.deps.settings)
    return job
  }

  private async create(call: Call): Promise<Reply> {
    const body = await textBody(call, ['operation', 'query', ...DIALECT_FIELDS])
    const operation = QUERY_OPERATIONS.find((one) => one === body['operation'])
    if (!operation) throw invalidJob(`operation ${body['operation'] ?? ''} is not supported`)
    const dialect = dialectOf(body)
    const prepared = this.prepared(call, operation, body['query'] ?? '')
    const { bulkDailyQueryJobs } = this.deps.settings
    if (!this.usage.queryJobs.take(call.now(), bulkDailyQueryJobs)) {
      throw refusal('EXCEEDEDQUOTA', `ExceededQuota : ${bulkDailyQueryJobs} query jobs in 24 hours are used up`)
    }
    const made = { id: this.ids.next(), createdById: call.session.userId, createdAt: call.now(), version: call.version }
    const { object } = prepared
    const shuffleSeed = this.deps.settings.bulkShuffleSeed
    const statement = { operation, object, text: body['query'] ?? '', shuffleSeed }
    const job = new QueryJob({ ...dialect, ...made, ...statement }, () => prepared)
    return { status: 200, json: this.jobs.add(job).info() }
  }

  /** Bad SOQL is refused here, with the ordinary query errors (bulk2.md §7). */
  private prepared(call: Call, operation: QueryOperation, text: string): Prepared {
    const { store, settings } = this.deps
    const prepared = prepare(text, {
      store,
      hidden: (object, field) => this.deps.hidden(object, field),
      now: call.now(),
      caller: callerOf(store, call.session.userId),
      includeDeleted: operation === 'queryAll',
      version: call.version,
      shuffleSeed: settings.bulkShuffleSeed,
    })
    checkBulkQuery(text, store)
    return prepared
  }

  private list(call: Call): Reply {
    const { query } = call
    const wanted =
      (query.get('jobType') ?? 'V2Query') === 'V2Query' &&
      (query.get('concurrencyMode') ?? 'parallel').toLowerCase() === 'parallel'
    return listReply(call, this.jobs, 'query', wanted, (job) => ({ ...job.info(), jobType: 'V2Query' }))
  }

  private show(call: Call): Reply {
    return { status: 200, json: this.job(call).details(this.deps.settings.bulkQueueMs) }
  }

  private async abort(call: Call): Promise<Reply> {
    const job = this.job(call)
    const { state } = await textBody(call, ['state'])
    if (state !== 'Aborted') throw invalidJob(`state ${state ?? ''} is not supported`)
    if (isTerminal(job)) {
      throw illegalState(`Aborting already ${job.state === 'JobComplete' ? 'Completed' : job.state} Job not allowed`)
    }
    enter(job, 'Aborted', call.now())
    return { status: 200, json: job.info() }
  }

  private remove(call: Call): Reply {
    const job = this.job(call)
    if (!isTerminal(job)) {
      throw refusal('API_ERROR', 'Error encountered when deleting the job because the job is not terminated')
    }
    this.jobs.delete(job)
    return { status: 204 }
  }

  private completed(call: Call): QueryJob {
    const job = this.job(call)
    if (job.state !== 'JobComplete') throw illegalState(`Results of a ${job.state} Job are not available`)
    return job
  }

  private results(call: Call): Reply {
    const job = this.completed(call)
    const { rows } = job
    const from = this.place(call, rows.length)
    const page = rows.slice(from, from + this.pageSize(call))
    const next = from + page.length
    return {
      status: 200,
      stream: streamed(resultLines(job, page)),
      headers: {
        'Content-Type': 'text/csv',
        'Sforce-NumberOfRecords': String(page.length),
        'Sforce-Locator': next < rows.length ? locatorOf(next) : 'null',
      },
    }
  }

  private place(call: Call, count: number): number {
    const locator = call.query.get('locator')
    const place = locator === null ? 0 : placeOf(locator)
    if (place === 0 || place < count) return place
    throw new OrgError(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator')
  }

  private pageSize(call: Call): number {
    const max = call.query.get('maxRecords')
    if (max === null) return this.deps.settings.bulkPageSize
    if (!/^[1-9]\d{0,8}$/.test(max)) throw refusal('API_ERROR', `maxRecords must be a whole number above 0, not ${max}`)
    return Number(max)
  }

  private resultPages(call: Call): Reply {
    if (Number(call.version) < RESULT_PAGES_SINCE) throw notFound()
    const job = this.completed(call)
    const { length } = job.rows
    const size = this.deps.settings.bulkPageSize
    const base = `/services/data/v${call.version}/jobs/query/${job.id}`
    const from = this.place(call, length)
    const end = from + PAGES_AT_ONCE * size
    const resultPages: { resultUrl: string }[] = []
    for (let at = from; at < Math.min(end, Math.max(length, 1)); at += size) {
      resultPages.push({ resultUrl: `${base}/results?locator=${locatorOf(at)}` })
    }
    const done = end >= length
    const nextRecordsUrl = done ? null : `${base}/resultPages?locator=${locatorOf(end)}`
    return { status: 200, json: { resultPages, nextRecordsUrl, done } }
  }
}

type Arrange = (values: readonly (string | null)[]) => readonly (string | null)[]

/** Columns in the order of SELECT, or of the alphabet where the version had that. */
const arranger = ({ version, prepared: { columns } }: QueryJob): Arrange => {
  if (Number(version) >= SELECT_ORDER_SINCE) return (values) => values
  const order = [...columns.keys()].sort((a, b) => ((columns[a] ?? '') < (columns[b] ?? '') ? -1 : 1))
  return (values) => order.map((at) => values[at] ?? null)
}

/** A header in each page, every value quoted; no rows is the header alone (bulk2.md §8). */
function* resultLines(job: QueryJob, rows: QueryJob['rows']): Generator<string> {
  const { prepared } = job
  const arrange = arranger(job)
  yield csvLine(arrange(prepared.columns), job)
  for (const row of rows) yield csvLine(arrange(prepared.toCsv(row)), job)
}
