import { describe, expect, test } from 'vitest'
import type { KeptRun } from '../../src/domain/run.js'
import type { RunLine } from '../../src/domain/run-line.js'
import { reportCauses, reportOf, worthDoing } from '../../src/domain/weekly-report.js'
import { anEvent, NOBODY, someFacts } from '../support/a-report.js'

describe('a report', () => {
  test('begins with figures that are computed where all others are', () => {
    const { headline } = reportOf(someFacts())
    expect(headline).toMatchObject({
      ...{ successRate: 7_721 / 7_752, successRateBefore: 0.9, coverage: 0.8325, leads: 21, leadsBefore: 5 },
      ...{ calls: 301, callsBefore: 77, customersRegistered: 61, customersAttended: 47, lookups: 14, lookupMean: 300 },
    })
    expect(headline.lookupP50).toBe(150)
    expect(headline.lookupP95).toBeCloseTo(490)
  })

  test('says nothing of a share where there is nothing to divide by', () => {
    const facts = someFacts()
    const nothing = { ...facts.before, changes: { done: 0, refused: 0, unknown: 4 } }
    const { headline } = reportOf({ ...facts, before: nothing, figures: { people: NOBODY, events: [] } })
    expect(headline).toMatchObject({ successRateBefore: undefined, coverage: undefined, customersAttended: 0 })
  })

  test('is not compared with days that are not kept any more', () => {
    const later = new Date('2026-11-17T00:00:00Z')
    const kept = { successRateBefore: undefined, leadsBefore: undefined }
    expect(reportOf(someFacts({ keptSince: later })).headline).toMatchObject({ ...kept, callsBefore: 77 })
    expect(reportOf(someFacts({ callsKeptSince: later })).headline).toMatchObject({
      leadsBefore: 5,
      callsBefore: undefined,
    })
  })

  test('adds up the customers of all events', () => {
    const events = [anEvent(), anEvent({ customers: { registered: 9, attended: 3 } })]
    expect(reportOf(someFacts({ figures: { people: NOBODY, events } })).headline).toMatchObject({
      ...{ customersRegistered: 70, customersAttended: 50 },
    })
  })
})

describe('what is worth doing', () => {
  const people = { ...NOBODY, total: 10, synced: 10 }
  const well = (given: object = {}) =>
    someFacts({ causes: [], figures: { people: { ...people, ...given }, events: [] } })
  const commands = (facts: ReturnType<typeof someFacts>) => worthDoing(facts).map(({ command }) => command)

  test.each([
    ['nothing when all is well', well(), []],
    ['a decision when people are parked', well({ parked: 1 }), ['mh-sf review list']],
    ['a look when nobody has looked', well({ pending: 3 }), ['mh-sf backfill --all']],
    ['a schedule when no night ran', { ...well(), nights: [] }, ['mh-sf nightly schedule']],
    ['the remedy of the largest cause first', someFacts(), ['mh-sf retry', 'mh-sf review list']],
    [
      'two things at the most',
      { ...well({ parked: 1, pending: 1 }), nights: [] },
      ['mh-sf review list', 'mh-sf nightly schedule'],
    ],
  ])('is %s', (_, facts, expected) => {
    expect(commands(facts)).toEqual(expected)
  })

  test('is nothing about what has been mended', () => {
    const [mended] = someFacts().causes.slice(1)
    expect(commands({ ...well(), causes: mended ? [mended] : [] })).toEqual([])
  })
})

describe('causes of a window', () => {
  const run = (id: string): KeptRun => ({
    ...{ id, command: 'campaign sync', arguments: [], user: 'u', host: 'h', pid: 1, version: '1', scopes: ['e1'] },
    ...{ jobs: [], state: 'failed rows', startedAt: new Date(`2026-11-2${id}T02:00:00Z`) },
  })
  const line = (code: string, person: string): RunLine => ({
    ...{ id: person, object: 'CampaignMember', action: 'insert', key: person, participantIds: [person] },
    ...{ state: 'refused', code },
  })
  const failed = [
    {
      run: run('5'),
      lines: [line('UNABLE_TO_LOCK_ROW', 'a'), line('STATUS_NOT_KEPT', 'b'), line('STATUS_NOT_KEPT', 'c')],
    },
    { run: run('4'), lines: [line('STATUS_NOT_KEPT', 'c')] },
  ]

  test('are counted in it, whatever became of them, and have a remedy only where they stand', () => {
    expect(reportCauses(failed, new Set(['4']), [])).toEqual([
      expect.objectContaining({
        ...{ code: 'STATUS_NOT_KEPT', changes: 3, people: 2 },
        remedy: expect.objectContaining({ command: 'mh-sf retry' }) as object,
      }),
      {
        ...{ code: 'UNABLE_TO_LOCK_ROW', object: 'CampaignMember', changes: 1, people: 1 },
        what: expect.any(String) as string,
      },
    ])
  })

  test('name nobody', () => {
    expect(JSON.stringify(reportCauses(failed, new Set(), []))).not.toMatch(/"[abc]"/u)
  })
})
