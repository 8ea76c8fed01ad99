import { describe, expect, test } from 'vitest'
import {
  differencesOf,
  inOrder,
  plannedChange,
  planText,
  PlanBook,
  rowsOf,
  type Plan,
} from '../../src/domain/saved-plan.js'

const SCOPE = { orgId: '00D', campaigns: { spring: '701' }, correct: false, writeBack: true, via: 'auto' } as const
const member = (key: string, Status = 'Attended', was = 'Registered') =>
  ({ object: 'CampaignMember', action: 'update', key, before: { Status: was }, after: { Status } }) as const
const planOf = (...changes: Plan['changes']): Plan => ({ scope: SCOPE, changes: inOrder(changes) })
const textOf = (plan: Plan) => [...planText(plan)].join('')

describe('a saved plan', () => {
  test('says the same whatever the order in which changes were found, and of fields', () => {
    expect(textOf(planOf(member('1'), member('2')))).toBe(textOf(planOf(member('2'), member('1'))))
    const [one, other] = [
      { A: 1, B: 2 },
      { B: 2, A: 1 },
    ].map((after) => plannedChange({ object: 'x', action: 'update', key: 'k', after }))
    expect(JSON.stringify(one)).toBe(JSON.stringify(other))
  })

  test.each<[string, Plan]>([
    ['another value after', planOf(member('1', 'No Show'))],
    ['another value before', planOf(member('1', 'Attended', 'Sent'))],
    ['a change more', planOf(member('1'), member('2'))],
    ['a change less', planOf()],
    ['another campaign', { ...planOf(member('1')), scope: { ...SCOPE, campaigns: { spring: '702' } } }],
    ['another org', { ...planOf(member('1')), scope: { ...SCOPE, orgId: '00E' } }],
    ['another way of writing', { ...planOf(member('1')), scope: { ...SCOPE, via: 'bulk' } }],
  ])('says something else with %s', (_, other) => {
    expect(textOf(other)).not.toBe(textOf(planOf(member('1'))))
  })

  test('holds neither the time at which things are noted nor ids that are not known before', () => {
    const draft = { object: 'participants', action: 'update', key: 'p', participantIds: ['p'] } as const
    const after = { companyName: 'Acme', lastSyncedAt: new Date(), seen: new Date(0) }
    expect(plannedChange({ ...draft, after })).toEqual({
      object: 'participants',
      action: 'update',
      key: 'p',
      after: { companyName: 'Acme', seen: '1970-01-01T00:00:00.000Z' },
    })
  })

  test('counts rows by object and action', () => {
    expect(rowsOf([member('1'), member('2'), { object: 'Contact', action: 'update', key: '3' }])).toEqual({
      'CampaignMember update': 2,
      'Contact update': 1,
    })
  })
})

describe('what has moved since a plan was made', () => {
  const plan = planOf(member('1'), member('2'))

  test('is nothing when the same is owed', () => {
    expect(differencesOf(plan, planOf(member('2'), member('1')), false)).toEqual([])
  })

  test('is named, each by its kind', () => {
    const now = planOf(member('2', 'No Show'), member('3'))
    expect(differencesOf(plan, now, false)).toEqual([
      { kind: 'owed no more', object: 'CampaignMember', key: '1' },
      { kind: 'owed otherwise', object: 'CampaignMember', key: '2' },
      { kind: 'owed since', object: 'CampaignMember', key: '3' },
    ])
  })

  test('is not what this plan itself has done before', () => {
    const now = planOf(member('2'), member('3'))
    expect(differencesOf(plan, now, true)).toEqual([{ kind: 'owed since', object: 'CampaignMember', key: '3' }])
  })

  test.each<[string | null, string | null, boolean, number]>([
    ['701', '702', false, 1],
    ['701', '702', true, 1],
    [null, '701', false, 1],
    [null, '701', true, 0],
    [null, null, false, 0],
  ])('tells another campaign: %s then, %s now, begun %s', (then, now, begun, differences) => {
    const of = (spring: string | null): Plan => ({ scope: { ...SCOPE, campaigns: { spring } }, changes: [] })
    expect(differencesOf(of(then), of(now), begun)).toHaveLength(differences)
  })
})

describe('a book of changes', () => {
  test('gathers what is owed', () => {
    const book = new PlanBook()
    book.owed([member('1')])
    book.owed([member('2')])
    expect(book.changes).toEqual([member('1'), member('2')])
  })

  test('with a plan lets through what this holds, and tells what it does not', () => {
    const others: string[] = []
    const book = new PlanBook(planOf(member('1'), member('2')), ({ key }) => void others.push(key))
    book.owed([member('1')])
    expect(others).toEqual([])
    book.owed([member('2', 'No Show'), member('3')])
    expect(others).toEqual(['2', '3'])
  })
})
