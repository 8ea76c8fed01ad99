import { z } from 'zod'
import { PRIORITIES } from '../domain/queue.js'
import { code, counted, participantId, people, time } from './parts.js'

/** Somebody who waits to be looked up. */
export const queueEntry = z.strictObject({
  participantId,
  priority: z.enum(PRIORITIES),
  state: z.enum(['waiting', 'dead']),
  attempts: counted('tries that failed'),
  reason: code.optional().describe('the code of the last failure'),
  requestedAt: time,
  notBefore: time.describe('not to be tried before'),
  claimedBy: z.string().optional().describe('somebody is at it'),
})

export const queueList = z.strictObject({
  entries: z.array(queueEntry).describe('in the order in which they would be served, as many as --limit says'),
  total: people,
})

export const queueStats = z.strictObject({
  due: people.describe('people to be tried now'),
  pausing: people.describe('people who pause after a failure, or until sign-up has tried'),
  claimed: people.describe('people who are with a worker'),
  dead: people.describe('people on whom was given up'),
  byPriority: z.strictObject({ live: people, swept: people, backfill: people }),
  reasons: z.record(z.string(), people).describe('people by the code of their last failure'),
  oldest: time.optional().describe('when the one who waits longest was asked for'),
})
