import { checkbox, date, picklist, reference, text } from '../fields.js'
import type { ObjectSpec } from '../schema.js'
import { auditFields, identityFields, ownerField, SALUTATIONS } from './system-fields.js'

const namePart = { compoundFieldName: 'Name' }

/** Consent of a person; only in an org with data privacy records on (objects.md §6, object-settings.ts). */
export const individual: ObjectSpec = {
  name: 'Individual',
  label: 'Individual',
  labelPlural: 'Individuals',
  keyPrefix: '0PK',
  createable: true,
  updateable: true,
  deletable: true,
  undeletable: true,
  searchable: true,
  fields: [
    ...identityFields('Individual'),
    reference('MasterRecordId', 'Master Record ID', ['Individual'], { readOnly: true }),
    text('LastName', 'Last Name', 80, { ...namePart, required: true }),
    text('FirstName', 'First Name', 40, namePart),
    picklist('Salutation', 'Salutation', SALUTATIONS, namePart),
    text('Name', 'Name', 121, { readOnly: true, nillable: false, nameField: true }),
    checkbox('HasOptedOutTracking', "Don't Track"),
    checkbox('HasOptedOutProfiling', "Don't Profile"),
    checkbox('HasOptedOutProcessing', "Don't Process"),
    checkbox('HasOptedOutSolicit', "Don't Market"),
    checkbox('ShouldForget', 'Forget this Individual'),
    checkbox('SendIndividualData', "Export Individual's Data"),
    checkbox('CanStorePiiElsewhere', 'OK to Store PII Data Elsewhere'),
    checkbox('HasOptedOutGeoTracking', 'Block Geolocation Tracking'),
    date('BirthDate', 'Birth Date'),
    ownerField(),
    ...auditFields(),
  ],
}

/** On Contact and Lead. */
export const individualField = reference('IndividualId', 'Individual ID', ['Individual'])
