import { z } from 'zod'
import { calls, code, counted, participantId, plannedCalls, recordId, runId, time } from './parts.js'

const ACTION = z.enum(['insert', 'update', 'delete'])
const LINE_STATE = z
  .enum(['sent', 'done', 'refused'])
  .describe('sent: nobody has noted what became of it; refused: it was not made, with the code')
const object = z.string().describe('a Salesforce object, or a collection of the platform')

export const lineCount = z.strictObject({
  object,
  action: ACTION,
  state: LINE_STATE,
  code: code.optional(),
  lines: counted('changes'),
})

export const run = z.strictObject({
  id: runId,
  command: z.string().describe('as typed, without its flags'),
  arguments: z.array(z.string()).describe('its flags, as typed'),
  user: z.string(),
  host: z.string(),
  pid: z.int(),
  version: z.string().describe('of mh-sf'),
  scopes: z.array(z.string()).describe('what it works on: events by id, or "everybody"'),
  jobs: z
    .array(
      z.strictObject({
        id: z.string(),
        object,
        operation: ACTION,
        apiVersion: z.string(),
        rows: counted('rows'),
        ended: z.enum(['JobComplete', 'Failed', 'Aborted', 'Gone']).optional(),
      }),
    )
    .describe('Bulk jobs that it gave to the org'),
  state: z.enum(['running', 'done', 'failed rows', 'stopped', 'failed', 'died']),
  died: z.boolean().describe('it never said how it ended, and holds no lease any more'),
  partOf: runId.optional().describe('the night that it was a step of'),
  orgId: z.string().optional().describe('the org in which it wrote'),
  followedBy: runId.optional().describe('the run that did what this one had left'),
  startedAt: time,
  endedAt: time.optional(),
  planned: plannedCalls.optional(),
  spent: calls.optional().describe('API calls that it made'),
  code: code.optional().describe('of the error that ended it'),
  undoneBy: runId.optional().describe('the run that took back what this one did'),
  tally: z.array(lineCount).optional().describe('all of its changes, as they were counted at its end'),
})

const values = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
  .describe('values by field; null where there is none')

/** One change to one record, as the ledger keeps it. */
export const line = z.strictObject({
  id: z.string(),
  object,
  action: ACTION,
  key: z.string().describe("the record's id; of one that was still to be made, what tells it from others"),
  before: values.optional(),
  after: values.optional(),
  notes: z.strictObject({ values, sent: values }).optional().describe('what our own notes said of these fields before'),
  participantIds: z.array(participantId),
  consent: z
    .strictObject({ source: z.string(), at: time.optional() })
    .optional()
    .describe('where and when somebody agreed to it'),
  state: LINE_STATE,
  recordId: recordId.optional().describe('the record that was made or changed'),
  code: code.optional(),
  jobId: z.string().optional().describe('the Bulk job that was given it'),
  retriedBy: runId.optional(),
  erased: z
    .boolean()
    .optional()
    .describe('whom it was about, and all values, were taken from it; participantIds has their tombstone'),
  undone: z.strictObject({ by: runId, recordId: recordId.optional() }).optional(),
})

export const runsList = z.strictObject({ runs: z.array(run).describe('the latest first') })

export const runsShow = run.extend({
  counts: z.array(lineCount).describe('all of its changes, by object, action and what became of them'),
  lines: z.array(line).describe('some of its changes, as many as --lines says'),
  parts: z.array(run).describe('its steps, where these are runs of their own'),
})
