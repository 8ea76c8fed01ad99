import type { Dump, Expected, Values } from './audit.js'
import { GONE_LABEL, type SeasonCampaign } from './expected-members.js'
import { rollUps } from './expected-org.js'

const STATUS: Readonly<Record<string, string>> = { open: 'Planned', in_progress: 'In Progress', concluded: 'Completed' }
/** What a new Campaign has by itself (objects.md §5), then what is made for members. */
const STATUSES: readonly (readonly [label: string, hasResponded: boolean])[] = [
  ['Sent', false],
  ['Responded', true],
  ['Registered', false],
  ['No Show', false],
  ['Attended', true],
  [GONE_LABEL, false],
]

/** Campaigns that were not there, with their statuses; `created` are the members that are to be made. */
export function expectedCampaigns(
  campaigns: readonly SeasonCampaign[],
  before: Dump,
  created: Expected['created'],
): Expected['created'] {
  const missing = campaigns.filter(({ id }) => !before.has(id))
  return missing.flatMap(({ id, event: { name, status, startDate, endDate } }) => {
    const members = created.flatMap(({ values }) => (values['CampaignId'] === id ? [values] : []))
    const campaign: Values = {
      Name: name,
      Status: STATUS[status] ?? '',
      IsActive: true,
      StartDate: startDate.toISOString().slice(0, 10),
      EndDate: endDate.toISOString().slice(0, 10),
      ...rollUps(members),
    }
    const statuses = STATUSES.map(([Label, HasResponded], at) => ({
      object: 'CampaignMemberStatus',
      values: { CampaignId: id, Label, HasResponded, SortOrder: at + 1, IsDefault: at === 0 },
    }))
    return [{ object: 'Campaign', values: campaign }, ...statuses]
  })
}
