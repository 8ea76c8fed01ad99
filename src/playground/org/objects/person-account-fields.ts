import { addressParts, checkbox, date, email, phone, picklist, reference, text } from '../fields.js'
import type { FieldDef } from '../schema.js'
import { SALUTATIONS, SOURCES } from './system-fields.js'

/** What an account has besides in an org with person accounts (objects.md §3). */
export const PERSON_ACCOUNT_FIELDS: readonly FieldDef[] = [
  checkbox('IsPersonAccount', 'Is Person Account', { readOnly: true }),
  // The contact is found by AccountId; a child relation for this field would be a second way to the same.
  reference('PersonContactId', 'Contact ID', ['Contact'], { readOnly: true }),
  text('LastName', 'Last Name', 80),
  text('FirstName', 'First Name', 40),
  picklist('Salutation', 'Salutation', SALUTATIONS),
  email('PersonEmail', 'Email', { idLookup: true }),
  text('PersonTitle', 'Title', 80),
  text('PersonDepartment', 'Department', 80),
  phone('PersonMobilePhone', 'Mobile'),
  phone('PersonHomePhone', 'Home Phone'),
  phone('PersonOtherPhone', 'Other Phone'),
  picklist('PersonLeadSource', 'Lead Source', SOURCES),
  date('PersonBirthdate', 'Birthdate'),
  checkbox('PersonHasOptedOutOfEmail', 'Email Opt Out'),
  checkbox('PersonHasOptedOutOfFax', 'Fax Opt Out'),
  checkbox('PersonDoNotCall', 'Do Not Call'),
  ...addressParts('PersonMailing', 'PersonMailingAddress', 'Mailing '),
]

/** On the contact of a person account, by their name on the account. */
export const PERSON_FIELDS: Readonly<Record<string, string>> = {
  LastName: 'LastName',
  FirstName: 'FirstName',
  Salutation: 'Salutation',
  Phone: 'Phone',
  Fax: 'Fax',
  OwnerId: 'OwnerId',
  PersonEmail: 'Email',
  PersonTitle: 'Title',
  PersonDepartment: 'Department',
  PersonMobilePhone: 'MobilePhone',
  PersonHomePhone: 'HomePhone',
  PersonOtherPhone: 'OtherPhone',
  PersonLeadSource: 'LeadSource',
  PersonBirthdate: 'Birthdate',
  PersonHasOptedOutOfEmail: 'HasOptedOutOfEmail',
  PersonHasOptedOutOfFax: 'HasOptedOutOfFax',
  PersonDoNotCall: 'DoNotCall',
  PersonMailingStreet: 'MailingStreet',
  PersonMailingCity: 'MailingCity',
  PersonMailingState: 'MailingState',
  PersonMailingPostalCode: 'MailingPostalCode',
  PersonMailingCountry: 'MailingCountry',
}
