import { checkbox, datetime, picklist, recordId, text } from '../fields.js'
import type { ObjectSpec } from '../schema.js'
import { auditFields } from './system-fields.js'

/** The one row that tells which org this is, and whether it is a sandbox. Minimal. */
export const organization: ObjectSpec = {
  name: 'Organization',
  label: 'Organization',
  labelPlural: 'Organizations',
  keyPrefix: '00D',
  createable: false,
  updateable: false,
  deletable: false,
  undeletable: false,
  searchable: false,
  fields: [
    recordId('Organization'),
    text('Name', 'Name', 80, { readOnly: true, nameField: true }),
    checkbox('IsSandbox', 'Is Sandbox', { readOnly: true }),
    text('InstanceName', 'Instance Name', 5, { readOnly: true }),
    // The Salesforce CLI asks for these two with every command.
    text('NamespacePrefix', 'Namespace Prefix', 15, { readOnly: true }),
    datetime('TrialExpirationDate', 'Trial Expiration Date', { readOnly: true }),
    picklist('OrganizationType', 'Edition', ['Developer Edition', 'Enterprise Edition'], { readOnly: true }),
    picklist('DefaultLocaleSidKey', 'Locale', ['en_US'], { readOnly: true, defaultValue: 'en_US' }),
    picklist('TimeZoneSidKey', 'Time Zone', ['GMT'], { readOnly: true, defaultValue: 'GMT' }),
    ...auditFields(),
  ],
}
