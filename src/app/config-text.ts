import {
  findNodeAtLocation,
  getNodeValue,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser'
import type { ConfigProblem, Place, PlaceOf } from './config-problems.js'

/** What a config file says: JSON in which comments and commas before a closing bracket may stand. */
export interface ConfigText {
  /** Of what stands there twice the latter, of two objects what is in either. */
  value: unknown
  /** What is no JSON; the value is of no use then. */
  problems: ConfigProblem[]
  /** What stands there twice; the rest can be looked at all the same. */
  twice: ConfigProblem[]
  placeOf: PlaceOf
}

/** Reads the text of a config file; an empty one is no JSON. */
export function readConfigText(text: string): ConfigText {
  // Editors of some systems begin a file with a byte order mark.
  const clean = text.replace(/^\uFEFF/u, ' ')
  const errors: ParseError[] = []
  const root = parseTree(clean, errors, { allowTrailingComma: true })
  const wrong = errors
    .filter(({ offset }, at) => offset !== errors[at - 1]?.offset)
    .map(({ error, offset }) => ({
      path: '',
      message: `not JSON: ${inWords(printParseErrorCode(error))}`,
      ...placeAt(clean, offset),
    }))
  const twice = wrong.length > 0 || !root ? [] : doubled(root, clean)
  if (root && twice.length > 0) unite(root)
  return {
    value: root && (getNodeValue(root) as unknown),
    problems: wrong,
    twice,
    placeOf: (path, part) => root && placeOfNode(root, clean, path, part),
  }
}

/** "CommaExpected" as "comma expected". */
function inWords(code: string): string {
  return code.replace(/(?<!^)[A-Z]/gu, (letter) => ` ${letter}`).toLowerCase()
}

/** The one that counts would be another to us than to an editor. */
function doubled(node: Node, text: string, path: readonly string[] = []): ConfigProblem[] {
  const seen = new Set<string>()
  return (node.children ?? []).flatMap((child, at): ConfigProblem[] => {
    const [key, value] = child.children ?? []
    if (node.type !== 'object' || !key || !value) return doubled(child, text, [...path, String(at)])
    const name = String(key.value)
    const whole = [...path, name]
    const twice = { path: whole.join('.'), message: 'stands there twice', ...placeAt(text, key.offset) }
    const below = doubled(value, text, whole)
    if (seen.has(name)) return [twice, ...below]
    seen.add(name)
    return below
  })
}

/** Leaves of what stands in an object twice one: nothing that stands in either is lost, and where it stands neither. */
function unite(node: Node): void {
  const known = new Map<unknown, Node>()
  const kept = (node.children ?? []).filter((child) => {
    const [key, value] = child.children ?? []
    if (node.type !== 'object' || !key || !value) return true
    const first = known.get(key.value)
    if (!first) return known.set(key.value, child)
    const [, before] = first.children ?? []
    if (before?.type === 'object' && value.type === 'object') before.children?.push(...(value.children ?? []))
    else first.children?.splice(0, 2, key, value)
    return false
  })
  node.children?.splice(0, node.children.length, ...kept)
  for (const child of kept) unite(child)
}

function placeOfNode(root: Node, text: string, path: readonly (string | number)[], part: 'name' | 'value'): Place {
  const node = findNodeAtLocation(root, [...path])
  if (!node) return path.length === 0 ? placeAt(text, root.offset) : placeOfNode(root, text, path.slice(0, -1), part)
  const name = node.parent?.type === 'property' ? node.parent.children?.[0] : undefined
  return placeAt(text, (part === 'name' && name ? name : node).offset)
}

/** Line and column from 1, as editors count them. */
function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}
