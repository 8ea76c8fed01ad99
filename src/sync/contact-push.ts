import type { EventDetails } from '../domain/event.js'
import type { AskedWay } from '../domain/write-plan.js'
import type { MhError } from '../errors.js'
import { CEILING } from './backfill.js'
import { writeBackTools, type JobEvent, type SyncTools } from './campaign-sync.js'
import { chooseEvents } from './choose-events.js'
import { matchEverybody, type MatchEvent } from './match-everybody.js'
import { contactFields, pushContacts, type WriteBackReport } from './push-contacts.js'

export interface ContactPushRequest {
  event: string
  dryRun: boolean
  /** How rows are written. */
  via: AskedWay
  maxApiCalls?: number
}

export interface ContactPushResult {
  event: EventDetails
  dryRun: boolean
  people: number
  /** Absent when it was stopped before. */
  report?: WriteBackReport
  calls: number
  milliseconds: number
  stopped?: MhError
}

export type ContactPushEvent = { kind: 'events'; events: EventDetails[]; guessed: boolean } | JobEvent | MatchEvent

/** Writes back to the Contacts of one event's participants what they did here. */
export async function contactPush(
  tools: SyncTools,
  { event: typed, dryRun, via, maxApiCalls }: ContactPushRequest,
  watch: (event: ContactPushEvent) => void,
): Promise<ContactPushResult> {
  const { source, clock } = tools
  const [started, before] = [clock.elapsed(), source.org.calls]
  source.org.transport.budget = { calls: before + (maxApiCalls ?? Infinity), share: CEILING }
  const { events, guessed } = await chooseEvents(tools, typed)
  const [event] = events
  if (!event) throw new TypeError('no event was chosen')
  watch({ kind: 'events', events, guessed })
  const fields = await contactFields(source, tools.writeBack)
  const { contacts, summary, stopped } = await matchEverybody(
    tools,
    { eventIds: [event.id], dryRun, createLeads: false },
    watch,
  )
  const writing = writeBackTools(tools, via, watch)
  const report = stopped ? undefined : await pushContacts(writing, fields, [...contacts.values()], dryRun)
  const spent = { calls: source.org.calls - before, milliseconds: clock.elapsed() - started }
  return { event, dryRun, people: summary.people, report, ...spent, stopped }
}
