import type { EventDetails } from './event.js'

/** A Campaign as far as a sync needs it (objects.md §4). Dates are `YYYY-MM-DD`. */
export interface Campaign {
  id: string
  name: string
  type?: string
  status?: string
  isActive: boolean
  startDate?: string
  endDate?: string
  parentId?: string
  description?: string
  /** What the configured external-id field holds. */
  key?: string
  deleted: boolean
  /** Contacts and leads in it, as the org's roll-ups count them. */
  people: number
}

/** Fields of Campaign that are kept in step, and how each is called in the config. */
export const CAMPAIGN_FIELDS = [
  'Name',
  'Type',
  'Status',
  'IsActive',
  'StartDate',
  'EndDate',
  'ParentId',
  'Description',
] as const
export type CampaignField = (typeof CAMPAIGN_FIELDS)[number]
export type CampaignValues = Partial<Record<CampaignField, string | boolean>>

/** When a field that exists is written: never, when the org has nothing there, or whenever it differs. */
export type FieldPolicy = 'never' | 'when empty' | 'when different'

export interface CampaignPolicy {
  /** Campaign.Type; the org's default without one. */
  type?: string
  /** The Campaign above all of ours. */
  parentId?: string
  /** Campaign.Status for each status of an event. */
  status: Readonly<Record<'open' | 'in_progress' | 'concluded', string>>
  fields: Readonly<Record<CampaignField, FieldPolicy>>
}

/** One field that is to change, from what to what. */
export interface FieldChange<Field extends string = string> {
  field: Field
  before?: string | boolean
  after: string | boolean
}

/** Lengths in UTF-16 units (objects.md §4). */
const [NAME_LENGTH, DESCRIPTION_LENGTH] = [80, 32_000]

/** What the Campaign of an event ought to hold. */
export function desiredCampaign(event: EventDetails, policy: CampaignPolicy): CampaignValues {
  const status = isKnown(event.status) ? policy.status[event.status] : undefined
  const description = [event.description ?? '', campaignMark(event.id)].filter((text) => text !== '').join('\n\n')
  const values: Record<CampaignField, string | boolean | undefined> = {
    Name: cut(event.name, NAME_LENGTH),
    Type: policy.type,
    Status: status,
    IsActive: true,
    StartDate: day(event.startDate),
    EndDate: day(event.endDate),
    ParentId: policy.parentId,
    Description: cut(description, DESCRIPTION_LENGTH),
  }
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== ''))
}

/** The fields of an existing Campaign that the policy lets us change; blank on our side never overwrites. */
export function campaignChanges(
  campaign: Campaign,
  desired: CampaignValues,
  { fields }: Pick<CampaignPolicy, 'fields'>,
): FieldChange<CampaignField>[] {
  const current = currentValues(campaign)
  return CAMPAIGN_FIELDS.flatMap((field) => {
    const [before, after] = [current[field], desired[field]]
    if (after === undefined || before === after || !mayWrite(fields[field], before)) return []
    return [{ field, before, after }]
  })
}

/** Whether a field with this value may be written. */
export function mayWrite(policy: FieldPolicy, before: string | boolean | undefined): boolean {
  if (policy === 'when empty') return before === undefined || before === ''
  return policy === 'when different'
}

/**
 * The line in a Campaign's description by which we know it again where the org has no external-id field: after a lost
 * reply nobody else can say whether it was made.
 */
export function campaignMark(eventId: string): string {
  return `MongoHacks event ${eventId}`
}

/** A text that fits, cut with a mark that it was. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text
  // Not between the two halves of a character.
  const end = /[\uD800-\uDBFF]/u.test(text.charAt(length - 2)) ? length - 2 : length - 1
  return `${text.slice(0, end)}…`
}

function currentValues(campaign: Campaign): CampaignValues {
  const { name, type, status, isActive, startDate, endDate, parentId, description } = campaign
  return {
    Name: name,
    Type: type,
    Status: status,
    IsActive: isActive,
    StartDate: startDate,
    EndDate: endDate,
    ParentId: parentId,
    Description: description,
  }
}

/** The day in UTC, as the platform stores its times. */
function day(time: Date | undefined): string | undefined {
  return time?.toISOString().slice(0, 10)
}

function isKnown(status: string | undefined): status is keyof CampaignPolicy['status'] {
  return status === 'open' || status === 'in_progress' || status === 'concluded'
}
