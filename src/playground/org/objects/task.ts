import { checkbox, date, datetime, picklist, reference, text, textarea } from '../fields.js'
import type { ObjectSpec } from '../schema.js'
import { auditFields, identityFields } from './system-fields.js'

const related = { childRelationshipName: 'Tasks', cascadeDelete: true }

/** objects.md §6. What follows from Status and Priority is kept by derived.ts. */
export const task: ObjectSpec = {
  name: 'Task',
  label: 'Task',
  labelPlural: 'Tasks',
  keyPrefix: '00T',
  createable: true,
  updateable: true,
  deletable: true,
  undeletable: true,
  searchable: true,
  fields: [
    ...identityFields('Activity'),
    reference('WhoId', 'Name ID', ['Contact', 'Lead'], related),
    reference('WhatId', 'Related To ID', ['Account', 'Campaign', 'Case'], related),
    { ...text('Subject', 'Subject', 255, { nameField: true }), type: 'combobox' },
    date('ActivityDate', 'Due Date Only'),
    picklist('Status', 'Status', ['Not Started', 'In Progress', 'Completed', 'Waiting on someone else', 'Deferred'], {
      nillable: false,
      defaultedOnCreate: true,
      defaultValue: 'Not Started',
    }),
    picklist('Priority', 'Priority', ['High', 'Normal', 'Low'], {
      nillable: false,
      defaultedOnCreate: true,
      defaultValue: 'Normal',
    }),
    checkbox('IsHighPriority', 'High Priority', { readOnly: true }),
    reference('OwnerId', 'Assigned To ID', ['Group', 'User'], { nillable: false, defaultedOnCreate: true }),
    textarea('Description', 'Description', 32_000),
    checkbox('IsClosed', 'Closed', { readOnly: true }),
    ...auditFields(),
    picklist('TaskSubtype', 'Task Subtype', ['Task', 'Email', 'Call'], { createOnly: true, defaultValue: 'Task' }),
    datetime('CompletedDateTime', 'Completed Date/Time', { readOnly: true }),
  ],
}
