import { z } from 'zod'
import { CAMPAIGN_FIELDS, type Campaign, type CampaignValues } from '../domain/campaign.js'
import type { MemberStatus } from '../domain/member-status.js'
import { MhError } from '../errors.js'
import type { Org } from './org.js'
import { queryLists, type FlatRow, type ListQuery } from './query.js'
import { fragment, identifiers, soql, type Soql } from './soql.js'

/** Which Campaigns are to be read: by id, by name, and by what the configured external-id field holds. */
export interface CampaignsWanted {
  ids: readonly string[]
  names: readonly string[]
  key?: { field: string; values: readonly string[] }
}

/** Campaigns with their member statuses, by the Campaign's id. */
export interface CampaignsFound {
  campaigns: Campaign[]
  statuses: Map<string, MemberStatus[]>
}

const FIELDS = ['Id', ...CAMPAIGN_FIELDS, 'NumberOfContacts', 'NumberOfLeads', 'IsDeleted']
const STATUS_FIELDS = identifiers(['Id', 'CampaignId', 'Label', 'SortOrder', 'IsDefault', 'HasResponded'])
const created = z.object({ id: z.string() })

/**
 * Reads Campaigns, deleted ones too, and their statuses: for all events together in one API call, two with a key.
 * Throws OrgRefused where the user may not see Campaigns.
 */
export async function readCampaigns(org: Org, wanted: CampaignsWanted): Promise<CampaignsFound> {
  const { ids, names, key } = wanted
  const fields = identifiers(key ? [...FIELDS, key.field] : FIELDS)
  const keyField = identifiers([key?.field ?? 'Id'])
  const ways: { values: readonly string[]; where: (some: readonly string[]) => Soql }[] = [
    { values: ids, where: (some) => soql`Id IN ${some}` },
    { values: names, where: (some) => soql`Name IN ${some}` },
    { values: key?.values ?? [], where: (some) => soql`${keyField} IN ${some}` },
  ]
  const asked = ways.filter(({ values }) => values.length > 0)
  const queries = asked.flatMap(({ values, where }): ListQuery[] => [
    {
      values,
      statement: (some) => soql`SELECT ${fields} FROM Campaign WHERE ${fragment(where(some))}`,
      deletedToo: true,
    },
    {
      values,
      statement: (some) =>
        soql`SELECT ${STATUS_FIELDS} FROM CampaignMemberStatus WHERE CampaignId IN (SELECT Id FROM Campaign WHERE ${fragment(where(some))})`,
    },
  ])
  const { rows } = await queryLists(org, queries)
  const [campaignRows, statusRows] = [0, 1].map((parity) => rows.filter((_, index) => index % 2 === parity).flat())
  const campaigns = (campaignRows ?? []).map((row) => toCampaign(row, key?.field))
  return { campaigns: uniqueById(campaigns), statuses: byCampaign(statusRows ?? []) }
}

/** Creates a Campaign; returns its id. Not repeated: after a lost reply the next run knows it by its mark. */
export async function createCampaign(org: Org, values: CampaignValues & Record<string, unknown>): Promise<string> {
  const { id } = await org.json({ method: 'POST', path: '/sobjects/Campaign', body: values }, created)
  return id
}

/** Changes fields of a Campaign; doing it twice is doing it once. */
export async function updateCampaign(org: Org, id: string, values: CampaignValues): Promise<void> {
  const path = `/sobjects/Campaign/${encodeURIComponent(id)}`
  await org.json({ method: 'PATCH', path, body: values, repeatable: true }, z.unknown())
}

/** Whether the user may change Campaigns at all; undefined where the org does not say. */
export async function isMarketingUser(org: Org): Promise<boolean | undefined> {
  const { userId } = await org.session()
  const statement = (some: readonly string[]) => soql`SELECT UserPermissionsMarketingUser FROM User WHERE Id IN ${some}`
  const { rows } = await queryLists(org, [{ values: [userId], statement, optional: 'the Marketing User right' }])
  const said = rows[0]?.[0]?.UserPermissionsMarketingUser
  return said === undefined ? undefined : said === 'true'
}

/** The error for a user who would have to change Campaigns and may not (objects.md §4). */
export function notMarketingUser(): MhError {
  return new MhError(
    'SF_ACCESS_DENIED',
    'The Salesforce user may not create or change campaigns: "Marketing User" is not ticked.',
    'An admin ticks it in Setup > Users > the user > Marketing User, then run the command again.',
  )
}

function toCampaign(row: FlatRow, keyField: string | undefined): Campaign {
  return {
    id: needed(row, 'Id'),
    name: row.Name ?? '',
    type: row.Type,
    status: row.Status,
    isActive: row.IsActive === 'true',
    startDate: row.StartDate,
    endDate: row.EndDate,
    parentId: row.ParentId,
    description: row.Description,
    key: keyField === undefined ? undefined : row[keyField],
    deleted: row.IsDeleted === 'true',
    people: Number(row.NumberOfContacts ?? 0) + Number(row.NumberOfLeads ?? 0),
  }
}

function byCampaign(rows: readonly FlatRow[]): Map<string, MemberStatus[]> {
  const found = new Map<string, MemberStatus[]>()
  for (const row of rows) {
    const campaignId = needed(row, 'CampaignId')
    const statuses = found.get(campaignId) ?? []
    found.set(campaignId, statuses)
    const id = needed(row, 'Id')
    if (statuses.some((status) => status.id === id)) continue
    statuses.push({
      id,
      label: row.Label ?? '',
      sortOrder: Number(row.SortOrder ?? 0),
      isDefault: row.IsDefault === 'true',
      hasResponded: row.HasResponded === 'true',
    })
  }
  return found
}

function needed(row: FlatRow, field: string): string {
  const value = row[field]
  if (value !== undefined) return value
  throw new MhError('SF_REPLY_NOT_UNDERSTOOD', `A row of the org has no ${field}.`, 'Run the command again.')
}

function uniqueById<T extends { id: string }>(records: readonly T[]): T[] {
  return [...new Map(records.map((record) => [record.id, record])).values()]
}
