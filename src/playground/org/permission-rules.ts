import { saveError, type SaveError } from './org-error.js'
import type { ObjectRules, Saving } from './rules.js'
import type { Row } from './store.js'

/** A right is given once, and on a field that is there. */
export const fieldPermissionsRules: ObjectRules = {
  beforeInsert({ store, values }) {
    const path = values['Field']
    if (typeof path !== 'string') return []
    const [object = '', name = ''] = path.split('.')
    if (store.object(object)?.field(name) === undefined) return [badField(path)]
    const twin = store
      .lookup('FieldPermissions', 'ParentId', String(values['ParentId']))
      ?.find((row) => !row.IsDeleted && row['Field'] === path)
    return twin === undefined ? withReading(values) : [duplicate('Field', twin)]
  },
  beforeUpdate({ values }) {
    return withReading(values)
  },
}

/** A permission set is assigned to a user once. */
export const permissionSetAssignmentRules: ObjectRules = {
  beforeInsert({ store, values }) {
    const twin = store
      .lookup('PermissionSetAssignment', 'PermissionSetId', String(values['PermissionSetId']))
      ?.find((row) => !row.IsDeleted && row['AssigneeId'] === values['AssigneeId'])
    return twin === undefined ? [] : [duplicate('PermissionSetId', twin)]
  },
}

/** Who may edit may read. */
function withReading(values: Saving['values']): SaveError[] {
  if (values['PermissionsEdit'] === true) values['PermissionsRead'] = true
  return []
}

/** The field is a restricted picklist of all fields (errors.md §2). */
function badField(value: string): SaveError {
  const message = `Field Name: bad value for restricted picklist field: ${value}`
  return saveError('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', message, ['Field'])
}

function duplicate(field: string, twin: Row): SaveError {
  const message = `duplicate value found: ${field} duplicates value on record with id: ${twin.Id.slice(0, 15)}`
  return saveError('DUPLICATE_VALUE', message, [field])
}
