import type { LineValues } from '../domain/run-line.js'
import type { UndoDecision, UndoStep } from '../domain/undo.js'
import { rowsPerJob } from '../domain/write-plan.js'
import type { BulkWrite } from '../salesforce/bulk-write.js'
import type { Outcome, RecordToSend } from '../salesforce/collections.js'
import { mayTryRowAgain } from '../salesforce/failure.js'
import { writeRecords } from '../salesforce/write-records.js'
import { jobBook } from './job-book.js'
import type { LinesOfSteps, SettleSteps, UndoTools } from './undo-kind.js'

const ROUNDS = 5
const FIRST_PAUSE_MS = 500
const OPERATIONS = { restore: 'update', remove: 'delete', make: 'insert' } as const
/** Fields are put back before records go, and those that come again come last. */
export const STEPS = ['restore', 'remove', 'make'] as const
/** What tells one member that is still to be made from others. */
const MEMBER_KEY = ['CampaignId', 'ContactId', 'LeadId']

/**
 * Sends the steps of records of one object of the org, one kind after the other. Rows that somebody else holds are sent
 * again, in smaller jobs. Putting back and removing twice is doing it once; after a lost reply to what is made again it ends,
 * and who comes later looks first.
 */
export async function sendSteps(
  tools: UndoTools,
  object: string,
  owed: readonly UndoDecision[],
  settle: SettleSteps,
  lineOf: LinesOfSteps,
): Promise<void> {
  for (const kind of STEPS) {
    const some = owed.filter(({ step }) => step.kind === kind)
    for (let round = 1, left = some; left.length > 0; round += 1) {
      if (round > 1) await tools.clock.sleep(Math.random() * FIRST_PAUSE_MS * 2 ** round, tools.signal)
      left = await sendOnce(tools, { object, kind, round, lineOf }, left, settle)
    }
    tools.signal.throwIfAborted()
  }
}

async function sendOnce(
  tools: UndoTools,
  {
    object,
    kind,
    round,
    lineOf,
  }: { object: string; kind: (typeof STEPS)[number]; round: number; lineOf: LinesOfSteps },
  owed: readonly UndoDecision[],
  settle: SettleSteps,
): Promise<UndoDecision[]> {
  const records = owed.map(({ step }) => toRecord(step))
  const write: BulkWrite = {
    object,
    operation: OPERATIONS[kind],
    columns: [...new Set(records.flatMap((record) => Object.keys(record)))],
    key: kind === 'make' ? MEMBER_KEY : ['Id'],
    rowsPerJob: rowsPerJob(round),
  }
  const again: UndoDecision[] = []
  const jobs = jobBook(
    tools,
    owed.map((decision) => lineOf.get(decision) ?? ''),
  )
  await writeRecords({ ...tools, jobs }, write, records, async (first, outcomes) => {
    const settled: { decision: UndoDecision; outcome: Outcome }[] = []
    for (const [at, outcome] of outcomes.entries()) {
      const decision = owed[first + at]
      if (!decision) continue
      if (!outcome.ok && round < ROUNDS && mayTryRowAgain(outcome.code)) again.push(decision)
      else settled.push({ decision, outcome })
    }
    await settle(settled)
  })
  return again
}

function toRecord(step: UndoStep): RecordToSend {
  switch (step.kind) {
    case 'nothing':
      throw new TypeError('nothing was to be sent')
    case 'restore':
      return { Id: step.id, ...sendable(step.to) }
    case 'remove':
      return { Id: step.id }
    case 'make':
      return sendable(step.values)
  }
}

/** Values of the org are texts, numbers and booleans; times are texts too. */
function sendable(values: LineValues): RecordToSend {
  return Object.fromEntries(
    Object.entries(values).map(([field, value]) => [field, value instanceof Date ? value.toISOString() : value]),
  )
}
