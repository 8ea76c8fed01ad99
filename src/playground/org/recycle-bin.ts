import { saveError, type SaveError } from './org-error.js'
import { PurgedRecords } from './purged-records.js'
import { checkUnique, uniqueFieldsOf } from './record-keys.js'
import { refused, saved, type SaveResult } from './save-result.js'
import type { ObjectDef } from './schema.js'
import type { Row, Store } from './store.js'

/** Who changes a row and when, as its fields say it. */
export interface Stamp {
  readonly LastModifiedDate: number
  readonly LastModifiedById: string
  readonly SystemModstamp: number
}

const DAY = 24 * 60 * 60 * 1000
/** Then a record is gone for good (objects.md §8). */
const KEPT = 15 * DAY

/** A deleted row knows, beside its fields and seen by no client, when it was put in; one that was seeded deleted stays. */
const DELETED_AT = '$deletedAt'
/** And the id of the record whose deletion took it along. */
const DELETED_WITH = '$deletedWith'
/** And which references to it were emptied: `id.Field`, separated by spaces. They are filled again when it comes back. */
const EMPTIED = '$emptied'
const NO_ENTRY = { [DELETED_AT]: null, [DELETED_WITH]: null, [EMPTIED]: null }

/** Deleted records: soft, with what depends on them, until they are taken back or purged (objects.md §8). */
export class RecycleBin {
  readonly purged = new PurgedRecords()
  readonly #store: Store
  /** When expired records were last looked for. */
  #swept = 0

  constructor(store: Store) {
    this.#store = store
  }

  /** Puts a living record in with its cascade children; other references to it are emptied. */
  put(row: Row, stamp: Stamp, by: string | null = null): void {
    const entry = { ...NO_ENTRY, [DELETED_AT]: stamp.SystemModstamp, [DELETED_WITH]: by }
    this.#store.change(row, { IsDeleted: true, ...entry, ...stamp })
    const emptied: string[] = []
    for (const { child, field, cascade, dependent } of this.#dependents(row)) {
      if (dependent.IsDeleted) continue
      if (cascade) this.put(dependent, stamp, row.Id)
      else if (child.field(field)?.updateable === true) {
        this.#store.change(dependent, { [field]: null, ...stamp })
        emptied.push(`${dependent.Id}.${field}`)
      }
    }
    if (emptied.length > 0) this.#store.change(row, { [EMPTIED]: emptied.join(' ') })
  }

  /** Takes a record back with its cascade children, under the same id; what went along with another cannot come alone. */
  undelete(id: string, stamp: Stamp): SaveResult {
    const row = this.#store.get(id)
    const def = this.#store.schema.byPrefix(id)
    if (def !== undefined && !def.undeletable && row !== undefined) {
      return refused([saveError('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'Entity type is not undeletable')], row.Id)
    }
    if (def === undefined || row === undefined || !isOwnEntry(row)) {
      return refused([saveError('UNDELETE_FAILED', 'Entity is not in the recycle bin')], row?.Id ?? null)
    }
    const errors = checkUnique(this.#store, def, uniqueFieldsOf(def), row, row)
    if (errors.length > 0) return refused(errors, row.Id)
    this.#restore(def, row, stamp)
    return saved(row.Id, false)
  }

  /** Purges a record that is in the bin (emptyRecycleBin). */
  empty(id: string): SaveResult {
    const row = this.#store.get(id)
    if (row === undefined || !isOwnEntry(row)) return refused([noEntry()], row?.Id ?? null)
    this.purge(row)
    return saved(row.Id, false)
  }

  /** Takes a deleted row out for good, with what was deleted along with it. */
  purge(row: Row): void {
    for (const { dependent } of [...this.#dependents(row)]) {
      if (dependent.IsDeleted && dependent[DELETED_WITH] === row.Id) this.purge(dependent)
    }
    this.purged.note(row)
    this.#store.purge(row)
  }

  /** Purges what was deleted more than 15 days ago; looks once a day of the org's clock. */
  sweep(now: number): void {
    if (now - this.#swept < DAY && now >= this.#swept) return
    this.#swept = now
    for (const { name } of this.#store.schema.objects()) {
      for (const row of this.#store.scan(name)) if (isExpired(row, now)) this.purge(row)
    }
  }

  #restore(def: ObjectDef, row: Row, stamp: Stamp): void {
    const emptied = String(row[EMPTIED] ?? '')
    this.#store.change(row, { IsDeleted: false, ...NO_ENTRY, ...stamp })
    // Set on merge losers only while they are deleted (objects.md §1).
    if (def.field('MasterRecordId') !== undefined) this.#store.change(row, { MasterRecordId: null })
    for (const { child, dependent } of this.#dependents(row)) {
      if (dependent[DELETED_WITH] !== row.Id) continue
      const gone = this.#deletedOwner(child, dependent)
      if (gone === undefined) this.#restore(child, dependent, stamp)
      else this.#store.change(dependent, { [DELETED_WITH]: gone })
    }
    this.#refill(row, emptied, stamp)
  }

  /** References that were emptied and not given another record since. */
  #refill(row: Row, emptied: string, stamp: Stamp): void {
    for (const place of emptied === '' ? [] : emptied.split(' ')) {
      const [id = '', field = ''] = place.split('.')
      const dependent = this.#store.get(id)
      if (dependent?.IsDeleted === false && (dependent[field] ?? null) === null) {
        this.#store.change(dependent, { [field]: row.Id, ...stamp })
      }
    }
  }

  /** A member of a deleted campaign stays deleted when its contact comes back, and waits for the campaign. */
  #deletedOwner(def: ObjectDef, row: Row): string | undefined {
    const owners = def.fields.filter((field) => field.cascadeDelete).map((field) => row[field.name])
    return owners.map((id) => this.#store.get(String(id))).find((owner) => owner?.IsDeleted === true)?.Id
  }

  /** Rows that refer to `row`, living or deleted. References to users have no index, and users are never deleted. */
  *#dependents(row: Row) {
    const def = this.#store.schema.byPrefix(row.Id)
    for (const { childSObject, field, cascadeDelete } of def?.childRelationships ?? []) {
      const child = this.#store.object(childSObject)
      if (child === undefined) continue
      const rows = this.#store.lookup(childSObject, field, row.Id) ?? []
      for (const dependent of [...rows]) yield { child, field, cascade: cascadeDelete, dependent }
    }
  }
}

/** In the bin by itself, and not along with another record. */
function isOwnEntry(row: Row): boolean {
  return row.IsDeleted && (row[DELETED_WITH] ?? null) === null
}

function isExpired(row: Row, now: number): boolean {
  const since = row[DELETED_AT]
  return row.IsDeleted && typeof since === 'number' && since <= now - KEPT
}

function noEntry(): SaveError {
  return saveError('DELETE_FAILED', 'no recycle bin entry found')
}
