import type { Clock } from '../clock.js'
import { normaliseEmail, type NormalEmail } from '../domain/email.js'
import { PAGE_SIZE, type ReadWay } from '../domain/read-plan.js'
import type { Participants, Scope } from '../mongo/participants.js'
import { exportRows } from '../salesforce/export.js'
import type { Found, People } from '../salesforce/people.js'
import type { PeopleSource } from '../salesforce/people-source.js'
import { isLeadId } from '../salesforce/people-rows.js'
import type { FlatRow } from '../salesforce/query.js'

/** Reads the contacts and leads of some addresses. Two ways stand behind it; the plan says which. */
export type CandidateReader = (emails: readonly NormalEmail[]) => Promise<Map<NormalEmail, Found>>

interface Joining {
  source: PeopleSource
  participants: Participants
  clock: Clock
  /** Told as rows of the export come in. */
  onRows: (object: 'Contact' | 'Lead', rows: number) => void
}

const ROWS_PER_REPORT = 50_000

/** The reader for a plan: IN lists page by page, or one export joined here. */
export async function candidateReader(way: ReadWay, scope: Scope, tools: Joining): Promise<CandidateReader> {
  const { source } = tools
  const byAddress: CandidateReader = (emails) => source.use((people) => people.byAddress(emails))
  if (way === 'composite') return byAddress
  const wanted = await wantedAddresses(tools.participants, scope)
  for (const object of ['Contact', 'Lead'] as const)
    await source.use((people) => exportInto(wanted, object, people, tools))
  const people = await source.open()
  return async (emails) => {
    // Who registered since the export began was not looked for in it; that is not the same as not being there.
    const late = emails.filter((email) => !wanted.has(email))
    const found = late.length > 0 ? await byAddress(late) : new Map<NormalEmail, Found>()
    for (const email of emails) if (wanted.has(email)) found.set(email, unpack(wanted.get(email), people))
    return found
  }
}

/**
 * Rows of the export by address, for the addresses that are wanted. A row is kept as one short text: a million parsed
 * people would need a gigabyte (pitfalls.md §12).
 */
type Joined = Map<NormalEmail, PackedRow[] | undefined>
type PackedRow = string

async function wantedAddresses(participants: Participants, scope: Scope): Promise<Joined> {
  const wanted: Joined = new Map()
  for await (const page of participants.pages(scope, PAGE_SIZE)) {
    for (const { storedEmail } of page) {
      const address = normaliseEmail(storedEmail)
      if (address.ok) wanted.set(address.email, undefined)
    }
  }
  return wanted
}

async function exportInto(
  wanted: Joined,
  object: 'Contact' | 'Lead',
  people: People,
  { source: { org }, clock, onRows }: Joining,
): Promise<void> {
  let rows = 0
  await exportRows(org, people.exportStatement(object), clock, (row) => {
    rows += 1
    if (rows % ROWS_PER_REPORT === 0) onRows(object, rows)
    const address = normaliseEmail(row.Email)
    if (!address.ok || !wanted.has(address.email)) return
    const kept = (wanted.get(address.email) ?? []).filter((packed) => idOf(packed) !== row.Id)
    wanted.set(address.email, [...kept, pack(row)])
  })
  onRows(object, rows)
}

function unpack(rows: readonly PackedRow[] | undefined, people: People): Found {
  const found: Found = { contacts: [], leads: [] }
  for (const packed of rows ?? []) {
    const row = Object.fromEntries(JSON.parse(packed.slice(packed.indexOf('\n') + 1)) as [string, string][])
    const person = people.parse(isLeadId(idOf(packed)) ? 'Lead' : 'Contact', row)
    if ('converted' in person) found.leads.push(person)
    else found.contacts.push(person)
  }
  return found
}

function pack(row: FlatRow): PackedRow {
  return `${row.Id ?? ''}\n${JSON.stringify(Object.entries(row).filter(([, value]) => value !== undefined))}`
}

function idOf(packed: PackedRow): string {
  return packed.slice(0, packed.indexOf('\n'))
}
