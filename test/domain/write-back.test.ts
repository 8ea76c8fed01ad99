import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decideContact,
  factsOf,
  type Fact,
  type FieldDetails,
  type MappedField,
  type WriteBackPolicy,
} from '../../src/domain/write-back.js'
import type { Registration } from '../../src/domain/person.js'

const detail = (type: string, given: Partial<FieldDetails> = {}): FieldDetails => ({
  type,
  length: 255,
  updateable: true,
  ...given,
})
const FIELDS: Record<Fact, MappedField> = {
  lastEventName: { field: 'Last__c', policy: 'when different' },
  lastEventDate: { field: 'Date__c', policy: 'when different' },
  eventsAttended: { field: 'Count__c', policy: 'when different' },
  skills: { field: 'Skills__c', policy: 'when different' },
  projects: { field: 'Projects__c', policy: 'when different' },
  firstTouch: { field: 'LeadSource', policy: 'when empty' },
}
const POLICY: WriteBackPolicy = { fields: FIELDS, firstTouch: 'Hackathon', onConflict: 'leave' }
const DETAILS = new Map([
  ['Last__c', detail('string', { length: 20 })],
  ['Date__c', detail('date', { length: 0 })],
  ['Count__c', detail('double', { length: 0 })],
  ['Skills__c', detail('multipicklist', { values: ['Python', 'React', 'SQL'] })],
  ['Projects__c', detail('textarea', { length: 30 })],
  ['LeadSource', detail('picklist')],
])
const EVENTS = new Map(
  [
    { id: 'a', name: 'Autumn Hackathon', startDate: new Date('2025-10-17T09:00:00Z') },
    { id: 'b', name: 'Spring Hackathon', startDate: new Date('2026-03-20T09:00:00Z') },
    { id: 'c', name: 'Winter Hackathon', startDate: new Date('2026-12-11T09:00:00Z') },
  ].map((event) => [event.id, event]),
)
const attended = (...ids: string[]): Registration[] => ids.map((eventId) => ({ eventId, status: 'attended' }))
const deeds = { registrations: attended('a'), skills: ['react', 'Python'], projects: ['Map of Names'] }
/** By a job that outlived its run. */
const SENT = { Last__c: 'Summer Hackathon' }
const decide = (
  given: Partial<typeof deeds> = {},
  current: Record<string, string | undefined> = {},
  last: Record<string, string> = {},
  policy: WriteBackPolicy = POLICY,
  details = DETAILS,
) => {
  const read = { ...Object.fromEntries([...details.keys()].map((field) => [field, undefined])), ...current }
  return decideContact(factsOf({ ...deeds, ...given }, EVENTS, policy), read, { last, sent: SENT }, details, policy)
}
const changed = (decision: ReturnType<typeof decide>) =>
  Object.fromEntries(decision.changes.map(({ field, after }) => [field, after]))

describe('what a Contact is told', () => {
  test('is the last hackathon attended, how many, skills the picklist has, projects, and where they came from', () => {
    const registrations = [...attended('b', 'a', 'a'), { eventId: 'c', status: 'registered' as const }]
    expect(changed(decide({ registrations }))).toEqual({
      Last__c: 'Spring Hackathon',
      Date__c: '2026-03-20',
      Count__c: 2,
      Skills__c: 'Python;React',
      Projects__c: 'Map of Names',
      LeadSource: 'Hackathon',
    })
  })

  test('is nothing about somebody who did nothing', () => {
    expect(decide({ registrations: [], skills: [], projects: [] }).changes).toEqual([])
  })

  test.each<[string, Record<string, string>]>([
    ['as the org writes it', { Last__c: 'Autumn Hackathon', Count__c: '1.0', Skills__c: 'React;Python' }],
    ['as it was written', { Last__c: 'Autumn Hackathon', Count__c: '1', Skills__c: 'Python;React' }],
  ])('is not sent when it is there already, %s', (_, there) => {
    const current = { ...there, Date__c: '2025-10-17', Projects__c: 'Map of Names', LeadSource: 'Web' }
    expect(decide({}, current).changes).toEqual([])
  })

  test('fits the field: a text is cut with a mark, a value that the picklist lacks is lost, and both are told', () => {
    const projects = ['A very long name of a project', 'Another']
    const decision = decide({ skills: ['Rust', 'SQL'], projects })
    expect(changed(decision)).toMatchObject({ Skills__c: 'SQL', Projects__c: 'A very long name of a project…' })
    expect(decision.fitted).toEqual(['Skills__c', 'Projects__c'])
  })

  test('is a number where the field is one, and no zero for those who never came', () => {
    const details = new Map([...DETAILS, ['Projects__c', detail('int')] as const])
    expect(changed(decide({ projects: ['a', 'b'] }, {}, {}, POLICY, details))).toMatchObject({ Projects__c: 2 })
    expect(changed(decide({ registrations: [], projects: [] }, {}, {}, POLICY, details))).not.toHaveProperty(
      'Projects__c',
    )
    expect(changed(decide({ projects: [] }, { Projects__c: '3' }, {}, POLICY, details))).toMatchObject({
      Projects__c: 0,
    })
  })

  test('leaves what somebody edited since, unless it is to be overwritten', () => {
    const [current, written] = [{ Last__c: 'My own words' }, { Last__c: 'Spring Hackathon' }]
    const left = decide({}, current, written)
    expect([left.conflicts, changed(left).Last__c]).toEqual([['Last__c'], undefined])
    const overwritten = decide({}, current, written, { ...POLICY, onConflict: 'overwrite' })
    expect(changed(overwritten).Last__c).toBe('Autumn Hackathon')
    for (const ours of ['Spring Hackathon', 'Summer Hackathon'])
      expect(changed(decide({}, { Last__c: ours }, written)).Last__c).toBe('Autumn Hackathon')
  })

  test('is noted as ours when it is found where it was sent by a run that died: what somebody makes of it later is left', () => {
    const facts = factsOf(deeds, EVENTS, POLICY)
    const [noted, there] = [{ last: {}, sent: SENT }, { Last__c: 'Summer Hackathon' }]
    const { taken } = decideContact(facts, there, noted, DETAILS, POLICY)
    expect(taken).toEqual(SENT)
    const later = decideContact(facts, { Last__c: 'My own words' }, { last: taken, sent: SENT }, DETAILS, POLICY)
    expect(later).toMatchObject({ conflicts: ['Last__c'], taken: {} })
  })

  test('obeys the policy of each field, and leaves out what the rights lack', () => {
    const never = { ...POLICY, fields: { ...FIELDS, skills: { field: 'Skills__c', policy: 'never' as const } } }
    expect(changed(decide({}, {}, {}, never))).not.toHaveProperty('Skills__c')
    const readOnly = new Map([...DETAILS, ['Last__c', detail('string', { updateable: false })] as const])
    readOnly.delete('Date__c')
    const told = changed(decide({}, {}, {}, POLICY, readOnly))
    expect(Object.keys(told).sort()).toEqual(['Count__c', 'LeadSource', 'Projects__c', 'Skills__c'])
  })

  test('is nothing that was not read: an unknown value is not an empty one', () => {
    const facts = factsOf(deeds, EVENTS, POLICY)
    expect(
      decideContact(facts, { LeadSource: undefined }, { last: {}, sent: {} }, DETAILS, POLICY).changes,
    ).toMatchObject([{ field: 'LeadSource' }])
  })

  test('is told once: after the change there is nothing to tell', () => {
    const words = fc.array(fc.string({ maxLength: 12 }), { maxLength: 6 })
    const ids = fc.array(fc.constantFrom('a', 'b', 'c'))
    fc.assert(
      fc.property(words, words, ids, (skills, projects, came) => {
        const given = { skills, projects, registrations: attended(...came) }
        const first = changed(decide(given))
        const now = Object.fromEntries(Object.entries(first).map(([field, value]) => [field, String(value)]))
        expect(decide(given, now, now).changes).toEqual([])
      }),
    )
  })
})
