import type { Call, Reply, Route } from '../api.js'
import type { OrgCore } from '../core.js'
import { isObject, type JsonObject, objectsOf, readObject } from '../json-body.js'
import { itemShapeOf, saveError, type SaveError } from '../org-error.js'
import type { GivenRecord } from '../record-reader.js'
import type { ObjectDef } from '../schema.js'
import { objectOf, saveContext } from './records.js'

/** rest.md §8 */
const [MAX_RECORDS, MAX_TYPES, MAX_LEVELS] = [200, 5, 5]

/** One record of a tree with those below it. */
interface Node {
  readonly def: ObjectDef
  readonly referenceId: string
  readonly record: GivenRecord
  readonly children: readonly { readonly field: string; readonly node: Node }[]
}

/** One record that stands in the way of all. */
interface Refusal {
  readonly referenceId: string
  readonly errors: readonly SaveError[]
}

/** A tree that is refused before anything is saved. */
class TreeRefused extends Error {
  constructor(readonly refusals: readonly Refusal[]) {
    super('the tree is refused')
  }
}

const refused = (referenceId: string, message: string): TreeRefused =>
  new TreeRefused([{ referenceId, errors: [saveError('INVALID_INPUT', message)] }])

/** `POST /composite/tree/{Type}`: parents and what is below them, all or nothing (rest.md §8). */
export function treeRoute(core: OrgCore): Route {
  return {
    method: 'POST',
    path: '/composite/tree/:object',
    handle: async (call) => {
      const root = objectOf(core, call)
      const records = objectsOf(await readObject(call), 'records')
      try {
        const roots = readRoots(core, root, records)
        for (const { def, record } of all(roots)) core.dml.check(def.name, record, 'create', saveContext(call))
        return plant(core, call, roots)
      } catch (error) {
        if (error instanceof TreeRefused) return withErrors(error.refusals)
        throw error
      }
    },
  }
}

function withErrors(refusals: readonly Refusal[]): Reply {
  const results = refusals.map(({ referenceId, errors }) => ({ referenceId, errors: itemShapeOf(errors) }))
  return { status: 400, json: { hasErrors: true, results } }
}

/** Level by level, so that parents are there before their children; one failure takes all back. */
function plant(core: OrgCore, call: Call, roots: readonly Node[]): Reply {
  const savepoint = core.store.savepoint()
  const results: { referenceId: string; id: string | null }[] = []
  let level: readonly { readonly node: Node; readonly record: GivenRecord }[] = roots.map(asItIs)
  try {
    while (level.length > 0) {
      const planted = level.map(({ node, record }) => ({
        node,
        ...core.dml.insert(node.def.name, record, saveContext(call)),
      }))
      const failed = planted.filter(({ success }) => !success)
      if (failed.length > 0) throw new TreeRefused(failed.map(({ node, errors }) => ({ ...node, errors })))
      results.push(...planted.map(({ node: { referenceId }, id }) => ({ referenceId, id })))
      level = planted.flatMap(({ node, id }) =>
        node.children.map((child) => ({ node: child.node, record: { ...child.node.record, [child.field]: id } })),
      )
    }
  } catch (error) {
    savepoint.rollback()
    throw error
  }
  savepoint.release()
  return { status: 201, json: { hasErrors: false, results } }
}

function asItIs(node: Node): { readonly node: Node; readonly record: GivenRecord } {
  return { node, record: node.record }
}

function all(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node) => [node, ...all(node.children.map((child) => child.node))])
}

function readRoots(core: OrgCore, root: ObjectDef, records: readonly JsonObject[]): Node[] {
  const roots = records.map((record) => readNode(core, root, record, 1))
  const nodes = all(roots)
  const [excess] = nodes.slice(MAX_RECORDS)
  if (excess !== undefined) throw refused(excess.referenceId, `The request has more than ${MAX_RECORDS} records.`)
  const types = new Set<ObjectDef>()
  for (const { def, referenceId } of nodes) {
    if (types.add(def).size > MAX_TYPES) throw refused(referenceId, `The request has more than ${MAX_TYPES} types.`)
  }
  const twins = nodes.filter(({ referenceId }, at) =>
    nodes.some((one, other) => other !== at && one.referenceId === referenceId),
  )
  if (twins.length === 0) return roots
  const errors = [saveError('INVALID_INPUT', 'Duplicate ReferenceId provided in the request.')]
  throw new TreeRefused(twins.map(({ referenceId }) => ({ referenceId, errors })))
}

function readNode(core: OrgCore, def: ObjectDef, record: JsonObject, level: number): Node {
  const attributes = isObject(record['attributes']) ? record['attributes'] : {}
  const { type, referenceId } = attributes
  if (typeof referenceId !== 'string') throw refused('', 'Include a reference ID for each record in the request.')
  if (typeof type !== 'string' || core.store.object(type) !== def) {
    throw refused(referenceId, `Invalid entity type provided in the request: ${typeof type === 'string' ? type : ''}`)
  }
  if (level > MAX_LEVELS) throw refused(referenceId, `The request is more than ${MAX_LEVELS} levels deep.`)
  const fields: Record<string, unknown> = {}
  const children: Node['children'][number][] = []
  for (const [name, value] of Object.entries(record)) {
    const below = childrenUnder(core, def, name, value)
    if (below === undefined) fields[name] = value
    else
      for (const one of below.records)
        children.push({ field: below.field, node: readNode(core, below.def, one, level + 1) })
  }
  return { def, referenceId, record: fields, children }
}

/** `"Contacts": { "records": […] }`; undefined for everything else, which is a field. */
function childrenUnder(core: OrgCore, def: ObjectDef, name: string, value: unknown) {
  if (!isObject(value) || !Array.isArray(value['records'])) return undefined
  const wanted = name.toLowerCase()
  const relation = def.childRelationships.find(({ relationshipName }) => relationshipName?.toLowerCase() === wanted)
  const child = relation && core.store.object(relation.childSObject)
  if (!relation || !child || core.hidden(child.name, relation.field)) return undefined
  return { field: relation.field, def: child, records: objectsOf(value, 'records') }
}
