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

/** One more value beside those of a record. */
export interface NamedValue {
  readonly name: string
  readonly value: unknown
}

/** A draft that is being read. */
interface Reader extends Draft {
  /** Fields that are there and not the caller's to write. */
  readonly closed: string[]
}

/** Takes the value of one name into a draft. */
type Take = (given: unknown, draft: Reader) => void

/**
 * Reads what a caller sent for one object. What a name stands for is worked out when it is first met, and holds for all
 * that is read: one reader serves what is saved together, as fields and rights stay what they are meanwhile.
 */
export class RecordReader {
  readonly #reading: Reading
  readonly #def: ObjectDef
  readonly #takes = new Map<string, Take>()
  #hasReferences = false
  #hasUnique = false

  constructor(reading: Reading, def: ObjectDef) {
    this.#reading = reading
    this.#def = def
  }

  /** Whether any record so far named a parent. */
  get hasReferences(): boolean {
    return this.#hasReferences
  }

  /** Whether any record so far had a field whose values are unique. */
  get hasUnique(): boolean {
    return this.#hasUnique
  }

  /**
   * Throws OrgError JSON_PARSER_ERROR for a value of the wrong JSON type.
   *
   * @param except a name that is left out
   * @param last a name with its value that is read after all others
   */
  read(given: GivenRecord, except?: string, last?: NamedValue): Draft {
    const draft: Reader = { values: {}, errors: [], closed: [] }
    for (const name in given) if (name !== except) this.#take(name, given[name], draft)
    if (last !== undefined) this.#take(last.name, last.value, draft)
    if (draft.closed.length > 0) draft.errors.push(notWritable(draft.closed))
    return draft
  }

  #take(name: string, given: unknown, draft: Reader): void {
    if (given === undefined) return
    let take = this.#takes.get(name)
    if (take === undefined) this.#takes.set(name, (take = this.#taking(name)))
    take(given, draft)
  }

  #taking(name: string): Take {
    if (name === 'attributes') return () => undefined
    const field = visibleField(this.#reading, this.#def, name)
    if (field === undefined) return this.#takingParent(name)
    const { purpose, source } = this.#reading
    const shut: Take = (_given, { closed }) => closed.push(field.name)
    if (this.#reading.readOnly(this.#def.name, field.name)) return shut
    if (field.type === 'id' && purpose === 'create') return refuseId
    if (!isWritable(field, purpose)) return shut
    this.#hasReferences ||= field.type === 'reference'
    this.#hasUnique ||= field.unique
    if (purpose === 'create') this.#reading.store.makeRoom(this.#def.name, field.name)
    return (given, draft) => {
      readField(field, given, source, draft)
    }
  }

  /** A parent named by one of its keys (rest.md §5); anything else is no column of this object. */
  #takingParent(name: string): Take {
    const [reading, def] = [this.#reading, this.#def]
    const field = def.parent(name)
    const isOpen = field !== undefined && isWritable(field, reading.purpose) && !reading.hidden(def.name, field.name)
    this.#hasReferences ||= isOpen
    return (given, draft) => {
      if (isOpen && typeof given === 'object') readParent(reading, field, given, draft)
      else draft.errors.push(saveError('INVALID_FIELD', `No such column '${name}' on sobject of type ${def.name}`))
    }
  }
}

function visibleField(reading: Reading, def: ObjectDef, name: string): FieldDef | undefined {
  const field = def.field(name)
  return field === undefined || reading.hidden(def.name, field.name) ? undefined : field
}

function isWritable(field: FieldDef, purpose: Reading['purpose']): boolean {
  return purpose === 'create' ? field.createable : field.updateable
}

function refuseId(_given: unknown, draft: Draft): void {
  draft.errors.push(saveError('INVALID_FIELD_FOR_INSERT_UPDATE', 'cannot specify Id in an insert call', ['Id']))
}

function readField(field: FieldDef, given: unknown, source: Source, draft: Draft): void {
  const value = coerce(field, given, source)
  if (value === undefined) {
    draft.errors.push(wrongType(field, given, source))
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

function readParent(reading: Reading, field: FieldDef, given: object | null, draft: Draft): void {
  const found = given === null ? null : parentId(reading, field, given)
  if (found === null || typeof found === 'string') draft.values[field.name] = found
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
