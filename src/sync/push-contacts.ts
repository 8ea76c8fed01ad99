import { INDIVIDUAL_LINK, OPT_OUT_FIELD } from '../domain/opt-out.js'
import type { Evidence } from '../domain/consent.js'
import type { EventSummary } from '../domain/event.js'
import type { Participant } from '../domain/person.js'
import { planWrite, type WritePlan } from '../domain/write-plan.js'
import {
  decideContact,
  FACTS,
  factsOf,
  type ContactDecision,
  type FieldDetails,
  type WriteBackPolicy,
  type Written,
} from '../domain/write-back.js'
import type { Database } from '../mongo/database.js'
import { projectsOf, skillsOf } from '../mongo/deeds.js'
import { listEvents } from '../mongo/events.js'
import { WrittenContacts, type ContactValues } from '../mongo/written-contacts.js'
import { readFieldDetails } from '../salesforce/field-details.js'
import type { PeopleSource } from '../salesforce/people-source.js'
import type { SendTools } from './job-book.js'
import { sendContacts, type OwedContact } from './send-contacts.js'

export interface WriteBackTools extends SendTools {
  database: Database
  signal: AbortSignal
  policy: WriteBackPolicy
}

/** One Contact and the participants that are this person. */
export interface ContactPeople {
  contactId: string
  participants: Participant[]
  /** What the mapped fields hold, by name. */
  current: Readonly<Record<string, string | undefined>>
  /** Where and when they agreed, where that was asked. */
  consent?: Evidence
}

/** What became of the Contacts, or in a dry run would. */
export interface WriteBackReport {
  contacts: number
  updated: number
  unchanged: number
  /** Not told of, because their people opted out after they were matched. */
  optedOut: number
  /** Contacts on which a field that somebody edited was left, by field. */
  conflicts: Record<string, number>
  /** Contacts whose value was made to fit, by field. */
  fitted: Record<string, number>
  /** Mapped fields that the org lacks or the user may not write. */
  missing: string[]
  failed: Record<string, { count: number; contacts: string[] }>
  /** How those that differ are written, and what that costs. */
  plan: WritePlan
}

const NOTHING_WRITTEN: Written = { last: {}, sent: {} }
/** People whose deeds are read at a time. */
const PAGE = 1_000

/** What is owed to Contacts, what they were found to have taken, and the report as far as nothing has been sent. */
export interface DecidedContacts extends Decided {
  report: WriteBackReport
  written: WrittenContacts
}

/** Tells Contacts what their people did: only fields that differ are sent, by the policy of each. A second run sends none. */
export async function tellContacts(
  tools: WriteBackTools,
  { owed, taken, report, written }: DecidedContacts,
  dryRun: boolean,
): Promise<WriteBackReport> {
  if (dryRun) {
    report.updated += owed.length
    return report
  }
  await written.write(taken)
  await sendContacts({ ...tools, written }, owed, report)
  return report
}

/** Compares Contacts with what their people did, and says what is owed to them. */
export async function decideContacts(
  tools: WriteBackTools,
  details: ReadonlyMap<string, FieldDetails>,
  people: readonly ContactPeople[],
): Promise<DecidedContacts> {
  const { org, database, policy } = tools
  const report = emptyReport(people.length, unwritable(details, policy))
  const events = new Map((await listEvents(database)).map((event) => [event.id, event]))
  const { orgId } = await org.session()
  const written = new WrittenContacts(database, orgId)
  const all: Decided = { owed: [], taken: [] }
  for (let at = 0; at < people.length; at += PAGE) {
    const { owed, taken } = await decidePage(
      { ...tools, details, events, written },
      people.slice(at, at + PAGE),
      report,
    )
    all.owed.push(...owed)
    all.taken.push(...taken)
    tools.signal.throwIfAborted()
  }
  report.plan = planWrite(all.owed.length, tools.asked)
  return { ...all, report, written }
}

/**
 * What the fields of Contact can hold; to be asked before people are read, because a field that the user may see by now
 * and that the list kept for a day does not know makes that list be read anew. The one that says no to mail, and
 * the link to an Individual, too: they are obeyed from the run after an admin has shown them.
 */
export async function contactFields(source: PeopleSource, policy: WriteBackPolicy): Promise<Map<string, FieldDetails>> {
  const details = await readFieldDetails(source.org, 'Contact')
  const there = [OPT_OUT_FIELD, INDIVIDUAL_LINK, ...mappedFields(policy)].filter((field) => details.has(field))
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

interface Decided {
  owed: OwedContact[]
  /** Values that are there, though the run that sent them did not live to note it. */
  taken: ContactValues[]
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
): Promise<Decided> {
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
  const [owed, taken]: [OwedContact[], ContactValues[]] = [[], []]
  for (const { contactId, participants, current, consent } of page) {
    const deeds = {
      registrations: participants.flatMap(({ registrations }) => registrations),
      skills: participants.flatMap(({ id }) => skills.get(id) ?? []),
      projects: participants.flatMap(({ userId = '' }) => projects.get(userId) ?? []),
    }
    const facts = factsOf(deeds, events, policy)
    const noted = last.get(contactId) ?? NOTHING_WRITTEN
    const decision = decideContact(facts, current, noted, details, policy)
    count(report, decision)
    if (decision.changes.length > 0)
      owed.push({ contactId, participants, changes: decision.changes, noted, ...(consent ? { consent } : {}) })
    if (Object.keys(decision.taken).length > 0) taken.push({ contactId, values: decision.taken })
  }
  return { owed, taken }
}

function count(report: WriteBackReport, { changes, conflicts, fitted }: ContactDecision): void {
  if (changes.length === 0) report.unchanged += 1
  for (const field of conflicts) report.conflicts[field] = (report.conflicts[field] ?? 0) + 1
  for (const field of fitted) report.fitted[field] = (report.fitted[field] ?? 0) + 1
}

function emptyReport(contacts: number, missing: string[]): WriteBackReport {
  const plan = planWrite(0, 'auto')
  return { contacts, updated: 0, unchanged: 0, optedOut: 0, conflicts: {}, fitted: {}, missing, failed: {}, plan }
}
