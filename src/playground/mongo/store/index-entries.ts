import { CommandError } from '../command-error.js'
import { valueKey } from '../bson/value-key.js'
import { fieldOf, isDocument, type Document } from '../bson/value.js'

/** One entry that a document has in an index: the value of each path of the key; undefined where it is missing. */
export interface IndexEntry {
  readonly key: string
  readonly values: readonly unknown[]
}

/** How far one path of the key has been followed. */
interface Position {
  readonly value: unknown
  readonly rest: readonly string[]
  /** True once an array on the way was opened: an array found at the end is then a value of its own. */
  readonly opened: boolean
}

/** What stands in an entry for an array without elements. */
export const EMPTY_ARRAY: readonly unknown[] = []

/** What an index on one path, or a sort by it, sees of a document: a value for each element; undefined for a missing one. */
export function keyValues(document: Document, path: readonly string[]): unknown[] {
  const [name, below] = path
  const value = name !== undefined && below === undefined ? fieldOf(document, name) : []
  if (!Array.isArray(value)) return [value]
  return tuples([{ value: document, rest: path, opened: false }]).map(([found]) => found)
}

/** The text under which a list of values is found; a missing value is found as null. */
export function entryKey(values: readonly unknown[]): string {
  return values.map((value) => valueKey(value ?? null)).join('')
}

/**
 * The entries of a document: one for each element of the one array that the key's paths may lead through. Two
 * different arrays are refused (171), as MongoDB does.
 */
export function entriesOf(document: Document, paths: readonly (readonly string[])[]): IndexEntry[] {
  const single = singleEntry(document, paths)
  if (single) return [single]
  const seen = new Map<string, IndexEntry>()
  const start = paths.map((path): Position => ({ value: document, rest: path, opened: false }))
  for (const values of tuples(start)) {
    const key = entryKey(values)
    if (!seen.has(key)) seen.set(key, { key, values })
  }
  return [...seen.values()]
}

/** The commonest case, made short: one top-level field that is no array. */
function singleEntry(document: Document, paths: readonly (readonly string[])[]): IndexEntry | undefined {
  const [path] = paths
  const [name, below] = path ?? []
  if (paths.length !== 1 || name === undefined || below !== undefined) return undefined
  const value = fieldOf(document, name)
  if (Array.isArray(value)) return undefined
  return { key: valueKey(value ?? null), values: [value] }
}

function tuples(positions: readonly Position[]): unknown[][] {
  const followed = positions.map(follow)
  const arrays = new Set(followed.filter(atArray).map((position) => position.value))
  if (arrays.size > 1) throw new CommandError(171, 'cannot index parallel arrays')
  const [array] = arrays
  if (!Array.isArray(array)) return [followed.map(({ value, rest }) => (rest.length > 0 ? undefined : value))]
  if (array.length === 0) return [followed.map((position) => emptyAt(position))]
  return array.flatMap((element: unknown) =>
    tuples(followed.map((position) => (atArray(position) ? { ...position, value: element, opened: true } : position))),
  )
}

/** An empty array is an entry of its own when the path ends there; a path that goes on finds nothing in it. */
function emptyAt(position: Position): unknown {
  if (position.rest.length > 0) return undefined
  return atArray(position) ? EMPTY_ARRAY : position.value
}

function atArray(position: Position): boolean {
  return Array.isArray(position.value) && !(position.opened && position.rest.length === 0)
}

/** Follows a path through embedded documents, and by number into arrays, until an array has to be opened. */
function follow(position: Position): Position {
  const { value, rest, opened } = position
  const [name, ...below] = rest
  if (name === undefined) return position
  if (isDocument(value)) {
    return Object.hasOwn(value, name)
      ? follow({ value: value[name], rest: below, opened: false })
      : { value: undefined, rest, opened }
  }
  if (Array.isArray(value) && /^\d+$/.test(name) && Number(name) < value.length) {
    return follow({ value: value[Number(name)] as unknown, rest: below, opened: true })
  }
  return Array.isArray(value) && !opened ? position : { value: undefined, rest, opened }
}
