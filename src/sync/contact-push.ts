import type { EventDetails } from '../domain/event.js'
import { NO_CALLS, sumOfCalls, type PlannedCalls } from '../domain/planned-calls.js'
import { callsToWrite, type AskedWay } from '../domain/write-plan.js'
import type { MhError } from '../errors.js'
import { LONGEST_JOB_MS } from '../salesforce/ingest-job.js'
import { maySend, type BulkEvent } from './before-sending.js'
import { writeBackTools, type SyncTools } from './campaign-sync.js'
import { chooseEvents } from './choose-events.js'
import { matchEverybody, type MatchEvent } from './match-everybody.js'
import { contactFields, decideContacts, tellContacts, type WriteBackReport } from './push-contacts.js'
import type { JobEvent } from './job-book.js'
import { asRun, endOf, type Run, type RunEvent } from './run.js'
import { callsToDescribeContacts } from './sync-calls.js'

export interface ContactPushRequest {
  event: string
  dryRun: boolean
  /** How rows are written. */
  via: AskedWay
  maxApiCalls?: number
}

export interface ContactPushResult {
  /** Absent in a dry run. */
  runId?: string
  event: EventDetails
  dryRun: boolean
  people: number
  /** Absent when it was stopped before. */
  report?: WriteBackReport
  /** As far as it came to be known. */
  planned: PlannedCalls
  calls: number
  milliseconds: number
  stopped?: MhError
}

export type ContactPushEvent =
  { kind: 'events'; events: EventDetails[]; guessed: boolean } | RunEvent | BulkEvent | JobEvent | MatchEvent

/** Writes back to the Contacts of one event's participants what they did here. */
export async function contactPush(
  tools: SyncTools,
  request: ContactPushRequest,
  watch: (event: ContactPushEvent) => void,
): Promise<ContactPushResult> {
  const { events, guessed } = await chooseEvents(tools, request.event)
  const [event] = events
  if (!event) throw new TypeError('no event was chosen')
  const work = (run: Run | undefined) => {
    watch({ kind: 'events', events, guessed })
    return pushOne({ ...tools, run }, event, request, watch)
  }
  const begin = request.dryRun ? undefined : tools.begin
  const { waitMs = LONGEST_JOB_MS } = tools
  return asRun(
    { begin, scopes: [event.id], waitMs, maxApiCalls: request.maxApiCalls, watch },
    work,
    ({ stopped, report }) => endOf(stopped, Object.keys(report?.failed ?? {}).length > 0),
  )
}

async function pushOne(
  tools: SyncTools,
  event: EventDetails,
  { dryRun, via, maxApiCalls }: ContactPushRequest,
  watch: (event: ContactPushEvent) => void,
): Promise<ContactPushResult> {
  const { source, clock, run } = tools
  const [started, before] = [clock.elapsed(), source.org.calls]
  source.org.beginRun(maxApiCalls)
  const described = callsToDescribeContacts(await source.fields.isFresh())
  const fields = await contactFields(source, tools.writeBack)
  const { contacts, summary, stopped, ...matched } = await matchEverybody(
    tools,
    { eventIds: [event.id], dryRun, createLeads: false },
    watch,
  )
  const writing = writeBackTools(tools, via, watch)
  const decided = stopped ? undefined : await decideContacts(writing, fields, [...contacts.values()])
  const sending = decided ? callsToWrite(decided.report.plan) : NO_CALLS
  const planned = sumOfCalls(described, matched.planned, sending)
  await maySend(tools, planned, sending, watch)
  const report = decided && (await tellContacts(writing, decided, dryRun))
  const spent = { calls: source.org.calls - before, milliseconds: clock.elapsed() - started }
  return { runId: run?.id, event, dryRun, people: summary.people, report, planned, ...spent, stopped }
}
