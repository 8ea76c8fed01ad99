import type { Evidence } from '../domain/consent.js'
import type { Participant } from '../domain/person.js'
import type { LineDraft } from '../domain/run-line.js'
import { enrichmentIn, type ContactChange, type Written } from '../domain/write-back.js'
import { rowsPerJob } from '../domain/write-plan.js'
import type { Database } from '../mongo/database.js'
import { OptOuts } from '../mongo/opt-outs.js'
import { Participants, type EnrichmentWrite } from '../mongo/participants.js'
import type { ContactValues, WrittenContacts } from '../mongo/written-contacts.js'
import type { Outcome, RecordToSend } from '../salesforce/collections.js'
import { mayTryRowAgain } from '../salesforce/failure.js'
import { writeRecords } from '../salesforce/write-records.js'
import { jobBook, type SendTools } from './job-book.js'
import { noted } from './run.js'
import { writePeople } from './write-people.js'

/** A Contact and what it is to be told. */
export interface OwedContact {
  contactId: string
  participants: readonly Participant[]
  changes: ContactChange[]
  /** What we wrote to this Contact before. */
  noted: Written
  /** Where and when they agreed, where that was asked. */
  consent?: Evidence
}

export interface ContactSending extends SendTools {
  database: Database
  signal: AbortSignal
  written: WrittenContacts
}

/** What is counted. */
export interface SentContacts {
  updated: number
  /** Not told of, because their people opted out after they were matched. */
  optedOut: number
  /** By the org's code, with some of the contacts. */
  failed: Record<string, { count: number; contacts: string[] }>
}

const SAMPLES = 5
const ROUNDS = 5
const FIRST_PAUSE_MS = 500

/**
 * Sends what is owed, and writes down what the org took; rows that somebody else holds are sent again, in smaller jobs. Sending
 * twice is sending once, so a lost reply is no harm; what is sent is noted before, so that a job which outlives this run is
 * not taken for somebody's edit later.
 */
export async function sendContacts(
  sending: ContactSending,
  decided: readonly OwedContact[],
  report: SentContacts,
): Promise<void> {
  const all = await withoutOptedOut(sending, decided)
  report.optedOut += decided.length - all.length
  const columns = ['Id', ...new Set(all.flatMap(({ changes }) => changes.map(({ field }) => field)))]
  const write = { object: 'Contact', operation: 'update', columns, key: ['Id'] } as const
  await sending.written.intend(all.map(toValues))
  let owed = all
  for (let round = 1; owed.length > 0; round += 1) {
    if (round > 1) await sending.clock.sleep(Math.random() * FIRST_PAUSE_MS * 2 ** round, sending.signal)
    const sent = owed
    const again: OwedContact[] = []
    const records = sent.map(toRecord)
    const lines = await sending.run?.intend(sent.map(toLine))
    const tools = { ...sending, jobs: jobBook(sending, lines) }
    await writeRecords(tools, { ...write, rowsPerJob: rowsPerJob(round) }, records, async (first, outcomes) => {
      const some = outcomes.map((outcome, at) => ({ outcome, one: sent[first + at] }))
      const done = some.flatMap(({ outcome, one }) => (outcome.ok && one ? [one] : []))
      await writeDown(sending, done)
      if (lines) await sending.run?.settle(noted(lines, first, outcomes))
      report.updated += done.length
      for (const { outcome, one } of some)
        if (one && !outcome.ok) refuse(report, one, outcome, round < ROUNDS ? again : undefined)
    })
    owed = again
  }
}

/** Opt-out is checked last (pitfalls.md §8): who opted out since they were matched is not told of. */
async function withoutOptedOut({ database }: ContactSending, owed: readonly OwedContact[]): Promise<OwedContact[]> {
  const traits = owed.map(({ contactId, participants }) => ({
    participantIds: participants.map(({ id }) => id),
    recordIds: [contactId],
  }))
  const optOuts = await new OptOuts(database).among(traits)
  return owed.filter((_, at) => optOuts[at] === undefined)
}

async function writeDown(sending: ContactSending, done: readonly OwedContact[]): Promise<void> {
  const { database, clock, written, run } = sending
  const syncedAt = clock.now()
  const writes = done.flatMap((each) => enrichmentWrites(each, syncedAt))
  await writePeople(new Participants(database), writes, run)
  await written.write(done.map(toValues))
}

function refuse(
  report: SentContacts,
  owed: OwedContact,
  outcome: Outcome & { ok: false },
  again: OwedContact[] | undefined,
): void {
  if (again && mayTryRowAgain(outcome.code)) {
    again.push(owed)
    return
  }
  const group = (report.failed[outcome.code] ??= { count: 0, contacts: [] })
  group.count += 1
  if (group.contacts.length < SAMPLES) group.contacts.push(owed.contactId)
}

function enrichmentWrites({ participants, changes }: OwedContact, syncedAt: Date): EnrichmentWrite[] {
  const set = enrichmentIn(changes)
  if (Object.keys(set).length === 0) return []
  return participants.map((participant) => ({ participant, change: { set, unset: [] }, syncedAt }))
}

function toLine(owed: OwedContact): LineDraft {
  const {
    contactId,
    participants,
    changes,
    noted: { last, sent },
  } = owed
  const notes = { values: ofChanged(last, changes), sent: ofChanged(sent, changes) }
  return {
    object: 'Contact',
    action: 'update',
    key: contactId,
    before: Object.fromEntries(changes.map(({ field, before }) => [field, before ?? null])),
    after: toValues(owed).values,
    notes,
    participantIds: participants.map(({ id }) => id),
    ...(owed.consent ? { consent: owed.consent } : {}),
  }
}

function toRecord({ contactId, changes }: OwedContact): RecordToSend {
  return { Id: contactId, ...Object.fromEntries(changes.map(({ field, after }) => [field, after])) }
}

function toValues({ contactId, changes }: OwedContact): ContactValues {
  return { contactId, values: Object.fromEntries(changes.map(({ field, after }) => [field, String(after)])) }
}

/** What was noted of the fields that change. */
function ofChanged(noted: Readonly<Record<string, string>>, changes: readonly ContactChange[]): Record<string, string> {
  const changed = new Set(changes.map(({ field }) => field))
  return Object.fromEntries(Object.entries(noted).filter(([field]) => changed.has(field)))
}
