import type { GivenRecord } from '../record-reader.js'
import type { FieldDef, ObjectDef } from '../schema.js'
import type { BulkDeps } from './deps.js'
import type { IngestJob } from './ingest-job.js'
import { UploadFault } from './upload.js'

/** The cell that sets null (bulk2.md §3). */
const NULL_CELL = '#N/A'

/** One column of an upload. */
interface Column {
  /** The field, or the relationship whose parent is named by one of its keys. */
  readonly name: string
  /** The parent's key field; undefined for a field of the object itself. */
  readonly parentKey: string | undefined
  readonly field: FieldDef
}

/** `Account.Ext__c`, `Ref__r.Ext__c`, polymorphic `User:Owner.Username`; one level (bulk2.md §3). */
const PARENT = /^(?:(\w+):)?(\w+)\.(\w+)$/

const notFound = (name: string): UploadFault => new UploadFault(`InvalidBatch : Field name not found : ${name}`)

/** Recorded with its code twice for a column that is unknown, and once where a byte order mark made it so (bulk2.md §3). */
const unknown = (name: string): UploadFault =>
  name.startsWith('\uFEFF') ? notFound(name) : new UploadFault(`InvalidBatch : ${notFound(name).message}`)

const fieldOf = (deps: BulkDeps, def: ObjectDef | undefined, name: string): FieldDef | undefined => {
  const field = def?.field(name)
  return def && field && field.type !== 'address' && !deps.hidden(def.name, field.name) ? field : undefined
}

/** The object a parent column points to: the only one there is, or the one that is named. */
const parentObject = (deps: BulkDeps, reference: FieldDef, type: string | undefined): ObjectDef | undefined => {
  if (type === undefined && reference.referenceTo.length > 1) return undefined
  const name = reference.referenceTo.find((one) => type === undefined || one.toLowerCase() === type.toLowerCase())
  return name === undefined ? undefined : deps.store.object(name)
}

const parentColumn = (deps: BulkDeps, def: ObjectDef, name: string): Column | undefined => {
  const [, type, relationship = '', keyName = ''] = PARENT.exec(name) ?? []
  const field = def.parent(relationship)
  if (!field || deps.hidden(def.name, field.name)) return undefined
  const key = fieldOf(deps, parentObject(deps, field, type), keyName)
  return key && (key.externalId || key.idLookup) ? { name: relationship, parentKey: key.name, field } : undefined
}

const columnOf = (deps: BulkDeps, def: ObjectDef, name: string): Column => {
  const field = fieldOf(deps, def, name)
  const column = field ? { name: field.name, parentKey: undefined, field } : parentColumn(deps, def, name)
  if (!column) throw unknown(name)
  return column
}

const checkKeys = (job: IngestJob, columns: readonly Column[], names: readonly string[]): void => {
  const { operation } = job
  const key = operation === 'insert' ? undefined : operation === 'upsert' ? job.externalIdFieldName : 'Id'
  const hasKey = columns.some(({ field, parentKey }) => !parentKey && field.name.toLowerCase() === key?.toLowerCase())
  if (key !== undefined && !hasKey) throw notFound(key)
  const extra = names.find((name) => name.toLowerCase() !== 'id')
  if (operation.toLowerCase().endsWith('delete') && extra !== undefined) throw notFound(extra)
  const twice = columns.find((one, at) => columns.findIndex(({ field }) => field === one.field) < at)
  if (twice) throw new UploadFault(`InvalidBatch : Duplicate field name : ${twice.field.name}`)
}

/**
 * Finds the columns of an upload in the schema and turns their cells into records.
 *
 * @returns a function from cells to a record: empty cells are left out, `#N/A` is null (bulk2.md §3)
 * @throws UploadFault when a column is unknown, hidden or twice there, or the key column is missing: the whole job fails
 */
export const recordReader = (deps: BulkDeps, job: IngestJob, def: ObjectDef, names: readonly string[]) => {
  const columns = names.map((name) => columnOf(deps, def, name))
  checkKeys(job, columns, names)
  return (cells: readonly string[]): GivenRecord => {
    const record: Record<string, unknown> = {}
    let at = 0
    for (const { name, parentKey } of columns) {
      const cell = cells[at++]
      if (cell === undefined || cell === '') continue
      const value = cell === NULL_CELL ? null : cell
      record[name] = parentKey === undefined || value === null ? value : { [parentKey]: value }
    }
    return record
  }
}
