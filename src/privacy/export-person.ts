import { INDIVIDUAL_FLAGS, INDIVIDUAL_LINK, OPT_OUT_FIELD, type OptOut } from '../domain/opt-out.js'
import { MhError } from '../errors.js'
import { OPT_OUTS, OptOuts } from '../mongo/opt-outs.js'
import { readPlatformData, type PlatformData } from '../mongo/personal-data.js'
import { PersonTraces } from '../mongo/person-traces.js'
import { mappedFields } from '../sync/push-contacts.js'
import { readPresent } from '../salesforce/present-records.js'
import type { FlatRow } from '../salesforce/query.js'
import type { Clock } from '../clock.js'
import type { ErasureTools } from './erasure-plan.js'
import { findWithHistory, traitsOf, traitsTyped } from './find-person.js'

/** Everything that both systems and our own collections hold about a person. */
export interface PersonalData {
  /** ISO time. */
  madeAt: string
  addresses: string[]
  /** What is noted about their wish to be left alone. */
  optOut?: OptOut
  platform: PlatformData
  salesforce: { contacts: FlatRow[]; leads: FlatRow[]; members: FlatRow[] }
  /** Our own collections, by name: documents as they are kept. */
  ours: Record<string, object[]>
}

const MEMBER_FIELDS = [
  'Id',
  'CampaignId',
  'Campaign.Name',
  'Status',
  'ContactId',
  'LeadId',
  'FirstRespondedDate',
  'CreatedDate',
]

/** Reads all of it; writes nothing. Throws NOT_FOUND for somebody whom nobody knows. */
export async function exportPerson(tools: ErasureTools & { clock: Clock }, typed: string): Promise<PersonalData> {
  const { source, database, clock } = tools
  source.org.beginLookup()
  const given = traitsTyped(typed)
  const traces = new PersonTraces(database)
  const { person, keys } = await findWithHistory({ database, source }, given)
  const { participantIds, recordIds } = keys
  const ours: Record<string, object[]> = {}
  for (const trace of traces.all(keys)) {
    const documents = await traces.read(trace)
    if (documents.length > 0) ours[trace.collection] = documents
  }
  const [optOuts, known] = [new OptOuts(database), { ...traitsOf(person), participantIds }]
  const noted = { ...known, recordIds: [...known.recordIds, ...recordIds] }
  const optOut = await optOuts.find(noted)
  if (optOut) ours[OPT_OUTS] = await optOuts.documents(noted)
  if (person.participants.length + person.records.length + Object.keys(ours).length === 0 && !optOut) {
    throw new MhError(
      'NOT_FOUND',
      'Neither the platform nor Salesforce nor our own notes know this person.',
      'Look whether the address or id is spelled right; any spelling of a mailbox will do.',
    )
  }
  const userIds = person.participants.flatMap(({ userId }) => userId ?? [])
  return {
    madeAt: clock.now().toISOString(),
    addresses: person.emails,
    ...(optOut ? { optOut: { because: optOut.because, at: optOut.at } } : {}),
    platform: await readPlatformData(database, participantIds, userIds),
    salesforce: await readSalesforce(tools, person.records, recordIds),
    ours,
  }
}

async function readSalesforce(
  { source, writeBack }: ErasureTools,
  records: readonly { object: 'Contact' | 'Lead'; id: string }[],
  recordIds: readonly string[],
): Promise<PersonalData['salesforce']> {
  const people = await source.open()
  const readable = await source.fields.read()
  const flags = [OPT_OUT_FIELD, INDIVIDUAL_LINK, ...INDIVIDUAL_FLAGS.map((flag) => `Individual.${flag}`)]
  const more = {
    Contact: [...flags, ...mappedFields(writeBack)].filter((field) => readable.Contact.has(field)),
    Lead: flags.filter((field) => readable.Lead.has(field)),
  }
  const idsOf = (object: 'Contact' | 'Lead') => records.flatMap((each) => (each.object === object ? [each.id] : []))
  const member = { object: 'CampaignMember', fields: MEMBER_FIELDS }
  const [contacts = [], leads = [], ofContacts = [], ofLeads = []] = await readPresent(source.org, [
    {
      object: 'Contact',
      fields: [...new Set([...people.contactFields, ...more.Contact])],
      by: 'Id',
      values: idsOf('Contact'),
    },
    { object: 'Lead', fields: [...new Set([...people.leadFields, ...more.Lead])], by: 'Id', values: idsOf('Lead') },
    { ...member, by: 'ContactId', values: recordIds.filter((id) => id.startsWith('003')) },
    { ...member, by: 'LeadId', values: recordIds.filter((id) => id.startsWith('00Q')) },
  ])
  const members = [...new Map([...ofContacts, ...ofLeads].map((row) => [row.Id, row])).values()]
  return { contacts, leads, members }
}
