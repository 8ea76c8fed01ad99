import { INDIVIDUAL_FLAGS, INDIVIDUAL_LINK, OPT_OUT_FIELD, type IndividualFlag } from '../domain/opt-out.js'
import { normaliseEmail, type NormalEmail } from '../domain/email.js'
import { readRecordId } from '../domain/record-id.js'
import { MhError } from '../errors.js'
import type { Database } from '../mongo/database.js'
import type { Traits } from '../mongo/opt-outs.js'
import { readPersonDocuments, type PersonDocument } from '../mongo/person-documents.js'
import { PersonTraces } from '../mongo/person-traces.js'
import type { PeopleSource } from '../salesforce/people-source.js'
import { readPresent } from '../salesforce/present-records.js'
import type { FlatRow } from '../salesforce/query.js'

/** A Contact or Lead that is the person's. */
export interface PersonRecord {
  object: 'Contact' | 'Lead'
  id: string
  email?: NormalEmail
  /** Whether it says no to mail; undefined where the user may not see that. */
  optedOut?: boolean
  converted: boolean
  /** The Individual that it is linked to, with what the user may see of its flags. */
  individual?: { id: string; flags: Partial<Record<IndividualFlag, boolean>> }
}

/** Everything one person is known by, on both sides. */
export interface Person {
  emails: NormalEmail[]
  participants: PersonDocument[]
  records: PersonRecord[]
  /** Of these records and of those that are gone. */
  recordIds: string[]
}

/** An address leads to a record, the record to an address, and so on; nobody has so many. */
const ROUNDS = 5
const PARTICIPANT_ID = /^[\da-f]{24}$/iu

/** What was typed, as something a person is known by; ids of records in their form of 18 characters. Throws USAGE, without telling an address. */
export function traitsTyped(typed: string): Required<Traits> & { emails: NormalEmail[] } {
  const nothing = { emails: [], participantIds: [], recordIds: [] }
  if (PARTICIPANT_ID.test(typed)) return { ...nothing, participantIds: [typed.toLowerCase()] }
  const record = readRecordId(typed)
  if (record.ok) return { ...nothing, recordIds: [record.id] }
  if (record.problem === 'suffix') {
    throw new MhError(
      'USAGE',
      `The id ${typed} is mistyped: its last three characters do not fit the fifteen before them.`,
      'Copy it from the record, or give the fifteen characters that its address in the browser may show.',
    )
  }
  const address = normaliseEmail(typed)
  if (address.ok) return { ...nothing, emails: [address.email] }
  throw new MhError(
    'USAGE',
    `What was given is neither an address nor the id of a participant, contact or lead: ${address.problem}.`,
    'Write it as in ana@example.com, or as the id that other commands show.',
  )
}

/**
 * One person under all addresses and ids: participants by every spelling of an address, by their links, and the living Contacts and
 * Leads by address and by id, until nothing new is found. Without `source` only what the database knows.
 */
export async function findPerson(
  { database, source }: { database: Database; source?: PeopleSource },
  typed: ReturnType<typeof traitsTyped>,
): Promise<Person> {
  let person: Person = { emails: typed.emails, participants: [], records: [], recordIds: [...typed.recordIds] }
  for (let round = 0; round < ROUNDS; round += 1) {
    const { emails, recordIds } = person
    const participantIds = [...typed.participantIds, ...person.participants.map(({ id }) => id)]
    const participants = await readPersonDocuments(database, { emails, participantIds, recordIds })
    const known = withAll(person, participants, [])
    const records = source ? await readRecords(source, known) : []
    const next = withAll(known, participants, records)
    const isSettled = next.emails.length === emails.length && next.recordIds.length === recordIds.length
    const isSame = next.participants.length === person.participants.length
    person = next
    if (isSettled && isSame) break
  }
  return person
}

/** A person with what only the history knows of them. */
export interface PersonWithHistory {
  person: Person
  keys: Required<Traits> & { emails: NormalEmail[] }
  /** Leads that a run of ours made. */
  leadsMade: string[]
}

/**
 * The same, and by the records that lines about them speak of: a Lead of ours is theirs though somebody has given it another address
 * since, and the participant's link is gone. A record that is linked to somebody else by now is not: they were once taken for this one.
 */
export async function findWithHistory(
  tools: { database: Database; source: PeopleSource },
  typed: ReturnType<typeof traitsTyped>,
): Promise<PersonWithHistory> {
  const first = await findPerson(tools, typed)
  const inLines = await new PersonTraces(tools.database).recordsInLines(first.participants.map(({ id }) => id))
  const others = await othersRecords(tools.database, first, inLines.ids)
  const isTheirs = (id: string) => !others.has(id)
  const known = { ids: inLines.ids.filter(isTheirs), leadsMade: inLines.leadsMade.filter(isTheirs) }
  const more = { ...typed, emails: first.emails, recordIds: [...new Set([...first.recordIds, ...known.ids])] }
  const isMore = known.ids.some((id) => !first.recordIds.includes(id))
  const person = isMore ? await findPerson(tools, more) : first
  const participantIds = [...new Set([...typed.participantIds, ...person.participants.map(({ id }) => id)])]
  const recordIds = [...new Set([...person.recordIds, ...known.ids])]
  return { person, keys: { emails: person.emails, participantIds, recordIds }, leadsMade: known.leadsMade }
}

/** Of these records, those that lead to nobody of this person's and are linked to somebody else. */
async function othersRecords(database: Database, { participants, recordIds }: Person, ids: readonly string[]) {
  const asked = ids.filter((id) => !recordIds.includes(id))
  const linked = await readPersonDocuments(database, { emails: [], participantIds: [], recordIds: asked })
  const theirs = new Set(participants.map(({ id }) => id))
  const others = linked.filter(({ id }) => !theirs.has(id))
  return new Set(others.flatMap(({ current: { contactId, leadId } }) => [contactId, leadId]))
}

/** What somebody is known by, for `OptOuts`. */
export function traitsOf({ emails, participants, records, recordIds }: Person): Required<Traits> {
  const individuals = records.flatMap(({ individual }) => individual?.id ?? [])
  return { emails, participantIds: participants.map(({ id }) => id), recordIds: [...recordIds, ...individuals] }
}

function withAll(person: Person, participants: PersonDocument[], records: PersonRecord[]): Person {
  const addresses = participants.flatMap(({ storedEmail }) => {
    const address = normaliseEmail(storedEmail)
    return address.ok ? [address.email] : []
  })
  const emails = [...person.emails, ...addresses, ...records.flatMap(({ email }) => email ?? [])]
  const links = participants.flatMap(({ current: { contactId, leadId } }) => [contactId, leadId].filter(isRecordId))
  const ids = records.map(({ id }) => id)
  const recordIds = [...new Set([...person.recordIds, ...links, ...ids])]
  return { emails: [...new Set(emails)], participants, records, recordIds }
}

function isRecordId(id: string | undefined): id is string {
  return id !== undefined && readRecordId(id).ok
}

async function readRecords(source: PeopleSource, { emails, recordIds }: Person): Promise<PersonRecord[]> {
  const readable = await source.fields.read()
  const flags = [OPT_OUT_FIELD, INDIVIDUAL_LINK, ...INDIVIDUAL_FLAGS.map((flag) => `Individual.${flag}`)]
  const withFlags = (object: 'Contact' | 'Lead', fields: readonly string[]) => [
    ...fields,
    ...flags.filter((field) => readable[object].has(field)),
  ]
  const contact = { object: 'Contact', fields: withFlags('Contact', ['Id', 'Email']) }
  const lead = { object: 'Lead', fields: withFlags('Lead', ['Id', 'Email', 'IsConverted']) }
  const [byContactId = [], byContact = [], byLeadId = [], byLead = []] = await readPresent(source.org, [
    { ...contact, by: 'Id', values: recordIds.filter((id) => id.startsWith('003')) },
    { ...contact, by: 'Email', values: emails },
    { ...lead, by: 'Id', values: recordIds.filter((id) => id.startsWith('00Q')) },
    { ...lead, by: 'Email', values: emails },
  ])
  const records = [
    ...[...byContactId, ...byContact].map((row) => toRecord('Contact', row)),
    ...[...byLeadId, ...byLead].map((row) => toRecord('Lead', row)),
  ]
  return [...new Map(records.map((each) => [each.id, each])).values()]
}

function toRecord(object: 'Contact' | 'Lead', row: FlatRow): PersonRecord {
  const address = normaliseEmail(row.Email)
  return {
    object,
    id: row.Id ?? '',
    ...(address.ok ? { email: address.email } : {}),
    ...(row[OPT_OUT_FIELD] === undefined ? {} : { optedOut: row[OPT_OUT_FIELD] === 'true' }),
    converted: row.IsConverted === 'true',
    ...(row[INDIVIDUAL_LINK] === undefined ? {} : { individual: { id: row[INDIVIDUAL_LINK], flags: flagsIn(row) } }),
  }
}

function flagsIn(row: FlatRow): Partial<Record<IndividualFlag, boolean>> {
  const seen = INDIVIDUAL_FLAGS.filter((flag) => row[`Individual.${flag}`] !== undefined)
  return Object.fromEntries(seen.map((flag) => [flag, row[`Individual.${flag}`] === 'true']))
}
