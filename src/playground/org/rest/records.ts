import { visibleObject } from '../access.js'
import type { Call, Reply, Route } from '../api.js'
import type { OrgCore } from '../core.js'
import type { SaveContext, SaveResult } from '../dml.js'
import { duplicateOptions } from '../duplicate-rules.js'
import { notFound, notImplemented, OrgError, restShapeOf } from '../org-error.js'
import { toId18 } from '../ids.js'
import { readObject } from '../json-body.js'
import { findByKey, keyFieldOf } from '../record-keys.js'
import type { FieldDef, ObjectDef } from '../schema.js'
import type { Row } from '../store.js'
import { attributesOf, jsonValue } from '../wire.js'
import { unlessChanged, validatorsOf } from './conditional.js'

/** Single records by id and by key (rest.md §5, §6). */
export function recordRoutes(core: OrgCore): Route[] {
  const records = new Records(core)
  return [
    { method: 'POST', path: '/sobjects/:object', handle: (call) => records.create(call) },
    { method: 'GET', path: '/sobjects/:object/:id', handle: (call) => records.read(call) },
    { method: 'PATCH', path: '/sobjects/:object/:id', handle: (call) => records.update(call) },
    { method: 'DELETE', path: '/sobjects/:object/:id', handle: (call) => records.remove(call) },
    { method: 'GET', path: '/sobjects/:object/:field/:value', handle: (call) => records.readByKey(call) },
    { method: 'PATCH', path: '/sobjects/:object/:field/:value', handle: (call) => records.upsert(call) },
  ]
}

/** How the records of a call are saved. */
export function saveContext(call: Call): SaveContext {
  const header = call.headers['sforce-duplicate-rule-header']
  const duplicates = duplicateOptions(Array.isArray(header) ? header.join(';') : header)
  const assigns = String(call.headers['sforce-auto-assign'] ?? '').toUpperCase() !== 'FALSE'
  return { userId: call.session.userId, source: 'json', duplicates, assigns, transaction: call.transaction }
}

class Records {
  readonly #core: OrgCore

  constructor(core: OrgCore) {
    this.#core = core
  }

  async create(call: Call): Promise<Reply> {
    const def = objectOf(this.#core, call)
    const result = this.#core.dml.insert(def.name, await readObject(call), saveContext(call))
    return result.success ? created(call, def, result) : failed(call, result)
  }

  async update(call: Call): Promise<Reply> {
    const def = objectOf(this.#core, call)
    const body = await readObject(call)
    const repeated = Object.keys(body).find((name) => name.toLowerCase() === 'id')
    if (repeated !== undefined) {
      throw new OrgError(400, 'INVALID_FIELD', 'The Id field should not be specified in the sobject data.')
    }
    const id = call.params['id'] ?? ''
    const row = this.#core.store.get(id)
    if (row?.IsDeleted === false) unlessChanged(call, def, row)
    const result = this.#core.dml.update(def.name, id, body, saveContext(call))
    return result.success ? { status: 204 } : failed(call, result)
  }

  remove(call: Call): Reply {
    const def = objectOf(this.#core, call)
    const result = this.#core.dml.remove(def.name, call.params['id'] ?? '', saveContext(call))
    return result.success ? { status: 204 } : failed(call, result)
  }

  /** A deleted record is 404, like one that never was (rest.md §5). */
  read(call: Call): Reply {
    const def = objectOf(this.#core, call)
    const row = this.#core.store.get(call.params['id'] ?? '')
    if (row === undefined || row.IsDeleted || !row.Id.startsWith(def.keyPrefix)) throw notFound()
    return this.#found(call, def, row)
  }

  #found(call: Call, def: ObjectDef, row: Row): Reply {
    const headers = validatorsOf(def, row)
    return unlessChanged(call, def, row) ?? { status: 200, json: this.#json(call, def, row), headers }
  }

  readByKey(call: Call): Reply {
    const def = objectOf(this.#core, call)
    if (toId18(call.params['field'] ?? '') !== undefined) throw notImplemented('sobject relationships')
    const rows = this.#byKey(call, def)
    const [row] = rows
    if (row === undefined) throw notFound()
    return rows.length > 1 ? severalMatches(call, def, rows) : this.#found(call, def, row)
  }

  /** 201 created, 200 updated (204 before v46), 300 for several matches with nothing written (rest.md §6). */
  async upsert(call: Call): Promise<Reply> {
    const def = objectOf(this.#core, call)
    const field = keyFieldOf(def, call.params['field'] ?? '')
    const body = await readObject(call)
    if (Object.keys(body).some((name) => name.toLowerCase() === field.name.toLowerCase())) {
      const message = `The ${field.name} field should not be specified in the sobject data.`
      throw new OrgError(400, 'INVALID_FIELD', message)
    }
    const [known, ...others] = this.#byKey(call, def)
    if (known !== undefined && others.length === 0) unlessChanged(call, def, known)
    const updateOnly = call.query.get('updateOnly') === 'true'
    const context = { ...saveContext(call), updateOnly }
    const result = this.#core.dml.upsert(def.name, field.name, call.params['value'] ?? '', body, context)
    if (result.matches !== undefined) return severalMatches(call, def, this.#byKey(call, def))
    if (!result.success) return failed(call, result)
    const json = { id: result.id, success: true, errors: [], created: result.created }
    if (result.created) return { ...created(call, def, result), json }
    return Number(call.version) < 46 ? { status: 204 } : { status: 200, json }
  }

  #byKey(call: Call, def: ObjectDef): Row[] {
    const field = keyFieldOf(def, call.params['field'] ?? '')
    return findByKey(this.#core.store, def.name, field, call.params['value'] ?? '')
  }

  /** All readable fields in describe order, or those asked for and the Id (rest.md §5). */
  #json(call: Call, def: ObjectDef, row: Row): object {
    const wanted = call.query.get('fields')
    const fields = wanted === null ? readableFields(this.#core, def) : namedFields(this.#core, def, wanted.split(','))
    return recordJson(def, row, fields, call.version)
  }
}

/** The object of a path; throws 404 NOT_FOUND for an unknown one (rest.md §5). */
export function objectOf(core: OrgCore, call: Call): ObjectDef {
  const def = visibleObject(core, call.params['object'] ?? '')
  if (def === undefined) throw notFound()
  return def
}

export function readableFields(core: OrgCore, def: ObjectDef): FieldDef[] {
  return def.fields.filter((field) => !core.hidden(def.name, field.name))
}

/** Fields by name, with Id at the end if it is not among them; an unknown or hidden one throws INVALID_FIELD. */
export function namedFields(core: OrgCore, def: ObjectDef, names: readonly string[]): FieldDef[] {
  const fields = names.map((name) => {
    const field = def.field(name.trim())
    if (field !== undefined && !core.hidden(def.name, field.name)) return field
    throw new OrgError(400, 'INVALID_FIELD', `No such column '${name.trim()}' on sobject of type ${def.name}`)
  })
  const id = def.field('Id')
  return id === undefined || fields.includes(id) ? fields : [...fields, id]
}

export function recordJson(def: ObjectDef, row: Row, fields: readonly FieldDef[], version: string): object {
  const values = Object.fromEntries(fields.map((field) => [field.name, jsonValue(def, field, row)]))
  return { attributes: attributesOf(def, row, version), ...values }
}

function created(call: Call, def: ObjectDef, result: SaveResult): Reply {
  const Location = `/services/data/v${call.version}/sobjects/${def.name}/${result.id ?? ''}`
  return { status: 201, json: { id: result.id, success: true, errors: [] }, headers: { Location } }
}

function failed(call: Call, result: SaveResult): Reply {
  return { status: result.errors[0]?.status ?? 400, json: restShapeOf(result.errors, call.version) }
}

function severalMatches(call: Call, def: ObjectDef, rows: readonly Row[]): Reply {
  return { status: 300, json: rows.map((row) => attributesOf(def, row, call.version).url) }
}
