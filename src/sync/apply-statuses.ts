import { RUNGS, sameLabel, type MemberStatus, type StatusPlan } from '../domain/member-status.js'
import type { LineDraft, LineValues } from '../domain/run-line.js'
import { MhError } from '../errors.js'
import { readCampaigns } from '../salesforce/campaigns.js'
import {
  insertRecords,
  updateRecords,
  type Outcome,
  type RecordToSend,
  type Settle,
} from '../salesforce/collections.js'
import { isMadeAlready } from '../salesforce/failure.js'
import type { Org } from '../salesforce/org.js'
import { noted, type Run } from './run.js'

/** Makes and puts right the statuses of a Campaign, and reads them back. Throws when they are not what they should be. */
export async function applyStatuses(
  { org, run }: { org: Org; run?: Run },
  campaignId: string,
  plan: StatusPlan,
  actual: readonly MemberStatus[],
): Promise<MemberStatus[]> {
  const refused: string[] = []
  const settling = async (records: readonly RecordToSend[], action: 'insert' | 'update'): Promise<Settle> => {
    const lines = await run?.intend(records.map((record) => toLine(campaignId, action, record, actual)))
    return async (first: number, outcomes: readonly Outcome[]) => {
      if (lines) await run?.settle(noted(lines, first, outcomes))
      // One that somebody else made meanwhile is there, and that is what was wanted.
      refused.push(...outcomes.flatMap((one) => (one.ok || isMadeAlready(one.code) ? [] : [one.code])))
    }
  }
  const added = plan.create.map(({ label, hasResponded, sortOrder }) => ({
    CampaignId: campaignId,
    Label: label,
    HasResponded: hasResponded,
    SortOrder: sortOrder,
    IsDefault: false,
  }))
  const changed = plan.change.map(({ id, hasResponded, sortOrder }) => ({
    Id: id,
    ...(hasResponded === undefined ? {} : { HasResponded: hasResponded }),
    ...(sortOrder === undefined ? {} : { SortOrder: sortOrder }),
  }))
  await insertRecords(org, 'CampaignMemberStatus', added, await settling(added, 'insert'))
  await updateRecords(org, 'CampaignMemberStatus', changed, await settling(changed, 'update'))
  const after = (await readCampaigns(org, { ids: [campaignId], names: [] })).statuses.get(campaignId) ?? []
  const missing = RUNGS.map((rung) => plan.labels[rung]).filter(
    (label) => !after.some((status) => sameLabel(status.label, label)),
  )
  if (missing.length + refused.length === 0) return after
  throw new MhError(
    'CAMPAIGN_STATUSES',
    `The statuses of campaign ${campaignId} are not what they should be: ${whatIsWrong(missing, refused)}. No member was sent.`,
    'Add them by hand on the campaign (Advanced Setup), or let an admin give the user the right to edit campaigns.',
  )
}

/** A status that is still to be made is known by its Campaign and its label. */
function toLine(
  campaignId: string,
  action: 'insert' | 'update',
  { Id, ...values }: RecordToSend,
  actual: readonly MemberStatus[],
): LineDraft {
  const key = typeof Id === 'string' ? Id : `${campaignId}/${String(values['Label'])}`
  const found = actual.find(({ id }) => id === Id)
  const were: LineValues = found ? { HasResponded: found.hasResponded, SortOrder: found.sortOrder } : {}
  const before = Object.fromEntries(Object.entries(were).filter(([field]) => field in values))
  const about = { object: 'CampaignMemberStatus', action, key, after: values, participantIds: [] }
  return found ? { ...about, before } : about
}

function whatIsWrong(missing: readonly string[], refused: readonly string[]): string {
  const lacking = missing.length > 0 ? [`${missing.map((label) => `"${label}"`).join(', ')} missing`] : []
  const codes = refused.length > 0 ? [`the org refused with ${[...new Set(refused)].join(', ')}`] : []
  return [...lacking, ...codes].join('; ')
}
