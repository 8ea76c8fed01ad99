import { describe, expect, test } from 'vitest'
import { causesOf, standingRuns, type FailedRun } from '../../src/domain/failure-causes.js'
import { argumentsAgain, retrialOf } from '../../src/domain/retry.js'
import type { KeptRun } from '../../src/domain/run.js'
import type { RunLine } from '../../src/domain/run-line.js'

const run = (id: string, given: Partial<KeptRun> = {}): KeptRun => ({
  id,
  command: 'campaign sync',
  arguments: [],
  user: 'ada',
  host: 'here',
  pid: 1,
  version: '1',
  scopes: ['spring'],
  jobs: [],
  state: 'failed rows',
  startedAt: new Date(`2026-11-0${id}T00:00:00Z`),
  ...given,
})
const line = (given: Partial<RunLine> = {}): RunLine => ({
  id: 'x/0',
  object: 'CampaignMember',
  action: 'insert',
  key: '701/003',
  participantIds: ['p1'],
  state: 'refused',
  code: 'UNABLE_TO_LOCK_ROW',
  ...given,
})
/** Whether the failures of an earlier run still stand after a later one. */
const stands = (earlier: Partial<KeptRun>, later: Partial<KeptRun>) =>
  standingRuns([run('2', later), run('1', earlier)]).some(({ id }) => id === '1')
const done = { state: 'done' } as const

describe('a run whose rows failed', () => {
  test.each<[string, boolean, Partial<KeptRun>, Partial<KeptRun>]>([
    ['is history after the same command on the same event', false, {}, done],
    ['is history after the same command on more events', false, {}, { ...done, scopes: ['spring', 'autumn'] }],
    [
      'is history after one on everybody',
      false,
      { command: 'backfill' },
      { ...done, command: 'backfill', scopes: ['everybody'] },
    ],
    ['is history after a sync, if it was a backfill', false, { command: 'backfill' }, done],
    ['is history even if rows of the later one failed', false, {}, {}],
    ['never stands if it was a worker: the queue has the rest', false, { command: 'worker', scopes: [] }, {}],
    ['never stands if it was a night: its steps tell', false, { command: 'nightly', scopes: ['everybody'] }, {}],
    [
      'stands if it was a night that was ended',
      true,
      { command: 'nightly', state: 'stopped', scopes: ['everybody'] },
      {},
    ],
    [
      'is history after the next night',
      false,
      { command: 'nightly', state: 'stopped', scopes: ['everybody'] },
      { command: 'nightly', scopes: ['everybody'] },
    ],
    ['stands after another event', true, {}, { ...done, scopes: ['autumn'] }],
    ['stands after fewer events', true, { scopes: ['spring', 'autumn'] }, done],
    ['stands after one that stopped', true, {}, { state: 'stopped', code: 'BUDGET_EXCEEDED' }],
    ['stands after one of which an event failed', true, {}, { state: 'failed rows', code: 'SF_TIMEOUT' }],
    [
      'stands after one of only some people',
      true,
      { command: 'backfill' },
      { ...done, command: 'backfill', arguments: ['--limit', '10'] },
    ],
    ['stands after a retry of others', true, {}, { ...done, command: 'retry' }],
    ['stands after one that made no leads, if it did', true, { arguments: ['--create-leads'] }, done],
    [
      'is history after one that made leads too',
      false,
      { arguments: ['--create-leads'] },
      { ...done, arguments: ['--create-leads'] },
    ],
    ['stands after a sync, if it told contacts only', true, { command: 'contact push' }, done],
    ['is history when it was undone', false, { undoneBy: '2' }, { ...done, command: 'runs undo' }],
    ['is history when it was done again', false, { followedBy: '2' }, { ...done, command: 'retry' }],
    [
      'stands when the one that was to do it again stopped',
      true,
      { followedBy: '2' },
      { state: 'stopped', code: 'BUDGET_EXCEEDED' },
    ],
  ])('%s', (_, still, earlier, later) => {
    expect(stands(earlier, later)).toBe(still)
  })

  test('is none when it went well', () => {
    expect(standingRuns([run('1', done)])).toEqual([])
  })
})

describe('causes', () => {
  const told = (failed: readonly FailedRun[]) =>
    causesOf(failed).map(({ code, object, changes, people, command }) => [
      code,
      object,
      changes,
      people.length,
      command,
    ])

  test('gather lines by code and object, those of most people first, each person once', () => {
    const lines = [
      line(),
      line({ key: '701/004', participantIds: ['p2'] }),
      line({ object: 'Contact', code: 'STRING_TOO_LONG' }),
    ]
    expect(
      told([
        { run: run('2'), lines },
        { run: run('1'), lines: [line()] },
      ]),
    ).toEqual([
      ['UNABLE_TO_LOCK_ROW', 'CampaignMember', 3, 2, 'mh-sf retry'],
      ['STRING_TOO_LONG', 'Contact', 1, 1, 'mh-sf retry'],
    ])
  })

  test('say first and last time, and the latest run', () => {
    const [cause] = causesOf([
      { run: run('2'), lines: [line()] },
      { run: run('1'), lines: [line()] },
    ])
    expect(cause).toMatchObject({ runId: '2', firstSeen: new Date('2026-11-01'), lastSeen: new Date('2026-11-02') })
  })

  test('are not what a run that stopped had not come to; the run itself is told', () => {
    const stopped = run('1', { state: 'stopped', code: 'BUDGET_EXCEEDED' })
    expect(told([{ run: stopped, lines: [line({ state: 'sent' })] }])).toEqual([
      ['BUDGET_EXCEEDED', 'run of campaign sync', 0, 0, 'mh-sf runs resume 1'],
    ])
    expect(told([{ run: run('1'), lines: [line({ state: 'sent', code: undefined })] }])).toMatchObject([
      ['UNKNOWN_FATE', 'CampaignMember', 1, 1, 'mh-sf retry'],
    ])
  })

  test.each<[Partial<KeptRun>, string[]]>([
    [{ state: 'failed', code: 'SF_LOGIN_REFUSED' }, ['SF_LOGIN_REFUSED']],
    [{ state: 'died' }, ['DIED']],
    [{}, ['FAILED_ROWS']],
    [{ state: 'failed', code: 'PLAN_STALE' }, []],
  ])('of a run without a line are what it ended with: %j', (given, codes) => {
    expect(causesOf([{ run: run('1', given), lines: [] }]).map(({ code }) => code)).toEqual(codes)
  })

  test('of a command that is not done again row by row name the command that gives it again', () => {
    expect(told([{ run: run('1', { command: 'contact push' }), lines: [line()] }])).toMatchObject([
      ['UNABLE_TO_LOCK_ROW', 'CampaignMember', 1, 1, 'mh-sf runs resume 1'],
    ])
  })
})

describe('what is done again', () => {
  test('is for just the people of what failed, with the flags that decide', () => {
    const lines = [
      line(),
      line({ participantIds: ['p1', 'p2'] }),
      line({ object: 'Lead', code: 'X', participantIds: ['p3'] }),
    ]
    const failed = { run: run('1', { arguments: ['--correct'] }), lines }
    expect(retrialOf(failed, undefined)).toMatchObject({
      way: 'campaign sync',
      eventIds: ['spring'],
      participantIds: ['p1', 'p2', 'p3'],
      correct: true,
      createLeads: true,
    })
    expect(retrialOf(failed, 'UNABLE_TO_LOCK_ROW')).toMatchObject({ participantIds: ['p1', 'p2'], createLeads: false })
    expect(retrialOf(failed, 'NOT_PROCESSED')).toBeUndefined()
  })

  test('is the first command, however often it is done again', () => {
    const first = retrialOf(
      { run: run('1', { command: 'campaign push', arguments: ['--correct'] }), lines: [line()] },
      undefined,
    )
    const second = run('2', { command: 'retry', arguments: first ? argumentsAgain(first) : [] })
    expect(retrialOf({ run: second, lines: [line()] }, undefined)).toMatchObject({
      way: 'campaign push',
      correct: true,
    })
  })

  test.each(['contact push', 'campaign create', 'apply', 'runs undo'])('is not a %s', (command) => {
    expect(retrialOf({ run: run('1', { command }), lines: [line()] }, undefined)).toBeUndefined()
  })
})
