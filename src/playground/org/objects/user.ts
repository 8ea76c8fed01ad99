import { checkbox, email, phone, picklist, recordId, reference, text } from '../fields.js'
import type { ObjectSpec } from '../schema.js'
import { auditFields } from './system-fields.js'

/** Read-only for a sync; users are never deleted, only made inactive (objects.md §6). */
export const user: ObjectSpec = {
  name: 'User',
  label: 'User',
  labelPlural: 'Users',
  keyPrefix: '005',
  createable: false,
  updateable: false,
  deletable: false,
  undeletable: false,
  searchable: true,
  fields: [
    recordId('User'),
    text('Username', 'Username', 80, { required: true, idLookup: true, unique: true }),
    text('LastName', 'Last Name', 80, { required: true, compoundFieldName: 'Name' }),
    text('FirstName', 'First Name', 40, { compoundFieldName: 'Name' }),
    text('Name', 'Full Name', 121, { readOnly: true, nillable: false, nameField: true }),
    text('CompanyName', 'Company Name', 80),
    text('Title', 'Title', 80),
    text('Department', 'Department', 80),
    email('Email', 'Email', { length: 128, required: true, idLookup: true }),
    phone('Phone', 'Phone'),
    text('Alias', 'Alias', 8, { required: true }),
    text('CommunityNickname', 'Nickname', 40, { required: true }),
    checkbox('IsActive', 'Active', { defaultValue: true }),
    picklist('TimeZoneSidKey', 'Time Zone', ['GMT', 'America/New_York', 'Europe/London'], {
      required: true,
      restrictedPicklist: true,
      defaultValue: 'GMT',
    }),
    reference('UserRoleId', 'Role ID', ['UserRole']),
    picklist('LocaleSidKey', 'Locale', ['en_US', 'en_GB', 'de_DE'], { required: true, defaultValue: 'en_US' }),
    picklist('EmailEncodingKey', 'Email Encoding', ['UTF-8'], { required: true, defaultValue: 'UTF-8' }),
    reference('ProfileId', 'Profile ID', ['Profile'], { nillable: false }),
    picklist('UserType', 'User Type', ['Standard'], { readOnly: true, defaultValue: 'Standard' }),
    picklist('LanguageLocaleKey', 'Language', ['en_US', 'de', 'fr'], { required: true, defaultValue: 'en_US' }),
    text('FederationIdentifier', 'SAML Federation ID', 512, { unique: true, caseSensitive: true }),
    checkbox('UserPermissionsMarketingUser', 'Marketing User', { defaultValue: true }),
    ...auditFields(),
  ],
}
