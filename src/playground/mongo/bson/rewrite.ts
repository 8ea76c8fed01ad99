import { DocumentWriter } from './document-writer.js'
import { BsonType, ElementCursor, type Place } from './element-cursor.js'
import { isBsonNumber } from './numbers.js'
import { compareValues } from './order.js'
import { typeNumberOf } from './type-names.js'
import { isDocument, readValue, type Document } from './value.js'

/**
 * The places an update wrote to, as a tree of field names and array indexes; `true` ends a path. What lies outside it
 * keeps its bytes: types (an Int32 beside a Double), order and all.
 */
export type Touched = Map<string, Touched | true>

/** Adds a path to the tree. */
export function touch(touched: Touched, path: readonly string[]): void {
  const [name = '', ...rest] = path
  const below = touched.get(name)
  if (rest.length === 0 || below === true) {
    touched.set(name, true)
    return
  }
  const next: Touched = below ?? new Map<string, Touched | true>()
  touched.set(name, next)
  touch(next, rest)
}

const writer = new DocumentWriter()

/**
 * The bytes of a document after an update with operators: `next` holds at least the touched top-level fields as they
 * are now; all others are copied from `old`. New fields come after the old ones, sorted by name, as MongoDB does.
 */
export function rewriteTouched(old: Buffer, next: Document, touched: Touched): Buffer {
  return writer.build(() => {
    writeTouchedFields(old, 0, next, touched)
  })
}

function writeTouchedFields(bytes: Buffer, at: number, next: Document, touched: Touched): void {
  const present = new Set<string>()
  const cursor = new ElementCursor(bytes, at)
  while (cursor.next()) {
    const name = cursor.name
    const below = touched.get(name)
    if (below === undefined) writer.bytes(bytes, cursor.head, cursor.end)
    else if (Object.hasOwn(next, name)) writeTouchedValue(cursor, name, next[name], below)
    if (below !== undefined) present.add(name)
  }
  const added = [...touched.keys()].filter((name) => !present.has(name) && Object.hasOwn(next, name))
  for (const name of added.sort(byPathOrder)) writer.element(name, next[name])
}

/** Numeric names are ordered as numbers and come before all others. */
export function byPathOrder(a: string, b: string): number {
  const left = /^\d+$/.test(a) ? Number(a) : Infinity
  const right = /^\d+$/.test(b) ? Number(b) : Infinity
  if (left !== right) return left - right
  return a < b ? -1 : a > b ? 1 : 0
}

function writeTouchedValue(old: ElementCursor, name: string, value: unknown, touched: Touched | true): void {
  if (touched === true) {
    if (Array.isArray(value) && old.type === BsonType.array) writeChangedArray(old, name, value)
    else writer.element(name, value)
  } else if (isDocument(value) && old.type === BsonType.document) {
    writer.name(BsonType.document, name)
    const mark = writer.open()
    writeTouchedFields(old.bytes, old.start, value, touched)
    writer.close(mark)
  } else if (Array.isArray(value) && old.type === BsonType.array) {
    writer.name(BsonType.array, name)
    writeTouchedArray(old, value, touched)
  } else {
    writer.element(name, value)
  }
}

function writeTouchedArray(old: ElementCursor, value: readonly unknown[], touched: Touched): void {
  const mark = writer.open()
  const cursor = new ElementCursor(old.bytes, old.start)
  for (let i = 0; i < value.length; i++) {
    const name = String(i)
    const below = touched.get(name)
    const isOld = cursor.next()
    if (!isOld) writer.element(name, value[i] ?? null)
    else if (below === undefined) writer.bytes(old.bytes, cursor.head, cursor.end)
    else writeTouchedValue(cursor, name, value[i] ?? null, below)
  }
  writer.close(mark)
}

/** An array that was pushed to, pulled from or sorted: elements that were there before, in the same order, keep their bytes. */
function writeChangedArray(old: ElementCursor, name: string, value: readonly unknown[]): void {
  writer.name(BsonType.array, name)
  const mark = writer.open()
  const cursor = new ElementCursor(old.bytes, old.start)
  value.forEach((item, i) => {
    const found = findForward(cursor, item)
    if (found) {
      writer.name(found.type, String(i))
      writer.bytes(old.bytes, found.start, found.end)
    } else {
      writer.element(String(i), item ?? null)
    }
  })
  writer.close(mark)
}

/** Steps the cursor to the next old element that equals `item`; when there is none the cursor stays where it was. */
function findForward(cursor: ElementCursor, item: unknown): ElementCursor | undefined {
  const before = cursor.place()
  while (cursor.next()) {
    if (compareValues(readValue(cursor.bytes, cursor.type, cursor.start, cursor.end), item) === 0) return cursor
  }
  cursor.moveTo(before)
  return undefined
}

/**
 * The bytes of a document that was made out of an old one (whose decoded form is `before`). With `keepOrder`, for
 * changes that only set and unset, old fields stay where they are. Values that are equal keep their bytes.
 */
export function rewriteWhole(old: Buffer, before: Document, next: Document, keepOrder: boolean): Buffer {
  return writer.build(() => {
    writeMergedFields(old, 0, before, next, keepOrder)
  })
}

function writeMergedFields(bytes: Buffer, at: number, before: Document, next: Document, keepOrder: boolean): void {
  const places = new Map<string, Place>()
  const cursor = new ElementCursor(bytes, at)
  while (cursor.next()) places.set(cursor.name, cursor.place())
  const kept = [...places.keys()].filter((name) => Object.hasOwn(next, name))
  const names = keepOrder ? new Set([...kept, ...Object.keys(next)]) : new Set(Object.keys(next))
  for (const name of names) {
    const place = places.get(name)
    const [was, is] = [before[name], next[name]]
    if (is === undefined) continue
    if (place && isSame(was, is)) {
      writer.bytes(bytes, place.head, place.end)
    } else if (place && isDocument(was) && isDocument(is)) {
      writer.name(BsonType.document, name)
      const mark = writer.open()
      writeMergedFields(bytes, place.start, was, is, keepOrder)
      writer.close(mark)
    } else {
      writer.element(name, is)
    }
  }
}

/** Whether two values are equal, and so are the types of their numbers. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (compareValues(a, b) !== 0) return false
  if (Array.isArray(a) && Array.isArray(b)) return a.every((item, i) => isSame(item, b[i]))
  if (isDocument(a) && isDocument(b)) return Object.keys(a).every((name) => isSame(a[name], b[name]))
  return !isBsonNumber(a) || typeNumberOf(a) === typeNumberOf(b)
}
