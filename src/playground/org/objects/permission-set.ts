import { checkbox, picklist, recordId, reference, text, textarea } from '../fields.js'
import type { ObjectSpec } from '../schema.js'
import { auditFields } from './system-fields.js'

const PLAIN = { createable: true, updateable: true, deletable: true, undeletable: false, searchable: false }

/*
 * The three objects behind field-level security (objects.md §7), as far as rights on fields go; the reference has no table
 * of them: names, prefixes and fields are those of the public object reference.
 */

/** Rights under a name, given to users one by one. */
export const permissionSet: ObjectSpec = {
  ...PLAIN,
  name: 'PermissionSet',
  label: 'Permission Set',
  labelPlural: 'Permission Sets',
  keyPrefix: '0PS',
  fields: [
    recordId('PermissionSet'),
    text('Name', 'Permission Set Name', 80, { required: true, unique: true, nameField: true }),
    text('Label', 'Permission Set Label', 80, { required: true }),
    textarea('Description', 'Description', 255),
    text('NamespacePrefix', 'Namespace Prefix', 15, { readOnly: true }),
    checkbox('IsOwnedByProfile', 'Is Owned By Profile', { readOnly: true }),
    checkbox('IsCustom', 'Is Custom', { readOnly: true, defaultValue: true }),
    ...auditFields(),
  ],
}

/** Who has a permission set. */
export const permissionSetAssignment: ObjectSpec = {
  ...PLAIN,
  updateable: false,
  name: 'PermissionSetAssignment',
  label: 'Permission Set Assignment',
  labelPlural: 'Permission Set Assignments',
  keyPrefix: '0Pa',
  fields: [
    recordId('PermissionSetAssignment'),
    reference('PermissionSetId', 'PermissionSet ID', ['PermissionSet'], {
      createOnly: true,
      required: true,
      childRelationshipName: 'Assignments',
      cascadeDelete: true,
    }),
    reference('AssigneeId', 'Assignee ID', ['User'], { createOnly: true, required: true }),
    ...auditFields().filter(({ name }) => name === 'SystemModstamp'),
  ],
}

/** What a permission set lets its users do with one field. */
export const fieldPermissions: ObjectSpec = {
  ...PLAIN,
  name: 'FieldPermissions',
  label: 'Field Permissions',
  labelPlural: 'Field Permissions',
  keyPrefix: '01k',
  fields: [
    recordId('FieldPermissions'),
    reference('ParentId', 'Parent ID', ['PermissionSet'], {
      createOnly: true,
      required: true,
      childRelationshipName: 'FieldPerms',
      cascadeDelete: true,
    }),
    picklist('SobjectType', 'Sobject Type Name', [], { createOnly: true, required: true }),
    picklist('Field', 'Field Name', [], { createOnly: true, required: true }),
    checkbox('PermissionsEdit', 'Edit Field'),
    checkbox('PermissionsRead', 'Read Field'),
    ...auditFields().filter(({ name }) => name === 'SystemModstamp'),
  ],
}
