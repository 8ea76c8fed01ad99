import { Readable } from 'node:stream'
import { visibleObject } from '../access.js'
import type { Call, Reply, Route } from '../api.js'
import type { ObjectDef } from '../schema.js'
import { lockedShare } from '../row-locks.js'
import type { BulkUsage } from './allowance.js'
import { DIALECT_FIELDS, dialectOf, textBody, textValues } from './body.js'
import type { TextBody } from './body.js'
import type { BulkDeps } from './deps.js'
import { INGEST_OPERATIONS, IngestJob } from './ingest-job.js'
import type { IngestOperation } from './ingest-job.js'
import { failureData, successData, unprocessedData } from './ingest-results.js'
import { IngestRunner } from './ingest-runner.js'
import { enter, isTerminal } from './job.js'
import { JobBook } from './job-book.js'
import type { JobIds } from './job-book.js'
import { listReply } from './job-list.js'
import { keptIngest } from './kept-ingest.js'
import { isMultipart, multipartOf } from './multipart.js'
import { illegalState, invalidJob, notImplemented, OrgError, refusal } from './refusal.js'

/** Raw bytes of one upload: 150 MB once the platform has turned it into base64 (bulk2.md §3). */
const MAX_UPLOAD_BYTES = 100_000_000

const DEFINITION_FIELDS = ['object', 'operation', 'externalIdFieldName', 'assignmentRuleId', ...DIALECT_FIELDS]

const CSV = { 'Content-Type': 'text/csv' }

/** Bulk API 2.0 ingest (bulk2.md §1–§6). */
export class IngestApi {
  private readonly jobs = new JobBook<IngestJob>()
  private readonly runner: IngestRunner
  /** Jobs whose data are on their way. */
  private readonly uploading = new Set<IngestJob>()

  constructor(
    private readonly deps: BulkDeps,
    private readonly ids: JobIds,
    private readonly usage: BulkUsage,
  ) {
    this.runner = new IngestRunner(deps, usage)
    deps.onReset(() => {
      this.jobs.clear(deps.now())
    })
    deps.keep(
      keptIngest(deps, this.jobs, (job) => {
        this.runner.startSoon(job)
      }),
    )
  }

  routes(): Route[] {
    return [
      { method: 'POST', path: '/jobs/ingest', handle: (call) => this.create(call) },
      { method: 'GET', path: '/jobs/ingest', handle: (call) => this.list(call) },
      { method: 'GET', path: '/jobs/ingest/:id', handle: (call) => this.show(call) },
      { method: 'PATCH', path: '/jobs/ingest/:id', handle: (call) => this.change(call) },
      { method: 'DELETE', path: '/jobs/ingest/:id', handle: (call) => this.remove(call) },
      { method: 'PUT', path: '/jobs/ingest/:id/batches', handle: (call) => this.upload(call) },
      {
        method: 'GET',
        path: '/jobs/ingest/:id/successfulResults',
        handle: (call) => this.results(call, (job) => successData(this.deps, job)),
      },
      {
        method: 'GET',
        path: '/jobs/ingest/:id/failedResults',
        handle: (call) => this.results(call, (job) => failureData(this.deps, job)),
      },
      {
        method: 'GET',
        path: '/jobs/ingest/:id/unprocessedrecords',
        handle: (call) => this.results(call, (job) => unprocessedData(job)),
      },
    ]
  }

  /** The job of a call, as far on as the clock is. */
  private async job(call: Call): Promise<IngestJob> {
    const job = this.jobs.find(call.params['id'] ?? '', call.version, call.now())
    job.lockedShare = Math.max(job.lockedShare, lockedShare())
    await this.runner.advance(job, call.now())
    return job
  }

  private async create(call: Call): Promise<Reply> {
    if (isMultipart(call)) return this.createWithData(call)
    const job = this.made(call, await textBody(call, DEFINITION_FIELDS))
    return { status: 200, json: this.jobs.add(job).info() }
  }

  /** A job that has its data already goes straight to UploadComplete (bulk2.md §2). */
  private async createWithData(call: Call): Promise<Reply> {
    const { job: definition, content } = await multipartOf(call)
    const job = this.made(call, textValues(definition, DEFINITION_FIELDS))
    await this.deps.files.write(job.id, content)
    job.data = content
    job.uploaded = true
    job.lockedShare = lockedShare()
    enter(job, 'UploadComplete', call.now())
    this.jobs.add(job)
    this.runner.startSoon(job)
    return { status: 200, json: job.info() }
  }

  private made(call: Call, body: TextBody): IngestJob {
    const { bulkDailyBatches } = this.deps.settings
    if (this.usage.ingestBatches.used(call.now()) >= bulkDailyBatches) {
      throw refusal('EXCEEDEDQUOTA', `ExceededQuota : ${bulkDailyBatches} batches in 24 hours are used up`)
    }
    const operation = this.operation(body)
    const def = this.object(body)
    return new IngestJob({
      ...dialectOf(body),
      id: this.ids.next(),
      operation,
      object: def.name,
      externalIdFieldName: operation === 'upsert' ? this.keyField(body, def) : undefined,
      retriesBatches: String(call.headers['sforce-disable-batch-retry']).toLowerCase() !== 'true',
      createdById: call.session.userId,
      createdAt: call.now(),
      version: call.version,
    })
  }

  private operation(body: TextBody): IngestOperation {
    const operation = INGEST_OPERATIONS.find((one) => one === body['operation'])
    if (!operation) throw invalidJob(`operation ${body['operation'] ?? ''} is not supported`)
    if (operation === 'hardDelete' && !this.deps.settings.bulkHardDelete) {
      throw refusal(
        'FEATURENOTENABLED',
        'FeatureNotEnabled : hardDelete operation requires special user profile permission',
      )
    }
    if (body['assignmentRuleId'] !== undefined) throw notImplemented('assignment rules')
    return operation
  }

  private object(body: TextBody): ObjectDef {
    const def = visibleObject(this.deps, body['object'] ?? '')
    if (def) return def
    throw invalidJob(`Unable to find object: ${body['object'] ?? ''}`)
  }

  private keyField(body: TextBody, def: ObjectDef): string {
    const name = body['externalIdFieldName']
    if (name === undefined) throw invalidJob('externalIdFieldName is required for upsert')
    const field = def.field(name)
    const usable = field && (field.externalId || field.idLookup) && !this.deps.hidden(def.name, field.name)
    if (usable) return field.name
    throw invalidJob(
      `Field name provided, ${name} does not match an External ID, Salesforce Id, or indexed field for ${def.name}`,
    )
  }

  private list(call: Call): Reply {
    const { query } = call
    const wanted = (query.get('jobType') ?? 'V2Ingest') === 'V2Ingest' && query.get('isPkChunkingEnabled') !== 'true'
    return listReply(call, this.jobs, 'ingest', wanted, (job) => ({ ...job.info(), jobType: 'V2Ingest' }))
  }

  private async show(call: Call): Promise<Reply> {
    const job = await this.job(call)
    return { status: 200, json: job.details(this.deps.settings.bulkQueueMs) }
  }

  private async change(call: Call): Promise<Reply> {
    const job = await this.job(call)
    const { state } = await textBody(call, ['state'])
    if (state === 'UploadComplete') this.close(call, job)
    else if (state === 'Aborted') abort(job, call.now())
    else throw invalidJob(`state ${state ?? ''} is not supported`)
    this.runner.startSoon(job)
    return { status: 200, json: job.info() }
  }

  private close(call: Call, job: IngestJob): void {
    checkCreator(call, job)
    if (job.state !== 'Open') throw illegalState(`Closing already ${shown(job)} Job not allowed`)
    enter(job, 'UploadComplete', call.now())
  }

  private async remove(call: Call): Promise<Reply> {
    const job = await this.job(call)
    if (!isTerminal(job) && job.state !== 'UploadComplete') {
      throw refusal('API_ERROR', 'Error encountered when deleting the job because the job is not terminated')
    }
    this.jobs.delete(job)
    return { status: 204 }
  }

  private async upload(call: Call): Promise<Reply> {
    const job = await this.job(call)
    checkCreator(call, job)
    const type = call.headers['content-type'] ?? ''
    if (!/^text\/csv\s*(;|$)/i.test(type))
      throw new OrgError(415, 'UNSUPPORTED_MEDIA_TYPE', `Content-Type ${type} is not text/csv`)
    checkOpen(job)
    if (job.uploaded || this.uploading.has(job)) throw illegalState('Data was already uploaded for this Job')
    this.uploading.add(job)
    try {
      await this.take(job, await call.body())
      return { status: 201 }
    } finally {
      this.uploading.delete(job)
    }
  }

  private async take(job: IngestJob, data: Buffer): Promise<void> {
    if (data.length > MAX_UPLOAD_BYTES) {
      throw new OrgError(413, 'EXCEEDED_MAX_SIZE_REQUEST', `more than ${MAX_UPLOAD_BYTES} bytes of data`)
    }
    await this.deps.files.write(job.id, data)
    // It may have been closed or aborted meanwhile.
    checkOpen(job)
    job.data = data
    job.uploaded = true
  }

  private async results(call: Call, data: (job: IngestJob) => Iterable<Buffer>): Promise<Reply> {
    return { status: 200, stream: Readable.from(data(await this.job(call))), headers: CSV }
  }
}

const shown = (job: IngestJob): string => (job.state === 'JobComplete' ? 'Completed' : job.state)

const checkOpen = (job: IngestJob): void => {
  if (job.state !== 'Open') throw illegalState(`Uploading to a ${shown(job)} Job not allowed`)
}

const abort = (job: IngestJob, now: number): void => {
  if (isTerminal(job)) throw illegalState(`Aborting already ${shown(job)} Job not allowed`)
  enter(job, 'Aborted', now)
}

const checkCreator = (call: Call, job: IngestJob): void => {
  if (call.session.userId !== job.createdById)
    throw refusal('INVALIDUSER', 'InvalidUser : only the creator may do this')
}
