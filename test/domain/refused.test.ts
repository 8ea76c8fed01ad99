import { expect, test } from 'vitest'
import { afterPart, halvesOf, REFUSED_AT_MOST, type PartFailure } from '../../src/domain/refused.js'

const refusal: PartFailure = { code: 'SF_REFUSED_REQUEST', people: 200, answersOthers: true, refused: 0 }

test.each<[string, Partial<PartFailure>, ReturnType<typeof afterPart>]>([
  ['that the org refuses is tried in halves', {}, 'halves'],
  ['of two as well', { people: 2 }, 'halves'],
  ['of one is about that person', { people: 1 }, 'refused'],
  ['that cannot even be asked is tried in halves', { code: 'SOQL_VALUE' }, 'halves'],
  ['that nobody foresaw is tried in halves', { code: 'UNEXPECTED' }, 'halves'],
  ['is everybody’s when the org refuses others too', { answersOthers: false }, 'everybody'],
  ['is everybody’s when the org is away', { code: 'SF_UNAVAILABLE' }, 'everybody'],
  ['of one is nobody’s fault when the org is away', { code: 'SF_TIMEOUT', people: 1 }, 'everybody'],
  ['is everybody’s when no call is left', { code: 'BUDGET_EXCEEDED', people: 1 }, 'everybody'],
  ['is everybody’s when a right is missing', { code: 'SF_ACCESS_DENIED' }, 'everybody'],
  ['after a few is still about that person', { people: 1, refused: REFUSED_AT_MOST - 1 }, 'refused'],
  ['after many is not about persons', { people: 1, refused: REFUSED_AT_MOST }, 'everybody'],
])('a failure %s', (_name, given, then) => {
  expect(afterPart({ ...refusal, ...given })).toBe(then)
})

test('halves hold everybody once, and neither is empty', () => {
  for (const people of [2, 3, 7, 200]) {
    const all = Array.from({ length: people }, (_, at) => at)
    const halves = halvesOf(all)
    expect(halves.flat()).toEqual(all)
    for (const half of halves) expect(half.length).toBeGreaterThan(0)
  }
})
