import { addressParts, currency, date, integer, phone, picklist, reference, text, textarea, url } from '../fields.js'
import type { ObjectSpec } from '../schema.js'
import { PERSON_ACCOUNT_FIELDS } from './person-account-fields.js'
import { auditFields, identityFields, INDUSTRIES, ownerField, RATINGS, SOURCES } from './system-fields.js'

const TYPES = [
  'Prospect',
  'Customer - Direct',
  'Customer - Channel',
  'Channel Partner / Reseller',
  'Installation Partner',
  'Technology Partner',
  'Other',
]

/** objects.md §3 */
export const account: ObjectSpec = {
  name: 'Account',
  label: 'Account',
  labelPlural: 'Accounts',
  keyPrefix: '001',
  createable: true,
  updateable: true,
  deletable: true,
  undeletable: true,
  searchable: true,
  fields: [
    ...identityFields('Account'),
    reference('MasterRecordId', 'Master Record ID', ['Account'], { readOnly: true }),
    text('Name', 'Account Name', 255, { required: true, nameField: true }),
    picklist('Type', 'Account Type', TYPES),
    reference('ParentId', 'Parent Account ID', ['Account'], { childRelationshipName: 'ChildAccounts' }),
    ...addressParts('Billing', 'BillingAddress', 'Billing '),
    ...addressParts('Shipping', 'ShippingAddress', 'Shipping '),
    phone('Phone', 'Account Phone'),
    phone('Fax', 'Account Fax'),
    text('AccountNumber', 'Account Number', 40),
    url('Website', 'Website'),
    picklist('Industry', 'Industry', INDUSTRIES),
    currency('AnnualRevenue', 'Annual Revenue'),
    integer('NumberOfEmployees', 'Employees', 8),
    picklist('Rating', 'Account Rating', RATINGS),
    textarea('Description', 'Account Description', 32_000),
    text('Site', 'Account Site', 80),
    ownerField(),
    ...auditFields(),
    date('LastActivityDate', 'Last Activity', { readOnly: true }),
    picklist('AccountSource', 'Account Source', SOURCES),
    ...PERSON_ACCOUNT_FIELDS,
  ],
}
