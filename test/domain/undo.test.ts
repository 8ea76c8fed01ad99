import { describe, expect, test } from 'vitest'
import type { LineValues, RunLine } from '../../src/domain/run-line.js'
import { decideUndo, type Present, type UndoDecision } from '../../src/domain/undo.js'

const aLine = (given: Partial<RunLine>): RunLine => ({
  id: 'run/1',
  object: 'Contact',
  action: 'update',
  key: '003',
  participantIds: [],
  state: 'done',
  ...given,
})
const changed = (before: LineValues, after: LineValues, id = 'run/1') => aLine({ id, before, after })
const made = (after: LineValues, id = 'run/1') => aLine({ id, action: 'insert', after, recordId: '00v' })
const removed = (before: LineValues) => aLine({ action: 'delete', before })
const now = (values: LineValues, more: Partial<Present> = {}): Present => ({ id: '003', values, ...more })

const stepOf = ({ step, kept, settles }: UndoDecision) => ({ step, kept: kept ?? null, settled: settles.length })

describe('a record whose fields a run changed', () => {
  const at = (day: number) => new Date(Date.UTC(2026, 0, day))
  test.each<[what: string, line: RunLine, present: Present | undefined, expected: object]>([
    [
      'gets back what was there, also nothing',
      changed({ a: 'old', b: null }, { a: 'new', b: 'more' }),
      now({ a: 'new', b: 'more', c: 'other' }),
      { step: { kind: 'restore', from: { a: 'new', b: 'more' }, to: { a: 'old', b: null } }, kept: null, settled: 1 },
    ],
    [
      'keeps the field that somebody changed since, and gets back the other one',
      changed({ a: 'old', b: 'old' }, { a: 'new', b: 'new' }),
      now({ a: 'theirs', b: 'new' }),
      {
        step: { kind: 'restore', from: { b: 'new' }, to: { b: 'old' } },
        kept: { because: 'changed since', fields: ['a'] },
        settled: 1,
      },
    ],
    [
      'that somebody emptied since keeps that',
      changed({ a: 'old' }, { a: 'new' }),
      now({ a: null }),
      { step: { kind: 'nothing' }, kept: { because: 'changed since', fields: ['a'] }, settled: 1 },
    ],
    [
      'that holds what it held before is right',
      changed({ a: 'old', b: null }, { a: 'new', b: 'x' }),
      now({ a: 'old', b: null }),
      { step: { kind: 'nothing' }, kept: null, settled: 1 },
    ],
    [
      'is told to be gone',
      changed({ a: 'old' }, { a: 'new' }),
      undefined,
      { step: { kind: 'nothing' }, kept: { because: 'gone since', fields: [] }, settled: 1 },
    ],
    [
      'is compared as the org stores it: trimmed, as text, with its own line ends',
      changed({ a: 1, b: null }, { a: 2, b: ' two\nlines ' }),
      now({ a: '2', b: 'two\r\nlines' }),
      { step: { kind: 'restore', to: { a: 1, b: null } }, kept: null, settled: 1 },
    ],
    [
      'does not say that somebody changed it when a later run only looked',
      changed({ a: 'old', lastSyncedAt: at(1) }, { a: 'new', lastSyncedAt: at(2) }),
      now({ a: 'new', lastSyncedAt: at(3) }),
      { step: { kind: 'restore', to: { a: 'old' } }, kept: null, settled: 1 },
    ],
    [
      'of which the ledger does not say what was there is left',
      aLine({ after: { a: 'new' } }),
      now({ a: 'new' }),
      { kept: { because: 'what was there before is not in the ledger', fields: [] } },
    ],
    [
      'that names a record which is kept stays, and may be undone later',
      changed({ a: null }, { a: '701' }),
      now({ a: '701' }, { stays: 'its record is kept' }),
      { step: { kind: 'nothing' }, kept: { because: 'its record is kept' }, settled: 0 },
    ],
  ])('%s', (_, line, present, expected) => {
    expect(stepOf(decideUndo([line], present))).toMatchObject(expected)
  })
})

describe('a record that a run made', () => {
  test.each<[what: string, present: Present | undefined, expected: object]>([
    ['is removed as it was made', now({ a: '1', b: null }), { step: { kind: 'remove' }, kept: null, settled: 1 }],
    ['that is gone already is right', undefined, { step: { kind: 'nothing' }, kept: null, settled: 1 }],
    [
      'that somebody changed is kept, and may be undone later',
      now({ a: '2', b: null }),
      { step: { kind: 'nothing' }, kept: { because: 'changed since', fields: ['a'] }, settled: 0 },
    ],
    [
      'that others hang on is kept, whatever its fields say',
      now({ a: '1', b: null }, { holds: 'converted since' }),
      { step: { kind: 'nothing' }, kept: { because: 'converted since', fields: [] }, settled: 0 },
    ],
  ])('%s', (_, present, expected) => {
    expect(stepOf(decideUndo([made({ a: '1', b: null })], present))).toMatchObject(expected)
  })

  test('and changed is removed: its lines are undone the latest first', () => {
    const lines = [changed({ a: '1' }, { a: '2' }, 'run/2'), made({ a: '1' })]
    expect(stepOf(decideUndo(lines, now({ a: '2' })))).toMatchObject({ step: { kind: 'remove' }, settled: 2 })
  })
})

describe('a record that a run removed', () => {
  test.each<[what: string, present: Present | undefined, expected: object]>([
    ['is made again', undefined, { step: { kind: 'make', values: { Status: 'Registered' } }, settled: 1 }],
    [
      'that is there again is right',
      now({ Status: 'Registered' }),
      { step: { kind: 'nothing' }, kept: null, settled: 1 },
    ],
    [
      'that somebody made again otherwise is kept',
      now({ Status: 'Attended' }),
      { step: { kind: 'nothing' }, kept: { because: 'added again since' }, settled: 0 },
    ],
  ])('%s', (_, present, expected) => {
    expect(stepOf(decideUndo([removed({ Status: 'Registered' })], present))).toMatchObject(expected)
  })
})
