import { z } from 'zod'
import { calls, counted, failure, people, share, time } from './parts.js'

export const quota = z.strictObject({
  at: time.describe("the org's clock"),
  used: calls.describe("the org's API calls of the last 24 hours"),
  max: calls.describe('API calls that the org has in 24 hours'),
  ours: calls.nullable().describe('those of them that were ours; null where that is not known'),
  others: calls.nullable(),
  ceiling: z.strictObject({ share, calls }).describe('up to where anything of ours may go'),
  reserve: calls.describe('API calls below the ceiling that are kept for lookups'),
  remaining: z.strictObject({ run: calls, lookup: calls }),
  goodFor: z
    .strictObject({
      backfillByLists: z.strictObject({ people }),
      backfillByExport: z.strictObject({ recordsOfTheOrg: counted('contacts and leads') }),
      sync: z.strictObject({ people }),
    })
    .describe('what is left for runs is good for, if each call takes its most'),
  frees: z.strictObject({ calls, at: time, basedOn: z.enum(['our own calls', 'all calls']) }),
  bulk: z.array(
    z.strictObject({
      name: z.enum(['ingest batches', 'query jobs', 'MB of query results']),
      max: z.int(),
      remaining: z.int(),
    }),
  ),
  refused: failure.nullable().describe('why the org told it by a header only'),
})
