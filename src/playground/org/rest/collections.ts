import { visibleObject } from '../access.js'
import { allOrNothing } from '../all-or-nothing.js'
import type { Call, Reply, Route } from '../api.js'
import type { OrgCore } from '../core.js'
import type { SaveResult } from '../dml.js'
import { itemShapeOf, OrgError, saveError } from '../org-error.js'
import { isObject, type JsonObject, objectsOf, readObject } from '../json-body.js'
import { keyFieldOf } from '../record-keys.js'
import type { ObjectDef } from '../schema.js'
import { since } from '../versions.js'
import { namedFields, objectOf, recordJson, saveContext } from './records.js'

const MAX_RECORDS = 200
const MAX_RETRIEVED = 2000
const MAX_RUNS = 10
/** limits.md §6 */
const [COLLECTIONS_SINCE, UPSERT_SINCE] = [42, 46]

/** sObject Collections: up to 200 records in one API call (rest.md §7). */
export function collectionRoutes(core: OrgCore): Route[] {
  const collections = new Collections(core)
  const path = '/composite/sobjects'
  return since(COLLECTIONS_SINCE, [
    { method: 'POST', path, handle: (call) => collections.create(call) },
    { method: 'PATCH', path, handle: (call) => collections.update(call) },
    { method: 'DELETE', path, handle: (call) => collections.remove(call) },
    ...since(UPSERT_SINCE, [
      { method: 'PATCH', path: `${path}/:object/:field`, handle: (call) => collections.upsert(call) },
    ]),
    { method: 'GET', path: `${path}/:object`, handle: (call) => collections.retrieve(call) },
    { method: 'POST', path: `${path}/:object`, handle: (call) => collections.retrieveByPost(call) },
  ])
}

class Collections {
  readonly #core: OrgCore

  constructor(core: OrgCore) {
    this.#core = core
  }

  async create(call: Call): Promise<Reply> {
    const { records, allOrNone } = await this.#envelope(call)
    const typed = this.#typed(records)
    const [{ dml }, context] = [this.#core, saveContext(call)]
    // A value of the wrong JSON type rejects the whole request before anything is saved (errors.md §2).
    for (const { def, record } of typed) dml.check(def.name, record, 'create', context)
    const save = () => typed.map(({ def, record }) => dml.insert(def.name, record, context))
    return { status: 200, json: this.#all(save, allOrNone).map(itemShape) }
  }

  async update(call: Call): Promise<Reply> {
    const { records, allOrNone } = await this.#envelope(call)
    const typed = this.#typed(records).map(({ def, record }) => ({ def, ...takeId(record) }))
    const { dml } = this.#core
    for (const { def, rest } of typed) dml.check(def.name, rest, 'update', saveContext(call))
    const save = () =>
      typed.map(({ def, id, rest }) =>
        id === undefined ? idMissing() : dml.update(def.name, id, rest, saveContext(call)),
      )
    return { status: 200, json: this.#all(save, allOrNone).map(itemShape) }
  }

  async upsert(call: Call): Promise<Reply> {
    const def = objectOf(this.#core, call)
    const field = keyFieldOf(def, call.params['field'] ?? '').name
    const { records, allOrNone } = await this.#envelope(call)
    for (const { def: stated } of this.#typed(records)) {
      if (stated !== def) throw new OrgError(400, 'INVALID_TYPE', `all records must be of type ${def.name}`)
    }
    const { dml } = this.#core
    const keyless = records.map((record) => withoutKey(record, field))
    for (const record of keyless) dml.check(def.name, record, 'update', saveContext(call))
    const save = () => dml.upsertAll(def.name, field, records, saveContext(call))
    const results = this.#all(save, allOrNone)
    return { status: 200, json: results.map((result) => ({ ...itemShape(result), created: result.created })) }
  }

  /** Only here is allOrNone a query parameter (rest.md §7). */
  remove(call: Call): Reply {
    const ids = listOf(call.query.get('ids'))
    checkCount(ids.length, MAX_RECORDS)
    const save = () => ids.map((id) => this.#core.dml.remove(null, id, saveContext(call)))
    return { status: 200, json: this.#all(save, call.query.get('allOrNone') === 'true').map(itemShape) }
  }

  retrieve(call: Call): Reply {
    return this.#retrieved(call, listOf(call.query.get('ids')), listOf(call.query.get('fields')))
  }

  async retrieveByPost(call: Call): Promise<Reply> {
    const body = await readObject(call)
    const texts = (value: unknown): string[] =>
      Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
    return this.#retrieved(call, texts(body['ids']), texts(body['fields']))
  }

  /** In the order of the ids, null for one that is missing (rest.md §7). */
  #retrieved(call: Call, ids: readonly string[], names: readonly string[]): Reply {
    const def = objectOf(this.#core, call)
    checkCount(ids.length, MAX_RETRIEVED)
    const fields = namedFields(this.#core, def, names)
    const json = ids.map((id) => {
      const row = this.#core.store.get(id)
      const there = row !== undefined && !row.IsDeleted && row.Id.startsWith(def.keyPrefix)
      return there ? recordJson(def, row, fields, call.version) : null
    })
    return { status: 200, json }
  }

  async #envelope(call: Call): Promise<{ records: JsonObject[]; allOrNone: boolean }> {
    const body = await readObject(call)
    const records = objectsOf(body, 'records')
    checkCount(records.length, MAX_RECORDS)
    return { records, allOrNone: body['allOrNone'] === true }
  }

  /** Each record with its object. Mixed types are worked on in at most ten runs of equal type (rest.md §7). */
  #typed(records: readonly JsonObject[]): { def: ObjectDef; record: JsonObject }[] {
    const typed = records.map((record) => ({ def: this.#typeOf(record), record }))
    const runs = typed.filter(({ def }, i) => def !== typed[i - 1]?.def).length
    if (runs > MAX_RUNS) {
      throw new OrgError(
        400,
        'LIMIT_EXCEEDED',
        `records of mixed types make ${runs} chunks, at most ${MAX_RUNS} are allowed`,
      )
    }
    return typed
  }

  #typeOf({ attributes }: JsonObject): ObjectDef {
    const type = isObject(attributes) ? attributes['type'] : undefined
    const def = typeof type === 'string' ? visibleObject(this.#core, type) : undefined
    if (def !== undefined) return def
    throw new OrgError(400, 'INVALID_TYPE', `sObject type '${typeof type === 'string' ? type : ''}' is not supported.`)
  }

  /** With allOrNone one failure takes all back, and the others are told so (rest.md §7). */
  #all(save: () => SaveResult[], allOrNone: boolean): SaveResult[] {
    return allOrNone ? allOrNothing(this.#core.store, save) : save()
  }
}

/** No `id` key on a failure, and `statusCode` in the errors (rest.md §7). */
function itemShape(result: SaveResult): object {
  if (result.success) return { id: result.id, success: true, errors: [] }
  return { success: false, errors: itemShapeOf(result.errors) }
}

/** The id of a record to update, its key in any case (rest.md §7). */
function takeId(record: JsonObject): { id: string | undefined; rest: JsonObject } {
  const rest: Record<string, unknown> = {}
  let id: string | undefined
  for (const [name, value] of Object.entries(record)) {
    if (name.toLowerCase() !== 'id') rest[name] = value
    else if (typeof value === 'string' && value !== '') id = value
  }
  return { id, rest }
}

function withoutKey(record: JsonObject, field: string): JsonObject {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name.toLowerCase() !== field.toLowerCase()))
}

function idMissing(): SaveResult {
  const errors = [saveError('MISSING_ARGUMENT', 'Id not specified in an update call')]
  return { success: false, id: null, created: false, errors }
}

function listOf(parameter: string | null): string[] {
  return parameter === null || parameter === '' ? [] : parameter.split(',').map((one) => one.trim())
}

function checkCount(count: number, max: number): void {
  if (count <= max) return
  const message = `record limit reached. cannot submit more than ${max} records into this call`
  throw new OrgError(400, 'EXCEEDED_ID_LIMIT', message)
}
