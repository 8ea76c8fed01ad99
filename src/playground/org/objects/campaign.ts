import { checkbox, currency, date, decimal, integer, percent, picklist, reference, text, textarea } from '../fields.js'
import type { FieldDef, ObjectSpec } from '../schema.js'
import { auditFields, identityFields, ownerField } from './system-fields.js'

const TYPES = [
  'Conference',
  'Webinar',
  'Trade Show',
  'Public Relations',
  'Partners',
  'Referral Program',
  'Advertisement',
  'Banner Ads',
  'Direct Mail',
  'Email',
  'Telemarketing',
  'Other',
]
const STATUSES = ['Planned', 'In Progress', 'Completed', 'Aborted']

/** Roll-ups are kept by the platform and are never null (objects.md §4). */
function rollUp(name: string, label: string): FieldDef {
  return integer(name, label, 9, { readOnly: true, nillable: false, defaultedOnCreate: true, defaultValue: 0 })
}

/** objects.md §4 */
export const campaign: ObjectSpec = {
  name: 'Campaign',
  label: 'Campaign',
  labelPlural: 'Campaigns',
  keyPrefix: '701',
  createable: true,
  updateable: true,
  deletable: true,
  undeletable: true,
  searchable: true,
  fields: [
    ...identityFields('Campaign'),
    text('Name', 'Name', 80, { required: true, nameField: true, idLookup: true }),
    reference('ParentId', 'Parent Campaign ID', ['Campaign'], { childRelationshipName: 'ChildCampaigns' }),
    picklist('Type', 'Type', TYPES, { defaultedOnCreate: true, defaultValue: 'Conference' }),
    picklist('Status', 'Status', STATUSES, { defaultedOnCreate: true, defaultValue: 'Planned' }),
    date('StartDate', 'Start Date'),
    date('EndDate', 'End Date'),
    currency('ExpectedRevenue', 'Expected Revenue'),
    currency('BudgetedCost', 'Budgeted Cost'),
    currency('ActualCost', 'Actual Cost'),
    percent('ExpectedResponse', 'Expected Response (%)'),
    decimal('NumberSent', 'Num Sent', [18, 0]),
    checkbox('IsActive', 'Active'),
    textarea('Description', 'Description', 32_000),
    rollUp('NumberOfLeads', 'Leads in Campaign'),
    rollUp('NumberOfConvertedLeads', 'Converted Leads in Campaign'),
    rollUp('NumberOfContacts', 'Contacts in Campaign'),
    rollUp('NumberOfResponses', 'Responses in Campaign'),
    rollUp('NumberOfOpportunities', 'Opportunities in Campaign'),
    rollUp('NumberOfWonOpportunities', 'Won Opportunities in Campaign'),
    currency('AmountAllOpportunities', 'Value Opportunities in Campaign', { readOnly: true, defaultValue: 0 }),
    currency('AmountWonOpportunities', 'Value Won Opportunities in Campaign', { readOnly: true, defaultValue: 0 }),
    reference('CampaignMemberRecordTypeId', 'Record Type ID', ['RecordType']),
    ownerField(),
    ...auditFields(),
    date('LastActivityDate', 'Last Activity', { readOnly: true }),
  ],
}
