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

/** How the parts of a path that stand for array elements are resolved, by the document as it was before the update. */
export interface Positions {
  /** The index that the query matched in the array at this path, for `$`. */
  matched(path: readonly string[]): number
  /** Whether the element at this path is meant by `$[identifier]`. */
  selects(identifier: string, path: readonly string[]): boolean
}

/**
 * What an operator does on a way that leads nowhere: it makes the embedded documents that are missing (`create`), or
 * has no effect (`skip`). Both fail (28) where something stands in the way that is no document; only `$unset` has no
 * effect even then (`ignore`).
 */
export type Approach = 'create' | 'skip' | 'ignore'

/** The places that an update's path leads to in a document; none where an operator has no effect. */
export function placesOf(
  document: Document,
  path: readonly string[],
  positions: Positions,
  approach: Approach,
): Place[] {
  const places: Place[] = []
  const walk = (container: Document | unknown[], depth: number, sofar: readonly string[]): void => {
    const part = path[depth] ?? ''
    for (const key of keysFor(part, container, sofar, positions)) {
      const place: Place = { container, key, path: [...sofar, key] }
      if (!isUsable(place, approach)) continue
      if (depth === path.length - 1) {
        places.push(place)
        continue
      }
      const below = containerAt(place, path[depth + 1] ?? '', approach)
      if (below) walk(below, depth + 1, place.path)
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
  return indexes.filter((index) => positions.selects(identifier, [...sofar, index]))
}

/** An array has numbered elements only. */
function isUsable({ container, key, path }: Place, approach: Approach): boolean {
  if (!Array.isArray(container) || /^(0|[1-9]\d*)$/.test(key)) return true
  if (approach === 'ignore') return false
  throw inTheWay(key, path.slice(0, -1), container, approach)
}

function inTheWay(field: string, path: readonly string[], value: unknown, approach: Approach): CommandError {
  const element = `{${path.at(-1)}: ${shellText(value)}}`
  if (approach === 'create') return new CommandError(28, `Cannot create field '${field}' in element ${element}`)
  const whole = [...path, field].join('.')
  return new CommandError(28, `Cannot use the part (${field}) of (${whole}) to traverse the element (${element})`)
}

/** What the way goes on through, made if that is wanted. */
function containerAt(place: Place, nextPart: string, approach: Approach): Document | unknown[] | undefined {
  const child = valueAt(place)
  if (Array.isArray(child)) return child as unknown[]
  if (isDocument(child)) return child
  if (isPositional(nextPart)) throw cannotOpen(child, place.path)
  if (child !== undefined && approach !== 'ignore') throw inTheWay(nextPart, place.path, child, approach)
  if (approach !== 'create') return undefined
  const made: Document = {}
  setAt(place, made)
  return made
}

function cannotOpen(child: unknown, path: readonly string[]): CommandError {
  if (child === undefined) {
    const name = path.join('.')
    return new CommandError(2, `The path '${name}' must exist in the document in order to apply array updates.`)
  }
  return new CommandError(2, `Cannot apply array updates to non-array element ${path.at(-1)}: ${shellText(child)}`)
}
