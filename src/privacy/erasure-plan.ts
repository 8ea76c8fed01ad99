import { fieldsToEmpty, type ErasedCount, type KeptOfPerson, type KeptWhy } from '../domain/erasure.js'
import { mappedFields } from '../sync/push-contacts.js'
import type { FieldDetails, WriteBackPolicy } from '../domain/write-back.js'
import { CampaignRecords } from '../mongo/campaign-records.js'
import type { Database } from '../mongo/database.js'
import { listEventDetails } from '../mongo/events.js'
import { OptOuts } from '../mongo/opt-outs.js'
import { PersonTraces, type TraceKeys } from '../mongo/person-traces.js'
import { WrittenContacts } from '../mongo/written-contacts.js'
import { readFieldDetails } from '../salesforce/field-details.js'
import type { PeopleSource } from '../salesforce/people-source.js'
import { readPresent } from '../salesforce/present-records.js'
import { readBinned } from '../salesforce/recycle-bin.js'
import { findWithHistory, traitsOf, type Person, type traitsTyped } from './find-person.js'

export interface ErasureTools {
  source: PeopleSource
  database: Database
  writeBack: WriteBackPolicy
}

/** Everything that goes, is masked, or stays, as it was found. */
export interface ErasurePlan {
  person: Person
  keys: TraceKeys
  /** The keyed hash that was noted of them when they were erased before. */
  tombstone?: string
  orgId: string
  members: string[]
  leads: string[]
  contacts: { id: string; fields: string[] }[]
  /** Records of ours that are deleted and still in the recycle bin. */
  binned: string[]
  /** Participants that hold anything of ours. */
  filled: string[]
  /** Documents of our collections, by collection. */
  removed: ErasedCount[]
  lines: number
  runs: number
  nights: number
  kept: KeptOfPerson[]
}

/** Reads what both systems and our own collections hold about somebody; writes nothing. */
export async function planErasure(tools: ErasureTools, typed: ReturnType<typeof traitsTyped>): Promise<ErasurePlan> {
  const { source, database } = tools
  const traces = new PersonTraces(database)
  const { orgId } = await source.org.session()
  const { person, keys, leadsMade } = await findWithHistory({ database, source }, typed)
  const { participantIds, recordIds } = keys
  const noted = await new OptOuts(database).find({ ...traitsOf(person), recordIds })
  const made = new Set([...leadsMade, ...(await traces.leadsClaimed(keys))].map(idKey))
  const isMade = (id: string) => made.has(idKey(id))
  const leads = person.records.filter(({ object, id, converted }) => object === 'Lead' && !converted && isMade(id))
  const ours = await ourCampaigns(database, orgId, person)
  const members = await membersOf(tools, person, recordIds)
  const ofOurs = members.filter(({ campaignId }) => ours.has(idKey(campaignId)))
  const contacts = await contactsOf(tools, orgId, person)
  const counted = await Promise.all(
    traces.removed(keys).map(async (trace): Promise<ErasedCount> => {
      return { object: trace.collection, what: 'removed', records: await traces.count(trace) }
    }),
  )
  const untouched = person.records.filter((each) => !leads.includes(each))
  const converted = untouched.filter(({ object, id }) => object === 'Lead' && isMade(id))
  return {
    person,
    keys,
    ...(noted?.because === 'erased' ? { tombstone: noted.person } : {}),
    orgId,
    members: ofOurs.map(({ id }) => id),
    leads: leads.map(({ id }) => id),
    contacts: contacts.owed,
    binned: await binnedOf(tools, recordIds, isMade, (campaignId) => ours.has(idKey(campaignId))),
    filled: await traces.filledParticipants(participantIds),
    removed: counted.filter(({ records }) => records > 0),
    lines: await traces.count(traces.lines(keys)),
    runs: await traces.count(traces.runs(keys)),
    nights: await traces.count(traces.nights(keys)),
    kept: [
      ...kept('Contact', untouched.filter(({ object }) => object === 'Contact').length, OTHERS),
      ...kept(
        'Lead',
        untouched.length - untouched.filter(({ object }) => object === 'Contact').length - converted.length,
        OTHERS,
      ),
      ...kept('Lead', converted.length, 'it was converted: the org goes on with it as its own'),
      ...contacts.kept,
      ...kept('CampaignMember', members.length - ofOurs.length, 'it is a member of a campaign that is not ours'),
      ...kept(
        'participants',
        person.participants.length,
        'it is the platform’s own document, and for the platform to delete',
      ),
    ],
  }
}

/** Whether nothing is left of somebody that an erasure would touch. */
export function isNothingLeft(plan: ErasurePlan, recycleBin: boolean): boolean {
  const { members, leads, contacts, filled, removed, lines, runs, nights, binned } = plan
  const owed = [members, leads, contacts, filled, removed, ...(recycleBin ? [binned] : [])]
  return owed.every(({ length }) => length === 0) && lines + runs + nights === 0
}

/** What goes and is masked, in figures. */
export function erasedCounts(plan: ErasurePlan, recycleBin: boolean): ErasedCount[] {
  const { members, leads, contacts, filled, removed, lines, runs, nights, binned } = plan
  const counts: ErasedCount[] = [
    { object: 'CampaignMember', what: 'removed', records: members.length },
    { object: 'Lead', what: 'removed', records: leads.length },
    { object: 'Contact', what: 'emptied', records: contacts.length },
    { object: RECYCLE_BIN, what: 'removed', records: recycleBin ? members.length + leads.length + binned.length : 0 },
    { object: 'participants', what: 'emptied', records: filled.length },
    ...removed,
    { object: 'salesforce_run_lines', what: 'masked', records: lines },
    { object: 'salesforce_runs', what: 'masked', records: runs },
    { object: 'salesforce_nights', what: 'masked', records: nights },
  ]
  return counts.filter(({ records }) => records > 0)
}

export const RECYCLE_BIN = 'recycle bin'

const OTHERS: KeptWhy = 'it is the org’s own record, which we did not make'

function kept(object: string, records: number, why: KeptWhy): KeptOfPerson[] {
  return records > 0 ? [{ object, records, why }] : []
}

/** An id has 15 characters that count (rest.md §10). */
export function idKey(id: string): string {
  return id.slice(0, 15)
}

async function ourCampaigns(database: Database, orgId: string, { participants }: Person): Promise<Set<string>> {
  const [records, events] = await Promise.all([new CampaignRecords(database, orgId).read(), listEventDetails(database)])
  const ids = [
    ...[...records.values()].map(({ campaignId }) => campaignId),
    ...events.flatMap(({ campaignId }) => campaignId ?? []),
    ...participants.flatMap(({ memberships }) => memberships.map(({ campaignId }) => campaignId)),
  ]
  return new Set(ids.map(idKey))
}

async function membersOf(
  { source }: ErasureTools,
  { participants, records }: Person,
  recordIds: readonly string[],
): Promise<{ id: string; campaignId: string }[]> {
  const all = [...new Set([...recordIds, ...records.map(({ id }) => id)])]
  const known = participants.flatMap(({ memberships }) => memberships.map(({ campaignMemberId }) => campaignMemberId))
  const read = { object: 'CampaignMember', fields: ['Id', 'CampaignId'] }
  const rows = await readPresent(source.org, [
    { ...read, by: 'ContactId', values: all.filter((id) => id.startsWith('003')) },
    { ...read, by: 'LeadId', values: all.filter((id) => id.startsWith('00Q')) },
    { ...read, by: 'Id', values: known.filter((id) => MEMBER_ID.test(id)) },
  ])
  const members = rows.flat().map(({ Id = '', CampaignId = '' }) => ({ id: Id, campaignId: CampaignId }))
  return [...new Map(members.map((each) => [each.id, each])).values()]
}

/** Leads that we made and members of our campaigns that lie in the recycle bin, members first. */
async function binnedOf(
  { source: { org } }: ErasureTools,
  recordIds: readonly string[],
  isMade: (id: string) => boolean,
  isOurs: (campaignId: string) => boolean,
): Promise<string[]> {
  const read = { object: 'CampaignMember', fields: ['Id', 'CampaignId'] }
  const [contactIds, leadIds] = ['003', '00Q'].map((prefix) => recordIds.filter((id) => id.startsWith(prefix)))
  const members = [
    ...(await readBinned(org, { ...read, by: 'ContactId', values: contactIds ?? [] })),
    ...(await readBinned(org, { ...read, by: 'LeadId', values: leadIds ?? [] })),
  ].filter(({ CampaignId = '' }) => isOurs(CampaignId))
  const made = (leadIds ?? []).filter(isMade)
  const leads = await readBinned(org, { object: 'Lead', fields: ['Id'], by: 'Id', values: made })
  return [...new Set([...members, ...leads].flatMap(({ Id }) => Id ?? []))]
}

const MEMBER_ID = /^00v\w{12}(?:\w{3})?$/u

async function contactsOf(
  { source, database, writeBack }: ErasureTools,
  orgId: string,
  { records }: Person,
): Promise<{ owed: { id: string; fields: string[] }[]; kept: KeptOfPerson[] }> {
  const ids = records.filter(({ object }) => object === 'Contact').map(({ id }) => id)
  const written = await new WrittenContacts(database, orgId).read(ids)
  if (written.size === 0) return { owed: [], kept: [] }
  const details: ReadonlyMap<string, FieldDetails> = await readFieldDetails(source.org, 'Contact')
  const noted = [...written.values()].flatMap(({ last, sent }) => [...Object.keys(last), ...Object.keys(sent)])
  const fields = [...new Set([...noted, ...mappedFields(writeBack)])].filter((field) => details.has(field))
  const [rows = []] = await readPresent(source.org, [
    { object: 'Contact', fields: ['Id', ...fields], by: 'Id', values: [...written.keys()] },
  ])
  const decided = rows.flatMap((row) => {
    const wrote = written.get(row.Id ?? '')
    return wrote ? [{ id: row.Id ?? '', ...fieldsToEmpty(row, wrote, details) }] : []
  })
  const whys = new Map<KeptWhy, number>()
  for (const { why } of decided.flatMap((each) => each.kept)) whys.set(why, (whys.get(why) ?? 0) + 1)
  return {
    owed: decided.filter(({ empty }) => empty.length > 0).map(({ id, empty }) => ({ id, fields: empty })),
    kept: [...whys].flatMap(([why, count]) => kept('Contact field', count, why)),
  }
}
