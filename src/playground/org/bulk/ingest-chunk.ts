import type { SaveContext, SaveResult } from '../dml.js'
import type { GivenRecord } from '../record-reader.js'
import { undisturbed } from '../row-locks.js'
import { hashOfNumber } from '../soql/shuffle.js'
import { Transaction } from '../transaction.js'
import type { BulkDeps } from './deps.js'
import type { IngestJob } from './ingest-job.js'
import { seedOf } from './job.js'
import { saveError } from './refusal.js'

const refused = (code: string, message: string): SaveResult => ({
  success: false,
  id: null,
  created: false,
  errors: [saveError(code, message)],
})

/** `CODE:message:Field1,Field2 --`, or `CODE:message:--` without fields (bulk2.md §6). */
const errorText = ({ errors }: SaveResult): string => {
  const [first] = errors
  if (!first) return 'UNKNOWN_EXCEPTION:no reason:--'
  const fields = first.fields.length === 0 ? '--' : `${first.fields.join(',')} --`
  return `${first.code}:${first.message}:${fields}`
}

const textIn = (record: GivenRecord, name: string): string | undefined => {
  const value = record[name]
  return typeof value === 'string' ? value : undefined
}

/**
 * Whether a row loses the fight for its parent's lock this time; by the seed, so that a run can be repeated (bulk2.md §5).
 */
const isLocked = ({ settings }: BulkDeps, job: IngestJob, row: number): boolean => {
  const share = Math.max(settings.lockedRowShare, job.lockedShare)
  if (share <= 0) return false
  return hashOfNumber(row, seedOf(job, settings.bulkShuffleSeed ?? 0) + job.retries) < share * 2 ** 32
}

/** The lock is the parent's where there is one, else the record's own. */
const locked = (record: GivenRecord): SaveResult => {
  const id = textIn(record, 'CampaignId') ?? textIn(record, 'AccountId') ?? textIn(record, 'Id') ?? ''
  return refused('UNABLE_TO_LOCK_ROW', `unable to obtain exclusive access to this record or 200 records: ${id}`)
}

const withId = (record: GivenRecord, save: (id: string) => SaveResult, verb: string): SaveResult => {
  const id = textIn(record, 'Id')
  return id === undefined ? refused('MISSING_ARGUMENT', `Id not specified in ${verb} call`) : save(id)
}

/** Saves records by the job's operation; results are in the order given. */
const saveAll = ({ dml }: BulkDeps, job: IngestJob, records: readonly GivenRecord[]): SaveResult[] => {
  const { object, operation } = job
  // There is no way to pass allowSave to Bulk (bulk2.md §3).
  const context: SaveContext = { userId: job.createdById, source: 'csv', transaction: new Transaction(job) }
  const saver = dml.saver(object, context)
  switch (operation) {
    case 'insert':
      return records.map((record) => saver.insert(record))
    case 'update':
      return records.map((record) => withId(record, (id) => saver.update(id, record, 'Id'), 'an update'))
    case 'upsert':
      return dml.upsertAll(object, job.externalIdFieldName ?? 'Id', records, context)
    case 'delete':
      return records.map((record) => withId(record, (id) => dml.remove(object, id, context), 'a delete'))
    case 'hardDelete':
      return records.map((record) => withId(record, (id) => dml.purge(object, id, context), 'a delete'))
  }
}

const note = (job: IngestJob, row: number, result: SaveResult): void => {
  job.ids[row] = result.id
  job.fates[row] = result.success ? (result.created ? 'created' : 'saved') : 'failed'
  if (!result.success) job.errors.set(row, errorText(result))
  else if (job.retries > 0) job.errors.delete(row)
}

/**
 * Saves one chunk of consecutive rows, at most 200 as a trigger would see them (bulk2.md §5), and notes what became of
 * each. Upsert keys that are repeated within the chunk all fail (bulk2.md §3).
 */
export const saveChunk = (deps: BulkDeps, job: IngestJob, firstRow: number, records: readonly GivenRecord[]): void => {
  saveRows(
    deps,
    job,
    records.map((_, at) => firstRow + at),
    records,
  )
}

/** The same for rows that need not be consecutive. */
export const saveRows = (
  deps: BulkDeps,
  job: IngestJob,
  rows: readonly number[],
  records: readonly GivenRecord[],
): void => {
  const locks = rows.map((row) => isLocked(deps, job, row))
  const free = records.filter((_, at) => !locks[at])
  const results = undisturbed(() => saveAll(deps, job, free))
  let next = 0
  for (const [at, row] of rows.entries()) {
    const result = locks[at] ? locked(records[at] ?? {}) : results[next++]
    if (result) note(job, row, result)
  }
}
