import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countDecision, countWrites, emptySummary, failedRows, updatedRows } from '../../src/domain/backfill-summary.js'
import type { Decision, Outcome } from '../../src/domain/decision.js'
import type { MatchRule } from '../../src/domain/match.js'
import { contactId } from '../support/people.js'
import { aDecision } from '../support/results.js'

const change = { set: { syncStatus: 'synced' as const }, unset: [] }

function summaryOf(...decisions: Decision[]) {
  const summary = emptySummary()
  for (const decision of decisions) countDecision(summary, decision)
  return summary
}

describe('a summary counts decisions', () => {
  test('by outcome and by rule, and how many of them change something', () => {
    const summary = summaryOf(
      aDecision({ rule: 'only contact', change }),
      aDecision({ rule: 'only contact' }),
      aDecision({ rule: 'link' }),
      aDecision({ outcome: 'lead', rule: 'lead', change }),
      aDecision({ outcome: 'not_found' }),
    )
    expect(summary).toMatchObject({
      people: 5,
      outcomes: { contact: 3, lead: 1, not_found: 1, parked: 0, malformed: 0 },
      rules: { contact: { 'only contact': 2, link: 1 }, lead: { lead: 1 } },
      updated: { contact: 1, lead: 1, not_found: 0, parked: 0, malformed: 0 },
    })
  })

  test('and lists the parked by id with reasons and candidates, bad addresses too', () => {
    const summary = summaryOf(
      aDecision({ outcome: 'parked', because: ['2 contacts', 'a tie'], candidates: [contactId('A'), contactId('B')] }),
      aDecision({ outcome: 'malformed', because: ['the address is not usable: empty'] }),
      aDecision({ outcome: 'not_found' }),
    )
    expect(summary.parked).toEqual([
      { participantId: 'a'.repeat(24), why: '2 contacts; a tie', candidates: [contactId('A'), contactId('B')] },
      { participantId: 'a'.repeat(24), why: 'the address is not usable: empty', candidates: [] },
    ])
  })

  test('and does not grow with the event: the first thousand parked are listed, the rest counted', () => {
    const summary = summaryOf(...Array.from({ length: 1_005 }, () => aDecision({ outcome: 'parked' })))
    expect(summary.parked).toHaveLength(1_000)
    expect(summary.outcomes.parked).toBe(1_005)
  })

  test('that always add up', () => {
    const outcome = fc.constantFrom<Outcome>('contact', 'lead', 'not_found', 'parked', 'malformed')
    const rule = fc.option(fc.constantFrom<MatchRule>('link', 'only contact', 'lead'), { nil: undefined })
    const decisions = fc.array(fc.tuple(outcome, rule, fc.boolean()))
    fc.assert(
      fc.property(decisions, (given) => {
        const summary = summaryOf(
          ...given.map(([kind, by, changed]) =>
            aDecision({ outcome: kind, rule: by, change: changed ? change : undefined }),
          ),
        )
        const total = (counts: Record<string, number>) => Object.values(counts).reduce((sum, n) => sum + n, 0)
        expect(total(summary.outcomes)).toBe(given.length)
        expect(total(summary.updated)).toBe(given.filter(([, , changed]) => changed).length)
        expect(updatedRows(summary)).toBe(total(summary.updated))
        for (const [kind, n] of Object.entries(summary.updated))
          expect(n).toBeLessThanOrEqual(Object.entries(summary.outcomes).find(([name]) => name === kind)?.[1] ?? -1)
      }),
    )
  })
})

describe('a summary counts what the database said', () => {
  test('rows that failed are grouped by code with five ids each, and are not updated rows', () => {
    const summary = summaryOf(...Array.from({ length: 10 }, () => aDecision({ change })))
    const refused = Array.from({ length: 6 }, (_, index) => ({ participantId: String(index), code: 121 }))
    countWrites(summary, 1, [...refused, { participantId: 'x', code: 28 }])
    expect(summary.failed).toEqual({
      '121': { count: 6, participants: ['0', '1', '2', '3', '4'] },
      '28': { count: 1, participants: ['x'] },
    })
    expect(summary.moved).toBe(1)
    expect(failedRows(summary)).toBe(7)
    expect(updatedRows(summary)).toBe(2)
  })

  test('page after page adds up', () => {
    const summary = summaryOf(aDecision({ change }), aDecision({ change }), aDecision({ change }))
    countWrites(summary, 1, [])
    countWrites(summary, 0, [{ participantId: 'x', code: 28 }])
    expect([summary.moved, failedRows(summary), updatedRows(summary)]).toEqual([1, 1, 1])
  })
})
