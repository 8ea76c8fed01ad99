import { checkbox, datetime, recordId, reference } from '../fields.js'
import type { FieldDef } from '../schema.js'

/** Id and IsDeleted (objects.md, head). */
export function identityFields(label: string): FieldDef[] {
  return [recordId(label), checkbox('IsDeleted', 'Deleted', { readOnly: true })]
}

/** Who made and changed a record and when; never set by callers (objects.md, head). */
export function auditFields(): FieldDef[] {
  const kept = { readOnly: true, nillable: false, defaultedOnCreate: true }
  return [
    datetime('CreatedDate', 'Created Date', kept),
    reference('CreatedById', 'Created By ID', ['User'], kept),
    datetime('LastModifiedDate', 'Last Modified Date', kept),
    reference('LastModifiedById', 'Last Modified By ID', ['User'], kept),
    datetime('SystemModstamp', 'System Modstamp', kept),
  ]
}

/** The owner is the caller unless stated (objects.md §1). */
export function ownerField(referenceTo: readonly string[] = ['User']): FieldDef {
  return reference('OwnerId', 'Owner ID', referenceTo, { nillable: false, defaultedOnCreate: true })
}

/** LeadSource, AccountSource: a list that is not restricted (objects.md §1). */
export const SOURCES = ['Web', 'Phone Inquiry', 'Partner Referral', 'Purchased List', 'Other']

export const SALUTATIONS = ['Mr.', 'Ms.', 'Mrs.', 'Dr.', 'Prof.']

export const INDUSTRIES = [
  'Agriculture',
  'Banking',
  'Biotechnology',
  'Consulting',
  'Education',
  'Electronics',
  'Energy',
  'Engineering',
  'Finance',
  'Government',
  'Healthcare',
  'Manufacturing',
  'Media',
  'Not For Profit',
  'Retail',
  'Technology',
  'Telecommunications',
  'Other',
]

export const RATINGS = ['Hot', 'Warm', 'Cold']
