import { CommandError } from '../command-error.js'
import { shellText } from '../bson/shell-text.js'
import { hashOf } from '../bson/value-key.js'
import { type Document } from '../bson/value.js'
import { entriesOf, entryKey, type IndexEntry } from './index-entries.js'
import { type IndexSpec } from './index-spec.js'
import { OrderedRecords } from './ordered-records.js'

/** The records found under one hash: a single one, or several in the order of their `_id`. */
export type Posting = number | OrderedRecords

/** What an index needs to know about the collection that it is part of. */
export interface RecordSource {
  /** Orders two records by `_id`. */
  compareRecords(a: number, b: number): number
  /** The named fields of a record, decoded. */
  fields(record: number, wanted: ReadonlySet<string>): Document
}

/** Which documents a partial index takes in, and the top-level fields that are looked at to say so. */
export interface Cover {
  readonly fields: readonly string[]
  matches(document: Document): boolean
}

/** What an index takes in that is not a partial one. */
export const EVERYTHING: Cover = { fields: [], matches: () => true }

/**
 * A hash index. It only keeps hashes, so what it finds are candidates, to be looked at; and it keeps the first field
 * of a compound key a second time, so that a query on that field alone is served too.
 */
export class RecordIndex {
  readonly #whole = new Map<number, Posting>()
  readonly #first = new Map<number, Posting>()
  /** For a TTL index: the records that have a date, in the order in which they expire. */
  readonly #expiring = new OrderedRecords((a, b) => this.#dueAt(a) - this.#dueAt(b) || a - b)
  readonly #source: RecordSource
  readonly #cover: Cover
  /** The top-level fields this index looks at. */
  readonly fields: ReadonlySet<string>

  constructor(
    readonly spec: IndexSpec,
    source: RecordSource,
    cover: Cover,
  ) {
    this.#source = source
    this.#cover = cover
    this.fields = new Set([...spec.paths.map((path) => path[0] ?? ''), ...cover.fields])
  }

  /** The entries a document has here, given at least this index's fields of it. */
  entries(document: Document): IndexEntry[] {
    if (!this.#cover.matches(document)) return []
    const entries = entriesOf(document, this.spec.paths)
    if (!this.spec.sparse) return entries
    return entries.filter(({ values }) => values.some((value) => value !== undefined))
  }

  /** Throws DuplicateKey if another record than `self` has one of these entries in a unique index. */
  assertUnique(entries: readonly IndexEntry[], self: number, namespace: string): void {
    if (!this.spec.unique) return
    for (const entry of entries) {
      const posting = this.#whole.get(hashOf(entry.key))
      if (posting === undefined) continue
      for (const record of recordsOf(posting)) {
        if (record === self) continue
        const others = this.entries(this.#source.fields(record, this.fields))
        if (others.some((other) => other.key === entry.key)) {
          throw duplicateKey(namespace, this.spec.name, this.spec.key, entry.values)
        }
      }
    }
  }

  add(record: number, entries: readonly IndexEntry[]): void {
    for (const hash of wholeHashes(entries)) this.#put(this.#whole, hash, record)
    for (const hash of this.#firstHashes(entries)) this.#put(this.#first, hash, record)
    if (this.#isDated(entries)) this.#expiring.insert(record)
  }

  /** To be called while the record still has the document that the entries are of. */
  remove(record: number, entries: readonly IndexEntry[]): void {
    if (this.#isDated(entries)) this.#expiring.delete(record)
    for (const hash of wholeHashes(entries)) take(this.#whole, hash, record)
    for (const hash of this.#firstHashes(entries)) take(this.#first, hash, record)
  }

  /** The candidates for one value for each path of the key, or for its first path alone. */
  find(values: readonly unknown[]): Posting | undefined {
    const table = values.length === this.spec.paths.length ? this.#whole : this.#first
    return table.get(hashOf(entryKey(values)))
  }

  /** Some of the records that have expired by `now` (milliseconds); none when there are none left. */
  expired(now: number): number[] {
    return this.#expiring.slice(undefined, false, 100).filter((record) => this.#dueAt(record) <= now)
  }

  #isDated(entries: readonly IndexEntry[]): boolean {
    return this.spec.expireAfterSeconds !== undefined && Number.isFinite(earliest(entries))
  }

  #dueAt(record: number): number {
    const entries = this.entries(this.#source.fields(record, this.fields))
    return earliest(entries) + (this.spec.expireAfterSeconds ?? 0) * 1000
  }

  #firstHashes(entries: readonly IndexEntry[]): Set<number> {
    if (this.spec.paths.length === 1) return new Set()
    return new Set(entries.map(({ values }) => hashOf(entryKey(values.slice(0, 1)))))
  }

  #put(table: Map<number, Posting>, hash: number, record: number): void {
    const posting = table.get(hash)
    if (posting === undefined) {
      table.set(hash, record)
    } else if (typeof posting === 'number') {
      const several = new OrderedRecords((a, b) => this.#source.compareRecords(a, b))
      several.insert(posting)
      several.insert(record)
      table.set(hash, several)
    } else {
      posting.insert(record)
    }
  }
}

/** The earliest date among the entries, in milliseconds; infinity when there is none, for then nothing expires. */
function earliest(entries: readonly IndexEntry[]): number {
  let first = Infinity
  for (const { values } of entries) {
    if (values[0] instanceof Date) first = Math.min(first, values[0].getTime())
  }
  return first
}

function wholeHashes(entries: readonly IndexEntry[]): Set<number> {
  return new Set(entries.map(({ key }) => hashOf(key)))
}

function take(table: Map<number, Posting>, hash: number, record: number): void {
  const posting = table.get(hash)
  if (typeof posting === 'number') {
    if (posting === record) table.delete(hash)
  } else if (posting) {
    posting.delete(record)
    if (posting.size === 0) table.delete(hash)
  }
}

/** The records of a posting, in the order of their `_id`. */
export function recordsOf(posting: Posting): Iterable<number> {
  return typeof posting === 'number' ? [posting] : posting.all()
}

/** MongoDB's error for a second document with one key of a unique index. */
export function duplicateKey(
  namespace: string,
  index: string,
  keyPattern: Document,
  values: readonly unknown[],
): CommandError {
  const keyValue = Object.fromEntries(Object.keys(keyPattern).map((path, i) => [path, values[i] ?? null]))
  const message = `E11000 duplicate key error collection: ${namespace} index: ${index} dup key: ${shellText(keyValue)}`
  return new CommandError(11000, message, { keyPattern, keyValue })
}
