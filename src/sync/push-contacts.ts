import type { Clock } from '../clock.js'
import type { EventSummary } from '../domain/event.js'
import type { Participant } from '../domain/person.js'
import {
  decideContact,
  enrichmentIn,
  FACTS,
  factsOf,
  type ContactChange,
  type ContactDecision,
  type FieldDetails,
  type WriteBackPolicy,
} from '../domain/write-back.js'
import type { Database } from '../mongo/database.js'
import { projectsOf, skillsOf } from '../mongo/deeds.js'
import { listEvents } from '../mongo/events.js'
import { Participants, type EnrichmentWrite } from '../mongo/participants.js'
import { WrittenContacts } from '../mongo/written-contacts.js'
import { updateRecords, type Outcome } from '../salesforce/collections.js'
import { mayTryRowAgain } from '../salesforce/failure.js'
import { readFieldDetails } from '../salesforce/field-details.js'
import type { Org } from '../salesforce/org.js'
import type { PeopleSource } from '../salesforce/people-source.js'

export interface WriteBackTools {
  org: Org
  database: Database
  clock: Clock
  signal: AbortSignal
  policy: WriteBackPolicy
}

/** One Contact and the participants that are this person. */
export interface ContactPeople {
  contactId: string
  participants: Participant[]
  /** What the mapped fields hold, by name. */
  current: Readonly<Record<string, string | undefined>>
}

/** What became of the Contacts, or in a dry run would. */
export interface WriteBackReport {
  contacts: number
  updated: number
  unchanged: number
  /** Contacts on which a field that somebody edited was left, by field. */
  conflicts: Record<string, number>
  /** Contacts whose value was made to fit, by field. */
  fitted: Record<string, number>
  /** Mapped fields that the org lacks or the user may not write. */
  missing: string[]
  failed: Record<string, { count: number; contacts: string[] }>
}

interface Owed {
  contactId: string
  participants: readonly Participant[]
  changes: ContactChange[]
}

const PAGE = 1_000
const SAMPLES = 5
const ROUNDS = 5
const FIRST_PAUSE_MS = 500

/** Tells Contacts what their people did: only fields that differ are sent, by the policy of each. A second run sends none. */
export async function pushContacts(
  tools: WriteBackTools,
  details: ReadonlyMap<string, FieldDetails>,
  people: readonly ContactPeople[],
  dryRun: boolean,
): Promise<WriteBackReport> {
  const { org, database, policy } = tools
  const report = emptyReport(people.length, unwritable(details, policy))
  const events = new Map((await listEvents(database)).map((event) => [event.id, event]))
  const { orgId } = await org.session()
  const written = new WrittenContacts(database, orgId)
  for (let at = 0; at < people.length; at += PAGE) {
    const page = people.slice(at, at + PAGE)
    const owed = await decidePage({ ...tools, details, events, written }, page, report)
    if (dryRun) report.updated += owed.length
    else await send(tools, owed, written, report)
    tools.signal.throwIfAborted()
  }
  return report
}

/**
 * What the fields of Contact can hold; to be asked before people are read, because a mapped field that the org has and
 * that the list kept for a day does not know makes that list be read anew.
 */
export async function contactFields(source: PeopleSource, policy: WriteBackPolicy): Promise<Map<string, FieldDetails>> {
  const details = await readFieldDetails(source.org, 'Contact')
  const there = mappedFields(policy).filter((field) => details.has(field))
  const people = await source.open()
  if (!people.readsContact(there)) await source.open(true)
  return details
}

/** The fields of Contact that are compared: to be read with the people. */
export function mappedFields({ fields }: WriteBackPolicy): string[] {
  return FACTS.flatMap((fact) => fields[fact]?.field ?? [])
}

function unwritable(details: ReadonlyMap<string, FieldDetails>, policy: WriteBackPolicy): string[] {
  return mappedFields(policy).filter((field) => details.get(field)?.updateable !== true)
}

interface Deciding extends WriteBackTools {
  details: ReadonlyMap<string, FieldDetails>
  events: ReadonlyMap<string, EventSummary>
  written: WrittenContacts
}

async function decidePage(
  { database, details, events, written, policy }: Deciding,
  page: readonly ContactPeople[],
  report: WriteBackReport,
): Promise<Owed[]> {
  const all = page.flatMap(({ participants }) => participants)
  const [skills, projects, last] = await Promise.all([
    skillsOf(
      database,
      all.map(({ id }) => id),
    ),
    projectsOf(
      database,
      all.flatMap(({ userId }) => userId ?? []),
    ),
    written.read(page.map(({ contactId }) => contactId)),
  ])
  return page.flatMap(({ contactId, participants, current }) => {
    const deeds = {
      registrations: participants.flatMap(({ registrations }) => registrations),
      skills: participants.flatMap(({ id }) => skills.get(id) ?? []),
      projects: participants.flatMap(({ userId = '' }) => projects.get(userId) ?? []),
    }
    const facts = factsOf(deeds, events, policy)
    const decision = decideContact(facts, current, last.get(contactId) ?? {}, details, policy)
    count(report, decision)
    return decision.changes.length > 0 ? [{ contactId, participants, changes: decision.changes }] : []
  })
}

function count(report: WriteBackReport, { changes, conflicts, fitted }: ContactDecision): void {
  if (changes.length === 0) report.unchanged += 1
  for (const field of conflicts) report.conflicts[field] = (report.conflicts[field] ?? 0) + 1
  for (const field of fitted) report.fitted[field] = (report.fitted[field] ?? 0) + 1
}

/** Sends what is owed; rows that somebody else holds are sent again. Sending twice is sending once, so a lost reply is no harm. */
async function send(
  { org, database, clock, signal }: WriteBackTools,
  all: readonly Owed[],
  written: WrittenContacts,
  report: WriteBackReport,
): Promise<void> {
  const participants = new Participants(database)
  let owed = all
  for (let round = 1; owed.length > 0; round += 1) {
    if (round > 1) await clock.sleep(Math.random() * FIRST_PAUSE_MS * 2 ** round, signal)
    const sent = owed
    const again: Owed[] = []
    await updateRecords(org, 'Contact', sent.map(toRecord), async (first, outcomes) => {
      const some = outcomes.map((outcome, at) => ({ outcome, one: sent[first + at] }))
      const done = some.flatMap(({ outcome, one }) => (outcome.ok && one ? [one] : []))
      await participants.write(done.flatMap((each) => enrichmentWrites(each, clock.now())))
      await written.write(done.map(({ contactId, changes }) => ({ contactId, values: valuesOf(changes) })))
      report.updated += done.length
      for (const { outcome, one } of some)
        if (one && !outcome.ok) refuse(report, one, outcome, round < ROUNDS ? again : undefined)
      signal.throwIfAborted()
    })
    owed = again
  }
}

function refuse(
  report: WriteBackReport,
  owed: Owed,
  outcome: Outcome & { ok: false },
  again: Owed[] | undefined,
): void {
  if (again && mayTryRowAgain(outcome.code)) {
    again.push(owed)
    return
  }
  const group = (report.failed[outcome.code] ??= { count: 0, contacts: [] })
  group.count += 1
  if (group.contacts.length < SAMPLES) group.contacts.push(owed.contactId)
}

function enrichmentWrites({ participants, changes }: Owed, syncedAt: Date): EnrichmentWrite[] {
  const set = enrichmentIn(changes)
  if (Object.keys(set).length === 0) return []
  return participants.map((participant) => ({ participant, change: { set, unset: [] }, syncedAt }))
}

function toRecord({ contactId, changes }: Owed) {
  return { Id: contactId, ...Object.fromEntries(changes.map(({ field, after }) => [field, after])) }
}

function valuesOf(changes: readonly ContactChange[]): Record<string, string> {
  return Object.fromEntries(changes.map(({ field, after }) => [field, String(after)]))
}

function emptyReport(contacts: number, missing: string[]): WriteBackReport {
  return { contacts, updated: 0, unchanged: 0, conflicts: {}, fitted: {}, missing, failed: {} }
}
