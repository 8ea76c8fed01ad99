import { saveError, type SaveError } from './org-error.js'
import { findByKey, keyFieldOf, targetOf } from './record-keys.js'
import { type Draft, type GivenRecord, type NamedValue, RecordReader } from './record-reader.js'
import type { Stamp } from './recycle-bin.js'
import type { Right } from './rights.js'
import { type ObjectRules, RULES, type Saving } from './rules.js'
import { createChecks, type CreateCheck, type SaveContext, type SavingJob, type SavingOrg } from './save-checks.js'
import { updateChecks, type UpdateCheck } from './save-checks.js'
import { refused, saved, type SaveResult } from './save-result.js'
import type { FieldDef, ObjectDef } from './schema.js'
import { type FieldValue, type Row, wholeSecond } from './store.js'
import { coerce } from './values.js'

/** What creating, or changing, one record after the other has in common. */
interface Plan<C> {
  readonly reader: RecordReader
  /** Why the caller may save nothing at all. */
  readonly barred: readonly SaveError[]
  readonly checks: readonly C[]
}

const NO_RULES: ObjectRules = {}

/**
 * Saves records of one object for one caller. Rights, settings and the fields of the object are looked at once and hold for
 * all that is saved with it: it lives as long as a call, or a chunk of a Bulk job.
 */
export class RecordSaver {
  readonly #org: SavingOrg
  readonly #def: ObjectDef
  readonly #context: SaveContext
  readonly #rules: ObjectRules
  readonly #hasOwner: boolean
  /** What a change now leaves on a row. */
  readonly #stamp: Stamp
  /** Whom an assignment rule gives new leads. */
  readonly #assignee: string | undefined
  #creation: Plan<CreateCheck> | undefined
  #change: Plan<UpdateCheck> | undefined

  constructor(org: SavingOrg, def: ObjectDef, context: SaveContext) {
    this.#org = org
    this.#def = def
    this.#context = context
    this.#rules = RULES[def.name] ?? NO_RULES
    this.#hasOwner = def.field('OwnerId') !== undefined
    this.#stamp = stampOf(org, context)
    this.#assignee = context.assigns === true ? org.options.settings.leadAssignment || undefined : undefined
  }

  /** Throws what `insert` or `update` would throw for values of the wrong JSON type, and saves nothing. */
  check(given: GivenRecord, purpose: 'create' | 'update'): void {
    const { reader } = purpose === 'create' ? this.#creating() : this.#changing()
    reader.read(given)
  }

  /** Creates one record; `except` and `last` as the reader takes them. */
  insert(given: GivenRecord, except?: string, last?: NamedValue): SaveResult {
    const { barred, reader, checks } = this.#creating()
    if (barred.length > 0) return refused(barred)
    const draft = reader.read(given, except, last)
    if (draft.errors.length > 0) return refused(draft.errors)
    const saving = this.#saving(draft)
    for (const check of checks) {
      const errors = check(saving)
      if (errors.length > 0) return refused(errors)
    }
    const row = this.#added(saving)
    this.#context.transaction?.created.add(row.Id)
    return saved(row.Id, true)
  }

  /** Makes a record of values that the platform itself put together: no field, reference or duplicate is checked. */
  create(values: Readonly<Record<string, FieldValue>>): Row {
    return this.#added(this.#saving({ values: { ...values }, errors: [] }))
  }

  /** Changes one record: null clears a field, an absent one stays (rest.md §5). `except` as the reader takes it. */
  update(id: string, given: GivenRecord, except?: string): SaveResult {
    const draft = this.#changing().reader.read(given, except)
    const target = targetOf(this.#org.store, this.#def, id)
    return 'problem' in target ? refused([target.problem]) : this.#updated(target.row, draft)
  }

  #updated(row: Row, draft: Draft): SaveResult {
    const { barred, checks } = this.#changing()
    if (barred.length > 0) return refused(barred, row.Id)
    if (draft.errors.length > 0) return refused(draft.errors, row.Id)
    const saving = this.#saving(draft)
    for (const check of checks) {
      const errors = check(saving, row)
      if (errors.length > 0) return refused(errors, row.Id)
    }
    this.#org.store.change(row, Object.assign(saving.values, this.#stamp))
    this.#rules.afterUpdate?.(saving, row)
    return saved(row.Id, false)
  }

  /**
   * Updates the one living record whose key field has the value of `key`, else creates it (unless `updateOnly`). Several
   * matches are refused with DUPLICATE_EXTERNAL_ID and listed. A key field that is none throws OrgError 404 (rest.md §6).
   *
   * @param except the name under which `given` has the key too, if it does
   */
  upsert(key: NamedValue, given: GivenRecord, except?: string, updateOnly = false): SaveResult {
    const field = keyFieldOf(this.#def, key.name)
    const value = key.value === undefined || key.value === '' ? null : coerce(field, key.value, this.#context.source)
    // With field Id a null id creates (rest.md §7).
    if (field.type === 'id') {
      return typeof value === 'string' ? this.update(value, given, except) : this.insert(given, except)
    }
    if (value === null || value === undefined) {
      return refused([saveError('MISSING_ARGUMENT', `${field.name} not specified`)])
    }
    const matches = findByKey(this.#org.store, this.#def.name, field, String(value))
    const [row] = matches
    if (row !== undefined && matches.length > 1) return ambiguous(field, matches)
    if (row !== undefined) return this.#updated(row, this.#changing().reader.read(given, except))
    if (updateOnly) return refused([saveError('NOT_FOUND', 'The requested resource does not exist', [], 404)])
    return this.insert(given, except, { name: field.name, value: key.value })
  }

  #creating(): Plan<CreateCheck> {
    return (this.#creation ??= this.#plan('create', 'create', createChecks))
  }

  #changing(): Plan<UpdateCheck> {
    return (this.#change ??= this.#plan('update', 'edit', updateChecks))
  }

  #plan<C>(purpose: 'create' | 'update', right: Right, checksOf: (job: SavingJob) => readonly C[]): Plan<C> {
    const [org, def, context] = [this.#org, this.#def, this.#context]
    const reader = new RecordReader(readingOf(org, context, purpose), def)
    const barred = org.options.rights.problems(context.userId, right, def)
    return { reader, barred, checks: checksOf({ org, def, context, reader }) }
  }

  #saving({ values }: Draft): Saving {
    const { store } = this.#org
    return { store, values, userId: this.#context.userId, now: this.#stamp.SystemModstamp, assignee: this.#assignee }
  }

  #added(saving: Saving): Row {
    const row = this.#org.store.add(this.#def.name, this.#newRow(saving))
    this.#rules.afterInsert?.(saving, row)
    return row
  }

  #newRow({ values, userId, now }: Saving): Row {
    const row = this.#org.store.blank(this.#def.name)
    for (const name in values) row[name] = values[name] ?? null
    if (this.#hasOwner) row['OwnerId'] ??= userId
    row['CreatedDate'] = now
    row['CreatedById'] = userId
    row['LastModifiedDate'] = now
    row['LastModifiedById'] = userId
    row.SystemModstamp = now
    return row
  }
}

/** What a change by this caller, now, leaves on a row. */
export function stampOf({ options }: SavingOrg, { userId }: SaveContext): Stamp {
  const now = wholeSecond(options.now())
  return { LastModifiedDate: now, LastModifiedById: userId, SystemModstamp: now }
}

function readingOf({ store, options }: SavingOrg, { source }: SaveContext, purpose: 'create' | 'update') {
  const hidden = (object: string, field: string): boolean => options.hidden(object, field)
  const readOnly = (object: string, field: string): boolean => options.readOnly(object, field)
  return { store, hidden, readOnly, source, purpose }
}

/** errors.md §2: an item of a collection carries this, a single upsert answers 300 with the matches. */
function ambiguous(field: FieldDef, rows: readonly Row[]): SaveResult {
  const matches = rows.map((row) => row.Id)
  const message = `${field.name}: more than one record found for external id field: [${matches.join(', ')}]`
  return { ...refused([saveError('DUPLICATE_EXTERNAL_ID', message, [field.name])]), matches }
}
