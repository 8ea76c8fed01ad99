import type { Document } from 'mongodb'
import { z } from 'zod'
import { CALL_KINDS } from '../domain/planned-calls.js'
import type { KeptRun } from '../domain/run.js'
import type { LineCount, RunLine } from '../domain/run-line.js'

/** A line that was written down before its change was sent: by it the outcome is noted. */
export type LineId = string

const range = z.object({ calls: z.number(), atMost: z.number() })
const job = z.object({
  id: z.string(),
  object: z.string(),
  operation: z.enum(['insert', 'update', 'delete']),
  apiVersion: z.string(),
  rows: z.number(),
  ended: z.enum(['JobComplete', 'Failed', 'Aborted', 'Gone']).optional(),
})
const lineCount = z.object({
  object: z.string(),
  action: z.enum(['insert', 'update', 'delete']),
  state: z.enum(['sent', 'done', 'refused']),
  code: z.string().optional(),
  lines: z.number(),
})
const head = z.object({
  _id: z.string(),
  command: z.string(),
  arguments: z.array(z.string()),
  user: z.string(),
  host: z.string(),
  pid: z.number(),
  version: z.string(),
  scopes: z.array(z.string()),
  jobs: z.array(job).default([]),
  state: z.enum(['running', 'done', 'failed rows', 'stopped', 'failed', 'died']),
  partOf: z.string().optional(),
  orgId: z.string().optional(),
  followedBy: z.string().optional(),
  startedAt: z.date(),
  endedAt: z.date().optional(),
  planned: range.extend({ kinds: z.partialRecord(z.enum(CALL_KINDS), range) }).optional(),
  spent: z.number().optional(),
  code: z.string().optional(),
  undoneBy: z.string().optional(),
  tally: z.array(lineCount).optional(),
})
const values = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.date(), z.null()]))
const line = z.object({
  _id: z.string(),
  object: z.string(),
  action: z.enum(['insert', 'update', 'delete']),
  key: z.string(),
  before: values.optional(),
  after: values.optional(),
  notes: z.object({ values, sent: values }).optional(),
  participantIds: z.array(z.string()),
  consent: z.object({ source: z.string(), at: z.date().optional() }).optional(),
  state: z.enum(['sent', 'done', 'refused']),
  recordId: z.string().optional(),
  code: z.string().optional(),
  jobId: z.string().optional(),
  undone: z.object({ by: z.string(), recordId: z.string().optional() }).optional(),
  retriedBy: z.string().optional(),
  erased: z.boolean().optional(),
})
const count = z.object({
  _id: z.object({
    object: z.string(),
    action: z.enum(['insert', 'update', 'delete']),
    state: z.enum(['sent', 'done', 'refused']),
    code: z.string().nullish(),
  }),
  lines: z.number(),
})

/** Lines sort by it within their run. */
export function lineId(runId: string, number: number): LineId {
  return `${runId}/${String(number).padStart(8, '0')}`
}

/** The lines of one run, by the index of `_id`: `0` is the character after the slash. */
export function linesOf(runId: string): Document {
  return { $gt: `${runId}/`, $lt: `${runId}0` }
}

/** A line as the ledger keeps it. */
export function toLine(raw: Document): RunLine {
  const { _id, ...rest } = line.parse(raw)
  return { id: _id, ...rest }
}

/** A run as it is kept. Throws a ZodError for a document that is none. */
export function toRun(raw: Document): KeptRun {
  const { _id, ...rest } = head.parse(raw)
  return { id: _id, ...rest }
}

/** A group of lines, as the database counts them by object, action, state and code. */
export function toCount(raw: Document): LineCount {
  const { _id, lines } = count.parse(raw)
  const { code, ...kind } = _id
  return { ...kind, lines, ...(code == null ? {} : { code }) }
}
