import { describe, expect, test } from 'vitest'
import type { AlertFacts } from '../../src/domain/figures.js'
import { withProbe, type Probe } from '../../src/domain/probe.js'
import { ALL_FINE, AT, before, failing } from '../support/alert-facts.js'

const hourAgo = before(AT, 1)
const probed = (given: Partial<AlertFacts>, probe: Probe) =>
  withProbe({ ...ALL_FINE, ...given }, probe, { ceiling: 0.5 })

describe('what the org answers just now', () => {
  test.each<[string, AlertFacts['connection'], Probe['contact'], Partial<AlertFacts['connection']>]>([
    [
      'a failure after an answer',
      ALL_FINE.connection,
      { at: AT, code: 'SF_TIMEOUT' },
      { state: 'failing', failuresInRow: 1, code: 'SF_TIMEOUT', lastAnswerAt: AT },
    ],
    ['a failure after two', failing(2), { at: AT, code: 'SF_TIMEOUT' }, { failuresInRow: 3, lastAnswerAt: hourAgo }],
    ['an answer after failures', failing(7), { at: AT }, { state: 'answering', failuresInRow: 0, lastAnswerAt: AT }],
    [
      'the first failure of all',
      { state: 'not known', failuresInRow: 0 },
      { at: AT, code: 'SF_TIMEOUT' },
      { state: 'failing', failuresInRow: 1 },
    ],
    ['nothing', failing(2), undefined, failing(2)],
  ])('counts on top of what is kept: %s', (_name, connection, contact, expected) => {
    expect(probed({ connection }, { contact }).connection).toMatchObject(expected)
  })

  test('is what is known of the quota from then on', () => {
    const { quota } = probed({}, { allowance: { used: 700, max: 1_000 } })
    expect(quota).toEqual({ used: 700, max: 1_000, ceiling: 500, reserve: 10, ours: 0, asOf: AT })
    expect(probed({ quota: undefined }, {}).quota).toBeUndefined()
  })
})
