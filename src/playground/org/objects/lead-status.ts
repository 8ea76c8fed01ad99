import { checkbox, integer, recordId, text } from '../fields.js'
import type { ObjectSpec } from '../schema.js'
import { auditFields } from './system-fields.js'

/** The statuses a lead may have, and which of them a conversion may give it (objects.md §2). Read-only. */
export const leadStatus: ObjectSpec = {
  name: 'LeadStatus',
  label: 'Lead Status Value',
  labelPlural: 'Lead Status Value',
  keyPrefix: '01J',
  createable: false,
  updateable: false,
  deletable: false,
  undeletable: false,
  searchable: false,
  fields: [
    recordId('Lead Status Value'),
    text('MasterLabel', 'Master Label', 255, { readOnly: true, nameField: true }),
    text('ApiName', 'API Name', 255, { readOnly: true }),
    integer('SortOrder', 'Sort Order', 9, { readOnly: true }),
    checkbox('IsDefault', 'Is Default', { readOnly: true }),
    checkbox('IsConverted', 'Is Converted', { readOnly: true }),
    ...auditFields(),
  ],
}

/** The rows of every org. */
export const LEAD_STATUSES = [
  'Open - Not Contacted',
  'Working - Contacted',
  'Closed - Converted',
  'Closed - Not Converted',
].map((label, at) => ({
  MasterLabel: label,
  ApiName: label,
  SortOrder: at + 1,
  IsDefault: label.startsWith('Open'),
  IsConverted: label === 'Closed - Converted',
}))
