import { EJSON, type Document } from 'bson'
import type { Db } from 'mongodb'
import { living, type Dump } from './audit.js'
import type { ExpectedMembers, SeasonCampaign } from './expected-members.js'
import type { Platform } from './platform.js'

/** Every document of the database, as text, by collection and id. */
export type PlatformDump = ReadonlyMap<string, string>

/** What the sync may write on the platform's own documents (platform.md, "What mh-sf adds"). */
const OURS = ['salesforce', 'customerTier', 'isExistingCustomer']
/** Each run is written down as one that was, whatever it found. */
const LEDGER = [
  'salesforce_runs',
  'salesforce_leases',
  'salesforce_api_usage',
  'salesforce_connections',
  'salesforce_nights',
  'salesforce_alerts',
  'salesforce_optouts',
  'salesforce_keys',
  'salesforce_org',
]

/** `all`: with what the sync adds, and its own collections but for its ledger; else only what is the platform's. */
export async function dumpPlatform(db: Db, all: boolean): Promise<PlatformDump> {
  const dump = new Map<string, string>()
  for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray()) {
    if (LEDGER.includes(name) || (!all && name.startsWith('salesforce_'))) continue
    for (const document of await db.collection(name).find().toArray()) {
      dump.set(`${name} ${String(document._id)}`, EJSON.stringify(all ? document : withoutOurs(document)))
    }
  }
  return dump
}

function withoutOurs(document: Document): Document {
  return Object.fromEntries(Object.entries(document).filter(([name]) => !OURS.includes(name)))
}

/** Documents that are not what they were, a line each. */
export function platformDifferences(before: PlatformDump, after: PlatformDump): string[] {
  const keys = new Set([...before.keys(), ...after.keys()])
  return [...keys].filter((key) => before.get(key) !== after.get(key)).map((key) => `${key} was changed`)
}

/** Where the member that is noted of somebody is not theirs, a line each. */
export function noteDifferences(
  { id, event }: SeasonCampaign,
  { participants }: Platform,
  { notes }: ExpectedMembers,
  after: Dump,
): string[] {
  const members = living(after, 'CampaignMember').filter((row) => row['CampaignId'] === id)
  const byPerson = new Map(members.map((row) => [String(row['ContactId'] ?? row['LeadId']), row.Id]))
  return participants.flatMap(({ _id, salesforce }) => {
    const noted = salesforce?.campaigns?.filter(({ eventId }) => eventId.equals(event._id)) ?? []
    const note = notes.get(_id.toHexString())
    const memberId = note && ('memberId' in note ? note.memberId : byPerson.get(note.personId))
    const wanted = note ? [[id, memberId, note.status].join(' ')] : []
    const found = noted.map(({ campaignId, campaignMemberId, status }) =>
      [campaignId, campaignMemberId, status].join(' '),
    )
    if (found.join() === wanted.join()) return []
    return [`participant ${_id.toHexString()}: noted "${found.join()}" instead of "${wanted.join()}"`]
  })
}
