import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addAttendance, addDeparture, noAttendances } from '../../src/domain/attendance.js'
import {
  decideDeparture,
  decideMember,
  MemberIndex,
  type Attendance,
  type MemberRules,
} from '../../src/domain/member.js'
import { planStatuses, RUNGS, statusIds, type MemberStatus } from '../../src/domain/member-status.js'
import type { Decision } from '../../src/domain/decision.js'
import { aContact, aLead, aParticipant } from '../support/people.js'

const NAMES = {
  registered: { label: 'Registered', hasResponded: false },
  no_show: { label: 'No Show', hasResponded: false },
  attended: { label: 'Attended', hasResponded: true },
}
const GIVEN: MemberStatus[] = [
  { id: '01Y1', label: 'Sent', sortOrder: 1, isDefault: true, hasResponded: false },
  { id: '01Y2', label: 'Responded', sortOrder: 2, isDefault: false, hasResponded: true },
]
const OURS: MemberStatus[] = [
  ...GIVEN,
  { id: '01Y3', label: 'Registered', sortOrder: 3, isDefault: false, hasResponded: false },
  { id: '01Y4', label: 'No Show', sortOrder: 4, isDefault: false, hasResponded: false },
  { id: '01Y5', label: 'Attended', sortOrder: 5, isDefault: false, hasResponded: true },
]
const RULES: MemberRules = {
  labels: { registered: 'Registered', no_show: 'No Show', attended: 'Attended' },
  names: NAMES,
  defaultLabel: 'Sent',
  correct: false,
}
const without = (label: string) => OURS.filter((status) => status.label !== label)
const renamed = (from: string, label: string) => OURS.map((each) => (each.label === from ? { ...each, label } : each))

describe('the statuses of a Campaign', () => {
  test('of a new one: ours are added after the two that it has', () => {
    expect(planStatuses(GIVEN, NAMES, {}).create.map(({ label, sortOrder }) => [label, sortOrder])).toEqual([
      ['Registered', 3],
      ['No Show', 4],
      ['Attended', 5],
    ])
  })

  test('that are right are left alone, whatever the case of their letters', () => {
    const plan = planStatuses(renamed('No Show', 'no show'), NAMES, {})
    expect([plan.create, plan.change, plan.notes]).toEqual([[], [], []])
  })

  test('a renamed one keeps its new name, and it is said', () => {
    const plan = planStatuses(renamed('Registered', 'Signed up'), NAMES, { registered: '01Y3' })
    expect(plan.create).toEqual([])
    expect(plan.labels.registered).toBe('Signed up')
    expect(plan.notes).toEqual(['status "Registered" is called "Signed up" in this campaign: that name is used'])
  })

  test('a removed one is made again, and it is said', () => {
    const plan = planStatuses(without('Attended'), NAMES, { attended: '01Y5' })
    expect(plan.create.map(({ label }) => label)).toEqual(['Attended'])
    expect(plan.notes).toEqual(['status "Attended" was removed from the campaign: it is made again'])
  })

  test('one that counts wrongly as a response, or stands in the wrong order, is put right', () => {
    const wrong = OURS.map((each) =>
      each.label === 'Attended' ? { ...each, hasResponded: false, sortOrder: 0 } : each,
    )
    expect(planStatuses(wrong, NAMES, {}).change).toEqual([
      { id: '01Y5', rung: 'attended', hasResponded: true, sortOrder: 5 },
    ])
  })

  test('has the mark for people who are gone only where a policy gives it, and makes it once', () => {
    const mark = { label: 'Withdrawn', hasResponded: false }
    expect(planStatuses(OURS, NAMES, {}, [mark]).create).toEqual([{ ...mark, sortOrder: 6 }])
    const marked = [...OURS, { id: '01Y6', sortOrder: 6, isDefault: false, ...mark }]
    expect(planStatuses(marked, NAMES, {}, [mark]).create).toEqual([])
    expect(planStatuses(OURS, NAMES, {}).create).toEqual([])
  })

  test('are known by their ids from then on', () => {
    expect(statusIds(OURS, RULES.labels)).toEqual({ registered: '01Y3', no_show: '01Y4', attended: '01Y5' })
  })
})

describe('a member', () => {
  const attendance = (rung: Attendance['rung']): Attendance => ({
    record: { object: 'Contact', id: '003A' },
    rung,
    participantIds: ['p'],
  })
  const member = (status?: string) => ({ id: '00v1', contactId: '003A', status })

  test.each([
    ['is added when there is none', undefined, 'registered', 'insert'],
    ['climbs', 'Registered', 'attended', 'update'],
    ['climbs from no show', 'No Show', 'attended', 'update'],
    ['climbs from the status that nobody chose', 'Sent', 'registered', 'update'],
    ['climbs from none', null, 'registered', 'update'],
    ['stays where it is', 'attended', 'attended', undefined],
    ['does not fall', 'Attended', 'registered', undefined],
    ['is left where somebody put it', 'VIP', 'attended', undefined],
  ] as const)('%s', (_, status, rung, kind) => {
    const actual = status === undefined ? undefined : member(status ?? undefined)
    expect(decideMember(attendance(rung), actual, RULES).change?.kind).toBe(kind)
  })

  test('falls, and is taken back from where somebody put it, only when told to', () => {
    for (const status of ['Attended', 'VIP']) {
      expect(decideMember(attendance('registered'), member(status), RULES).held).toBeDefined()
      const told = decideMember(attendance('registered'), member(status), { ...RULES, correct: true })
      expect(told.change).toMatchObject({ kind: 'update', status: 'Registered', before: status })
    }
  })

  test('of a renamed status is right under the new name and under the old one', () => {
    const rules = { ...RULES, labels: { ...RULES.labels, registered: 'Signed up' } }
    for (const status of ['Signed up', 'Registered']) {
      expect(decideMember(attendance('registered'), member(status), rules).change).toBeUndefined()
    }
  })

  test('never needs a second change: what a change makes is what was wanted', () => {
    const status = fc.constantFrom(undefined, 'Sent', 'Responded', 'Registered', 'No Show', 'Attended', 'VIP')
    fc.assert(
      fc.property(status, fc.constantFrom(...RUNGS), fc.boolean(), (before, rung, correct) => {
        const rules = { ...RULES, correct }
        const { change } = decideMember(attendance(rung), member(before), rules)
        if (change?.kind !== 'update') return
        expect(decideMember(attendance(rung), member(change.status), rules).change).toBeUndefined()
      }),
    )
  })

  test('is found by the record of today, by the lead they were, or as earlier runs knew it', () => {
    const members = new MemberIndex([
      { id: '00v1', contactId: '003A', leadId: '00QB' },
      { id: '00v2', leadId: '00QC' },
    ])
    expect(members.of(attendance('registered'))?.id).toBe('00v1')
    const later = { ...attendance('registered'), record: { object: 'Contact' as const, id: '003Z' } }
    expect(members.of({ ...later, formerLeadId: '00QC' })?.id).toBe('00v2')
    expect(members.of({ ...later, knownMemberId: '00v2' })?.id).toBe('00v2')
    expect(members.of(later)).toBeUndefined()
  })

  test.each([
    ['leave', undefined],
    ['mark', 'update'],
    ['remove', 'remove'],
  ] as const)('of somebody who is gone follows the policy: %s', (policy, kind) => {
    const departure = { participantId: 'p', memberId: '00v1', why: 'withdrawn' as const }
    const decision = decideDeparture(departure, member('Registered'), policy, 'Withdrawn')
    expect([decision.change?.kind, decision.held !== undefined]).toEqual([kind, policy === 'leave'])
    expect(decideDeparture(departure, member('Withdrawn'), 'mark', 'Withdrawn').change).toBeUndefined()
  })
})

describe('who comes to an event', () => {
  const EVENT = 'e'.repeat(24)
  const registered = (status: 'registered' | 'attended' = 'registered') => [{ eventId: EVENT, status }]
  const decided = (given: Partial<Decision>): Decision => ({
    participant: aParticipant({ registrations: registered() }),
    outcome: 'contact',
    because: [],
    candidates: [],
    ...given,
  })
  const asContact = (also?: Record<string, string>) => ({
    kind: 'contact' as const,
    contact: aContact({ id: '003A', also }),
    rule: 'only contact' as const,
    because: [],
    rejected: [],
  })
  const nobodyBanned = () => false

  test.each([
    ['registered', 'attended'],
    ['attended', 'registered'],
  ] as const)('two addresses of one person, %s and %s, are one member: as the one who came further', (...rungs) => {
    const all = noAttendances()
    for (const [at, status] of rungs.entries()) {
      const current = at === 0 ? { leadId: '00QM' } : {}
      const participant = aParticipant({ id: `p${at}`, registrations: registered(status), current })
      addAttendance(all, EVENT, decided({ participant, match: asContact() }), nobodyBanned)
    }
    expect([...all.members.values()]).toMatchObject([
      { rung: 'attended', participantIds: ['p0', 'p1'], formerLeadId: '00QM' },
    ])
  })

  test('a lead is one as a lead, and is remembered when it has become a contact', () => {
    const all = noAttendances()
    const lead = {
      kind: 'lead' as const,
      lead: aLead({ id: '00QL' }),
      rule: 'lead' as const,
      because: [],
      rejected: [],
    }
    addAttendance(all, EVENT, decided({ outcome: 'lead', match: lead }), nobodyBanned)
    const participant = aParticipant({ id: 'b', registrations: registered(), current: { leadId: '00QM' } })
    addAttendance(all, EVENT, decided({ participant, match: asContact() }), nobodyBanned)
    expect([...all.members.values()]).toMatchObject([
      { record: { object: 'Lead', id: '00QL' } },
      { record: { object: 'Contact' }, formerLeadId: '00QM' },
    ])
  })

  test('who opted out, is banned, or was left to a person, is not; and it is counted', () => {
    const all = noAttendances()
    addAttendance(all, EVENT, decided({ match: asContact({ HasOptedOutOfEmail: 'true' }) }), nobodyBanned)
    addAttendance(all, EVENT, decided({ match: asContact() }), () => true)
    addAttendance(all, EVENT, decided({ outcome: 'parked' }), nobodyBanned)
    addAttendance(all, EVENT, decided({ outcome: 'not_found' }), nobodyBanned)
    expect(all.members.size).toBe(0)
    expect(all.leftOut).toEqual({ 'opted out': 1, banned: 1, parked: 1, 'not in Salesforce': 1 })
  })

  test('who is gone has a member to decide on only where an earlier run made one', () => {
    const all = noAttendances()
    const memberships = [{ eventId: EVENT, campaignId: '701', campaignMemberId: '00v9', status: 'Registered' }]
    addDeparture(all, aParticipant({ id: 'a', memberships }), EVENT, 'deleted')
    addDeparture(all, aParticipant({ id: 'b' }), EVENT, 'withdrawn')
    expect(all.departures).toEqual([{ participantId: 'a', memberId: '00v9', why: 'deleted' }])
  })
})
