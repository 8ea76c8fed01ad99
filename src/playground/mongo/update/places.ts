import { CommandError } from '../command-error.js'
import { shellText } from '../bson/shell-text.js'
import { isDocument, setField, type Document } from '../bson/value.js'

/** One place in a document that an update writes to: a field of an embedded document, or an element of an array. */
export interface Place {
  readonly container: Document | unknown[]
  readonly key: string
  /** The whole path, array indexes included. */
  readonly path: readonly string[]
}

/** How the parts of a path that stand for array elements are resolved. */
export interface Positions {
  /** The index that the query matched in the array at this path, for `$`. */
  matched(path: readonly string[]): number
  /** Whether an element is meant by `$[identifier]`. */
  selects(identifier: string, element: unknown): boolean
}

/**
 * The places that an update's path leads to in a document. `create` makes the embedded documents that are missing on
 * the way and refuses what stands in it (28); without it, a path that leads nowhere has no places.
 */
export function placesOf(document: Document, path: readonly string[], positions: Positions, create: boolean): Place[] {
  const places: Place[] = []
  const walk = (container: Document | unknown[], depth: number, sofar: readonly string[]): void => {
    const part = path[depth] ?? ''
    for (const key of keysFor(part, container, sofar, positions)) {
      const here = [...sofar, key]
      if (!isUsableKey(container, key, sofar, create)) continue
      if (depth === path.length - 1) places.push({ container, key, path: here })
      else
        descend(container, key, path[depth + 1] ?? '', here, create, (child) => {
          walk(child, depth + 1, here)
        })
    }
  }
  walk(document, 0, [])
  return places
}

/** The value at a place; undefined where there is none. */
export function valueAt({ container, key }: Place): unknown {
  if (Array.isArray(container)) return container[Number(key)]
  return Object.hasOwn(container, key) ? container[key] : undefined
}

/** Writes a value; an array that is too short is filled up with nulls. */
export function setAt({ container, key }: Place, value: unknown): void {
  if (!Array.isArray(container)) {
    setField(container, key, value)
    return
  }
  const index = Number(key)
  if (index > container.length + 1_500_000) throw new CommandError(34, `Cannot backfill the array up to index ${index}`)
  while (container.length < index) container.push(null)
  container[index] = value
}

/** Takes a field away; an element of an array becomes null instead. */
export function unsetAt({ container, key }: Place): void {
  if (Array.isArray(container)) container[Number(key)] = null
  else Reflect.deleteProperty(container, key)
}

/** Says whether a part of an update path stands for elements of an array. */
export function isPositional(part: string): boolean {
  return part === '$' || part.startsWith('$[')
}

function keysFor(
  part: string,
  container: Document | unknown[],
  sofar: readonly string[],
  positions: Positions,
): string[] {
  if (!isPositional(part)) return [part]
  if (!Array.isArray(container)) {
    throw new CommandError(
      2,
      `Cannot apply array updates to non-array element ${sofar.at(-1)}: ${shellText(container)}`,
    )
  }
  if (part === '$') return [String(positions.matched(sofar))]
  const indexes = [...container.keys()].map(String)
  if (part === '$[]') return indexes
  const identifier = part.slice(2, -1)
  return indexes.filter((index) => positions.selects(identifier, container[Number(index)]))
}

function isUsableKey(container: Document | unknown[], key: string, sofar: readonly string[], create: boolean): boolean {
  if (!Array.isArray(container) || /^(0|[1-9]\d*)$/.test(key)) return true
  if (!create) return false
  throw cannotCreate(key, sofar, container)
}

function cannotCreate(field: string, path: readonly string[], value: unknown): CommandError {
  return new CommandError(28, `Cannot create field '${field}' in element {${path.at(-1)}: ${shellText(value)}}`)
}

function descend(
  container: Document | unknown[],
  key: string,
  nextPart: string,
  path: readonly string[],
  create: boolean,
  go: (child: Document | unknown[]) => void,
): void {
  const place: Place = { container, key, path }
  const child = valueAt(place)
  if (isDocument(child) || Array.isArray(child)) {
    go(child as Document | unknown[])
    return
  }
  if (isPositional(nextPart)) throw cannotOpen(child, path)
  if (!create) return
  if (child !== undefined) throw cannotCreate(nextPart, path, child)
  const made: Document = {}
  setAt(place, made)
  go(made)
}

function cannotOpen(child: unknown, path: readonly string[]): CommandError {
  if (child === undefined) {
    const name = path.join('.')
    return new CommandError(2, `The path '${name}' must exist in the document in order to apply array updates.`)
  }
  return new CommandError(2, `Cannot apply array updates to non-array element ${path.at(-1)}: ${shellText(child)}`)
}
