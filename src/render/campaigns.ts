import type { Campaign } from '../domain/campaign.js'
import { eventLabel, type EventSummary } from '../domain/event.js'
import type { ContractPlan, PlannedContract } from '../sync/campaign-contract.js'
import type { CampaignMade, CampaignShown } from '../sync/campaigns.js'
import { callsText } from './calls.js'
import { contractJson, contractLines } from './campaign-sync.js'
import { errorLines } from './error.js'
import { count, plural, printable } from './printable.js'
import { table } from './table.js'

/** What became of a Campaign, for a person. */
export function madeText({ event, plan, contract, planned, calls }: CampaignMade): string {
  const owed = contractLines(plan).map((line) => `  ${line}`)
  const id = contract?.campaignId ?? plan.campaign?.id
  return [
    `${printable(eventLabel(event))}: ${headline(plan, contract !== undefined)}${id === undefined ? '' : ` ${id}`}`,
    ...(contract ? [] : ['Dry run: nothing was written.']),
    ...(owed.length > 0 ? owed : ['  nothing to change']),
    ...plan.notes.map((note) => `  ${printable(note)}`),
    `${plural(calls, 'API call')} (planned: ${callsText(planned)})`,
  ].join('\n')
}

function headline({ campaign, by }: ContractPlan, isDone: boolean): string {
  if (!campaign) return isDone ? 'made campaign' : 'would make a campaign'
  if (by === 'adopt') return isDone ? 'took over campaign' : 'would take over campaign'
  return 'has campaign'
}

/** What became of a Campaign, for a program. */
export function madeJson({ event, plan, contract, planned, calls }: CampaignMade): object {
  const campaign = contractJson(plan, contract?.campaignId)
  return { event: eventJson(event), campaign, dryRun: !contract, planned, calls }
}

/** Every event with its Campaign, in 80 columns. */
export function listText(all: readonly PlannedContract[]): string {
  const rows = all.map((each) => {
    const label = printable(eventLabel(each.event))
    if ('error' in each) return [label, '-', '', each.error.code]
    const { campaign } = each.plan
    if (!campaign) return [label, 'none yet', '', '']
    return [label, campaign.id, count(campaign.people), driftText(each.plan)]
  })
  const errors = all.flatMap((each) => ('error' in each ? ['', ...errorLines(each.error)] : []))
  return [table([['Event', 'Campaign', 'Members', 'Drift'], ...rows], [30, 18, 7]), ...errors].join('\n')
}

/** In how many ways a Campaign is not as it should be. */
export function driftOf(plan: ContractPlan): number {
  return contractLines(plan).length + plan.notes.length
}

function driftText(plan: ContractPlan): string {
  const owed = driftOf(plan)
  return owed === 0 ? 'none' : plural(owed, 'difference')
}

/** Every event with its Campaign, for a program. */
export function listJson(all: readonly PlannedContract[]): object {
  return {
    events: all.map((each) =>
      'error' in each
        ? {
            event: eventJson(each.event),
            campaign: null,
            error: { code: each.error.code, message: each.error.message },
          }
        : { event: eventJson(each.event), campaign: contractJson(each.plan), error: null },
    ),
  }
}

/** One Campaign in full, in 80 columns. */
export function showText({ event, plan, members, url }: CampaignShown): string {
  const { campaign } = plan
  if (!campaign) return `${printable(eventLabel(event))} has no campaign yet: mh-sf campaign create makes it.`
  const owed = [...contractLines(plan), ...plan.notes].map((line) => `  ${printable(line)}`)
  return [
    printable(eventLabel(event)),
    table(fieldRows(campaign, url), [10]),
    '',
    'Members',
    members.length === 0
      ? '  none'
      : table(
          members.map(({ status, count: people }) => [printable(status), count(people)]),
          [30],
        ),
    '',
    'Drift',
    ...(owed.length > 0 ? owed : ['  none']),
  ].join('\n')
}

function fieldRows(campaign: Campaign, url: string | undefined): string[][] {
  const { id, name, type, status, isActive, startDate, endDate, parentId } = campaign
  const rows: [string, string | undefined][] = [
    ['Campaign', id],
    ['Name', name],
    ['Type', type],
    ['Status', `${status ?? '-'}${isActive ? ', active' : ', not active'}`],
    ['Days', [startDate, endDate].filter((day) => day !== undefined).join(' to ')],
    ['Parent', parentId],
    ['Look', url],
  ]
  return rows.flatMap(([label, value]) => (value === undefined || value === '' ? [] : [[label, printable(value)]]))
}

/** One Campaign in full, for a program. */
export function showJson({ event, plan, members, url }: CampaignShown): object {
  return { event: eventJson(event), campaign: contractJson(plan), members, url: url ?? null }
}

function eventJson({ id, name, slug, status }: EventSummary): object {
  return { id, name, slug, status }
}
