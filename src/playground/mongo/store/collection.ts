import type { Binary } from 'bson'
import { UUID } from 'bson'
import { CommandError } from '../command-error.js'
import { valueKey } from '../bson/value-key.js'
import { readFields, readValue, type Document } from '../bson/value.js'
import { Arena } from './arena.js'
import { ChangeLog, type DocumentChange } from './change-log.js'
import { compareIds, idKeyOf, idOf, type IdKey } from './id-key.js'
import { type IndexEntry } from './index-entries.js'
import { findSameIndex, ID_INDEX, isIdIndex, type IndexSpec } from './index-spec.js'
import { OrderedRecords } from './ordered-records.js'
import { duplicateKey, EVERYTHING, RecordIndex, type Cover, type RecordSource } from './record-index.js'

/** MongoDB's limit for a document. */
export const MAX_DOCUMENT_SIZE = 16 * 1024 * 1024

interface EntryChange {
  readonly index: RecordIndex
  readonly before: readonly IndexEntry[]
  readonly after: readonly IndexEntry[]
}

const NO_KEYS: readonly string[] = []

/**
 * The documents of one collection, as BSON bytes whose first field is `_id`, and its indexes. Records are numbered in
 * the order of insertion, which is the natural order.
 */
export class Collection implements RecordSource {
  readonly #arena = new Arena()
  readonly byId = new OrderedRecords((a, b) => this.compareRecords(a, b))
  readonly uuid: Binary = new UUID()
  #indexes: RecordIndex[] = []
  #indexFields: ReadonlySet<string> = new Set()
  #expires = false
  #expiredAt = -Infinity

  /** `log` is told of every change that `put` does not make. */
  constructor(
    readonly namespace: string,
    readonly log: ChangeLog = new ChangeLog(),
  ) {}

  /** How many documents there are. */
  get count(): number {
    return this.#arena.count
  }

  /** Bytes of the documents. */
  get size(): number {
    return this.#arena.size
  }

  /** One more than the highest record number; records may be missing below. */
  get end(): number {
    return this.#arena.end
  }

  get indexes(): readonly RecordIndex[] {
    return this.#indexes
  }

  has(record: number): boolean {
    return this.#arena.has(record)
  }

  /** A document's bytes: a view that is only good until the next change. */
  bytes(record: number): Buffer {
    return this.#arena.get(record)
  }

  fields(record: number, wanted: ReadonlySet<string>): Document {
    return readFields(this.bytes(record), wanted)
  }

  compareRecords(a: number, b: number): number {
    return compareIds(this.#idOf(a), this.#idOf(b))
  }

  #idOf(record: number): IdKey {
    return idOf(this.#arena.holder(record), this.#arena.offset(record))
  }

  /** Where a record lies as seen from an `_id`. */
  sideOf(key: IdKey): (record: number) => number {
    return (record) => compareIds(this.#idOf(record), key)
  }

  /** The record with this `_id`, or -1. */
  findId(id: unknown): number {
    return this.byId.find(this.sideOf(idKeyOf(id)))
  }

  /** Adds a document. Throws DuplicateKey, BSONObjectTooLarge or InvalidIdField, and has then changed nothing. */
  insert(bytes: Buffer): number {
    assertSize(bytes, 'object to insert too large')
    const id = idOf(bytes)
    if (this.byId.find(this.sideOf(id)) !== -1) throw this.#duplicateId(id)
    const fields = readFields(bytes, this.#indexFields)
    const changes = this.#indexes.map((index) => ({ index, after: index.entries(fields) }))
    for (const { index, after } of changes) index.assertUnique(after, -1, this.namespace)
    const keys = this.#keysOf(changes, id)
    this.log.guard?.admit(this, -1, keys)
    const record = this.#arena.add(bytes)
    this.byId.insert(record)
    for (const { index, after } of changes) index.add(record, after)
    this.#note('insert', record, undefined, bytes, keys)
    return record
  }

  /**
   * Changes a document into one with the same `_id`. `changed` names the top-level fields that may differ; without it
   * any may. `kind` says whether that was an update or a replacement of the whole. Throws as `insert` does.
   */
  replace(record: number, bytes: Buffer, changed?: Iterable<string>, kind: 'update' | 'replace' = 'update'): void {
    assertSize(bytes, 'Resulting document after update is larger than 16777216 bytes')
    const changes = this.#touchesIndexes(changed) ? this.#changesOf(record, bytes) : []
    for (const { index, after } of changes) index.assertUnique(after, record, this.namespace)
    const keys = this.#keysOf(changes)
    this.log.guard?.admit(this, record, keys)
    const before = this.#before(record)
    this.#exchange(record, bytes, changes)
    this.#note(kind, record, before, bytes, keys)
  }

  remove(record: number): void {
    this.log.guard?.admit(this, record, NO_KEYS)
    const before = this.#before(record)
    this.#takeOut(record)
    this.#note('remove', record, before, undefined, NO_KEYS)
  }

  /**
   * Makes a record what it was or will be, without a look at other documents and without a note in the log: a document,
   * or undefined for none. When several records change places, those that go have to go first.
   */
  put(record: number, bytes: Buffer | undefined): void {
    if (this.has(record)) {
      if (bytes) this.#exchange(record, bytes, this.#indexes.length > 0 ? this.#changesOf(record, bytes) : [])
      else this.#takeOut(record)
    } else if (bytes) {
      this.#arena.restore(record, bytes)
      this.byId.insert(record)
      const fields = readFields(bytes, this.#indexFields)
      for (const index of this.#indexes) index.add(record, index.entries(fields))
    }
  }

  /**
   * Removes what has expired by `now` (milliseconds) according to the TTL indexes. Done at most once a second: MongoDB
   * too has a monitor that comes by now and then.
   */
  expire(now: number): void {
    if (!this.#expires || this.log.guard?.isInside || (now >= this.#expiredAt && now - this.#expiredAt < 1000)) return
    this.#expiredAt = now
    for (const index of this.#indexes) {
      for (let due = this.#expired(index, now); due.length > 0; due = this.#expired(index, now)) {
        for (const record of due) this.remove(record)
      }
    }
  }

  /** Some that have expired. Those that a transaction has written to have to wait for its end. */
  #expired(index: RecordIndex, now: number): number[] {
    const { guard } = this.log
    return guard ? index.expired(now).filter((record) => !guard.holds(this, record)) : index.expired(now)
  }

  /**
   * Builds an index over the documents that `cover` takes in; false when the same one is there already. Throws
   * DuplicateKey or a conflict of options.
   */
  createIndex(spec: IndexSpec, cover: Cover = EVERYTHING): boolean {
    const existing = this.#indexes.map((index) => index.spec)
    if (isIdIndex(spec)) return false
    if (findSameIndex(existing, spec)) return false
    this.log.guard?.admitCatalog(this.namespace)
    const index = new RecordIndex(spec, this, cover)
    for (let record = 0; record < this.end; record++) {
      if (!this.has(record)) continue
      const entries = index.entries(this.fields(record, index.fields))
      index.assertUnique(entries, record, this.namespace)
      index.add(record, entries)
    }
    this.#setIndexes([...this.#indexes, index])
    this.log.note({ kind: 'createIndex', collection: this, index })
    return true
  }

  /** Drops the indexes whose specification `matches`; returns how many there were. */
  dropIndexes(matches: (spec: IndexSpec) => boolean): number {
    this.log.guard?.admitCatalog(this.namespace)
    const kept = this.#indexes.filter((index) => !matches(index.spec))
    const dropped = this.#indexes.filter((index) => matches(index.spec))
    this.#setIndexes(kept)
    for (const index of dropped) this.log.note({ kind: 'dropIndex', collection: this, index })
    return dropped.length
  }

  /** What listIndexes says. */
  listIndexes(): Document[] {
    return [ID_INDEX, ...this.#indexes.map((index) => index.spec.listed)]
  }

  #setIndexes(indexes: RecordIndex[]): void {
    this.#indexes = indexes
    this.#indexFields = new Set(indexes.flatMap((index) => [...index.fields]))
    this.#expires = indexes.some((index) => index.spec.expireAfterSeconds !== undefined)
  }

  #exchange(record: number, bytes: Buffer, changes: readonly EntryChange[]): void {
    for (const { index, before } of changes) index.remove(record, before)
    this.#arena.set(record, bytes)
    for (const { index, after } of changes) index.add(record, after)
  }

  #takeOut(record: number): void {
    const fields = this.fields(record, this.#indexFields)
    for (const index of this.#indexes) index.remove(record, index.entries(fields))
    this.byId.delete(record)
    this.#arena.remove(record)
  }

  #before(record: number): Buffer | undefined {
    return this.log.keepsBefore ? Buffer.from(this.bytes(record)) : undefined
  }

  /** The unique keys that a write gives a document; nobody asks unless there is a guard. */
  #keysOf(changes: readonly Pick<EntryChange, 'index' | 'after'>[], id?: IdKey): readonly string[] {
    if (!this.log.guard) return NO_KEYS
    const keys = id ? [`${this.namespace}/_id_/${valueKey(readValue(id.bytes, id.type, id.start, id.end))}`] : []
    for (const { index, after } of changes) {
      if (!index.spec.unique) continue
      for (const { key } of after) keys.push(`${this.namespace}/${index.spec.name}/${key}`)
    }
    return keys
  }

  #note(
    kind: DocumentChange['kind'],
    record: number,
    before: Buffer | undefined,
    after: Buffer | undefined,
    keys: readonly string[],
  ): void {
    if (!this.log.isKept) this.log.touch()
    else this.log.note({ kind, collection: this, record, before, after, keys })
  }

  #touchesIndexes(changed: Iterable<string> | undefined): boolean {
    if (!changed) return this.#indexes.length > 0
    for (const name of changed) if (this.#indexFields.has(name)) return true
    return false
  }

  #changesOf(record: number, bytes: Buffer): EntryChange[] {
    const before = this.fields(record, this.#indexFields)
    const after = readFields(bytes, this.#indexFields)
    return this.#indexes
      .map((index) => ({ index, before: index.entries(before), after: index.entries(after) }))
      .filter((change) => !sameEntries(change.before, change.after))
  }

  #duplicateId(id: IdKey): CommandError {
    return duplicateKey(this.namespace, '_id_', { _id: 1 }, [readValue(id.bytes, id.type, id.start, id.end)])
  }
}

function sameEntries(before: readonly IndexEntry[], after: readonly IndexEntry[]): boolean {
  return before.length === after.length && before.every((entry, i) => entry.key === after[i]?.key)
}

function assertSize(bytes: Buffer, complaint: string): void {
  if (bytes.length <= MAX_DOCUMENT_SIZE) return
  throw new CommandError(10334, `${complaint}. size in bytes: ${bytes.length}, max size: ${MAX_DOCUMENT_SIZE}`)
}
