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
type Told = ErrorCode | 'done' | 'failed rows' | 'disagree' | 'critical' | 'skipped'
const step = (told: Told): Pick<NightStep, 'name' | 'state' | 'error'> =>
  told === 'done' || told === 'failed rows' || told === 'disagree' || told === 'critical' || told === 'skipped'
    ? { name: 'people', state: told }
    : {
        name: 'people',
        state: stateOf({ state: 'done', counts: {}, runIds: [], error: error(told) }),
        error: error(told),
      }
const alerts = (told: Told) => ({ ...step(told), name: 'alerts' as const })

describe('a night', () => {
  const facts: NightFacts = { skip: new Set(), liveEvents: 2, dryRun: false }
  const due = (given: Partial<NightFacts>) => NIGHT_STEPS.filter((name) => !whyNotDue(name, { ...facts, ...given }))

  test.each<[string, Partial<NightFacts>, StepName[]]>([
    ['as a rule', {}, ['queue', 'people', 'campaigns', 'retry', 'verify', 'alerts']],
    ['without a live event', { liveEvents: 0 }, ['queue', 'people', 'retry', 'alerts']],
    ['as a dry run', { dryRun: true }, ['people', 'campaigns', 'retry', 'alerts']],
    ['with two left out', { skip: new Set<StepName>(['people', 'verify']) }, ['queue', 'campaigns', 'retry', 'alerts']],
    ['that the quota ended', { stopped: 'BUDGET_EXCEEDED' }, ['alerts']],
    ['that could not log in', { stopped: 'SF_LOGIN_REFUSED' }, ['alerts']],
    ['that somebody ended', { stopped: 'TERMINATED' }, []],
    ['that lost its lease', { stopped: 'LEASE_LOST' }, []],
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

  test.each<[string, Told[], Told, ErrorCode | undefined, string, number]>([
    ['one is critical', ['done', 'skipped'], 'critical', undefined, 'well, with alerts', 3],
    ['nobody could be told', ['done'], 'NOTIFY_FAILED', undefined, 'well, with alerts', 3],
    ['they are fine', ['done'], 'done', undefined, 'all well', 0],
    ['rows failed as well', ['failed rows'], 'critical', undefined, 'not all well', 3],
    ['the org was away, which they say too', ['SF_UNREACHABLE'], 'critical', undefined, 'failed', 1],
    ['the org was away, and they are fine', ['SF_UNREACHABLE'], 'done', undefined, 'failed', 1],
    ['a job goes on', ['SF_JOB_RUNNING'], 'critical', undefined, 'still running', 8],
    ['the quota ended it', ['BUDGET_EXCEEDED'], 'critical', 'BUDGET_EXCEEDED', 'stopped', 6],
  ])('hears its alerts last: %s', (_name, work, told, stopped, verdict, exitCode) => {
    const steps = [...work.map(step), alerts(told)]
    expect(judgeNight(steps, stopped && error(stopped))).toEqual({ verdict, exitCode })
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
