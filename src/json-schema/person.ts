import { z } from 'zod'
import { calls, command, event, failure, participantId, recordId, runId, time } from './parts.js'
import { queueEntry } from './queue.js'
import { line } from './runs.js'

export const history = z.strictObject({
  participant: z.strictObject({ id: participantId, deleted: z.boolean().describe('soft-deleted on the platform') }),
  steps: z
    .array(
      z.strictObject({
        runId,
        command: command.nullable().describe('as typed, without its flags; null when the run is not kept any more'),
        user: z.string().nullable(),
        startedAt: time.nullable(),
        lines: z.array(line).describe('changes about this person, in the order in which they were made'),
      }),
    )
    .describe('the latest run first'),
  more: z.boolean().describe('there are older changes: --limit shows more'),
  decision: z
    .strictObject({ recordId: recordId.nullable().describe('null: nobody in Salesforce'), by: z.string(), at: time })
    .nullable()
    .describe('what a person decided about who they are'),
  queued: queueEntry.nullable(),
})

const value = z.union([z.string(), z.number(), z.boolean(), z.null()])
const fieldChange = z.strictObject({ field: z.string(), before: value, after: value })

export const explain = z.strictObject({
  participantId,
  outcome: z.enum(['contact', 'lead', 'not_found', 'parked', 'malformed', 'opted_out']),
  recordId: recordId.nullable(),
  rule: z.string().nullable().describe('the rule by which they were found'),
  because: z.array(z.string()),
  rejected: z.array(z.strictObject({ object: z.enum(['Contact', 'Lead']), id: recordId, why: z.string() })),
  candidates: z.array(recordId).describe('whom a person may choose from, when parked'),
  lead: z
    .strictObject({ make: z.boolean(), why: z.string().optional() })
    .nullable()
    .describe('of somebody whom the org does not know: whether --create-leads would make a Lead'),
  documentChanges: z.array(fieldChange).describe("what the participant's document is owed"),
  contactChanges: z.array(fieldChange).describe('what the Contact is owed'),
  events: z.array(
    z.strictObject({
      event,
      registered: z.enum(['registered', 'attended', 'no_show']),
      live: z.boolean().describe('whether campaign sync takes the event without being told to'),
      campaignId: recordId.nullable(),
      leftOut: z.string().nullable().describe('why they have no place in the Campaign'),
      memberId: recordId.nullable(),
      status: z.string().nullable().describe('of the member, as the org has it'),
      change: z
        .strictObject({ kind: z.enum(['insert', 'update', 'remove']), status: z.string().nullable() })
        .nullable()
        .describe('what a sync would do'),
      held: z.string().nullable().describe('why it is left as it is although it differs'),
      error: failure.nullable(),
    }),
  ),
  queued: queueEntry.nullable(),
  calls: calls.describe('API calls that this took'),
})
