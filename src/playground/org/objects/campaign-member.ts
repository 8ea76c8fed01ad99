import { checkbox, date, email, phone, picklist, reference, text } from '../fields.js'
import type { ObjectSpec } from '../schema.js'
import { auditFields, identityFields, SOURCES } from './system-fields.js'

const copied = { readOnly: true }
const owned = { createOnly: true, childRelationshipName: 'CampaignMembers', cascadeDelete: true }

/** objects.md §5. What is copied from the person is kept up to date by derived.ts. */
export const campaignMember: ObjectSpec = {
  name: 'CampaignMember',
  label: 'Campaign Member',
  labelPlural: 'Campaign Members',
  keyPrefix: '00v',
  createable: true,
  updateable: true,
  deletable: true,
  undeletable: false,
  searchable: false,
  fields: [
    ...identityFields('Campaign Member'),
    reference('CampaignId', 'Campaign ID', ['Campaign'], { ...owned, nillable: false }),
    reference('LeadId', 'Lead ID', ['Lead'], owned),
    reference('ContactId', 'Contact ID', ['Contact'], owned),
    // Describe's values are not the campaign's statuses (objects.md §5).
    picklist('Status', 'Status', ['Planned', 'Sent', 'Received', 'Responded']),
    checkbox('HasResponded', 'Responded', { readOnly: true }),
    ...auditFields(),
    date('FirstRespondedDate', 'First Responded Date', { readOnly: true }),
    text('Name', 'Name', 121, { readOnly: true, nameField: true }),
    text('Salutation', 'Salutation', 40, copied),
    text('FirstName', 'First Name', 40, copied),
    text('LastName', 'Last Name', 80, copied),
    text('Title', 'Title', 128, copied),
    text('Street', 'Street', 255, copied),
    text('City', 'City', 40, copied),
    text('State', 'State/Province', 80, copied),
    text('PostalCode', 'Zip/Postal Code', 20, copied),
    text('Country', 'Country', 80, copied),
    email('Email', 'Email', copied),
    phone('Phone', 'Phone', copied),
    phone('Fax', 'Fax', copied),
    phone('MobilePhone', 'Mobile', copied),
    checkbox('DoNotCall', 'Do Not Call', copied),
    checkbox('HasOptedOutOfEmail', 'Email Opt Out', copied),
    checkbox('HasOptedOutOfFax', 'Fax Opt Out', copied),
    picklist('LeadSource', 'Lead Source', SOURCES, copied),
    text('CompanyOrAccount', 'Company (Account)', 255, copied),
    picklist('Type', 'Type', ['Lead', 'Contact'], copied),
    reference('LeadOrContactId', 'Related Record ID', ['Contact', 'Lead'], copied),
    reference('LeadOrContactOwnerId', 'Related Record Owner ID', ['Group', 'User'], copied),
  ],
}
