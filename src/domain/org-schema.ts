/** Objects of the org that may get fields of ours. */
export const SCHEMA_OBJECTS = ['Account', 'Campaign', 'Contact', 'Lead'] as const
export type SchemaObject = (typeof SCHEMA_OBJECTS)[number]

/** How a field is made, in the words of the Metadata API. */
export type FieldKind =
  | { type: 'Text'; length: number }
  /** A text that is a unique external id. */
  | { type: 'Key'; length: number }
  | { type: 'LongTextArea'; length: number }
  | { type: 'Date' }
  | { type: 'Number'; digits: number }
  | { type: 'Picklist'; values: readonly string[] }

/** A custom field that the tool would like in the org. */
export interface WantedField {
  object: SchemaObject
  name: string
  label: string
  kind: FieldKind
  /**
   * Whether the tool writes it; otherwise it only reads. By flags as well, as `--create-leads`: a key that may not be written where
   * Leads may be made lets the same person be made twice.
   */
  writes: boolean
  why: string
  /** What is lost where it is not there. */
  without: string
  /** The setting that names it; `isSet` is false where nobody has, and the field is not used. */
  setting: { path: string; isSet: boolean }
}

/** What of the settings names fields of the org. */
export interface FieldSettings {
  enrichment: { tierField: string; ownKeyField?: string }
  campaign: { externalIdField?: string }
  leads: { ownKeyField?: string }
  writeBack: { fields: Readonly<Record<string, { field: string; policy: string }>> }
}

/** The name of our key where the settings have none. */
export const OWN_KEY = 'MongoHacks_Id__c'
/** The permission set that is exported with the fields. */
export const PERMISSION_SET = 'MongoHacks_Sync'
const KEY: FieldKind = { type: 'Key', length: 40 }
const TIERS = ['Enterprise', 'Growth', 'Startup', 'Community'] as const

const FACTS: readonly { fact: string; label: string; kind: FieldKind; what: string }[] = [
  { fact: 'lastEventName', label: 'Last Hackathon', kind: { type: 'Text', length: 255 }, what: 'the last hackathon' },
  { fact: 'lastEventDate', label: 'Last Hackathon Date', kind: { type: 'Date' }, what: 'when the last one was' },
  {
    fact: 'eventsAttended',
    label: 'Hackathons Attended',
    kind: { type: 'Number', digits: 4 },
    what: 'how many hackathons',
  },
  {
    fact: 'skills',
    label: 'Hackathon Skills',
    kind: { type: 'LongTextArea', length: 4_000 },
    what: 'the skills that were named',
  },
  {
    fact: 'projects',
    label: 'Hackathon Projects',
    kind: { type: 'LongTextArea', length: 4_000 },
    what: 'the projects',
  },
]

/** Every custom field that these settings can use; fields of the platform itself, as LeadSource, are there anyway. */
export function wantedFields(settings: FieldSettings): WantedField[] {
  const { enrichment, campaign, leads, writeBack } = settings
  const key = (name: string | undefined, path: string) => ({
    name: name ?? OWN_KEY,
    label: 'MongoHacks Id',
    kind: KEY,
    setting: { path, isSet: name !== undefined },
  })
  const facts = FACTS.flatMap(({ fact, label, kind, what }): WantedField[] => {
    const mapped = writeBack.fields[fact]
    if (!mapped || mapped.policy === 'never') return []
    return [
      {
        object: 'Contact',
        name: mapped.field,
        label,
        kind,
        writes: true,
        why: `tells a contact's owner ${what}`,
        without: 'contacts are not told of it',
        setting: { path: `writeBack.fields.${fact}.field`, isSet: true },
      },
    ]
  })
  const wanted: WantedField[] = [
    {
      object: 'Contact',
      ...key(enrichment.ownKeyField, 'enrichment.ownKeyField'),
      writes: false,
      why: 'tells which of several contacts with one address is the right one',
      without: 'other criteria tell them apart, or a person has to',
    },
    ...facts,
    {
      object: 'Lead',
      ...key(leads.ownKeyField, 'leads.ownKeyField'),
      writes: true,
      why: 'the org itself refuses a second Lead of the same person',
      without: 'a Lead whose reply was lost is looked for by address',
    },
    {
      object: 'Campaign',
      ...key(campaign.externalIdField, 'campaign.externalIdField'),
      writes: true,
      why: "finds an event's Campaign whatever it is called",
      without: 'a line in its description marks it',
    },
    {
      object: 'Account',
      name: enrichment.tierField,
      label: 'Customer Tier',
      kind: { type: 'Picklist', values: TIERS },
      writes: false,
      why: "the tier of a participant's company",
      without: 'participants have no customer tier',
      setting: { path: 'enrichment.tierField', isSet: true },
    },
  ]
  const names = new Set<string>()
  return wanted.filter(({ object, name }) => {
    const path = `${object}.${name}`.toLowerCase()
    return name.endsWith('__c') && !names.has(path) && names.add(path)
  })
}

/** What the org says of one object, as far as this user may see it. */
export interface DescribedObject {
  createable: boolean
  updateable: boolean
  deletable: boolean
  fields: ReadonlyMap<string, { createable: boolean; updateable: boolean; values: readonly string[] }>
}
/** By the object's name; what the user may not read is not there. */
export type DescribedOrg = ReadonlyMap<string, DescribedObject>

/** `missing` is not there or hidden from this user: the org does not say which. */
export type FieldState = 'there' | 'missing' | 'read only' | 'not used'

export interface CheckedField {
  wanted: WantedField
  state: FieldState
}

/** How each wanted field stands in the org. */
export function checkFields(wanted: readonly WantedField[], org: DescribedOrg): CheckedField[] {
  return wanted.map((each) => {
    const found = org.get(each.object)?.fields.get(each.name)
    if (!found) return { wanted: each, state: 'missing' }
    if (each.writes && !found.updateable && !found.createable) return { wanted: each, state: 'read only' }
    return { wanted: each, state: each.setting.isSet ? 'there' : 'not used' }
  })
}

export type Right = 'read' | 'create' | 'edit' | 'delete'

/** A right that the tool uses. */
export interface WantedRight {
  object: string
  right: Right
  why: string
  /** Whether the everyday commands fail without it; otherwise only this part is left out. */
  needed: boolean
}

/** What of the settings decides which rights are used. */
export interface RightSettings {
  leads: { create: boolean }
  writeBack: { onSync: boolean }
  campaign: { gone: Readonly<Record<'withdrawn' | 'deleted' | 'banned' | 'optedOut', string>> }
}

/** Every right on an object that these settings use. */
export function wantedRights({ leads, writeBack, campaign }: RightSettings): WantedRight[] {
  const { withdrawn, deleted, banned, optedOut } = campaign.gone
  const removes = [withdrawn, deleted, banned, optedOut].includes('remove')
  const of = (object: string, right: Right, why: string, needed = true) => ({ object, right, why, needed })
  return [
    of('Contact', 'read', 'people are found there'),
    ...(writeBack.onSync ? [of('Contact', 'edit', 'contacts are told what their people did', false)] : []),
    of('Lead', 'read', 'people are found there'),
    ...(leads.create ? [of('Lead', 'create', 'Leads are made of new people')] : []),
    of('Account', 'read', 'company, owner and tier', false),
    of('Campaign', 'read', 'events are found there'),
    of('Campaign', 'create', 'each event gets one'),
    of('Campaign', 'edit', 'name, dates and status are kept right'),
    of('CampaignMember', 'read', 'who is a member already'),
    of('CampaignMember', 'create', 'who came is a member'),
    of('CampaignMember', 'edit', 'the status of a member climbs'),
    ...(removes ? [of('CampaignMember', 'delete', 'members who are gone are removed')] : []),
    of('CampaignMemberStatus', 'read', 'which statuses a campaign has'),
    of('CampaignMemberStatus', 'create', 'a campaign gets the statuses of the settings'),
    of('CampaignMemberStatus', 'edit', 'a response is counted as one'),
  ]
}

/** The rights that this user lacks. */
export function lackingRights(wanted: readonly WantedRight[], org: DescribedOrg): WantedRight[] {
  return wanted.filter(({ object, right }) => {
    const found = org.get(object)
    if (!found) return true
    if (right === 'read') return false
    return !{ create: found.createable, edit: found.updateable, delete: found.deletable }[right]
  })
}

/** Values of Campaign's picklists that the settings use and the org does not have. */
export function lackingValues(
  { type, status }: { type?: string; status: Readonly<Record<string, string>> },
  org: DescribedOrg,
): { field: 'Status' | 'Type'; value: string }[] {
  const fields = org.get('Campaign')?.fields
  const lacks = (field: 'Status' | 'Type', wanted: readonly string[]) => {
    const values = fields?.get(field)?.values
    return [...new Set(wanted)].filter((value) => values?.includes(value) === false).map((value) => ({ field, value }))
  }
  return [...lacks('Status', Object.values(status)), ...lacks('Type', type === undefined ? [] : [type])]
}

/** What the org has, and lacks, of what these settings can use. */
export interface SchemaCheck {
  fields: CheckedField[]
  lackingRights: WantedRight[]
  lackingValues: { field: 'Status' | 'Type'; value: string }[]
  /** Nothing that could be had is missing. */
  isComplete: boolean
}

export type SchemaSettings = FieldSettings &
  RightSettings & { campaign: { type?: string; status: Readonly<Record<string, string>> } }

/** Everything that these settings can use, held against the org. */
export function checkSchema(settings: SchemaSettings, org: DescribedOrg): SchemaCheck {
  const fields = checkFields(wantedFields(settings), org)
  const rights = lackingRights(wantedRights(settings), org)
  const values = lackingValues(settings.campaign, org)
  const isComplete = rights.length === 0 && values.length === 0 && fields.every(({ state }) => state === 'there')
  return { fields, lackingRights: rights, lackingValues: values, isComplete }
}

/** The rights on one object; reading is one of them always. */
interface ObjectRights {
  object: string
  create: boolean
  edit: boolean
}

/** What is deployed: fields, and a permission set with the rights on them and on the objects. */
export interface SchemaExport {
  fields: WantedField[]
  grants: WantedField[]
  rights: ObjectRights[]
}

/**
 * What to deploy, so that the org has all that these settings can use: the fields that are missing, or all where nobody has looked at
 * the org. The permission set grants every wanted field, those too that are there already.
 */
export function exportOf(settings: SchemaSettings, checked?: readonly CheckedField[]): SchemaExport {
  const wanted = wantedFields(settings)
  const fields = checked ? checked.filter(({ state }) => state === 'missing').map((each) => each.wanted) : wanted
  const rights = wantedRights(settings)
  const has = (object: string, right: Right) => rights.some((each) => each.object === object && each.right === right)
  // Members and their statuses have no rights of their own: those of Campaign, Contact and Lead are theirs (objects.md §4).
  const objects = SCHEMA_OBJECTS.map((object) => ({ object, create: has(object, 'create'), edit: has(object, 'edit') }))
  return { fields, grants: wanted, rights: objects }
}
