import { notFound, saveError, type SaveError } from './org-error.js'
import { keyFieldOf, targetOf } from './record-keys.js'
import type { GivenRecord } from './record-reader.js'
import { RecordSaver, stampOf } from './record-saver.js'
import { RecycleBin, type Stamp } from './recycle-bin.js'
import type { Right } from './rights.js'
import { lockProblem } from './row-locks.js'
import { RULES } from './rules.js'
import type { DmlOptions, SaveContext, SavingOrg } from './save-checks.js'
import { refused, saved, type SaveResult } from './save-result.js'
import type { ObjectDef } from './schema.js'
import type { FieldValue, Row, Store } from './store.js'
import { ParentLocks } from './transaction.js'

export type { SaveContext } from './save-checks.js'
export type { SaveResult } from './save-result.js'

/**
 * The rules of saving, the same for REST and Bulk. Object names in any case; an unknown object throws OrgError 404.
 * Over JSON a value of the wrong type throws OrgError JSON_PARSER_ERROR (the whole request is rejected); everything else
 * is a result with errors, and nothing was changed.
 */
export class Dml {
  readonly #org: SavingOrg
  readonly bin: RecycleBin

  constructor(store: Store, options: DmlOptions) {
    this.#org = { store, options, locks: new ParentLocks(options.settings) }
    this.bin = new RecycleBin(store)
  }

  /** For many records of one object that are saved together. */
  saver(object: string, context: SaveContext): RecordSaver {
    return new RecordSaver(this.#org, this.#object(object), context)
  }

  /** Throws what insert or update would throw for values of the wrong JSON type, and saves nothing. */
  check(object: string, given: GivenRecord, purpose: 'create' | 'update', context: SaveContext): void {
    this.saver(object, context).check(given, purpose)
  }

  /** Creates one record. */
  insert(object: string, given: GivenRecord, context: SaveContext): SaveResult {
    return this.saver(object, context).insert(given)
  }

  /** Makes a record of values that the platform itself put together: no field, reference or duplicate is checked. */
  create(object: string, values: Readonly<Record<string, FieldValue>>, context: SaveContext): Row {
    return this.saver(object, context).create(values)
  }

  /** Changes one record: null clears a field, an absent one stays (rest.md §5). */
  update(object: string, id: string, given: GivenRecord, context: SaveContext): SaveResult {
    return this.saver(object, context).update(id, given)
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
    const saver = this.saver(object, context)
    return saver.upsert({ name: keyField, value: key }, given, undefined, context.updateOnly)
  }

  /**
   * Upserts a chunk, the key inside each record. Records that share a key (without case) all fail with DUPLICATE_VALUE
   * (rest.md §6). Results are in the order given.
   */
  upsertAll(object: string, keyField: string, records: readonly GivenRecord[], context: SaveContext): SaveResult[] {
    const saver = this.saver(object, context)
    const field = keyFieldOf(this.#object(object), keyField)
    const names = records.map((record) => keyNameOf(record, field.name))
    const keys = records.map((record, at) => keyIn(record, names[at]))
    const repeated = repeatedAmong(keys.map(folded))
    return records.map((record, at) => {
      const value = keys[at]
      if (repeated.size > 0 && repeated.has(folded(value))) {
        const message = `Duplicate external id specified: ${String(value)}`
        return refused([saveError('DUPLICATE_VALUE', message, [field.name])])
      }
      return saver.upsert({ name: field.name, value }, record, names[at])
    })
  }

  /** Moves a record to the recycle bin with what depends on it (objects.md §8). Without an object any record. */
  remove(object: string | null, id: string, context: SaveContext): SaveResult {
    const { store, options, locks } = this.#org
    const def = object === null ? undefined : this.#object(object)
    const target = targetOf(store, def, id)
    if ('problem' in target) return refused([target.problem])
    const row = target.row
    const owner = this.#object(store.schema.byPrefix(row.Id)?.name ?? '')
    const checks = [
      () => options.rights.problems(context.userId, 'delete', owner),
      () => RULES[owner.name]?.beforeDelete?.(store, row) ?? [],
      () => lockProblem(row.Id),
      () => locks.take(owner.name, context.transaction, row),
    ]
    for (const check of checks) {
      const errors = check()
      if (errors.length > 0) return refused(errors, row.Id)
    }
    this.bin.put(row, this.stamp(context))
    return saved(row.Id, false)
  }

  /** Removes a record for good, from the recycle bin too (Bulk hardDelete). */
  purge(object: string, id: string, context: SaveContext): SaveResult {
    const { store } = this.#org
    const row = store.get(id)
    const binned = row?.IsDeleted === true && store.schema.byPrefix(id) === this.#object(object)
    const result = binned ? saved(row.Id, false) : this.remove(object, id, context)
    if (result.success && row !== undefined) this.bin.purge(row)
    return result
  }

  /** Takes a record back out of the recycle bin (SOAP undelete), which whoever may delete it may do. */
  undelete(id: string, context: SaveContext): SaveResult {
    const def = this.#org.store.schema.byPrefix(id)
    const barred = def?.undeletable === true ? this.barred(def.name, ['delete'], context) : []
    return barred.length > 0 ? refused(barred, id) : this.bin.undelete(id, this.stamp(context))
  }

  /** Why a caller may not do all of that with records of an object; no state of a record is looked at. */
  barred(object: string, rights: readonly Right[], { userId }: SaveContext): SaveError[] {
    const def = this.#object(object)
    return rights.map((right) => this.#org.options.rights.problems(userId, right, def)).find(isAny) ?? []
  }

  /** What a change by this caller, now, leaves on a row. */
  stamp(context: SaveContext): Stamp {
    return stampOf(this.#org, context)
  }

  #object(name: string): ObjectDef {
    const def = this.#org.store.object(name)
    if (def === undefined) throw notFound()
    return def
  }
}

function isAny(errors: readonly SaveError[]): boolean {
  return errors.length > 0
}

/** The name under which a record has its upsert key; in any case. */
function keyNameOf(record: GivenRecord, keyField: string): string | undefined {
  if (Object.hasOwn(record, keyField)) return keyField
  return Object.keys(record).find((candidate) => candidate.toLowerCase() === keyField.toLowerCase())
}

function keyIn(record: GivenRecord, name: string | undefined): unknown {
  return name === undefined ? null : record[name]
}

function repeatedAmong(keys: readonly string[]): ReadonlySet<string> {
  const [seen, repeated] = [new Set<string>(), new Set<string>()]
  for (const key of keys) {
    if (key !== '' && seen.has(key)) repeated.add(key)
    seen.add(key)
  }
  return repeated
}

/** Keys are compared without case; the empty one is none. */
function folded(key: unknown): string {
  return typeof key === 'string' || typeof key === 'number' ? String(key).toLowerCase() : ''
}
