import { Binary, ObjectId, type Db, type Document } from 'mongodb'
import type { Org } from '../../src/playground/org/org.js'
import type { Row } from '../../src/playground/org/store.js'

/** What is left to be compared: a line for each record and document, the same whatever ids and times it was given. */
export type Dump = readonly string[]

const OBJECTS = ['Account', 'Campaign', 'CampaignMemberStatus', 'Contact', 'Lead', 'CampaignMember', 'Task'] as const
/** Each run has its own, and its own calls: the ledger is checked by itself. */
const LEDGER = new Set(
  [
    'runs',
    'run_lines',
    'leases',
    'lookup_cache',
    'api_usage',
    'connections',
    'nights',
    'alerts',
    'optouts',
    'keys',
    'org',
  ].map((name) => `salesforce_${name}`),
)
const DAY_MS = 86_400_000
const CLAIMS = 'salesforce_leads'
/** Of a claim: which run had it, and when. */
const OF_A_RUN = { by: 0, at: 0, createdAt: 0 }

/** Everything in both systems. `since`: what is dated about then was written by the product. */
export async function dumpBoth(org: Org, db: Db, since: Date): Promise<Dump> {
  const names = namesIn(org)
  const plain = (value: unknown) => plainly(value, names, since.getTime())
  const records = OBJECTS.flatMap((object) =>
    [...org.store.scan(object)].map((row) => `${object} ${plain({ ...row, Id: names.get(row.Id) ?? row.Id })}`),
  )
  const collections = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name)
  const documents = await Promise.all(
    collections
      .filter((name) => !LEDGER.has(name))
      .map(async (name) => {
        const projection = name === CLAIMS ? OF_A_RUN : {}
        return (await db.collection(name).find({}, { projection }).toArray()).map((each) => `${name} ${plain(each)}`)
      }),
  )
  return [...records, ...documents.flat()].sort()
}

/** Lines that one of them has more often than the other. */
export function differences(expected: Dump, found: Dump): string[] {
  const left = new Map<string, number>()
  for (const line of expected) left.set(line, (left.get(line) ?? 0) + 1)
  for (const line of found) left.set(line, (left.get(line) ?? 0) - 1)
  return [...left].flatMap(([line, count]) => (count === 0 ? [] : [`${count > 0 ? 'missing' : 'too many'}: ${line}`]))
}

/** By what a record that was made can be known, instead of its id. */
function namesIn({ store }: Org): Map<string, string> {
  const names = new Map<string, string>()
  const name = (object: string, of: (row: Row) => string) => {
    for (const row of store.scan(object)) names.set(row.Id, `<${object} ${of(row)}>`)
  }
  const known = (id: unknown) => names.get(String(id)) ?? ''
  name('Lead', (row) => `${String(row.Email)} ${String(row.Name)}`)
  name('Campaign', (row) => String(row.Name))
  name('CampaignMemberStatus', (row) => `${known(row.CampaignId)} ${String(row.Label)}`)
  name('CampaignMember', (row) => `${known(row.CampaignId)} ${known(row.LeadId) || String(row.ContactId)}`)
  return names
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}

const A_DAY = /^\d{4}-\d\d-\d\d$/u

function plainly(value: unknown, names: ReadonlyMap<string, string>, since: number): string {
  // A machine whose clock is wrong is still near, and a day that has begun meanwhile.
  const late = (time: number) => Math.abs(time - since) < 2 * DAY_MS
  const plain = (given: unknown): unknown => {
    if (given instanceof Date) return late(given.getTime()) ? '<now>' : given.toISOString()
    if (given instanceof ObjectId) return given.toHexString()
    if (given instanceof Binary) return given.toString('hex')
    if (typeof given === 'number') return late(given) ? '<now>' : given
    if (typeof given === 'string')
      return names.get(given) ?? (A_DAY.test(given) && late(Date.parse(given)) ? '<today>' : given)
    // Of what belongs to several events, which came first is nobody's business.
    if (Array.isArray(given)) return given.map(plain).sort(byText)
    if (typeof given !== 'object' || given === null) return given
    const entries = Object.entries(given as Document).map(([key, each]) => [key, plain(each)] as const)
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
  }
  return JSON.stringify(plain(value))
}
