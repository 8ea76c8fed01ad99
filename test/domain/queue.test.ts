import { describe, expect, test } from 'vitest'
import { afterFailure, allowedAt, OPEN } from '../../src/domain/breaker.js'
import { queueCauses } from '../../src/domain/queue-causes.js'
import {
  batchFailureOf,
  chosenOf,
  pauseAfter,
  settlementAfter,
  TRIES,
  type QueueEntry,
} from '../../src/domain/queue.js'
import type { ErrorCode } from '../../src/errors.js'

describe('a batch of the queue that failed', () => {
  test.each<[ErrorCode, string]>([
    ['SF_UNREACHABLE', 'again'],
    ['SF_TIMEOUT', 'again'],
    ['SF_UNAVAILABLE', 'again'],
    ['SESSION_LOCKED', 'again'],
    ['MONGO_UNREACHABLE', 'again'],
    ['BUDGET_EXCEEDED', 'wait'],
    ['SF_LIMIT_EXCEEDED', 'wait'],
    ['SF_LOGIN_REFUSED', 'person'],
    ['SF_ACCESS_DENIED', 'person'],
    ['SF_REFUSED_REQUEST', 'person'],
  ])('with %s is for: %s', (code, kind) => {
    expect(batchFailureOf(code)).toBe(kind)
  })

  test('costs each of its people one of three tries when it will pass, with longer pauses each time', () => {
    expect(settlementAfter('SF_TIMEOUT', 'again', 0, 1)).toEqual({
      kind: 'later',
      attempts: 1,
      reason: 'SF_TIMEOUT',
      delayMs: 30_000,
    })
    expect(settlementAfter('SF_TIMEOUT', 'again', 1, 1)).toMatchObject({ kind: 'later', attempts: 2, delayMs: 120_000 })
    expect(settlementAfter('SF_TIMEOUT', 'again', 2, 1)).toEqual({ kind: 'dead', attempts: 3, reason: 'SF_TIMEOUT' })
  })

  test('costs nobody a try when it only asked whether the org is back, but a pause, so that the next is somebody else', () => {
    const probe = settlementAfter('SF_TIMEOUT', 'again', 2, 1, true)
    expect(probe).toEqual({ kind: 'later', attempts: 2, reason: 'SF_TIMEOUT', delayMs: 120_000 })
    expect(settlementAfter('SF_TIMEOUT', 'again', 0, 1, true)).toMatchObject({ attempts: 0, delayMs: 30_000 })
  })

  test.each(['wait', 'person'] as const)('costs nobody a try when it is nobody’s fault (%s)', (kind) => {
    expect(settlementAfter('BUDGET_EXCEEDED', kind, TRIES - 1, 0.5)).toEqual({ kind: 'release' })
  })

  test('pauses between half of the time and all of it, and never for more than a quarter of an hour', () => {
    expect([pauseAfter(1, 0), pauseAfter(1, 1)]).toEqual([15_000, 30_000])
    expect(pauseAfter(40, 1)).toBe(15 * 60_000)
  })
})

describe('of those who are due', () => {
  const due = [
    { id: 'a', priority: 2 },
    { id: 'b', priority: 0 },
    { id: 'c', priority: 2 },
    { id: 'd', priority: 1 },
  ]

  test('the best priority is taken first', () => {
    expect(chosenOf(due, 2, () => 0.5)).toEqual(['b', 'd'])
  })

  test('within one priority it is a matter of chance, so that two workers choose differently', () => {
    const lots = (values: number[]) => () => values.shift() ?? 0
    expect(chosenOf(due, 3, lots([0.1, 0, 0.9, 0]))).toEqual(['b', 'd', 'a'])
    expect(chosenOf(due, 3, lots([0.9, 0, 0.1, 0]))).toEqual(['b', 'd', 'c'])
  })
})

describe('the breaker', () => {
  test('lets everybody be asked for while all is well', () => {
    expect(allowedAt(OPEN, 1_000, 200)).toBe(200)
  })

  test('lets nobody be asked for in a pause, then one, until the org answers', () => {
    const once = afterFailure(OPEN, 'again', 1_000, 1)
    expect(once).toEqual({ failures: 1, closedUntil: 3_000 })
    expect(allowedAt(once, 2_999, 200)).toBe(0)
    expect(allowedAt(once, 3_000, 200)).toBe(1)
  })

  test('pauses twice as long after each failure, up to a bound for each kind', () => {
    const longest = { again: 60_000, wait: 15 * 60_000, person: 5 * 60_000 }
    for (const kind of ['again', 'wait', 'person'] as const) {
      const second = afterFailure(afterFailure(OPEN, kind, 0, 1), kind, 0, 1)
      expect(second.closedUntil).toBe(2 * afterFailure(OPEN, kind, 0, 1).closedUntil)
      expect(afterFailure({ failures: 30, closedUntil: 0 }, kind, 0, 1).closedUntil).toBe(longest[kind])
    }
  })
})

describe('people on whom was given up', () => {
  const entry = (id: string, reason: string, state: QueueEntry['state'] = 'dead'): QueueEntry => ({
    participantId: id,
    priority: 'live',
    state,
    attempts: 3,
    reason,
    requestedAt: new Date(`2026-11-0${id}T00:00:00Z`),
    notBefore: new Date(`2026-11-1${id}T00:00:00Z`),
  })

  test('are told by cause, with the command that tries them again; those who only pause are not', () => {
    const causes = queueCauses([
      entry('1', 'MONGO_121'),
      entry('2', 'SF_TIMEOUT'),
      entry('3', 'SF_TIMEOUT'),
      entry('4', 'SF_TIMEOUT', 'waiting'),
    ])
    expect(causes).toMatchObject([
      {
        code: 'SF_TIMEOUT',
        people: ['2', '3'],
        command: 'mh-sf queue retry --cause SF_TIMEOUT',
        firstSeen: new Date('2026-11-02T00:00:00Z'),
        lastSeen: new Date('2026-11-13T00:00:00Z'),
      },
      { code: 'MONGO_121', people: ['1'] },
    ])
  })
})
