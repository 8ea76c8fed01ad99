import { z } from 'zod'
import { normaliseEmail, type NormalEmail } from '../domain/email.js'
import { INDIVIDUAL_LINK } from '../domain/opt-out.js'
import type { Contact, Fate, Lead, Membership } from '../domain/person.js'
import { MhError } from '../errors.js'
import type { ReadableFields } from './fields.js'
import type { FlatRow } from './query.js'

/** Names of the custom fields that a team may have; both are left out where the org or the rights lack them. */
export interface CustomFields {
  /** On Account. */
  tier: string
  /** On Contact: holds the participant's id. */
  ownKey?: string
  /** Read as well, for who asks: what write-back compares, whether somebody opted out. */
  also?: { Contact: readonly string[]; Lead: readonly string[] }
}

/** What can be selected from an object, and what had to be left out. */
export interface Selection {
  fields: string[]
  missing: string[]
}

const CONTACT =
  'Id Email Name Title Department Phone MailingCity LeadSource OwnerId AccountId EmailBouncedDate LastActivityDate CreatedDate'
const LEAD = 'Id Email Name Title Company Phone City LeadSource OwnerId IsConverted ConvertedContactId LastModifiedDate'
/** What is read of contacts and leads, where the org has it and the user may see it. */
export const CONTACT_FIELDS: readonly string[] = CONTACT.split(' ')
export const LEAD_FIELDS: readonly string[] = LEAD.split(' ')
/** Without these nobody can be matched. */
const NEEDED = ['Id', 'Email', 'Name']

/** The select list for contacts, with their account and owner. Fields the org or the rights lack are left out. */
export function contactSelection(readable: ReadableFields, custom: CustomFields): Selection {
  const more = thatMayBe(custom.also?.Contact, readable.Contact)
  const own = [...new Set([...CONTACT_FIELDS, custom.ownKey ?? [], more].flat())]
  const account = ['Id', 'Name', 'Type', 'Website', custom.tier]
  const direct = pick('Contact', own, readable.Contact)
  const parents = readable.Contact.has('AccountId') ? pick('Account', account, readable.Account, 'Account.') : empty()
  const owner = readable.Contact.has('OwnerId') ? ['Owner.Name'] : []
  return { fields: [...direct.fields, ...parents.fields, ...owner], missing: [...direct.missing, ...parents.missing] }
}

/** The select list for leads. */
export function leadSelection(readable: ReadableFields, custom: CustomFields): Selection {
  const more = thatMayBe(custom.also?.Lead, readable.Lead)
  const direct = pick('Lead', [...new Set([...LEAD_FIELDS, ...more])], readable.Lead)
  return {
    fields: [...direct.fields, ...(readable.Lead.has('OwnerId') ? ['Owner.Name'] : [])],
    missing: direct.missing,
  }
}

/** Few orgs have individuals; where there are none, nobody misses their flags. */
function thatMayBe(wanted: readonly string[] = [], readable: ReadonlySet<string>): string[] {
  return wanted.filter((name) => !name.startsWith('Individual.') || readable.has(INDIVIDUAL_LINK))
}

function pick(object: string, wanted: string[], readable: ReadonlySet<string>, prefix = ''): Selection {
  const missing = wanted.filter((name) => !readable.has(name)).map((name) => `${object}.${name}`)
  const needed = prefix === '' ? missing.filter((name) => NEEDED.includes(name.split('.')[1] ?? '')) : []
  if (needed.length === 0)
    return { fields: wanted.filter((name) => readable.has(name)).map((name) => prefix + name), missing }
  throw new MhError(
    'SF_ACCESS_DENIED',
    `The Salesforce user may not read ${needed.join(', ')}.`,
    'An admin has to give the user read access to these fields; without them nobody can be matched.',
  )
}

const text = z.string().optional()
const date = z.string().transform((value, context) => {
  const time = Date.parse(value)
  if (!Number.isNaN(time)) return new Date(time)
  context.addIssue({ code: 'custom', message: 'not a date' })
  return z.NEVER
})

const contactRow = z.object({
  Id: z.string(),
  Email: text,
  Name: z.string(),
  Title: text,
  Department: text,
  Phone: text,
  MailingCity: text,
  LeadSource: text,
  OwnerId: text,
  'Owner.Name': text,
  AccountId: text,
  'Account.Name': text,
  'Account.Type': text,
  'Account.Website': text,
  EmailBouncedDate: text,
  LastActivityDate: text,
  CreatedDate: date.optional(),
})

const leadRow = z.object({
  Id: z.string(),
  Email: text,
  Name: z.string(),
  Title: text,
  Company: text,
  Phone: text,
  City: text,
  LeadSource: text,
  OwnerId: text,
  'Owner.Name': text,
  IsConverted: z.enum(['true', 'false']).default('false'),
  ConvertedContactId: text,
  LastModifiedDate: date.optional(),
})

const memberRow = z.object({
  CampaignId: z.string(),
  'Campaign.Name': z.string(),
  Status: text,
  ContactId: text,
  LeadId: text,
})

/** When the org does not tell a date: older than every record that has one. */
const UNKNOWN_DATE = new Date(0)

/** One contact from a row of JSON or CSV; throws a ZodError where the org breaks its own types. */
export function toContact(row: FlatRow, custom: CustomFields): Contact {
  const r = contactRow.parse(row)
  return {
    id: r.Id,
    email: address(r.Email),
    name: r.Name,
    title: r.Title,
    department: r.Department,
    phone: r.Phone,
    city: r.MailingCity,
    leadSource: r.LeadSource,
    ownerId: r.OwnerId,
    ownerName: r['Owner.Name'],
    account: r.AccountId
      ? {
          id: r.AccountId,
          name: r['Account.Name'] ?? '',
          type: r['Account.Type'],
          website: r['Account.Website'],
          tier: row[`Account.${custom.tier}`],
        }
      : undefined,
    ownKey: custom.ownKey === undefined ? undefined : row[custom.ownKey],
    bounced: r.EmailBouncedDate !== undefined,
    lastActivity: r.LastActivityDate,
    createdAt: r.CreatedDate ?? UNKNOWN_DATE,
    ...also(row, custom.also?.Contact),
  }
}

/** One lead from a row of JSON or CSV. */
export function toLead(row: FlatRow, custom: CustomFields): Lead {
  const r = leadRow.parse(row)
  return {
    id: r.Id,
    email: address(r.Email),
    name: r.Name,
    title: r.Title,
    company: r.Company,
    phone: r.Phone,
    city: r.City,
    leadSource: r.LeadSource,
    ownerId: r.OwnerId,
    ownerName: r['Owner.Name'],
    converted: r.IsConverted === 'true',
    convertedContactId: r.ConvertedContactId,
    lastModified: r.LastModifiedDate ?? UNKNOWN_DATE,
    ...also(row, custom.also?.Lead),
  }
}

/** A membership; the person is the contact, or the lead that is not one yet. */
export function toMembership(row: FlatRow): Membership[] {
  const r = memberRow.parse(row)
  const membership = { campaignId: r.CampaignId, campaignName: r['Campaign.Name'], status: r.Status }
  return [r.ContactId, r.LeadId].filter((id) => id !== undefined).map((personId) => ({ ...membership, personId }))
}

/** What became of a record that was read by its id, deleted ones too (objects.md §8). */
export function toFate(row: FlatRow, custom: CustomFields): Fate {
  if (row.MasterRecordId !== undefined) return { state: 'merged', into: row.MasterRecordId }
  if (row.IsDeleted === 'true') return { state: 'deleted' }
  return isLeadId(row.Id ?? '')
    ? { state: 'lead', lead: toLead(row, custom) }
    : { state: 'contact', contact: toContact(row, custom) }
}

/** Leads have their own prefix (rest.md §10). */
export function isLeadId(id: string): boolean {
  return id.startsWith('00Q')
}

function also(row: FlatRow, fields: readonly string[] | undefined): { also?: Record<string, string | undefined> } {
  return fields ? { also: Object.fromEntries(fields.map((field) => [field, row[field]])) } : {}
}

function address(email: string | undefined): NormalEmail | undefined {
  const result = normaliseEmail(email)
  return result.ok ? result.email : undefined
}

function empty(): Selection {
  return { fields: [], missing: [] }
}
