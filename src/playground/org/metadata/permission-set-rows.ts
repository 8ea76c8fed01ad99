import type { SaveResult } from '../dml.js'
import type { Row } from '../store.js'
import type { MetadataTarget } from './package-plan.js'
import type { FieldGrant, PermissionSet } from './permission-set.js'

interface Saved {
  readonly done: { readonly created: boolean; readonly changed: boolean; readonly id?: string }
  readonly apply: () => void
}

/**
 * What a permission set comes to as records: itself and its FieldPermissions, which the REST API shows too. Grants that the
 * package does not name stay.
 */
export function savePermissionSet(target: MetadataTarget, set: PermissionSet): Saved {
  const before = target.store.lookup('PermissionSet', 'Name', set.name)?.find((row) => !row.IsDeleted)
  const apply = () => {
    const { name, label, description } = set
    const values = { Name: name, Label: label, Description: description }
    const id = before === undefined ? insert(target, 'PermissionSet', values) : update(target, before, values)
    for (const grant of set.grants) saveGrant(target, id, grant)
  }
  const done = { created: before === undefined, changed: true, ...(before === undefined ? {} : { id: before.Id }) }
  return { done, apply }
}

function saveGrant(target: MetadataTarget, setId: string, { object, field, readable, editable }: FieldGrant): void {
  const rows = target.store.lookup('FieldPermissions', 'ParentId', setId) ?? []
  const before = rows.find((row) => !row.IsDeleted && row['Field'] === field)
  const rights = { PermissionsRead: readable, PermissionsEdit: editable }
  if (before !== undefined) update(target, before, rights)
  else insert(target, 'FieldPermissions', { ParentId: setId, SobjectType: object, Field: field, ...rights })
}

function insert({ dml, userId }: MetadataTarget, object: string, values: object): string {
  return savedId(dml.insert(object, { ...values }, { userId, source: 'json' }))
}

function update({ store, dml, userId }: MetadataTarget, row: Row, values: object): string {
  const object = store.schema.byPrefix(row.Id)?.name ?? ''
  return savedId(dml.update(object, row.Id, { ...values }, { userId, source: 'json' }))
}

/** A refusal here is a mistake of the plan, which has checked everything. */
function savedId({ id, errors }: SaveResult): string {
  if (id !== null && errors.length === 0) return id
  throw new Error(errors.map(({ message }) => message).join('; '))
}
