import { addressParts, checkbox, date, datetime, email, phone, picklist, reference, text, textarea } from '../fields.js'
import type { ObjectSpec } from '../schema.js'
import { individualField } from './individual.js'
import { auditFields, identityFields, ownerField, SALUTATIONS, SOURCES } from './system-fields.js'

const namePart = { compoundFieldName: 'Name' }

/** objects.md §1 */
export const contact: ObjectSpec = {
  name: 'Contact',
  label: 'Contact',
  labelPlural: 'Contacts',
  keyPrefix: '003',
  createable: true,
  updateable: true,
  deletable: true,
  undeletable: true,
  searchable: true,
  fields: [
    ...identityFields('Contact'),
    reference('MasterRecordId', 'Master Record ID', ['Contact'], { readOnly: true }),
    // Deleting an account takes its contacts along (objects.md §3).
    reference('AccountId', 'Account ID', ['Account'], { childRelationshipName: 'Contacts', cascadeDelete: true }),
    text('LastName', 'Last Name', 80, { ...namePart, required: true }),
    text('FirstName', 'First Name', 40, namePart),
    picklist('Salutation', 'Salutation', SALUTATIONS, namePart),
    text('Name', 'Full Name', 121, { readOnly: true, nillable: false, nameField: true }),
    ...addressParts('Mailing', 'MailingAddress', 'Mailing '),
    phone('Phone', 'Business Phone'),
    phone('Fax', 'Business Fax'),
    phone('MobilePhone', 'Mobile Phone'),
    phone('HomePhone', 'Home Phone'),
    phone('OtherPhone', 'Other Phone'),
    reference('ReportsToId', 'Reports To ID', ['Contact']),
    email('Email', 'Email', { idLookup: true }),
    text('Title', 'Title', 128),
    text('Department', 'Department', 80),
    picklist('LeadSource', 'Lead Source', SOURCES),
    date('Birthdate', 'Birthdate'),
    textarea('Description', 'Contact Description', 32_000),
    ownerField(),
    // Real fields that field-level security hides by default (objects.md §1, settings.ts).
    checkbox('HasOptedOutOfEmail', 'Email Opt Out'),
    checkbox('HasOptedOutOfFax', 'Fax Opt Out'),
    checkbox('DoNotCall', 'Do Not Call'),
    ...auditFields(),
    date('LastActivityDate', 'Last Activity', { readOnly: true }),
    text('EmailBouncedReason', 'Email Bounced Reason', 255),
    datetime('EmailBouncedDate', 'Email Bounced Date'),
    checkbox('IsEmailBounced', 'Is Email Bounced', { readOnly: true }),
    individualField,
    checkbox('IsPersonAccount', 'Is Person Account', { readOnly: true }),
  ],
}
