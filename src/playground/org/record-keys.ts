import { notFound, saveError, type SaveError } from './org-error.js'
import { toId18 } from './ids.js'
import type { FieldDef, ObjectDef } from './schema.js'
import type { Row, Store } from './store.js'

/** A field that upserts and parents by key may match on: external ids, and idLookup fields of standard objects (rest.md §6). */
export function isKeyField(field: FieldDef): boolean {
  return field.externalId || field.idLookup
}

/** The key field of an upsert; throws 404 NOT_FOUND for any other field (rest.md §6). */
export function keyFieldOf(def: ObjectDef, name: string): FieldDef {
  const field = def.field(name)
  if (field !== undefined && isKeyField(field)) return field
  throw notFound(`Provided external ID field does not exist or is not accessible: ${name}`)
}

/** Living records that match a key, without case unless the field is declared otherwise (rest.md §6). */
export function findByKey(store: Store, object: string, field: FieldDef, value: string): Row[] {
  return (store.lookup(object, field.name, value) ?? []).filter((row) => !row.IsDeleted)
}

/** The record an update or delete means, or why there is none (rest.md §5). Without `def` any object's. */
export function targetOf(store: Store, def: ObjectDef | undefined, id: string): { row: Row } | { problem: SaveError } {
  const id18 = toId18(id)
  if (id18 === undefined) return { problem: saveError('MALFORMED_ID', `malformed id ${id}`, ['Id']) }
  if (def !== undefined && !id18.startsWith(def.keyPrefix)) {
    return { problem: saveError('MALFORMED_ID', `${def.label} ID: id value of incorrect type: ${id18}`, ['Id']) }
  }
  const row = store.get(id18)
  if (row === undefined) {
    return { problem: saveError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', [], 404) }
  }
  return row.IsDeleted ? { problem: saveError('ENTITY_IS_DELETED', 'entity is deleted', [], 404) } : { row }
}

/** Checks the values of reference fields and turns their ids into 18 characters (errors.md §2). */
export function checkReferences(
  store: Store,
  fields: readonly FieldDef[],
  values: Record<string, Row[string]>,
): SaveError[] {
  const errors: SaveError[] = []
  for (const field of fields) {
    const value = values[field.name]
    if (typeof value !== 'string') continue
    const target = referenceTarget(store, field, value)
    if (typeof target === 'string') values[field.name] = target
    else errors.push(target)
  }
  return errors
}

function referenceTarget(store: Store, field: FieldDef, value: string): string | SaveError {
  const id = toId18(value)
  const target = id === undefined ? undefined : store.schema.byPrefix(id)
  // Profiles, roles and queues are not modelled: their ids are taken as they are.
  const unmodelled = target === undefined && field.referenceTo.some((object) => store.object(object) === undefined)
  if (id === undefined || !(unmodelled || (target !== undefined && field.referenceTo.includes(target.name)))) {
    return saveError('MALFORMED_ID', `${field.label}: id value of incorrect type: ${value}`, [field.name])
  }
  if (unmodelled) return id
  const row = store.get(id)
  if (row === undefined) return saveError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', [field.name])
  if (row.IsDeleted) return saveError('ENTITY_IS_DELETED', 'entity is deleted', [field.name])
  if (field.name === 'OwnerId' && row['IsActive'] === false) {
    return saveError('INACTIVE_OWNER_OR_USER', 'operation performed with inactive user', [field.name])
  }
  return id
}

/** Fields of which no two living records may have the same value. */
export function uniqueFieldsOf({ fields }: ObjectDef): FieldDef[] {
  return fields.filter(({ unique }) => unique)
}

/** Values that another living record already holds in one of the unique fields (errors.md §2); ids in the text have 15 characters. */
export function checkUnique(
  store: Store,
  { name: object }: ObjectDef,
  fields: readonly FieldDef[],
  values: Readonly<Record<string, Row[string]>>,
  self?: Row,
): SaveError[] {
  const errors: SaveError[] = []
  for (const { name } of fields) {
    const value = values[name]
    if (value === null || value === undefined) continue
    const holders = store.lookup(object, name, String(value)) ?? []
    const other = holders.find((row) => row !== self && !row.IsDeleted)
    if (other === undefined) continue
    const message = `duplicate value found: ${name} duplicates value on record with id: ${other.Id.slice(0, 15)}`
    errors.push(saveError('DUPLICATE_VALUE', message))
  }
  return errors
}
