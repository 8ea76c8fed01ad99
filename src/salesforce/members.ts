import type { Clock } from '../clock.js'
import type { Member } from '../domain/member.js'
import { exportRows } from './export.js'
import type { Org } from './org.js'
import { chunkList, queryLists, type FlatRow } from './query.js'
import { identifiers, soql } from './soql.js'

const FIELDS = identifiers(['Id', 'ContactId', 'LeadId', 'Status'])
/** Replies page at 2,000 rows, a call each; an export costs about a dozen calls whatever its size (pitfalls.md §12). */
export const EXPORT_ABOVE = 24_000
/** Rows of one page of a reply (rest.md §4). */
export const ROWS_PER_PAGE = 2_000
/** Ids in one statement: its reply is one page. */
const IDS_PER_QUERY = ROWS_PER_PAGE
/** Members that one call can read by id: five statements. */
export const READ_BACK_PER_CALL = 5 * IDS_PER_QUERY

/**
 * Every member of a Campaign. `expected` is about how many there are, as the Campaign's roll-ups say: it chooses between
 * pages and a Bulk export.
 */
export async function readMembers(org: Org, campaignId: string, expected: number, clock: Clock): Promise<Member[]> {
  if (expected > EXPORT_ABOVE) {
    const members = new Map<string, Member>()
    const statement = soql`SELECT ${FIELDS} FROM CampaignMember WHERE CampaignId = ${campaignId}`
    await exportRows(org, statement, clock, (row) => members.set(row.Id ?? '', toMember(row)))
    return [...members.values()]
  }
  return (await readMembersTogether(org, [campaignId])).get(campaignId) ?? []
}

/** Every member of some Campaigns, by the Campaign's id: five Campaigns share a call, and so do their further pages. */
export async function readMembersTogether(org: Org, campaignIds: readonly string[]): Promise<Map<string, Member[]>> {
  const statement = (some: readonly string[]) => soql`SELECT ${FIELDS} FROM CampaignMember WHERE CampaignId IN ${some}`
  const { rows } = await queryLists(
    org,
    campaignIds.map((id) => ({ values: [id], statement })),
  )
  return new Map(campaignIds.map((id, at) => [id, (rows[at] ?? []).map(toMember)]))
}

/** Members by their ids, as they are now: what proves that a write is what was asked for (objects.md §5.4). */
export async function readMembersById(org: Org, ids: readonly string[]): Promise<Map<string, Member>> {
  const statement = (some: readonly string[]) => soql`SELECT ${FIELDS} FROM CampaignMember WHERE Id IN ${some}`
  const queries = chunkList(ids, IDS_PER_QUERY).map((values) => ({ values, statement }))
  const { rows } = await queryLists(org, queries)
  return new Map(rows.flat().map((row) => [row.Id ?? '', toMember(row)]))
}

/** By which people's members are known: their Contacts and Leads, and the members themselves. */
export interface MemberKeys {
  ContactId: readonly string[]
  LeadId: readonly string[]
  Id: readonly string[]
}

/** Members of some Campaigns that these people are, by the Campaign's id: few people of many, in a call. */
export async function readMembersOf(
  org: Org,
  campaignIds: readonly string[],
  keys: MemberKeys,
): Promise<Map<string, Member[]>> {
  if (campaignIds.length === 0) return new Map()
  const queries = (['ContactId', 'LeadId', 'Id'] as const).flatMap((name) => {
    const key = identifiers([name])
    const statement = (some: readonly string[]) =>
      soql`SELECT CampaignId, ${FIELDS} FROM CampaignMember WHERE CampaignId IN ${campaignIds} AND ${key} IN ${some}`
    return chunkList([...new Set(keys[name])], IDS_PER_QUERY).map((values) => ({ values, statement }))
  })
  const { rows } = await queryLists(org, queries)
  const found = new Map(campaignIds.map((id) => [id, new Map<string, Member>()]))
  for (const row of rows.flat()) found.get(row.CampaignId ?? '')?.set(row.Id ?? '', toMember(row))
  return new Map([...found].map(([id, members]) => [id, [...members.values()]]))
}

function toMember(row: FlatRow): Member {
  return { id: row.Id ?? '', contactId: row.ContactId, leadId: row.LeadId, status: row.Status }
}

/** How many members of a Campaign have each status, most first. */
export async function countByStatus(org: Org, campaignId: string): Promise<{ status: string; count: number }[]> {
  const statement = (some: readonly string[]) =>
    soql`SELECT Status, COUNT(Id) members FROM CampaignMember WHERE CampaignId IN ${some} GROUP BY Status`
  const { rows } = await queryLists(org, [{ values: [campaignId], statement }])
  const counts = rows.flat().map((row) => ({ status: row.Status ?? '', count: Number(row.members ?? 0) }))
  return counts.sort((a, b) => b.count - a.count)
}
