import { saveError, type SaveError } from './org-error.js'
import { findByKey, isKeyField } from './record-keys.js'
import type { FieldDef, ObjectDef } from './schema.js'
import type { FieldValue, Store } from './store.js'
import { coerce, fieldProblem, type Source, wrongType } from './values.js'

/** A caller's record: names in any case, values as JSON or CSV carried them, parents by key as `{ Account: { Ext__c: 'A-17' } }`. */
export type GivenRecord = Readonly<Record<string, unknown>>

/** A record read against its object: stored names and values, and what was wrong. */
export interface Draft {
  readonly values: Record<string, FieldValue>
  readonly errors: SaveError[]
}

export interface Reading {
  readonly store: Store
  /** Whether field-level security hides a field; a hidden one does not exist (objects.md §7). */
  hidden(object: string, field: string): boolean
  /** Whether field-level security keeps the user from writing a field that is shown. */
  readOnly(object: string, field: string): boolean
  readonly source: Source
  readonly purpose: 'create' | 'update'
}

/** Reads what a caller sent. Throws OrgError JSON_PARSER_ERROR for a value of the wrong JSON type. */
export function readRecord(reading: Reading, def: ObjectDef, given: GivenRecord): Draft {
  const draft: Draft = { values: {}, errors: [] }
  const closed: string[] = []
  for (const name in given) {
    if (name === 'attributes' || given[name] === undefined) continue
    const field = visibleField(reading, def, name)
    if (field !== undefined && reading.readOnly(def.name, field.name)) closed.push(field.name)
    else if (field !== undefined) readField(reading, field, given[name], draft, closed)
    else readParent(reading, def, name, given[name], draft)
  }
  if (closed.length > 0) draft.errors.push(notWritable(closed))
  return draft
}

function visibleField(reading: Reading, def: ObjectDef, name: string): FieldDef | undefined {
  const field = def.field(name)
  return field === undefined || reading.hidden(def.name, field.name) ? undefined : field
}

function readField(reading: Reading, field: FieldDef, given: unknown, draft: Draft, closed: string[]): void {
  if (field.type === 'id' && reading.purpose === 'create') {
    const message = 'cannot specify Id in an insert call'
    draft.errors.push(saveError('INVALID_FIELD_FOR_INSERT_UPDATE', message, [field.name]))
    return
  }
  if (!(reading.purpose === 'create' ? field.createable : field.updateable)) {
    closed.push(field.name)
    return
  }
  const value = coerce(field, given, reading.source)
  if (value === undefined) {
    draft.errors.push(wrongType(field, given, reading.source))
    return
  }
  const problem = fieldProblem(field, value)
  if (problem === undefined) draft.values[field.name] = value
  else draft.errors.push(problem)
}

/** The same text for system fields and for fields the user may not write (objects.md §7). */
export function notWritable(fields: readonly string[]): SaveError {
  const message =
    `Unable to create/update fields: ${fields.join(', ')}. Please check the security settings of this field and ` +
    'verify that it is read/write for your profile or permission set.'
  return saveError('INVALID_FIELD_FOR_INSERT_UPDATE', message, fields)
}

/** A parent named by one of its keys (rest.md §5); anything else is no column of this object. */
function readParent(reading: Reading, def: ObjectDef, name: string, given: unknown, draft: Draft): void {
  const field = def.parent(name)
  const writable = reading.purpose === 'create' ? field?.createable : field?.updateable
  if (field === undefined || writable !== true || typeof given !== 'object' || reading.hidden(def.name, field.name)) {
    draft.errors.push(saveError('INVALID_FIELD', `No such column '${name}' on sobject of type ${def.name}`))
    return
  }
  if (given === null) {
    draft.values[field.name] = null
    return
  }
  const found = parentId(reading, field, given)
  if (typeof found === 'string') draft.values[field.name] = found
  else draft.errors.push(found)
}

function parentId({ store, source }: Reading, field: FieldDef, given: object): string | SaveError {
  const target = store.object(field.referenceTo.find((object) => store.object(object) !== undefined) ?? '')
  const entries: [string, unknown][] = Object.entries(given)
  const [key, value] = entries.find(([name]) => name !== 'attributes') ?? ['', null]
  const keyField = target?.field(key)
  if (target === undefined || keyField === undefined || !isKeyField(keyField)) {
    return saveError('INVALID_FIELD', `No such column '${key}' on sobject of type ${target?.name ?? field.name}`)
  }
  const wanted = coerce(keyField, value, source)
  if (wanted === undefined) return wrongType(keyField, value, source)
  const rows = wanted === null ? [] : findByKey(store, target.name, keyField, String(wanted))
  const [row, ...others] = rows
  if (row !== undefined && others.length === 0) return row.Id
  const problem =
    row === undefined
      ? `Foreign key external ID: ${String(wanted)} not found for field ${keyField.name} in entity ${target.name}`
      : `More than one record found for Foreign key external ID: ${String(wanted)} for field ${keyField.name} in entity ${target.name}`
  return saveError('INVALID_FIELD', problem)
}
