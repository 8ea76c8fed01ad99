import { z } from 'zod'
import { delivery } from './alerts.js'
import { calls, code, command, counted, day, milliseconds, people, share, time } from './parts.js'
import { eventFigures, night, peopleCounts } from './status.js'

const coverage = share
  .nullable()
  .describe('the share of people who are known in Salesforce; null where there is nobody')

const changeCounts = z.strictObject({
  done: counted('changes that were made'),
  refused: counted('changes that were refused'),
  unknown: counted('changes whose fate nobody has noted'),
})

const latency = z.strictObject({
  count: counted('lookups'),
  meanMs: milliseconds.nullable(),
  p50Ms: milliseconds.nullable().describe('milliseconds within which half of them ended'),
  p95Ms: milliseconds.nullable().describe('milliseconds within which 95 % of them ended'),
})

const counts = z.strictObject({
  made: z.int().min(0),
  before: z.int().min(0).nullable().describe('null where they are not kept any more'),
})

export const weeklyReport = z.strictObject({
  from: day.describe('the first day'),
  to: day.describe('the last day'),
  days: counted('days'),
  madeAt: time,
  sync: z.strictObject({
    successRate: share.nullable().describe('the share of changes that were made among those whose fate is known'),
    successRateBefore: share.nullable().describe('the same of as many days before'),
    changes: changeCounts,
    runs: counted('runs that began in these days'),
    failedRuns: counted('runs that did not come to their end'),
  }),
  calls: counts.describe('Salesforce API calls, and those of as many days before'),
  leads: counts.describe('leads that were made, and those of as many days before'),
  customers: z
    .strictObject({ registered: people, attended: people })
    .describe('of all events together: somebody at two events counts twice'),
  lookups: latency,
  people: peopleCounts.extend({ coverage }).describe('as of madeAt'),
  byDay: z.array(
    z.strictObject({
      day,
      changes: changeCounts,
      leads: counted('leads that were made'),
      runs: counted('runs'),
      failedRuns: counted('runs'),
      calls,
      lookups: latency,
    }),
  ),
  events: z
    .array(
      z.strictObject({
        ...eventFigures.shape,
        people: peopleCounts.extend({ coverage }),
      }),
    )
    .describe('as of madeAt, the latest first'),
  causes: z
    .array(
      z.strictObject({
        code,
        object: z.string(),
        what: z.string().describe('what went wrong, in plain words'),
        changes: counted('changes that were not made in the end'),
        people,
        stands: z.boolean().describe('nothing has mended it since'),
        first: z.string().optional().describe('what to do before the command'),
        command: command.optional(),
      }),
    )
    .describe('those of most people first'),
  nights: z.array(night),
  advice: z
    .array(z.strictObject({ why: z.string(), first: z.string().optional(), command }))
    .describe('what is worth doing, the most pressing first'),
  sent: z.array(z.strictObject(delivery)).optional().describe('with --send: to whom'),
})
