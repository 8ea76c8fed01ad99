import { describe, expect, test } from 'vitest'
import { participantLine } from '../../src/render/participant-line.js'
import { widthOf } from '../support/columns.js'

const id = '65'.repeat(12)

describe('who is meant', () => {
  test('is told in a line where there is room', () => {
    expect(participantLine({ id, name: 'Ana Silva' }, 'not in Salesforce')).toBe(
      `Participant ${id}: Ana Silva, not in Salesforce`,
    )
    expect(participantLine({ id, name: 'Ana Silva' })).toBe(`Participant ${id}: Ana Silva`)
  })

  test.each([
    'Priya Ramanathan-Krishnamurthy',
    'Maria do Carmo de Albuquerque e Castro da Silva Pereira dos Santos Oliveira',
  ])('is told in 80 columns: %s', (name) => {
    const text = participantLine({ id, name }, 'contact 003000000000001AAA')
    expect(widthOf(text)).toBeLessThanOrEqual(80)
    expect(text.split('\n').at(-1)).toBe('  contact 003000000000001AAA')
    expect(widthOf(participantLine({ id, name }))).toBeLessThanOrEqual(80)
  })
})
