import { readFields, type Document } from '../bson/value.js'
import { type Filter } from '../query/filter.js'
import { search, type Search } from '../query/search.js'
import { type SortKey } from '../query/sort.js'
import { type Collection } from '../store/collection.js'
import { applyUpdate } from './apply.js'
import { type Update } from './update.js'
import { upsertedDocument } from './upsert.js'

/** What an update did. */
export interface Outcome {
  readonly matched: number
  readonly modified: number
  /** The document that an upsert inserted. */
  readonly upserted: { readonly id: unknown; readonly record: number } | undefined
}

/** An update of one or all documents that a filter matches. */
export interface Write {
  readonly query: Document
  /** The query as it was sent: an upsert takes values out of it, in their types. */
  readonly encodedQuery: Buffer
  readonly filter: Filter
  readonly update: Update
  readonly multi: boolean
  readonly upsert: boolean
  /** Which of several matching documents is taken when only one is. */
  readonly sort: readonly SortKey[]
}

/** Finds the records of a write. */
export function searchFor({ filter, query, sort, multi }: Omit<Write, 'update' | 'upsert' | 'encodedQuery'>): Search {
  return { filter, query, sort, skip: 0, limit: multi ? Infinity : 1 }
}

/** Updates one record in place; returns whether that changed it. */
export function updateRecord(collection: Collection, record: number, update: Update, query: Document): boolean {
  const changed = applyUpdate(update, { bytes: collection.bytes(record), query, inserting: false })
  const kind = update.kind === 'replacement' ? 'replace' : 'update'
  if (changed) collection.replace(record, changed.bytes, changed.fields, kind)
  return changed !== undefined
}

/** Inserts the document that an upsert makes when nothing matched. */
export function insertUpserted(
  collection: Collection,
  encodedQuery: Buffer,
  update: Update,
): { id: unknown; record: number } {
  const record = collection.insert(upsertedDocument(encodedQuery, update))
  return { id: readFields(collection.bytes(record), new Set(['_id']))._id, record }
}

/** Carries out an update. One of many documents that fails has changed those before. */
export function writeUpdate(collection: Collection, write: Write): Outcome {
  const { query, update, upsert } = write
  let matched = 0
  let modified = 0
  for (const record of search(collection, searchFor(write))) {
    matched++
    if (updateRecord(collection, record, update, query)) modified++
  }
  const upserted = matched === 0 && upsert ? insertUpserted(collection, write.encodedQuery, update) : undefined
  return { matched, modified, upserted }
}
