import { describe, expect, test } from 'vitest'
import { consentOf, gateOf, type Answer, type ConsentFacts, type ConsentSource } from '../../src/domain/consent.js'

const MARCH = new Date('2026-03-01T10:00:00Z')
const JUNE = new Date('2026-06-01T10:00:00Z')
const ANSWER: ConsentSource = { by: 'answer', question: 'marketing', values: ['I agree'] }
const ALL: ConsentSource[] = [{ by: 'record' }, { by: 'newsletter' }, ANSWER]
const answered = (...answers: [value: unknown, at?: Date][]): ConsentFacts => ({
  answers: answers.map(([value, at]): Answer => ({ question: 'marketing', value, ...(at ? { at } : {}) })),
})
const NOTHING: ConsentFacts = { answers: [] }

describe('consent', () => {
  test('is a yes of the record, with its time and source', () => {
    const facts = { ...NOTHING, record: { given: true, at: MARCH, source: 'booth form' } }
    expect(consentOf(facts, ALL)).toEqual({ given: true, source: 'booth form', at: MARCH })
  })

  test('is the first yes of the sources in their order', () => {
    const facts = { ...answered(['I agree', JUNE]), newsletter: { given: true, at: MARCH } }
    expect(consentOf(facts, ALL)).toMatchObject({ source: 'newsletter', at: MARCH })
    expect(consentOf(facts, [ANSWER, { by: 'newsletter' }])).toMatchObject({ source: 'answer marketing', at: JUNE })
  })

  test('is nothing that was never said: a newsletter that is off, a question without an answer', () => {
    const none = { given: false, why: 'no consent' }
    expect(consentOf(NOTHING, ALL)).toEqual(none)
    expect(consentOf({ ...NOTHING, newsletter: { given: false } }, ALL)).toEqual(none)
    for (const blank of ['', '  ', null, undefined, {}, []]) expect(consentOf(answered([blank]), ALL)).toEqual(none)
  })

  test.each([[true], ['true'], [' i AGREE '], [['other', 'I agree']]])('is the answer %j', (value) => {
    expect(consentOf(answered([value]), ALL).given).toBe(true)
  })

  test.each([[false], ['no'], [0], [['other']], ['I do not agree']])('is refused by the answer %j', (value) => {
    expect(consentOf(answered([value]), ALL)).toEqual({ given: false, why: 'consent refused' })
  })

  test('is what the latest answer says, whatever the order in which they stand', () => {
    expect(consentOf(answered(['I agree', JUNE], ['no', MARCH]), ALL)).toMatchObject({ given: true, at: JUNE })
    expect(consentOf(answered(['I agree', MARCH], ['no', JUNE]), ALL)).toMatchObject({ why: 'consent refused' })
  })

  test('is refused by a no of which nobody knows when it was said', () => {
    expect(consentOf(answered(['I agree', JUNE], ['no']), ALL)).toMatchObject({ why: 'consent refused' })
    expect(consentOf(answered(['I agree'], ['no']), ALL)).toMatchObject({ why: 'consent refused' })
    expect(consentOf(answered(['I agree'], ['no', MARCH], ['I agree', JUNE]), ALL)).toMatchObject({ at: JUNE })
  })

  test('is refused by a no in so many words, whatever is said elsewhere', () => {
    const optedOut = { ...answered(['I agree']), newsletter: { given: true }, record: { given: false } }
    expect(consentOf(optedOut, [{ by: 'newsletter' }])).toEqual({ given: false, why: 'consent refused' })
    expect(consentOf({ ...answered(['no']), newsletter: { given: true } }, ALL)).toMatchObject({
      why: 'consent refused',
    })
  })

  test('is not looked for where nobody said that it is', () => {
    expect(consentOf({ ...NOTHING, newsletter: { given: true } }, [{ by: 'record' }])).toMatchObject({ given: false })
    expect(consentOf(answered(['I agree']), [{ ...ANSWER, question: 'photos' }])).toMatchObject({ given: false })
  })
})

describe('a gate', () => {
  const no = { ...NOTHING, record: { given: false } }
  const yes = { ...NOTHING, record: { given: true, at: MARCH, source: 'booth form' } }
  test.each([
    ['none', no, { open: true }],
    ['none', undefined, { open: true }],
    ['not refused', no, { open: false, why: 'consent refused' }],
    ['not refused', NOTHING, { open: true }],
    ['not refused', yes, { open: true, evidence: { source: 'booth form', at: MARCH } }],
    ['recorded', NOTHING, { open: false, why: 'no consent' }],
    ['recorded', undefined, { open: false, why: 'no consent' }],
    ['recorded', no, { open: false, why: 'consent refused' }],
    ['recorded', yes, { open: true, evidence: { source: 'booth form', at: MARCH } }],
  ] as const)('that needs %s answers case %#', (need, facts, gate) => {
    expect(gateOf(need, facts, ALL)).toEqual(gate)
  })
})
