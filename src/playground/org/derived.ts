import type { FieldValue, Row, Store } from './store.js'

type Values = Record<string, FieldValue>

/** What a campaign member shows of its person (objects.md §5), by its name on the person. */
const COPIES_OF_CONTACT: Readonly<Record<string, string>> = {
  Street: 'MailingStreet',
  City: 'MailingCity',
  State: 'MailingState',
  PostalCode: 'MailingPostalCode',
  Country: 'MailingCountry',
}
const COPIED = [
  'Name',
  'Salutation',
  'FirstName',
  'LastName',
  'Title',
  'Street',
  'City',
  'State',
  'PostalCode',
  'Country',
  'Email',
  'Phone',
  'Fax',
  'MobilePhone',
  'DoNotCall',
  'HasOptedOutOfEmail',
  'HasOptedOutOfFax',
  'LeadSource',
]

/** The values that the platform keeps by itself for a row, from the row and its relations. */
export function derive(store: Store, object: string, row: Row): Values {
  if (object === 'Contact') return { Name: fullName(row), IsEmailBounced: has(row, 'EmailBouncedReason') }
  if (object === 'Lead' || object === 'User' || object === 'Individual') return { Name: fullName(row) }
  if (object === 'Account' && row['IsPersonAccount'] === true) return { Name: fullName(row) }
  if (object === 'Task') return taskState(row)
  if (object === 'Case') return { IsClosed: row['Status'] === 'Closed' }
  if (object === 'CampaignMember') return { ...personCopies(store, row), ...responded(store, row) }
  return {}
}

function has(row: Row, field: string): boolean {
  return (row[field] ?? null) !== null
}

function taskState(task: Row): Values {
  const closed = sameText(task['Status'], 'Completed')
  const completed = closed ? (task['CompletedDateTime'] ?? task.SystemModstamp) : null
  return { IsClosed: closed, IsHighPriority: sameText(task['Priority'], 'High'), CompletedDateTime: completed }
}

function fullName(row: Row): string {
  const [first, last] = [row['FirstName'], row['LastName']]
  return first === null || first === undefined ? String(last) : `${String(first)} ${String(last)}`
}

function personCopies(store: Store, member: Row): Values {
  const [contactId, leadId] = [member['ContactId'], member['LeadId']]
  const type = has(member, 'ContactId') ? 'Contact' : 'Lead'
  const person = store.get(String(contactId ?? leadId))
  if (person === undefined) return { Type: type }
  const copies: Values = { Type: type, LeadOrContactId: person.Id, LeadOrContactOwnerId: person['OwnerId'] ?? null }
  for (const name of COPIED) {
    copies[name] = person[type === 'Contact' ? (COPIES_OF_CONTACT[name] ?? name) : name] ?? null
  }
  copies['CompanyOrAccount'] = type === 'Lead' ? (person['Company'] ?? null) : accountName(store, person)
  return copies
}

function accountName(store: Store, contact: Row): FieldValue {
  return store.get(String(contact['AccountId']))?.['Name'] ?? null
}

/** HasResponded follows the status; a status the campaign does not have leaves it as it is (objects.md §5.4). */
function responded(store: Store, member: Row): Values {
  const status = statusesOf(store, member['CampaignId']).find((one) => sameText(one['Label'], member['Status']))
  const has = (status ?? member)['HasResponded'] === true
  const first = member['FirstRespondedDate'] ?? null
  const today = new Date(member.SystemModstamp).toISOString().slice(0, 10)
  return { HasResponded: has, FirstRespondedDate: has ? (first ?? today) : first }
}

/** The living statuses of a campaign. */
export function statusesOf(store: Store, campaignId: FieldValue | undefined): Row[] {
  const rows = store.lookup('CampaignMemberStatus', 'CampaignId', String(campaignId)) ?? []
  return rows.filter((row) => !row.IsDeleted)
}

/** Picklist values and labels are compared without case. */
export function sameText(a: FieldValue | undefined, b: FieldValue | undefined): boolean {
  return typeof a === 'string' && typeof b === 'string' && a.toLowerCase() === b.toLowerCase()
}

/** What members keep up on their campaign. */
export const ROLL_UPS: readonly string[] = [
  'NumberOfContacts',
  'NumberOfLeads',
  'NumberOfConvertedLeads',
  'NumberOfResponses',
]

/** A member's part in its campaign's roll-ups (objects.md §4); nothing once it is deleted. */
export function memberCounts(member: Row): Readonly<Record<string, number>> {
  const live = member.IsDeleted ? 0 : 1
  const contact = has(member, 'ContactId') ? live : 0
  return {
    NumberOfContacts: contact,
    NumberOfLeads: live - contact,
    NumberOfConvertedLeads: has(member, 'LeadId') ? contact : 0,
    NumberOfResponses: member['HasResponded'] === true ? live : 0,
  }
}

/** What a change did to a row: the values that were given, and whether its Name is another now. */
export interface RowChange {
  readonly values: Readonly<Values>
  readonly renamed: boolean
}

/** Campaign members whose copies a change to `row` makes stale. */
export function dependentsOf(store: Store, object: string, row: Row, change: RowChange): readonly Row[] {
  if (object === 'Contact') return membersBy(store, 'ContactId', row.Id)
  if (object === 'Lead') return membersBy(store, 'LeadId', row.Id)
  if (object === 'Account' && change.renamed) {
    const contacts = store.lookup('Contact', 'AccountId', row.Id) ?? []
    return contacts.flatMap((contact) => membersBy(store, 'ContactId', contact.Id))
  }
  if (object === 'CampaignMemberStatus' && change.values['HasResponded'] !== undefined) {
    return membersBy(store, 'CampaignId', String(row['CampaignId']))
  }
  return []
}

function membersBy(store: Store, field: string, id: string): readonly Row[] {
  const members = store.lookup('CampaignMember', field, id) ?? []
  return members.length === 0 ? members : members.filter((member) => !member.IsDeleted)
}
