import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ENRICHMENT_FIELDS,
  enrichmentChange,
  enrichmentOf,
  tierOf,
  unreadableAddress,
  type EnrichmentPolicy,
} from '../../src/domain/enrichment.js'
import type { Match } from '../../src/domain/match.js'
import type { Contact, Enrichment } from '../../src/domain/person.js'
import { aContact, aLead, applied, contactId } from '../support/people.js'

const byContact: EnrichmentPolicy = { existingCustomer: { by: 'contact' } }
const explained = { because: ['for a reason'], rejected: [] }

const matched = (given: Partial<Contact>): Match => ({
  kind: 'contact',
  contact: aContact(given),
  rule: 'only contact',
  ...explained,
})

describe('what a document ought to hold', () => {
  test('for a contact: the record, its account and its owner', () => {
    const contact = {
      title: 'CTO',
      department: 'R&D',
      phone: '+44 1',
      city: 'Leeds',
      leadSource: 'Web',
      ownerId: '005000000000000AAA',
      ownerName: 'Olu Ade',
      account: { id: '001000000000000AAA', name: 'Example Ltd', tier: 'Growth' },
    }
    expect(enrichmentOf(matched(contact), byContact)).toEqual({
      contactId: contactId('C'),
      accountId: '001000000000000AAA',
      accountName: 'Example Ltd',
      title: 'CTO',
      company: 'Example Ltd',
      phone: '+44 1',
      city: 'Leeds',
      department: 'R&D',
      leadSource: 'Web',
      ownerId: '005000000000000AAA',
      ownerName: 'Olu Ade',
      syncStatus: 'synced',
      customerTier: 'growth',
      isExistingCustomer: true,
    })
  })

  test('for a contact without an account: no account, no company, no tier; a blank is as good as none', () => {
    expect(enrichmentOf(matched({ title: '' }), byContact)).toEqual({
      contactId: contactId('C'),
      syncStatus: 'synced',
      isExistingCustomer: true,
    })
  })

  test('for a lead: its own company, and never an existing customer', () => {
    const match: Match = { kind: 'lead', lead: aLead({ title: 'Dev', city: 'Porto' }), rule: 'lead', ...explained }
    expect(enrichmentOf(match, byContact)).toEqual({
      leadId: aLead().id,
      title: 'Dev',
      company: 'Example Ltd',
      city: 'Porto',
      syncStatus: 'synced',
      isExistingCustomer: false,
    })
  })

  test('for nobody: that it was looked for', () => {
    expect(enrichmentOf({ kind: 'not_found', ...explained }, byContact)).toEqual({
      syncStatus: 'not_found',
      isExistingCustomer: false,
    })
  })

  test('for a parked person: the cause and the records to choose from, in one order, ten at most', () => {
    const contacts = Array.from('ZYXWVUTSRQPO', (name) => aContact({ id: contactId(name) }))
    const first = Array.from('OPQRSTUVWX', contactId).join(', ')
    expect(enrichmentOf({ kind: 'parked', cause: 'several contacts', contacts, ...explained }, byContact)).toEqual({
      syncStatus: 'error',
      syncError: `parked: several contacts (${first}, …)`,
    })
    expect(
      enrichmentOf({ kind: 'parked', cause: 'role address', contacts: contacts.slice(2), ...explained }, byContact)
        .syncError,
    ).toBe(`parked: role address (${first})`)
  })

  test('for an address that is not one: what was known stays, and the reason is added', () => {
    const current: Enrichment = { contactId: contactId('C'), customerTier: 'startup', syncStatus: 'synced' }
    expect(unreadableAddress(current, 'empty')).toEqual({
      contactId: contactId('C'),
      customerTier: 'startup',
      syncStatus: 'error',
      syncError: 'parked: the address is not usable (empty)',
    })
  })
})

describe('who is an existing customer', () => {
  const account = { id: '001000000000000AAA', name: 'Example Ltd' }
  const byType: EnrichmentPolicy = { existingCustomer: { by: 'accountType', values: ['Customer - Direct', 'Partner'] } }
  const byTier: EnrichmentPolicy = { existingCustomer: { by: 'tier', values: ['enterprise', 'growth'] } }

  test.each([
    ['every contact, unless configured otherwise', byContact, undefined, true],
    ['by account type: one that is listed, in any case', byType, { ...account, type: 'customer - direct' }, true],
    ['by account type: one that is not listed', byType, { ...account, type: 'Prospect' }, false],
    ['by account type: an account without a type', byType, account, false],
    ['by account type: a contact without an account', byType, undefined, false],
    ['by tier: one that is listed', byTier, { ...account, tier: 'Enterprise' }, true],
    ['by tier: one that is not listed', byTier, { ...account, tier: 'startup' }, false],
    ['by tier: a tier that the platform does not know', byTier, { ...account, tier: 'platinum' }, false],
    ['by tier: a contact without an account', byTier, undefined, false],
  ])('%s', (_, policy, of, expected) => {
    expect(enrichmentOf(matched({ account: of }), policy).isExistingCustomer).toBe(expected)
  })
})

describe('tier', () => {
  test.each([
    ['Enterprise', 'enterprise'],
    ['  growth ', 'growth'],
    ['STARTUP', 'startup'],
    ['community', 'community'],
    ['Enterprise Plus', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j of the org is %j of the platform', (tier, expected) => {
    expect(tierOf({ id: '001000000000000AAA', name: 'Example Ltd', tier })).toBe(expected)
  })
})

/** Says at compile time that no field is forgotten. */
const everyField: { [Field in keyof Enrichment]-?: fc.Arbitrary<NonNullable<Enrichment[Field]>> } = {
  contactId: fc.string(),
  leadId: fc.string(),
  accountId: fc.string(),
  accountName: fc.string(),
  title: fc.string(),
  company: fc.string(),
  phone: fc.string(),
  city: fc.string(),
  department: fc.string(),
  leadSource: fc.string(),
  ownerId: fc.string(),
  ownerName: fc.string(),
  syncStatus: fc.constantFrom('pending', 'synced', 'not_found', 'error'),
  syncError: fc.string(),
  customerTier: fc.constantFrom('enterprise', 'growth', 'startup', 'community'),
  isExistingCustomer: fc.boolean(),
}
const enrichment: fc.Arbitrary<Enrichment> = fc.record(everyField, { requiredKeys: [] })

describe('the change that is owed', () => {
  test('is none when nothing differs, absent or undefined', () => {
    expect(enrichmentChange({ title: 'CTO', city: undefined }, { title: 'CTO', phone: undefined })).toBeUndefined()
  })

  test('sets what differs, removes what is no more, and names nothing else', () => {
    const current: Enrichment = { contactId: 'old', title: 'CTO', city: 'Leeds', syncStatus: 'synced' }
    expect(enrichmentChange(current, { contactId: 'new', title: 'CTO', syncStatus: 'synced' })).toEqual({
      set: { contactId: 'new' },
      unset: ['city'],
    })
  })

  test('sets false, which is a value', () => {
    expect(enrichmentChange({ isExistingCustomer: true }, { isExistingCustomer: false })).toEqual({
      set: { isExistingCustomer: false },
      unset: [],
    })
  })

  test('knows every field that mh-sf adds to a participant', () => {
    expect([...ENRICHMENT_FIELDS].sort()).toEqual(Object.keys(everyField).sort())
  })

  test('once made, leaves exactly what was desired and nothing more to do', () => {
    fc.assert(
      fc.property(enrichment, enrichment, (current, desired) => {
        const after = applied(current, enrichmentChange(current, desired))
        expect(after).toEqual(desired)
        expect(enrichmentChange(after, desired)).toBeUndefined()
      }),
    )
  })

  test('is the smallest: every field in it differs, and none is both set and removed', () => {
    fc.assert(
      fc.property(enrichment, enrichment, (current, desired) => {
        const change = enrichmentChange(current, desired)
        if (!change) return
        for (const field of change.unset) expect(current).toHaveProperty(field)
        for (const field of ENRICHMENT_FIELDS.filter((name) => name in change.set))
          expect(change.set[field]).not.toBe(current[field])
        expect(change.unset.filter((field) => field in change.set)).toEqual([])
      }),
    )
  })
})
