import { describe, expect, test } from 'vitest'
import { successionOf } from '../../src/domain/left-run.js'
import { lastUnfinished, resumption } from '../../src/domain/resume.js'
import type { KeptRun } from '../../src/domain/run.js'

const AT = new Date('2026-11-24T03:00:00Z')
const run = (given: Partial<KeptRun> = {}): KeptRun => ({
  id: '20261124T020000Z-1',
  command: 'campaign sync',
  arguments: ['--event', 'spring'],
  user: 'ada',
  host: 'here',
  pid: 1,
  version: '1',
  scopes: ['spring'],
  jobs: [],
  state: 'died',
  startedAt: new Date('2026-11-24T02:00:00Z'),
  ...given,
})
const now = { command: 'campaign sync', arguments: ['--event', 'spring'], scopes: ['spring'], at: AT }
const of = (left: KeptRun, given: Partial<typeof now> = {}) => {
  const { follows, offered } = successionOf([left], { ...now, ...given })
  return follows.length > 0 ? 'follows' : offered ? 'offered' : 'neither'
}

describe('an earlier run that left something', () => {
  test.each<[string, KeptRun, Partial<typeof now>, string]>([
    ['the same command', run(), {}, 'follows'],
    ['the same command told otherwise', run(), { arguments: ['--event', 'spring', '--json', '-q'] }, 'follows'],
    [
      'the same command done otherwise',
      run({ arguments: ['--wait', '3s', '--event', 'spring'] }),
      { arguments: ['--event', 'spring', '--via=bulk', '--max-api-calls', '9'] },
      'follows',
    ],
    ['the same command on more events', run(), { scopes: ['autumn', 'spring'] }, 'follows'],
    ['the same command on everybody', run(), { scopes: ['everybody'] }, 'follows'],
    ['the same command on fewer events', run({ scopes: ['autumn', 'spring'] }), {}, 'offered'],
    ['the same command with other flags', run({ arguments: ['--event', 'spring', '--create-leads'] }), {}, 'offered'],
    ['another command', run({ command: 'backfill' }), {}, 'offered'],
    ['another command that stopped', run({ command: 'backfill', state: 'stopped' }), {}, 'offered'],
    [
      'another command that failed for a reason of its own',
      run({ command: 'backfill', state: 'failed' }),
      {},
      'neither',
    ],
    ['the same command that failed', run({ state: 'failed' }), {}, 'follows'],
    ['another command of long ago', run({ command: 'backfill', startedAt: new Date('2026-11-10') }), {}, 'neither'],
    ['a run that another one followed', run({ followedBy: 'x' }), {}, 'neither'],
    ['a run that is done but for a job', run({ state: 'failed rows' }), {}, 'neither'],
  ])('given %s', (_, left, given, becomes) => {
    expect(of(left, given)).toBe(becomes)
  })
})

describe('to resume a run', () => {
  test('gives its command again with its own flags', () => {
    expect(resumption({ ...run(), died: true })).toEqual({ command: 'campaign sync', arguments: ['--event', 'spring'] })
  })

  test('has nothing to do when it is done', () => {
    expect(resumption({ ...run({ state: 'done' }), died: false })).toBeUndefined()
  })

  test('is refused while it goes on, and for what is no command to be given again', () => {
    const living = { ...run({ state: 'running' }), died: false }
    expect(() => resumption(living)).toThrow(expect.objectContaining({ code: 'LEASE_HELD', exitCode: 7 }) as Error)
    const other = { ...run({ command: 'privacy forget' }), died: true }
    expect(() => resumption(other)).toThrow(expect.objectContaining({ code: 'USAGE' }) as Error)
  })

  test('without an id takes the latest that has something left', () => {
    const [done, living, other, followed, meant] = [
      run({ id: '5', state: 'done' }),
      run({ id: '4', state: 'running' }),
      run({ id: '3', command: 'privacy forget' }),
      run({ id: '2', followedBy: '5' }),
      run({ id: '1' }),
    ].map((each) => ({ ...each, died: each.state === 'died' }))
    const all = [done, living, other, followed, meant].flatMap((each) => each ?? [])
    expect(lastUnfinished(all, AT)?.id).toBe('1')
    expect(lastUnfinished(all.slice(0, -1), AT)).toBeUndefined()
    const none: Partial<KeptRun>[] = [
      { state: 'failed rows' },
      { state: 'failed', code: 'PLAN_STALE' },
      { undoneBy: '5' },
      { startedAt: new Date('2026-11-10') },
    ]
    for (const given of none) expect(lastUnfinished([{ ...run(given), died: false }], AT)).toBeUndefined()
    expect(() => resumption({ ...run({ undoneBy: '5' }), died: true })).toThrow('was undone by run 5')
  })
})
