import type { Document } from 'bson'
import { AWKWARD } from './awkward.js'
import type { AwkwardPerson, AwkwardRecord } from './awkward-person.js'
import { SPECIAL_ACCOUNTS, specialAccountId } from './employers.js'
import { documentId, salesforceId } from './ids.js'
import { person } from './people.js'
import { datesOf, day, type OrgRecord, ownerId, ownerName } from './records.js'
import { DAY, type World } from './world.js'

const OWNER = 3
const SOURCE = 'Event'

/** What ought to come out for one awkward person, with the ids that they have in a seeded playground. */
export interface AwkwardAnswer {
  id: string
  participantId: string
  email: unknown
  outcome: AwkwardPerson['expected']['outcome']
  /** The Contact or Lead that they are; absent where the outcome is neither. */
  recordId?: string
}

/** The answer key to `AWKWARD`, in its order. */
export function awkwardAnswers(): AwkwardAnswer[] {
  return AWKWARD.map(({ id, email, expected }, place) => {
    const participantId = documentId('participant', place).toHexString()
    const recordId = 'record' in expected ? recordIdOf(expected.outcome, place, expected.record) : undefined
    return { id, participantId, email, outcome: expected.outcome, ...(recordId === undefined ? {} : { recordId }) }
  })
}

export function* awkwardContacts(world: World): Generator<OrgRecord> {
  for (const [place, who] of AWKWARD.entries()) {
    for (const [number, record] of (who.contacts ?? []).entries()) yield contact(world, who, place, record, number)
  }
}

export function* awkwardLeads(world: World): Generator<OrgRecord> {
  for (const [place, who] of AWKWARD.entries()) {
    for (const [number, record] of (who.leads ?? []).entries()) yield lead(world, who, place, record, number)
  }
}

/** What an earlier run wrote on the participant (platform.md, "What mh-sf adds"); nothing if there was none. */
export function earlierLink(world: World, place: number): Document {
  const who = AWKWARD[place]
  const record = who?.contacts?.[who.linkedTo?.contact ?? -1]
  if (!who?.linkedTo || !record) return {}
  const contactId = recordIdOf('contact', place, who.linkedTo.contact)
  if (who.linkedTo.stored === 'id') return { salesforce: { contactId } }
  const about = person(world, place)
  const account = SPECIAL_ACCOUNTS[record.account ?? 0]
  return {
    salesforce: {
      contactId,
      accountId: specialAccountId(record.account ?? 0),
      accountName: account.name,
      title: about.title,
      company: account.name,
      phone: about.phone,
      city: about.city,
      department: about.department,
      leadSource: SOURCE,
      ownerId: ownerId(OWNER),
      ownerName: ownerName(OWNER),
      syncStatus: 'synced',
      lastSyncedAt: new Date(world.now - 10 * DAY),
    },
    ...(account.tier === null ? {} : { customerTier: account.tier.toLowerCase() }),
    isExistingCustomer: true,
  }
}

export function recordIdOf(object: 'contact' | 'lead', place: number, number: number): string {
  return salesforceId(object === 'contact' ? 'Contact' : 'Lead', place * 10 + number + 1)
}

function contact(world: World, who: AwkwardPerson, place: number, record: AwkwardRecord, number: number): OrgRecord {
  const about = person(world, place)
  return {
    Id: recordIdOf('contact', place, number),
    AccountId: record.account === undefined ? null : specialAccountId(record.account),
    ...(record.mergedInto === undefined ? {} : { MasterRecordId: recordIdOf('contact', place, record.mergedInto) }),
    ...inBoth(world, who, record),
    Title: about.title,
    Department: about.department,
    Phone: about.phone,
    MailingCity: about.city,
    MailingCountry: about.country,
    LastActivityDate: record.activeDaysAgo === undefined ? null : day(world.now - record.activeDaysAgo * DAY),
  }
}

function lead(world: World, who: AwkwardPerson, place: number, record: AwkwardRecord, number: number): OrgRecord {
  const about = person(world, place)
  return {
    Id: recordIdOf('lead', place, number),
    ...inBoth(world, who, record),
    Company: about.employer?.name ?? 'Self-employed',
    Title: about.title,
    Phone: about.phone,
    City: about.city,
    Country: about.country,
    ...(record.convertedInto === undefined ? { Status: 'Open - Not Contacted' } : converted(world, who, place, record)),
  }
}

function converted(world: World, who: AwkwardPerson, place: number, { convertedInto = 0 }: AwkwardRecord): OrgRecord {
  return {
    Status: 'Closed - Converted',
    IsConverted: true,
    ConvertedDate: day(world.now - 100 * DAY),
    ConvertedContactId: recordIdOf('contact', place, convertedInto),
    ConvertedAccountId: specialAccountId(who.contacts?.[convertedInto]?.account ?? 0),
  }
}

/** What a Contact and a Lead have in common. */
function inBoth(world: World, who: AwkwardPerson, record: AwkwardRecord): OrgRecord {
  const [first, last] = record.name ?? splitAtLastSpace(who.name)
  return {
    FirstName: first,
    LastName: last,
    Email: record.email === undefined && typeof who.email === 'string' ? who.email : (record.email ?? null),
    LeadSource: SOURCE,
    HasOptedOutOfEmail: record.optedOut === true,
    EmailBouncedReason: record.bounced ? '550 mailbox unavailable' : null,
    EmailBouncedDate: record.bounced ? Math.floor((world.now - 30 * DAY) / 1000) * 1000 : null,
    IsDeleted: record.deleted === true,
    OwnerId: ownerId(OWNER),
    ...datesOf(world, (record.madeDaysAgo ?? 500) * DAY, (record.changedDaysAgo ?? 100) * DAY),
  }
}

function splitAtLastSpace(name: string): [string | null, string] {
  const at = name.lastIndexOf(' ')
  return at === -1 ? [null, name] : [name.slice(0, at), name.slice(at + 1)]
}
