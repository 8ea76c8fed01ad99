import { fieldOf, isDocument } from '../bson/value.js'

/** A look at one value that a path leads to; `undefined` stands for a missing one. True ends the walk. */
export type Visit = (value: unknown) => boolean

/** A value in the place of a document: every path leads to it, and it is not opened although it may be an array. */
export class SingleValue {
  constructor(readonly value: unknown) {}
}

/**
 * Visits what a query path leads to in a document, as MongoDB's matcher does: arrays on the way are gone through, but
 * not arrays within arrays; a number names an element, or a field of the elements. At the end of the path, `open` has
 * the elements of an array visited before the array itself. Returns whether a visit returned true.
 */
export function visitPath(document: unknown, path: readonly string[], open: boolean, visit: Visit): boolean {
  return document instanceof SingleValue ? visit(document.value) : visitFrom(document, path, 0, open, visit)
}

function visitFrom(value: unknown, path: readonly string[], depth: number, open: boolean, visit: Visit): boolean {
  const child = fieldOf(value, path[depth] ?? '')
  if (depth === path.length - 1) return visitEnd(child, open, visit)
  if (Array.isArray(child)) return visitElements(child, path, depth + 1, open, visit)
  if (isDocument(child)) return visitFrom(child, path, depth + 1, open, visit)
  return visit(undefined)
}

function visitEnd(value: unknown, open: boolean, visit: Visit): boolean {
  if (open && Array.isArray(value) && value.some((element) => visit(element ?? null))) return true
  return visit(value)
}

function visitElements(
  array: readonly unknown[],
  path: readonly string[],
  depth: number,
  open: boolean,
  visit: Visit,
): boolean {
  const name = path[depth] ?? ''
  if (isIndex(name) && visitNumbered(array, path, depth, open, visit)) return true
  return array.some((element) => isDocument(element) && visitFrom(element, path, depth, open, visit))
}

/** An element named by its number is visited as it is: it is not opened although it may be an array. */
function visitNumbered(
  array: readonly unknown[],
  path: readonly string[],
  depth: number,
  open: boolean,
  visit: Visit,
): boolean {
  const index = Number(path[depth])
  if (index >= array.length) return false
  const element = array[index]
  if (depth === path.length - 1) return visit(element ?? null)
  if (Array.isArray(element)) return visitElements(element, path, depth + 1, open, visit)
  return isDocument(element) && visitFrom(element, path, depth + 1, open, visit)
}

function isIndex(name: string): boolean {
  return /^(0|[1-9]\d*)$/.test(name)
}

/** What a path leads to, each array at its end opened: the values that distinct collects and that a sort looks at. */
export function valuesAt(document: unknown, path: readonly string[]): unknown[] {
  const values: unknown[] = []
  visitPath(document, path, false, (value) => {
    if (Array.isArray(value)) for (const element of value as unknown[]) values.push(element)
    else if (value !== undefined) values.push(value)
    return false
  })
  return values
}
