import { checkbox, picklist, reference, text, textarea } from '../fields.js'
import type { ObjectSpec } from '../schema.js'
import { auditFields, identityFields, ownerField } from './system-fields.js'

/** Only as much as a contact or account needs to be kept from deletion by one (objects.md §1, §3). */
export const caseObject: ObjectSpec = {
  name: 'Case',
  label: 'Case',
  labelPlural: 'Cases',
  keyPrefix: '500',
  createable: true,
  updateable: true,
  deletable: true,
  undeletable: true,
  searchable: true,
  fields: [
    ...identityFields('Case'),
    text('CaseNumber', 'Case Number', 30, { readOnly: true, nameField: true, idLookup: true }),
    reference('ContactId', 'Contact ID', ['Contact'], { childRelationshipName: 'Cases' }),
    reference('AccountId', 'Account ID', ['Account'], { childRelationshipName: 'Cases' }),
    picklist('Status', 'Status', ['New', 'Working', 'Escalated', 'Closed'], {
      defaultedOnCreate: true,
      defaultValue: 'New',
    }),
    picklist('Origin', 'Case Origin', ['Phone', 'Email', 'Web']),
    text('Subject', 'Subject', 255),
    textarea('Description', 'Description', 32_000),
    checkbox('IsClosed', 'Closed', { readOnly: true }),
    ownerField(['Group', 'User']),
    ...auditFields(),
  ],
}
