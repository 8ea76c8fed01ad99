import { describe, expect, test } from 'vitest'
import { decideMalformed, decideMatched } from '../../src/domain/decision.js'
import type { EnrichmentPolicy } from '../../src/domain/enrichment.js'
import type { Match } from '../../src/domain/match.js'
import { membershipsOf } from '../../src/domain/lookup-answer.js'
import { aContact, aLead, aParticipant, applied, contactId, leadId } from '../support/people.js'

const policy: EnrichmentPolicy = { existingCustomer: { by: 'contact' } }
const because = ['for a reason']
const contactMatch: Match = { kind: 'contact', contact: aContact(), rule: 'only contact', because, rejected: [] }
const parkedMatch: Match = {
  kind: 'parked',
  cause: 'several contacts',
  contacts: [aContact({ id: contactId('A') }), aContact({ id: contactId('B') })],
  because,
  rejected: [],
}

describe('a decision about a participant', () => {
  test('carries the outcome, the rule, the reasons and the write that is owed', () => {
    const participant = aParticipant()
    expect(decideMatched(participant, contactMatch, policy)).toEqual({
      participant,
      outcome: 'contact',
      match: contactMatch,
      rule: 'only contact',
      because,
      candidates: [],
      change: { set: { contactId: contactId('C'), syncStatus: 'synced', isExistingCustomer: true }, unset: [] },
    })
  })

  test('owes no write when the document is right already', () => {
    const current = { contactId: contactId('C'), syncStatus: 'synced', isExistingCustomer: true } as const
    expect(decideMatched(aParticipant({ current }), contactMatch, policy).change).toBeUndefined()
  })

  test('replaces a lead by the contact that it became', () => {
    const current = {
      leadId: leadId('L'),
      company: 'Example Ltd',
      syncStatus: 'synced',
      isExistingCustomer: false,
    } as const
    expect(decideMatched(aParticipant({ current }), contactMatch, policy).change).toEqual({
      set: { contactId: contactId('C'), isExistingCustomer: true },
      unset: ['leadId', 'company'],
    })
  })

  test('names the records to choose from when parked, and no rule', () => {
    const decision = decideMatched(aParticipant(), parkedMatch, policy)
    expect(decision.outcome).toBe('parked')
    expect(decision.candidates).toEqual([contactId('A'), contactId('B')])
    expect(decision).not.toHaveProperty('rule')
  })

  test('removes what an earlier run knew when the person is not found any more', () => {
    const current = {
      contactId: contactId('C'),
      city: 'Leeds',
      syncStatus: 'synced',
      isExistingCustomer: true,
    } as const
    const gone: Match = { kind: 'not_found', because, rejected: [] }
    const { change } = decideMatched(aParticipant({ current }), gone, policy)
    expect(applied(current, change)).toEqual({ syncStatus: 'not_found', isExistingCustomer: false })
  })
})

describe('a participant whose address is not one', () => {
  const current = { contactId: contactId('C'), syncStatus: 'synced' } as const
  const decision = decideMalformed(aParticipant({ storedEmail: { $ne: null }, current }), 'not text')

  test('is parked with the reason, without the address', () => {
    expect(decision).toMatchObject({
      outcome: 'malformed',
      because: ['the address is not usable: not text'],
      candidates: [],
    })
  })

  test('keeps what an earlier run knew', () => {
    expect(applied(current, decision.change)).toEqual({
      contactId: contactId('C'),
      syncStatus: 'error',
      syncError: 'parked: the address is not usable (not text)',
    })
  })

  test('is written once: a second run owes nothing', () => {
    const after = applied(current, decision.change)
    expect(decideMalformed(aParticipant({ current: after }), 'not text').change).toBeUndefined()
  })
})

describe('the memberships of somebody who was looked up', () => {
  const membership = { campaignId: '701000000000000AAA', campaignName: 'Spring' }
  const all = [contactId('C'), leadId('L'), contactId('X')].map((personId) => ({ ...membership, personId }))

  test.each<[string, Match, string[]]>([
    ['are those of the contact', contactMatch, [contactId('C')]],
    ['are those of the lead', { kind: 'lead', lead: aLead(), rule: 'lead', because, rejected: [] }, [leadId('L')]],
    ['are none of somebody who is parked', parkedMatch, []],
    ['are none of nobody', { kind: 'not_found', because, rejected: [] }, []],
  ])('%s', (_, match, ids) => {
    expect(membershipsOf(match, all).map(({ personId }) => personId)).toEqual(ids)
  })
})
