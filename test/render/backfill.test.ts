import { describe, expect, test } from 'vitest'
import type { EmailProblem } from '../../src/domain/email.js'
import type { ReadPlan } from '../../src/domain/read-plan.js'
import { MhError } from '../../src/errors.js'
import { backfillJson, backfillStage, backfillText } from '../../src/render/backfill.js'
import { unwrapped, widthOf } from '../support/columns.js'
import { aParticipant, contactId } from '../support/people.js'
import { aBackfillResult, aDecision } from '../support/results.js'

const change = { set: { syncStatus: 'synced' as const }, unset: [] }
const linesOf = (text: string) => text.split('\n')
const problem: EmailProblem = 'empty'

const busy = aBackfillResult(
  [
    aDecision({ rule: 'only contact', change }),
    aDecision({ rule: 'primary contact', change }),
    aDecision({ rule: 'converted lead', change }),
    aDecision({ rule: 'link' }),
    aDecision({ outcome: 'lead', rule: 'lead', change }),
    aDecision({ outcome: 'not_found' }),
    aDecision({
      outcome: 'parked',
      because: ['2 contacts have this address', 'no criterion tells them apart'],
      candidates: [contactId('A'), contactId('B')],
      change,
    }),
    aDecision({ outcome: 'malformed', because: [`the address is not usable: ${problem}`], change }),
  ],
  { deleted: 2 },
)

describe('the result of a backfill for a person', () => {
  test('begins with the event and the people', () => {
    expect(linesOf(backfillText(busy))[0]).toBe('MongoDB Spring Hackathon 2026 (mongodb-spring-2026): 8 people')
    expect(linesOf(backfillText({ ...busy, event: undefined }))[0]).toBe('All participants: 8 people')
  })

  test('has a line for each outcome that occurred, and how it came about', () => {
    const text = unwrapped(backfillText(busy))
    expect(text).toContain(
      'Contact 4 3 updated, 1 unchanged; 1 by an earlier link, 1 primary of several, 1 by a converted lead Lead',
    )
    expect(text).toContain('Lead 1 1 updated Not in Salesforce 1 unchanged Parked for you 1 1 updated')
    expect(text).toContain('Parked: bad address 1 1 updated')
    expect(unwrapped(backfillText(aBackfillResult([aDecision()])))).not.toMatch(/Lead|Not in|Parked/u)
  })

  test('lists the parked by id, with the reason and the records to choose from', () => {
    const [, list = ''] = unwrapped(backfillText(busy)).split('Parked, left for you to decide: ')
    const id = 'a'.repeat(24)
    expect(list).toContain(
      `${id} 2 contacts have this address; no criterion tells them apart ${contactId('A')} ${contactId('B')} ` +
        `${id} the address is not usable: empty`,
    )
  })

  test('ends with what was done and what it cost', () => {
    expect(linesOf(backfillText(busy)).slice(-2)).toEqual([
      '6 updated, 2 unchanged, 0 failed',
      '1 API call (planned: 1 to 3 API calls), 1.2 s',
    ])
  })

  test('says who was left alone', () => {
    expect(backfillText(busy)).toContain('  2 people soft-deleted on the platform: left alone')
    expect(backfillText({ ...busy, deleted: 0 })).not.toContain('soft-deleted')
  })

  test('of a dry run says twice that nothing was written', () => {
    const lines = linesOf(backfillText({ ...busy, dryRun: true }))
    expect(lines[1]).toBe('Dry run: nothing was written.')
    expect(lines).toContain('6 would change, 2 unchanged')
    expect(lines.join('\n')).not.toMatch(/ updated|failed/u)
  })

  test('of a second run reports no change', () => {
    const again = aBackfillResult([aDecision({ rule: 'link' }), aDecision({ rule: 'link' })])
    expect(backfillText(again)).toContain('0 updated, 2 unchanged, 0 failed')
  })

  test('of writes that failed groups them by code, and tells those who moved', () => {
    const decisions = Array.from({ length: 9 }, () => aDecision({ change }))
    const failed = Array.from({ length: 6 }, (_, index) => ({ participantId: `p${index}`, code: 121 }))
    const text = backfillText(aBackfillResult(decisions, { writes: { moved: 1, failed } }))
    expect(text).toContain('  6 writes failed in MongoDB with code 121, for example participant p0')
    expect(text).toContain('  1 changed meanwhile: the next run takes them')
    expect(text).toContain('2 updated, 0 unchanged, 6 failed')
  })

  test('of nobody says so', () => {
    expect(backfillText(aBackfillResult([]))).toContain('\n  nobody\n')
  })

  test('shows ten of the parked and counts the rest', () => {
    const parked = Array.from({ length: 1_012 }, () => aDecision({ outcome: 'parked' }))
    const lines = linesOf(backfillText(aBackfillResult(parked)))
    expect(lines.filter((line) => line.includes('a'.repeat(24)))).toHaveLength(10)
    expect(lines).toContain('  … and 1,002 more (--json lists them)')
  })

  test('fits 80 columns, however much there is to tell', () => {
    const many = Array.from({ length: 3_000 }, (_, index) =>
      aDecision({
        rule: (['link', 'primary contact', 'converted lead'] as const)[index % 3],
        change: index % 2 === 0 ? change : undefined,
      }),
    )
    const parked = aDecision({
      outcome: 'parked',
      because: ['a long reason '.repeat(20)],
      candidates: Array(30).fill(contactId('A')) as string[],
    })
    const result = aBackfillResult([...many, parked], { milliseconds: 3_600_000, calls: 12_345 })
    expect(widthOf(backfillText(result))).toBeLessThanOrEqual(80)
  })

  test('cannot rewrite the screen', () => {
    const event = { id: '1'.repeat(24), name: 'Spring\u001b[2J\u202e', slug: 'x\r' }
    const parked = aDecision({ outcome: 'parked', because: ['\u001b[31mred'] })
    expect(backfillText({ ...aBackfillResult([parked]), event }).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u)
  })
})

describe('the result of a backfill for a program', () => {
  const stopped = new MhError('INTERRUPTED', 'Interrupted.', 'Again.')
  const json = backfillJson({ ...busy, stopped })

  test('has the figures', () => {
    expect(json).toMatchObject({
      event: { id: '1'.repeat(24), slug: 'mongodb-spring-2026' },
      dryRun: false,
      people: 8,
      deleted: 2,
      outcomes: { contact: 4, lead: 1, not_found: 1, parked: 1, malformed: 1 },
      updated: 6,
      unchanged: 2,
      calls: 1,
      milliseconds: 1_234,
      stopped: { code: 'INTERRUPTED', message: 'Interrupted.' },
    })
    expect(backfillJson({ ...busy, event: undefined })).toMatchObject({ event: null, stopped: null })
  })

  test('names people by id only', () => {
    const decisions = [
      aDecision({
        outcome: 'malformed',
        participant: aParticipant({ storedEmail: 'canary@example.com canary', name: 'Canary' }),
      }),
    ]
    expect(JSON.stringify(backfillJson(aBackfillResult(decisions)))).not.toMatch(/canary|example\.com/iu)
  })
})

describe('a stage for stderr', () => {
  const plan: ReadPlan = { way: 'composite', calls: 20, atMost: 60, kinds: {}, seconds: 11, because: '--via composite' }

  test('names the event, and says when it was only a guess', () => {
    const event = { id: '1'.repeat(24), name: 'Spring', slug: 'spring' }
    expect(backfillStage({ kind: 'event', event, guessed: false })).toBe('Event    Spring (spring)')
    expect(backfillStage({ kind: 'event', event, guessed: true })).toBe('Event    Spring (spring), the only match')
  })

  test('states the API calls of the plan, why, and what is left of the day', () => {
    const allowance = { used: 1_000, max: 15_000 }
    const text = backfillStage({ kind: 'planned', people: 100_000, deleted: 0, plan, allowance }) ?? ''
    expect(linesOf(text)).toEqual([
      'Plan     100,000 people by IN lists in /composite: 20 to 60 API calls, about 11 s',
      '         because --via composite',
      '         14,000 of 15,000 calls are left today',
    ])
  })

  test('of an export says so, and a plan without a range states one number', () => {
    const exact = { ...plan, way: 'bulk' as const, calls: 1, atMost: 1 }
    expect(backfillStage({ kind: 'planned', people: 1, deleted: 0, plan: exact })).toMatch(
      /^Plan {5}1 person by a Bulk export joined here: 1 API call, about 11 s\n/u,
    )
    expect(backfillStage({ kind: 'exported', object: 'Contact', rows: 50_000 })).toBe('Reading  50,000 contact rows')
  })

  test('names the fields that were left out', () => {
    const text = backfillStage({ kind: 'left out', fields: ['Contact.Department', 'Account.Tier__c'] })
    expect(text).toContain('Contact.Department, Account.Tier__c')
  })

  test('is silent about progress: that is for a bar', () => {
    expect(backfillStage({ kind: 'progress', done: 1, total: 2 })).toBeUndefined()
  })
})
