import type { Evidence } from '../domain/consent.js'
import type { MemberChange, PersonRecord } from '../domain/member.js'
import { callsOfKind, sumOfCalls, type PlannedCalls } from '../domain/planned-calls.js'
import { newMemberKey, type LineDraft } from '../domain/run-line.js'
import { callsToWrite, planWrite, rowsPerJob, type AskedWay, type WritePlan } from '../domain/write-plan.js'
import { OptOuts } from '../mongo/opt-outs.js'
import type { LineId } from '../mongo/run-document.js'
import type { BulkWrite } from '../salesforce/bulk-write.js'
import type { Outcome, RecordToSend } from '../salesforce/collections.js'
import { READ_BACK_PER_CALL } from '../salesforce/members.js'
import { writeRecords } from '../salesforce/write-records.js'
import { OPTED_OUT, type PushReport } from './push-report.js'
import { jobBook, type SendTools } from './job-book.js'
import { noted } from './run.js'

/** A change that is still to be made. */
export interface Owed {
  /** The person's record for a member that is to be made, else the member. */
  key: string
  change: MemberChange
  participantIds: string[]
  /** Where and when they agreed, where that was asked. */
  consent?: Evidence
}

/** What the org said to each change, and what ended the sending before all were sent. */
export interface Sent {
  answers: Map<Owed, Outcome>
  /** The lines of those to which it said nothing. */
  unanswered: Map<Owed, LineId>
  failure?: Error
}

/** How the changes to a Campaign's members are written, and what that costs with reading them back. */
export interface SendingPlan {
  writes: WritePlan[]
  calls: number
  atMost: number
}

type Kind = MemberChange['kind']

const WRITES: Record<Kind, Omit<BulkWrite, 'rowsPerJob'>> = {
  insert: {
    object: 'CampaignMember',
    operation: 'insert',
    columns: ['CampaignId', 'ContactId', 'LeadId', 'Status'],
    key: ['CampaignId', 'ContactId', 'LeadId'],
  },
  update: { object: 'CampaignMember', operation: 'update', columns: ['Id', 'Status'], key: ['Id'] },
  remove: { object: 'CampaignMember', operation: 'delete', columns: ['Id'], key: ['Id'] },
}
const KINDS = ['insert', 'update', 'remove'] as const

/** How many changes of each kind are owed. */
type Owing = Pick<PushReport, 'inserted' | 'updated' | 'removed'>

/** The plan for what is owed; what is inserted and updated is read back. */
export function planSending({ inserted, updated, removed }: Owing, asked: AskedWay): SendingPlan {
  const writes = [inserted, updated, removed].filter((rows) => rows > 0).map((rows) => planWrite(rows, asked))
  const readBack = Math.ceil((inserted + updated) / READ_BACK_PER_CALL)
  const sum = (cost: 'calls' | 'atMost') => writes.reduce((total, write) => total + write[cost], readBack)
  return { writes, calls: sum('calls'), atMost: sum('atMost') }
}

/** The same, as a run plans it. */
export function callsToSend({ writes, calls }: SendingPlan): PlannedCalls {
  const readBack = writes.reduce((rest, write) => rest - write.calls, calls)
  return sumOfCalls(...writes.map(callsToWrite), callsOfKind('read', readBack))
}

/**
 * Sends changes, one kind after the other: the roll-ups of a Campaign lock it (objects.md §5.10). In later rounds, which
 * hold what was locked, in smaller jobs. Never throws: what ended it early is in `failure`.
 */
export async function sendMembers(
  tools: SendTools,
  campaignId: string,
  owed: readonly Owed[],
  round: number,
): Promise<Sent> {
  const answers = new Map<Owed, Outcome>()
  const unanswered = new Map<Owed, LineId>()
  try {
    for (const kind of KINDS) {
      const some = await stillIn(
        tools,
        owed.filter(({ change }) => change.kind === kind),
        answers,
      )
      const write = { ...WRITES[kind], rowsPerJob: rowsPerJob(round) }
      const records = some.map(({ change }) => toRecord(campaignId, change))
      const lines = await tools.run?.intend(some.map((one) => toLine(campaignId, one)))
      for (const [at, one] of some.entries()) if (lines?.[at] !== undefined) unanswered.set(one, lines[at])
      await writeRecords({ ...tools, jobs: jobBook(tools, lines) }, write, records, async (first, outcomes) => {
        for (const [at, outcome] of outcomes.entries()) {
          const one = some[first + at]
          if (!one) continue
          answers.set(one, outcome)
          unanswered.delete(one)
        }
        if (lines) await tools.run?.settle(noted(lines, first, outcomes))
      })
    }
    return { answers, unanswered }
  } catch (error) {
    return { answers, unanswered, failure: error instanceof Error ? error : new Error(String(error)) }
  }
}

/** Opt-out is checked last (pitfalls.md §8): who opted out since they were matched does not become a member. */
async function stillIn({ run }: SendTools, owed: readonly Owed[], answers: Map<Owed, Outcome>): Promise<Owed[]> {
  if (!run || !owed.some(({ change }) => change.kind === 'insert')) return [...owed]
  const traits = owed.map(({ key, participantIds }) => ({ participantIds, recordIds: [key] }))
  const optOuts = await new OptOuts(run.tools.database).among(traits)
  return owed.filter((one, at) => {
    if (optOuts[at]) answers.set(one, { ok: false, code: OPTED_OUT, fields: [] })
    return optOuts[at] === undefined
  })
}

/** A change as the ledger keeps it. */
function toLine(campaignId: string, { key, change, participantIds, consent }: Owed): LineDraft {
  const about = { object: 'CampaignMember', participantIds, ...(consent ? { consent } : {}) }
  const before = 'before' in change ? { Status: change.before ?? null } : undefined
  switch (change.kind) {
    case 'insert':
      return { ...about, action: 'insert', key: newMemberKey(campaignId, key), after: toRecord(campaignId, change) }
    case 'update':
      return { ...about, action: 'update', key, before, after: { Status: change.status } }
    case 'remove':
      return { ...about, action: 'delete', key, before: { ...before, CampaignId: campaignId, ...personOf(change) } }
  }
}

function toRecord(campaignId: string, change: MemberChange): RecordToSend {
  switch (change.kind) {
    case 'insert':
      return { CampaignId: campaignId, ...personOf(change), Status: change.status }
    case 'update':
      return { Id: change.memberId, Status: change.status }
    case 'remove':
      return { Id: change.memberId }
  }
}

function personOf({ record }: { record?: PersonRecord }): RecordToSend {
  return record ? { [`${record.object}Id`]: record.id } : {}
}
