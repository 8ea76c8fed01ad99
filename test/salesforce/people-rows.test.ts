import { describe, expect, test } from 'vitest'
import {
  contactSelection,
  isLeadId,
  leadSelection,
  toContact,
  toFate,
  toLead,
  toMembership,
} from '../../src/salesforce/people-rows.js'
import { contactId, leadId } from '../support/people.js'

const CONTACT_FIELDS =
  'Id Email Name Title Department Phone MailingCity LeadSource OwnerId AccountId EmailBouncedDate LastActivityDate CreatedDate MH_Key__c'
const LEAD_FIELDS =
  'Id Email Name Title Company Phone City LeadSource OwnerId IsConverted ConvertedContactId LastModifiedDate'
const ACCOUNT_FIELDS = 'Id Name Type Website Tier__c'

function readable(without: string[] = []) {
  const fields = (object: string, names: string) =>
    new Set(names.split(' ').filter((name) => !without.includes(`${object}.${name}`)))
  return {
    Contact: fields('Contact', CONTACT_FIELDS),
    Lead: fields('Lead', LEAD_FIELDS),
    Account: fields('Account', ACCOUNT_FIELDS),
  }
}

const custom = { tier: 'Tier__c', ownKey: 'MH_Key__c' }

describe('what is selected', () => {
  test('is every field that a match or an enrichment needs, with the account and the owner', () => {
    expect(contactSelection(readable(), custom)).toEqual({
      fields: [
        ...CONTACT_FIELDS.split(' '),
        ...ACCOUNT_FIELDS.split(' ').map((name) => `Account.${name}`),
        'Owner.Name',
      ],
      missing: [],
    })
    expect(leadSelection(readable(), custom)).toEqual({
      fields: [...LEAD_FIELDS.split(' '), 'Owner.Name'],
      missing: [],
    })
  })

  test('leaves out what the org or the rights lack, and says so', () => {
    const lacking = ['Contact.MH_Key__c', 'Contact.Department', 'Account.Tier__c']
    const { fields, missing } = contactSelection(readable(lacking), custom)
    expect(missing.sort()).toEqual([...lacking].sort())
    expect(fields.filter((name) => /MH_Key__c|Department|Tier__c/u.test(name))).toEqual([])
  })

  test('has no account and no owner where the link to them cannot be read', () => {
    const { fields } = contactSelection(readable(['Contact.AccountId', 'Contact.OwnerId']), custom)
    expect(fields.filter((name) => /Account|Owner/u.test(name))).toEqual([])
    expect(leadSelection(readable(['Lead.OwnerId']), custom).fields).not.toContain('Owner.Name')
  })

  test('has no key of ours where none is configured', () => {
    const { fields, missing } = contactSelection(readable(), { tier: 'Tier__c' })
    expect([fields.includes('MH_Key__c'), missing]).toEqual([false, []])
  })

  test.each([
    ['the address of contacts', 'Contact.Email'],
    ['the name of contacts', 'Contact.Name'],
  ])('cannot do without %s', (_, field) => {
    expect(() => contactSelection(readable([field]), custom)).toThrow(
      expect.objectContaining({ code: 'SF_ACCESS_DENIED', message: expect.stringContaining(field) as unknown }),
    )
  })

  test('can do without the name of the account', () => {
    expect(contactSelection(readable(['Account.Name']), custom).missing).toEqual(['Account.Name'])
  })
})

const contactRow = {
  Id: contactId('C'),
  Email: 'Ana@Example.COM',
  Name: 'Ana Silva',
  MailingCity: 'Porto',
  OwnerId: '005000000000000AAA',
  'Owner.Name': 'Olu Ade',
  AccountId: '001000000000000AAA',
  'Account.Name': 'Example Ltd',
  'Account.Type': 'Customer',
  'Account.Tier__c': 'Growth',
  MH_Key__c: 'a'.repeat(24),
  LastActivityDate: '2026-02-01',
  CreatedDate: '2024-01-01T10:00:00.000+0000',
}

describe('a contact', () => {
  test('is read with its address in the normal form, its account and its owner', () => {
    expect(toContact(contactRow, custom)).toMatchObject({
      id: contactId('C'),
      email: 'ana@example.com',
      name: 'Ana Silva',
      city: 'Porto',
      ownerName: 'Olu Ade',
      account: { id: '001000000000000AAA', name: 'Example Ltd', type: 'Customer', tier: 'Growth' },
      ownKey: 'a'.repeat(24),
      bounced: false,
      lastActivity: '2026-02-01',
      createdAt: new Date('2024-01-01T10:00:00Z'),
    })
  })

  test('has bounced when the org says when', () => {
    expect(toContact({ ...contactRow, EmailBouncedDate: '2026-01-01T00:00:00.000+0000' }, custom).bounced).toBe(true)
  })

  test('without an account has none, whatever else the row says', () => {
    expect(toContact({ ...contactRow, AccountId: undefined }, custom).account).toBeUndefined()
  })

  test('whose address is not one has none, and is read all the same', () => {
    expect(toContact({ ...contactRow, Email: 'not an address' }, custom).email).toBeUndefined()
    expect(toContact({ Id: contactId('C'), Name: 'Ana Silva' }, custom)).toMatchObject({ id: contactId('C') })
  })

  test('without a readable date of creation is as old as any other without one', () => {
    expect(toContact({ ...contactRow, CreatedDate: undefined }, custom).createdAt).toEqual(new Date(0))
  })

  test('whose date is not one is an error, not a guess', () => {
    expect(() => toContact({ ...contactRow, CreatedDate: 'yesterday' }, custom)).toThrow()
  })
})

describe('a lead', () => {
  const row = { Id: leadId('L'), Email: 'ana@example.com', Name: 'Ana Silva', Company: 'Example Ltd' }

  test.each([
    ['is open while the org says so', { IsConverted: 'false' }, { converted: false }],
    ['is open where conversion cannot be read', {}, { converted: false }],
    [
      'is converted into its contact',
      { IsConverted: 'true', ConvertedContactId: contactId('C') },
      { converted: true, convertedContactId: contactId('C') },
    ],
  ])('%s', (_, given, expected) => {
    expect(toLead({ ...row, ...given }, custom)).toMatchObject({
      email: 'ana@example.com',
      company: 'Example Ltd',
      ...expected,
    })
  })
})

describe('what became of a record', () => {
  const lead = { Id: leadId('L'), Name: 'Ana Silva' }

  test.each([
    ['a contact that lives', { ...contactRow, IsDeleted: 'false' }, 'contact'],
    ['a lead that lives', { ...lead, IsDeleted: 'false' }, 'lead'],
    ['a contact in the recycle bin', { ...contactRow, IsDeleted: 'true' }, 'deleted'],
    ['a lead in the recycle bin', { ...lead, IsDeleted: 'true' }, 'deleted'],
  ])('%s', (_, row, state) => {
    expect(toFate(row, custom).state).toBe(state)
  })

  test('a contact that lost a merge leads to the winner, although it is deleted too', () => {
    expect(toFate({ ...contactRow, IsDeleted: 'true', MasterRecordId: contactId('W') }, custom)).toEqual({
      state: 'merged',
      into: contactId('W'),
    })
  })

  test('a lead is told from a contact by the prefix of its id', () => {
    expect([leadId('L'), contactId('C'), '', '00q000000000000'].map(isLeadId)).toEqual([true, false, false, false])
  })
})

describe('a membership', () => {
  const row = { CampaignId: '701000000000000AAA', 'Campaign.Name': 'Spring', Status: 'Attended' }
  const membership = { campaignId: '701000000000000AAA', campaignName: 'Spring', status: 'Attended' }

  test.each([
    ['of a contact', { ContactId: contactId('C') }, [contactId('C')]],
    ['of a lead', { LeadId: leadId('L') }, [leadId('L')]],
    [
      'of a lead since converted is found by both',
      { ContactId: contactId('C'), LeadId: leadId('L') },
      [contactId('C'), leadId('L')],
    ],
    ['of nobody is none', {}, []],
  ])('%s', (_, given, people) => {
    expect(toMembership({ ...row, ...given })).toEqual(people.map((personId) => ({ ...membership, personId })))
  })
})
