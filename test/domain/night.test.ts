import { describe, expect, test } from 'vitest'
import {
  endOfNight,
  judgeNight,
  NIGHT_STEPS,
  stateOf,
  whyNotDue,
  type NightFacts,
  type NightStep,
  type StepName,
} from '../../src/domain/night.js'
import { MhError, type ErrorCode } from '../../src/errors.js'

const error = (code: ErrorCode) => new MhError(code, 'for a reason')
/** A step as it came out: "done", "skipped", or by the code of what ended it. */
const step = (told: ErrorCode | 'done' | 'failed rows' | 'disagree' | 'skipped'): Pick<NightStep, 'state' | 'error'> =>
  told === 'done' || told === 'failed rows' || told === 'disagree' || told === 'skipped'
    ? { state: told }
    : { state: stateOf({ state: 'done', counts: {}, runIds: [], error: error(told) }), error: error(told) }

describe('a night', () => {
  const facts: NightFacts = { skip: new Set(), liveEvents: 2, dryRun: false }
  const due = (given: Partial<NightFacts>) => NIGHT_STEPS.filter((name) => !whyNotDue(name, { ...facts, ...given }))

  test.each<[string, Partial<NightFacts>, StepName[]]>([
    ['as a rule', {}, ['queue', 'people', 'campaigns', 'retry', 'verify']],
    ['without a live event', { liveEvents: 0 }, ['queue', 'people', 'retry']],
    ['as a dry run', { dryRun: true }, ['people', 'campaigns', 'retry']],
    ['with two left out', { skip: new Set<StepName>(['people', 'verify']) }, ['queue', 'campaigns', 'retry']],
    ['that is over', { stopped: 'BUDGET_EXCEEDED' }, []],
  ])('%s does its steps in their order', (_name, given, expected) => {
    expect(due(given)).toEqual(expected)
  })

  test('says of a step that it was not come to, unless nobody wanted it', () => {
    const over: NightFacts = { ...facts, skip: new Set(['retry']), stopped: 'TERMINATED' }
    expect(whyNotDue('verify', over)).toEqual({ state: 'not come to', why: 'the night was over: TERMINATED' })
    expect(whyNotDue('retry', over)).toEqual({ state: 'skipped', why: 'left out by --skip' })
  })

  test.each<[string, Parameters<typeof step>[0][], ErrorCode | undefined, string, number]>([
    ['all went well', ['done', 'done', 'skipped', 'done'], undefined, 'all well', 0],
    ['there was nothing to do', ['skipped', 'skipped'], undefined, 'all well', 0],
    ['rows failed', ['done', 'failed rows', 'done'], undefined, 'not all well', 3],
    ['the two sides differ', ['done', 'done', 'disagree'], undefined, 'not all well', 3],
    ['one step failed', ['SF_UNAVAILABLE', 'done', 'done'], undefined, 'not all well', 3],
    ['one step lacked a right', ['done', 'SF_ACCESS_DENIED', 'done'], undefined, 'not all well', 3],
    ['every step was refused', ['SF_SESSION_REFUSED', 'SF_ACCESS_DENIED', 'skipped'], undefined, 'failed', 5],
    ['the org was away', ['SF_UNREACHABLE', 'SF_UNAVAILABLE', 'SF_TIMEOUT'], undefined, 'failed', 1],
    [
      'every step failed, each for its own reason',
      ['SF_UNREACHABLE', 'SF_ACCESS_DENIED'],
      undefined,
      'not all well',
      3,
    ],
    ['a job goes on', ['done', 'SF_JOB_RUNNING', 'done'], undefined, 'still running', 8],
    ['a job goes on, and rows failed', ['failed rows', 'SF_JOB_RUNNING'], undefined, 'not all well', 3],
    ['a job goes on, and a step failed', ['SF_UNREACHABLE', 'SF_JOB_RUNNING'], undefined, 'not all well', 3],
    ['the quota ended it', ['failed rows', 'BUDGET_EXCEEDED'], 'BUDGET_EXCEEDED', 'stopped', 6],
    ['the org ended it', ['SF_LIMIT_EXCEEDED'], 'SF_LIMIT_EXCEEDED', 'stopped', 6],
    ['somebody interrupted it', ['INTERRUPTED'], 'INTERRUPTED', 'stopped', 130],
    ['somebody ended it', ['done'], 'TERMINATED', 'stopped', 143],
    ['it lost its lease', ['LEASE_LOST'], 'LEASE_LOST', 'stopped', 7],
    ['it could not log in', [], 'SF_LOGIN_REFUSED', 'failed', 5],
  ])('has one verdict: %s', (_name, told, stopped, verdict, exitCode) => {
    expect(judgeNight(told.map(step), stopped && error(stopped))).toEqual({ verdict, exitCode })
  })

  test.each<[Parameters<typeof step>[0][], ErrorCode | undefined, object]>([
    [['done', 'done'], undefined, { state: 'done' }],
    [['failed rows', 'done'], undefined, { state: 'failed rows' }],
    [['SF_UNAVAILABLE', 'done'], undefined, { state: 'failed rows' }],
    [['SF_UNAVAILABLE', 'SF_UNAVAILABLE'], undefined, { state: 'failed', code: 'SF_UNAVAILABLE' }],
    [['done', 'SF_JOB_RUNNING'], undefined, { state: 'stopped', code: 'SF_JOB_RUNNING' }],
    [['BUDGET_EXCEEDED'], 'BUDGET_EXCEEDED', { state: 'stopped', code: 'BUDGET_EXCEEDED' }],
    [[], 'SF_LOGIN_REFUSED', { state: 'failed', code: 'SF_LOGIN_REFUSED' }],
  ])('that came out as %j, ended by %s, is in the ledger as %j', (told, by, expected) => {
    const stopped = by && error(by)
    const steps = told.map(step).map((each) => ({
      ...each,
      name: 'people' as const,
      counts: {},
      runIds: [],
      calls: 0,
      milliseconds: 0,
    }))
    const when = new Date(0)
    const night = { dryRun: false, startedAt: when, endedAt: when, steps, calls: 0, stopped }
    expect(endOfNight({ ...night, ...judgeNight(steps, stopped) })).toEqual(expected)
  })
})
