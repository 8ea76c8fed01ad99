import { CommandError, notOffered } from '../command-error.js'
import { isBsonNumber } from '../bson/numbers.js'
import { plainNumber, plainNumbers } from '../bson/type-names.js'
import { fieldOf, isDocument, setField, type Document } from '../bson/value.js'
import { checkExpression, isExpression } from './expression-check.js'
import { isOperators } from './constraints.js'

/** The tree of paths that a projection includes or excludes. */
type Tree = Map<string, Tree | true>

/** A field that `$slice` or `$elemMatch` of a find cuts down. */
export interface Cut {
  readonly path: readonly string[]
  readonly operator: '$slice' | '$elemMatch'
  readonly operand: unknown
}

/** A projection, taken apart. */
export interface Projection {
  readonly mode: 'include' | 'exclude'
  readonly tree: Tree
  /** Fields set to the value of an expression, in their order. */
  readonly computed: readonly { readonly path: readonly string[]; readonly expression: unknown }[]
  readonly cuts: readonly Cut[]
  /** The array of a positional `field.$`. */
  readonly positional: string | undefined
}

interface Draft {
  include: string | undefined
  exclude: string | undefined
  /** Whether `_id` is named, and how. */
  id: boolean | undefined
  tree: Tree
  computed: { path: readonly string[]; expression: unknown }[]
  cuts: Cut[]
  positional: string | undefined
}

/** Takes a projection apart; `find` allows what only a find may do. Throws what MongoDB throws for a wrong one. */
export function parseProjection(spec: Document, find: boolean): Projection {
  const draft: Draft = {
    include: undefined,
    exclude: undefined,
    id: undefined,
    tree: new Map(),
    computed: [],
    cuts: [],
    positional: undefined,
  }
  for (const [name, value] of Object.entries(spec)) parseField(name, value, find, draft)
  const elementMatch = draft.cuts.some((cut) => cut.operator === '$elemMatch')
  const includes = draft.include !== undefined || draft.computed.length > 0 || elementMatch
  const mode =
    includes || (draft.id === true && draft.exclude === undefined && draft.cuts.length === 0) ? 'include' : 'exclude'
  if (mode === 'include') {
    if (draft.id !== false) draft.tree.set('_id', true)
    for (const cut of draft.cuts) plant(draft.tree, cut.path)
  } else if (draft.id === false) draft.tree.set('_id', true)
  return { mode, tree: draft.tree, computed: draft.computed, cuts: draft.cuts, positional: draft.positional }
}

function parseField(path: string, value: unknown, find: boolean, draft: Draft): void {
  const parts = path.split('.')
  if (path === '') throw new CommandError(40352, 'FieldPath cannot be constructed with empty string')
  if (parts.includes('')) throw new CommandError(15998, 'FieldPath field names may not be empty strings.')
  if (find && parts.at(-1) === '$') {
    parsePositional(parts, draft)
    return
  }
  if (parts.some((part) => part.startsWith('$'))) {
    throw new CommandError(
      16410,
      `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
    )
  }
  const flag = plainNumber(value)
  if (typeof flag === 'number' || typeof flag === 'boolean') parseFlag(path, parts, Boolean(flag), draft)
  else if (isOperators(value)) parseOperator(path, parts, value, find, draft)
  else if (isDocument(value)) parseBelow(path, value, find, draft)
  else compute(path, parts, value, draft)
}

function parseBelow(path: string, spec: Document, find: boolean, draft: Draft): void {
  const fields = Object.entries(spec)
  if (fields.length === 0) throw new CommandError(51270, 'An empty sub-projection is not a valid value')
  for (const [name, value] of fields) parseField(`${path}.${name}`, value, find, draft)
}

function parsePositional(parts: readonly string[], draft: Draft): void {
  if (draft.positional !== undefined)
    throw new CommandError(31276, 'Cannot specify more than one positional projection')
  draft.positional = parts.slice(0, -1).join('.')
  include(draft.positional, parts.slice(0, -1), draft)
}

function parseFlag(path: string, parts: readonly string[], wanted: boolean, draft: Draft): void {
  if (path === '_id') {
    draft.id = wanted
  } else if (wanted) {
    include(path, parts, draft)
  } else {
    if (draft.include !== undefined) {
      throw new CommandError(31254, `Cannot do exclusion on field ${path} in inclusion projection`)
    }
    draft.exclude = path
    plant(draft.tree, parts)
  }
}

function include(path: string, parts: readonly string[], draft: Draft): void {
  refuseInExclusion(path, draft)
  draft.include = path
  plant(draft.tree, parts)
}

function refuseInExclusion(path: string, draft: Draft): void {
  if (draft.exclude === undefined) return
  throw new CommandError(31253, `Cannot do inclusion on field ${path} in exclusion projection`)
}

function compute(path: string, parts: readonly string[], expression: unknown, draft: Draft): void {
  refuseInExclusion(path, draft)
  checkExpression(expression)
  if (path === '_id') draft.id = false
  plant(new Map(draft.tree), parts)
  draft.computed.push({ path: parts, expression })
}

function parseOperator(path: string, parts: readonly string[], value: Document, find: boolean, draft: Draft): void {
  const [operator = ''] = Object.keys(value)
  if (operator === '$meta') throw notOffered('a projection of $meta')
  const operand = value[operator]
  const isCut = find && (operator === '$elemMatch' || (operator === '$slice' && isSlice(operand)))
  if (!isCut) {
    if (!isExpression(operator)) throw new CommandError(31325, `Unknown expression ${operator}`)
    compute(path, parts, value, draft)
    return
  }
  if (operator === '$elemMatch' && !isDocument(operand))
    throw new CommandError(31274, 'elemMatch: Invalid argument, object required')
  draft.cuts.push({
    path: parts,
    operator: operator === '$slice' ? '$slice' : '$elemMatch',
    operand: plainNumbers(operand),
  })
}

function isSlice(operand: unknown): boolean {
  if (isBsonNumber(operand)) return true
  return Array.isArray(operand) && operand.length === 2 && operand.every(isBsonNumber)
}

/** Adds a path to the tree; two paths of which one leads through the other are refused. */
function plant(tree: Tree, path: readonly string[]): void {
  let node = tree
  path.forEach((name, depth) => {
    const below = node.get(name)
    const last = depth === path.length - 1
    if (below === true || (below && last)) {
      const at = path.slice(0, depth + 1).join('.')
      if (last) throw new CommandError(31250, `Path collision at ${at}`)
      throw new CommandError(31249, `Path collision at ${at} remaining portion ${path.slice(depth + 1).join('.')}`)
    }
    const next: Tree = below ?? new Map<string, Tree | true>()
    if (last) node.set(name, true)
    else node.set(name, next)
    node = next
  })
}

/** The document as the tree lets it through; expressions and cuts come after. */
export function applyTree(document: Document, { mode, tree }: Projection): Document {
  return mode === 'include' ? included(document, tree) : excluded(document, tree)
}

function included(document: Document, tree: Tree): Document {
  const out: Document = {}
  for (const name of Object.keys(document)) {
    const below = tree.get(name)
    if (below === undefined) continue
    const value = below === true ? document[name] : includedIn(document[name], below)
    if (value !== undefined) setField(out, name, value)
  }
  return out
}

/** Below an included path scalars are left out. */
function includedIn(value: unknown, tree: Tree): unknown {
  if (isDocument(value)) return included(value, tree)
  if (!Array.isArray(value)) return undefined
  return value.map((element: unknown) => includedIn(element, tree)).filter((element) => element !== undefined)
}

function excluded(document: Document, tree: Tree): Document {
  const out: Document = {}
  for (const name of Object.keys(document)) {
    const below = tree.get(name)
    if (below !== true) setField(out, name, below ? excludedIn(document[name], below) : document[name])
  }
  return out
}

function excludedIn(value: unknown, tree: Tree): unknown {
  if (isDocument(value)) return excluded(value, tree)
  return Array.isArray(value) ? value.map((element: unknown) => excludedIn(element, tree)) : value
}

/**
 * Sets what an expression computed, as `$project` and `$addFields` do: embedded documents on the way are made where
 * there are none, arrays have it set in each element, undefined removes. Returns a copy of what changed.
 */
export function withComputed(value: unknown, path: readonly string[], computed: unknown): unknown {
  if (Array.isArray(value)) return value.map((element: unknown) => withComputed(element, path, computed))
  const out: Document = isDocument(value) ? { ...value } : {}
  const [name = '', ...rest] = path
  const next = rest.length === 0 ? computed : withComputed(fieldOf(out, name), rest, computed)
  if (next === undefined) Reflect.deleteProperty(out, name)
  else setField(out, name, next)
  return out
}
