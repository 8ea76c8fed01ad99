import { duplicateErrors, type DuplicateOptions } from './duplicate-rules.js'
import { notFound, saveError, type SaveError } from './org-error.js'
import { checkReferences, checkUnique, findByKey, keyFieldOf, targetOf } from './record-keys.js'
import { type Draft, type GivenRecord, readRecord } from './record-reader.js'
import { RecycleBin, type Stamp } from './recycle-bin.js'
import { lockProblem } from './row-locks.js'
import type { Rights } from './rights.js'
import { RULES, type Saving } from './rules.js'
import { refused, saved, type SaveResult } from './save-result.js'
import type { FieldDef, ObjectDef } from './schema.js'
import type { OrgSettings } from './settings.js'
import { type FieldValue, type Row, type Store, wholeSecond } from './store.js'
import { ParentLocks, type Transaction } from './transaction.js'
import { validationErrors } from './validation-rules.js'
import { coerce, type Source } from './values.js'

export type { SaveResult } from './save-result.js'

/** Who saves, and how the values were sent. */
export interface SaveContext {
  readonly userId: string
  readonly source: Source
  /** What the caller asks of duplicate rules; all off when left out. */
  readonly duplicates?: DuplicateOptions
  readonly transaction?: Transaction
}

/** What the rules of saving need to know of the org. */
export interface DmlOptions {
  /** Epoch milliseconds. */
  now(): number
  hidden(object: string, field: string): boolean
  readOnly(object: string, field: string): boolean
  /** Read anew for every record: it may change while the org runs. */
  readonly settings: Pick<OrgSettings, 'duplicateRules' | 'parentLockMs' | 'personAccounts' | 'validationRules'>
  readonly rights: Rights
}

/**
 * The rules of saving, the same for REST and Bulk. Object names in any case; an unknown object throws OrgError 404.
 * Over JSON a value of the wrong type throws OrgError JSON_PARSER_ERROR (the whole request is rejected); everything else
 * is a result with errors, and nothing was changed.
 */
export class Dml {
  readonly #store: Store
  readonly #options: DmlOptions
  readonly bin: RecycleBin
  readonly #locks: ParentLocks

  constructor(store: Store, options: DmlOptions) {
    this.#store = store
    this.bin = new RecycleBin(store)
    this.#locks = new ParentLocks(options.settings)
    this.#options = options
  }

  /** Throws what insert or update would throw for values of the wrong JSON type, and saves nothing. */
  check(object: string, given: GivenRecord, purpose: 'create' | 'update', context: SaveContext): void {
    this.#read(this.#object(object), given, purpose, context)
  }

  /** Creates one record. */
  insert(object: string, given: GivenRecord, context: SaveContext): SaveResult {
    const def = this.#object(object)
    const barred = this.#options.rights.problems(context.userId, 'create', def)
    if (barred.length > 0) return refused(barred)
    const draft = this.#read(def, given, 'create', context)
    if (draft.errors.length > 0) return refused(draft.errors)
    const saving = this.#saving(draft, context)
    const errors = firstOf(
      () => RULES[def.name]?.beforeInsert?.(saving) ?? [],
      () => this.#missing(missingOnCreate(def, saving.values)),
      () => checkReferences(this.#store, def, saving.values),
      () => validationErrors(this.#options.settings.validationRules, def, saving.values),
      () => this.#duplicates(def, saving, context),
      () => checkUnique(this.#store, def, saving.values),
      () => lockProblem(String(saving.values['CampaignId'] ?? saving.values['AccountId'] ?? '')),
      () => this.#locks.take(def.name, context.transaction, saving.values),
    )
    if (errors.length > 0) return refused(errors)
    const row = this.#added(def, saving)
    context.transaction?.created.add(row.Id)
    return saved(row.Id, true)
  }

  /** Makes a record of values that the platform itself put together: no field, reference or duplicate is checked. */
  create(object: string, values: Readonly<Record<string, FieldValue>>, context: SaveContext): Row {
    const def = this.#object(object)
    return this.#added(def, this.#saving({ values: { ...values }, errors: [] }, context))
  }

  #added(def: ObjectDef, saving: Saving): Row {
    const row = this.#store.add(def.name, this.#newRow(def, saving))
    RULES[def.name]?.afterInsert?.(saving, row)
    return row
  }

  /** Changes one record: null clears a field, an absent one stays (rest.md §5). */
  update(object: string, id: string, given: GivenRecord, context: SaveContext): SaveResult {
    const def = this.#object(object)
    const draft = this.#read(def, given, 'update', context)
    const target = targetOf(this.#store, def, id)
    if ('problem' in target) return refused([target.problem])
    const row = target.row
    const barred = this.#options.rights.problems(context.userId, 'edit', def)
    if (barred.length > 0) return refused(barred, row.Id)
    if (draft.errors.length > 0) return refused(draft.errors, row.Id)
    const saving = this.#saving(draft, context)
    const errors = firstOf(
      () => RULES[def.name]?.beforeUpdate?.(saving, row) ?? [],
      () => this.#missing(missingOnUpdate(def, saving.values)),
      () => checkReferences(this.#store, def, saving.values),
      () => validationErrors(this.#options.settings.validationRules, def, saving.values, row),
      () => checkUnique(this.#store, def, saving.values, row),
      () => lockProblem(row.Id),
      () => this.#locks.take(def.name, context.transaction, saving.values, row),
    )
    if (errors.length > 0) return refused(errors, row.Id)
    this.#store.change(row, { ...saving.values, ...this.stamp(context) })
    RULES[def.name]?.afterUpdate?.(saving, row)
    return saved(row.Id, false)
  }

  /**
   * Updates the one living record whose `keyField` equals `key`, else creates it (unless `updateOnly`). Several matches
   * are refused with DUPLICATE_EXTERNAL_ID and listed. A key field that is none throws OrgError 404 (rest.md §6).
   * `given` must not repeat the key.
   */
  upsert(
    object: string,
    keyField: string,
    key: unknown,
    given: GivenRecord,
    context: SaveContext & { readonly updateOnly?: boolean },
  ): SaveResult {
    const def = this.#object(object)
    const field = keyFieldOf(def, keyField)
    const value = key === undefined || key === '' ? null : coerce(field, key, context.source)
    if (field.type === 'id') return this.#upsertById(def, value, given, context)
    if (value === null || value === undefined) {
      return refused([saveError('MISSING_ARGUMENT', `${field.name} not specified`)])
    }
    const [row, ...others] = findByKey(this.#store, def.name, field, String(value))
    if (row !== undefined && others.length > 0) return ambiguous(field, [row, ...others])
    if (row !== undefined) return this.update(def.name, row.Id, given, context)
    if (context.updateOnly === true) {
      return refused([saveError('NOT_FOUND', 'The requested resource does not exist', [], 404)])
    }
    return this.insert(def.name, { ...given, [field.name]: key }, context)
  }

  /** With field `Id` a null id creates (rest.md §7). */
  #upsertById(def: ObjectDef, id: unknown, given: GivenRecord, context: SaveContext): SaveResult {
    return typeof id === 'string' ? this.update(def.name, id, given, context) : this.insert(def.name, given, context)
  }

  /**
   * Upserts a chunk, the key inside each record. Records that share a key (without case) all fail with DUPLICATE_VALUE
   * (rest.md §6). Results are in the order given.
   */
  upsertAll(object: string, keyField: string, records: readonly GivenRecord[], context: SaveContext): SaveResult[] {
    const def = this.#object(object)
    const field = keyFieldOf(def, keyField)
    const keyed = records.map((record) => takeKey(record, field.name))
    const seen = new Map<string, number>()
    for (const { folded } of keyed) seen.set(folded, (seen.get(folded) ?? 0) + 1)
    return keyed.map(({ key, folded, rest }) => {
      if (folded !== '' && (seen.get(folded) ?? 0) > 1) {
        return refused([saveError('DUPLICATE_VALUE', `Duplicate external id specified: ${String(key)}`, [field.name])])
      }
      return this.upsert(def.name, field.name, key, rest, context)
    })
  }

  /** Moves a record to the recycle bin with what depends on it (objects.md §8). Without an object any record. */
  remove(object: string | null, id: string, context: SaveContext): SaveResult {
    const def = object === null ? undefined : this.#object(object)
    const target = targetOf(this.#store, def, id)
    if ('problem' in target) return refused([target.problem])
    const row = target.row
    const owner = this.#object(this.#store.schema.byPrefix(row.Id)?.name ?? '')
    const errors = firstOf(
      () => this.#options.rights.problems(context.userId, 'delete', owner),
      () => RULES[owner.name]?.beforeDelete?.(this.#store, row) ?? [],
      () => lockProblem(row.Id),
      () => this.#locks.take(owner.name, context.transaction, row),
    )
    if (errors.length > 0) return refused(errors, row.Id)
    this.bin.put(row, this.stamp(context))
    return saved(row.Id, false)
  }

  /** Removes a record for good, from the recycle bin too (Bulk hardDelete). */
  purge(object: string, id: string, context: SaveContext): SaveResult {
    const row = this.#store.get(id)
    const binned = row?.IsDeleted === true && this.#store.schema.byPrefix(id) === this.#object(object)
    const result = binned ? saved(row.Id, false) : this.remove(object, id, context)
    if (result.success && row !== undefined) this.bin.purge(row)
    return result
  }

  /** Takes a record back out of the recycle bin (SOAP undelete). */
  undelete(id: string, context: SaveContext): SaveResult {
    return this.bin.undelete(id, this.stamp(context))
  }

  #object(name: string): ObjectDef {
    const def = this.#store.object(name)
    if (def === undefined) throw notFound()
    return def
  }

  #duplicates(def: ObjectDef, { values }: Saving, { duplicates, transaction }: SaveContext): SaveError[] {
    const options = this.#options
    const readable = (shown: ObjectDef) => shown.fields.filter((field) => !options.hidden(shown.name, field.name))
    const candidate = { object: def.name, values, fresh: transaction?.created }
    return duplicateErrors(this.#store, candidate, options.settings.duplicateRules, duplicates, readable)
  }

  #read(def: ObjectDef, given: GivenRecord, purpose: 'create' | 'update', context: SaveContext): Draft {
    const { source } = context
    const hidden = (object: string, field: string): boolean => this.#options.hidden(object, field)
    const readOnly = (object: string, field: string): boolean => this.#options.readOnly(object, field)
    return readRecord({ store: this.#store, hidden, readOnly, source, purpose }, def, given)
  }

  /** A lead without a company is to become a person account (objects.md §2). */
  #missing(fields: readonly FieldDef[]): SaveError[] {
    const optional = this.#options.settings.personAccounts ? 'Company' : ''
    return requiredMissing(fields.filter(({ name }) => name !== optional))
  }

  #saving(draft: Draft, context: SaveContext): Saving {
    return { store: this.#store, values: draft.values, userId: context.userId, now: wholeSecond(this.#options.now()) }
  }

  #newRow(def: ObjectDef, { values, userId, now }: Saving): Row {
    const row = Object.assign(this.#store.blank(def.name), values)
    if (def.field('OwnerId') !== undefined) row['OwnerId'] ??= userId
    row['CreatedDate'] = now
    row['CreatedById'] = userId
    row['LastModifiedDate'] = now
    row['LastModifiedById'] = userId
    row.SystemModstamp = now
    return row
  }

  /** What a change by this caller, now, leaves on a row. */
  stamp(context: SaveContext): Stamp {
    const now = wholeSecond(this.#options.now())
    return { LastModifiedDate: now, LastModifiedById: context.userId, SystemModstamp: now }
  }
}

/** errors.md §2: an item of a collection carries this, a single upsert answers 300 with the matches. */
function ambiguous(field: FieldDef, rows: readonly Row[]): SaveResult {
  const matches = rows.map((row) => row.Id)
  const message = `${field.name}: more than one record found for external id field: [${matches.join(', ')}]`
  return { ...refused([saveError('DUPLICATE_EXTERNAL_ID', message, [field.name])]), matches }
}

/** The errors of the first check that has any; later checks rely on the earlier ones. */
function firstOf(...checks: (() => SaveError[])[]): SaveError[] {
  for (const check of checks) {
    const errors = check()
    if (errors.length > 0) return errors
  }
  return []
}

/** Required on create: createable, not nillable, not defaulted (rest.md §9); or sent as null. */
function missingOnCreate(def: ObjectDef, values: Readonly<Record<string, FieldValue>>): FieldDef[] {
  return def.fields.filter((field) => {
    if (field.nillable || !field.createable) return false
    const value = values[field.name]
    return value === undefined ? !field.defaultedOnCreate : value === null
  })
}

function missingOnUpdate(def: ObjectDef, values: Readonly<Record<string, FieldValue>>): FieldDef[] {
  const cleared = Object.keys(values).filter((name) => values[name] === null)
  return cleared.flatMap((name) => def.field(name) ?? []).filter((field) => !field.nillable)
}

function requiredMissing(fields: readonly FieldDef[]): SaveError[] {
  if (fields.length === 0) return []
  const names = fields.map((field) => field.name)
  return [saveError('REQUIRED_FIELD_MISSING', `Required fields are missing: [${names.join(', ')}]`, names)]
}

/** Splits a record into its upsert key (field name in any case) and the rest. */
function takeKey(record: GivenRecord, keyField: string): { key: unknown; folded: string; rest: GivenRecord } {
  const name = Object.keys(record).find((candidate) => candidate.toLowerCase() === keyField.toLowerCase())
  if (name === undefined) return { key: null, folded: '', rest: record }
  const { [name]: key, ...rest } = record
  const folded = typeof key === 'string' || typeof key === 'number' ? String(key).toLowerCase() : ''
  return { key, folded, rest }
}
