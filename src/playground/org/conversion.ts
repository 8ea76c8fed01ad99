import { convertedLead } from './campaign-rules.js'
import type { Dml, SaveContext } from './dml.js'
import { toId18 } from './ids.js'
import { notImplemented, saveError, type SaveError } from './org-error.js'
import { asPersonAccount, keepContact, personContactOf } from './person-accounts.js'
import { targetOf } from './record-keys.js'
import type { FieldValue, Row, Store } from './store.js'

/** What a caller asks for one lead; ids in either length (objects.md §2). */
export interface LeadConvert {
  readonly leadId: string
  readonly convertedStatus: string
  readonly accountId?: string | undefined
  /** Needs its account in `accountId`. */
  readonly contactId?: string | undefined
  readonly overwriteLeadSource: boolean
  readonly doNotCreateOpportunity: boolean
  readonly ownerId?: string | undefined
}

export interface LeadConvertResult {
  readonly success: boolean
  readonly leadId: string | null
  readonly accountId: string | null
  readonly contactId: string | null
  readonly opportunityId: null
  readonly errors: readonly SaveError[]
}

/** The fields of a lead by what they become (the platform's standard mapping). */
const TO_ACCOUNT: Readonly<Record<string, string>> = {
  Company: 'Name',
  Phone: 'Phone',
  Fax: 'Fax',
  Website: 'Website',
  Industry: 'Industry',
  Rating: 'Rating',
  AnnualRevenue: 'AnnualRevenue',
  NumberOfEmployees: 'NumberOfEmployees',
  LeadSource: 'AccountSource',
  Street: 'BillingStreet',
  City: 'BillingCity',
  State: 'BillingState',
  PostalCode: 'BillingPostalCode',
  Country: 'BillingCountry',
}
const TO_CONTACT: Readonly<Record<string, string>> = {
  Salutation: 'Salutation',
  FirstName: 'FirstName',
  LastName: 'LastName',
  Title: 'Title',
  Email: 'Email',
  Phone: 'Phone',
  MobilePhone: 'MobilePhone',
  Fax: 'Fax',
  LeadSource: 'LeadSource',
  Description: 'Description',
  HasOptedOutOfEmail: 'HasOptedOutOfEmail',
  HasOptedOutOfFax: 'HasOptedOutOfFax',
  DoNotCall: 'DoNotCall',
  IndividualId: 'IndividualId',
  Street: 'MailingStreet',
  City: 'MailingCity',
  State: 'MailingState',
  PostalCode: 'MailingPostalCode',
  Country: 'MailingCountry',
}

/**
 * Turns a lead into a contact of an account: new ones, or those named, of which only empty fields are filled. The lead
 * stays, converted; its campaign members gain the contact and keep the lead (objects.md §2, §5.7). Throws 501 when an
 * opportunity is wanted.
 */
export function convertLead(store: Store, dml: Dml, wanted: LeadConvert, context: SaveContext): LeadConvertResult {
  const target = targetOf(store, store.object('Lead'), wanted.leadId)
  if ('problem' in target) return failed(wanted.leadId, [target.problem])
  if (!wanted.doNotCreateOpportunity) throw notImplemented('opportunities: convertLead needs doNotCreateOpportunity')
  const barred = barredFrom(store, dml, target.row, wanted, context)
  const errors = barred.length > 0 ? barred : conversionErrors(store, target.row, wanted)
  if (errors.length > 0) return failed(target.row.Id, errors)
  return new Conversion(store, dml, wanted, context).run(target.row)
}

function failed(leadId: string, errors: readonly SaveError[]): LeadConvertResult {
  return { success: false, leadId, accountId: null, contactId: null, opportunityId: null, errors }
}

/** A conversion changes the lead, and makes or changes what the lead becomes. */
function barredFrom(
  store: Store,
  dml: Dml,
  lead: Row,
  { accountId, contactId }: LeadConvert,
  context: SaveContext,
): SaveError[] {
  const makes = (id: string | undefined) => (id === undefined ? ('create' as const) : ('edit' as const))
  const contact = isPerson(store, lead, accountId) ? [] : [['Contact', makes(contactId)] as const]
  const wanted = [['Lead', 'edit'] as const, ['Account', makes(accountId)] as const, ...contact]
  for (const [object, right] of wanted) {
    const errors = dml.barred(object, [right], context)
    if (errors.length > 0) return errors
  }
  return []
}

/** What stands against it; codes and the text about the status as public clients quote them. */
function conversionErrors(
  store: Store,
  lead: Row,
  { convertedStatus, accountId, contactId }: LeadConvert,
): SaveError[] {
  if (lead['IsConverted'] === true) return [convertedLead()]
  if (!isConvertedStatus(store, convertedStatus)) {
    return [saveError('INVALID_STATUS', `invalid convertedStatus: ${convertedStatus}`)]
  }
  const account = accountId === undefined ? undefined : targetOf(store, store.object('Account'), accountId)
  if (account !== undefined && 'problem' in account) return [account.problem]
  if (contactId === undefined) return []
  // The contact of a person account is never named (objects.md §3).
  if (isPerson(store, lead, accountId)) {
    return [saveError('INVALID_PERSON_ACCOUNT_OPERATION', 'a person account has no other contact', ['contactId'])]
  }
  const contact = targetOf(store, store.object('Contact'), contactId)
  if ('problem' in contact) return [contact.problem]
  if (account !== undefined && contact.row['AccountId'] === account.row.Id) return []
  return [saveError('INVALID_ID_FIELD', 'contactId must belong to the account of accountId', ['contactId'])]
}

/** A lead without a company becomes a person account, unless an account is named; one that is a person stays one. */
function isPerson(store: Store, lead: Row, accountId: string | undefined): boolean {
  if (accountId !== undefined) return store.get(accountId)?.['IsPersonAccount'] === true
  return (lead['Company'] ?? null) === null
}

function isConvertedStatus(store: Store, label: string): boolean {
  return [...store.scan('LeadStatus')].some(
    (status) => status['IsConverted'] === true && status['MasterLabel'] === label,
  )
}

class Conversion {
  readonly #store: Store
  readonly #dml: Dml
  readonly #wanted: LeadConvert
  readonly #context: SaveContext

  constructor(store: Store, dml: Dml, wanted: LeadConvert, context: SaveContext) {
    this.#store = store
    this.#dml = dml
    this.#wanted = wanted
    this.#context = context
  }

  run(lead: Row): LeadConvertResult {
    const { accountId, contactId, convertedStatus } = this.#wanted
    const owner = { OwnerId: toId18(this.#wanted.ownerId ?? '') ?? lead['OwnerId'] ?? null }
    const person = isPerson(this.#store, lead, accountId)
    const account = person ? this.#person(lead, accountId, owner) : this.#account(lead, accountId, owner)
    const contact =
      personContactOf(this.#store, account) ??
      this.#filled('Contact', contactId, mapped(lead, TO_CONTACT), { ...owner, AccountId: account.Id })
    if (this.#wanted.overwriteLeadSource) this.#store.change(contact, { LeadSource: lead['LeadSource'] ?? null })
    const stamp = this.#dml.stamp(this.#context)
    this.#store.change(lead, {
      IsConverted: true,
      Status: convertedStatus,
      ConvertedDate: new Date(stamp.SystemModstamp).toISOString().slice(0, 10),
      ConvertedAccountId: account.Id,
      ConvertedContactId: contact.Id,
      ...stamp,
    })
    this.#moveMembers(lead, contact)
    for (const task of living(this.#store, 'Task', 'WhoId', lead.Id)) this.#store.change(task, { WhoId: contact.Id })
    const ids = { leadId: lead.Id, accountId: account.Id, contactId: contact.Id, opportunityId: null }
    return { success: true, ...ids, errors: [] }
  }

  #account(lead: Row, id: string | undefined, owner: Values): Row {
    return this.#filled('Account', id, mapped(lead, TO_ACCOUNT), owner)
  }

  /** An account that is the person, and keeps the contact by itself (objects.md §2, §3). */
  #person(lead: Row, id: string | undefined, owner: Values): Row {
    const values = { ...asPersonAccount(mapped(lead, TO_CONTACT)), Rating: lead['Rating'] ?? null }
    const name = { IsPersonAccount: true, Name: lead['Name'] ?? null }
    const account = this.#filled('Account', id, values, { ...owner, ...name })
    const now = this.#dml.stamp(this.#context).SystemModstamp
    keepContact({ store: this.#store, userId: this.#context.userId, now }, account)
    return account
  }

  /** The record named, its empty fields filled; or a new one. */
  #filled(object: string, id: string | undefined, values: Values, forNew: Values): Row {
    const row = id === undefined ? undefined : this.#store.get(id)
    if (row === undefined) return this.#dml.create(object, { ...values, ...forNew }, this.#context)
    const empty = Object.entries(values).filter(([name]) => (row[name] ?? null) === null)
    this.#store.change(row, { ...Object.fromEntries(empty), ...this.#dml.stamp(this.#context) })
    return row
  }

  /**
   * The same member keeps the lead and gains the contact, its status unchanged. A contact that is a member already stays,
   * and the lead's record goes: which of the two survives is not settled (objects.md §5.7).
   */
  #moveMembers(lead: Row, contact: Row): void {
    const stamp = this.#dml.stamp(this.#context)
    const campaigns = new Set(living(this.#store, 'CampaignMember', 'ContactId', contact.Id).map(campaignOf))
    for (const member of living(this.#store, 'CampaignMember', 'LeadId', lead.Id)) {
      if (campaigns.has(campaignOf(member))) this.#dml.bin.put(member, stamp)
      else this.#store.change(member, { ContactId: contact.Id, ...stamp })
    }
  }
}

type Values = Readonly<Record<string, FieldValue>>

function mapped(lead: Row, names: Readonly<Record<string, string>>): Values {
  const values = Object.entries(names).map(([from, to]): [string, FieldValue] => [to, lead[from] ?? null])
  return Object.fromEntries(values.filter(([, value]) => value !== null))
}

function living(store: Store, object: string, field: string, id: string): Row[] {
  return (store.lookup(object, field, id) ?? []).filter((row) => !row.IsDeleted)
}

function campaignOf(member: Row): FieldValue {
  return member['CampaignId'] ?? null
}
