import { describe, expect, test } from 'vitest'
import { planWrite } from '../../src/domain/write-plan.js'
import { contactLines } from '../../src/render/contact-push.js'
import { waysText } from '../../src/render/write-plan.js'

describe('how rows are written is told', () => {
  test('behind the calls: the ways, and why it is a Bulk job', () => {
    expect(waysText([])).toBe('')
    expect(waysText([planWrite(40, 'auto'), planWrite(3, 'auto')])).toBe(' by collections')
    expect(waysText([planWrite(40, 'auto'), planWrite(12_000, 'auto')])).toBe(
      ' by collections and Bulk\n         because 12,000 rows are more than 2,000',
    )
  })

  test('for contacts by a dry run, and not again when it is done', () => {
    const counts = {
      contacts: 9_000,
      updated: 8_000,
      unchanged: 1_000,
      optedOut: 0,
      conflicts: {},
      fitted: {},
      missing: [],
      failed: {},
    }
    const report = { ...counts, plan: planWrite(8_000, 'auto') }
    expect(contactLines(report, true)).toEqual([
      'Contacts: 8,000 of 9,000 would change, 1,000 right already',
      '  that would be 8 to 31 API calls by Bulk\n  because 8,000 rows are more than 2,000',
    ])
    expect(contactLines(report, false)).toEqual(['Contacts: 8,000 of 9,000 updated, 1,000 right already'])
  })
})
