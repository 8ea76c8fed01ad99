import { z } from 'zod'
import { NIGHT_VERDICTS } from '../domain/night.js'
import { calls, code, counted, event, people, recordId, runId, time } from './parts.js'
import { queueStats } from './queue.js'
import { lineCount } from './runs.js'

/** People by how they stand with Salesforce, as several documents tell. */
export const peopleCounts = z.strictObject({
  total: people,
  synced: people.describe('people who are a contact or a lead'),
  notFound: people.describe('people whom Salesforce does not know'),
  pending: people.describe('people whom nobody has looked up yet'),
  leftAlone: people.describe('people who opted out or were erased, and whom nobody had looked up before'),
  errors: people.describe('people whose last sync failed'),
  parked: people.describe('people on whom a person has to decide'),
})

const attendance = z.strictObject({
  tier: z.enum(['enterprise', 'growth', 'startup', 'community', 'none']),
  registered: people,
  attended: people,
  noShow: people,
})

/** One event in figures. */
export const eventFigures = z.strictObject({
  event: event.extend({ startDate: time.optional() }),
  people: peopleCounts,
  customers: z.strictObject({ registered: people, attended: people }).describe('existing customers among them'),
  members: people.describe('Campaign Members that our runs wrote down'),
  attendance: z.array(attendance).describe('by tier; tiers without anybody are left out'),
  campaignId: recordId.optional(),
  syncedAt: time.optional(),
})

/** A night as it is kept. */
export const night = z.strictObject({
  runId,
  startedAt: time,
  endedAt: time,
  verdict: z.enum(NIGHT_VERDICTS),
  exitCode: z.int(),
})

export const status = z.strictObject({
  at: time,
  people: peopleCounts,
  events: z.array(eventFigures).describe('the latest first'),
  lastSuccess: z
    .strictObject({ runId, command: z.string(), at: time })
    .optional()
    .describe('the latest run that came to its end with nothing amiss'),
  running: z
    .array(
      z.strictObject({
        id: runId,
        command: z.string(),
        user: z.string(),
        host: z.string(),
        startedAt: time,
        counts: z.array(lineCount),
      }),
    )
    .describe('runs that go on'),
  failures: z
    .strictObject({ causes: counted('causes'), changes: counted('changes'), people, days: counted('days') })
    .describe('what went wrong in so many days and still stands'),
  queue: queueStats,
  quota: z
    .strictObject({
      used: calls,
      max: calls.describe("the org's allowance of 24 hours"),
      ceiling: calls.describe('up to where runs go'),
      reserve: calls.describe('what runs leave to lookups, below the ceiling'),
      ours: calls.describe('calls of ours, by our own notes'),
      asOf: time.describe('when the org said so'),
    })
    .optional(),
  connection: z.strictObject({
    state: z.enum(['answering', 'failing', 'not known']),
    lastAnswerAt: time.optional(),
    lastFailureAt: time.optional(),
    code: code.optional().describe('of the last failure'),
    failuresInRow: counted('times that somebody asked without an answer, since the last one'),
  }),
  nights: z.strictObject({
    last: night.optional(),
    lastGoodAt: time.optional().describe('when the latest night ended in which all was well'),
    next: time.optional().describe('a day after the last one began'),
  }),
})
