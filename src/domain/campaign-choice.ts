import { campaignMark, type Campaign } from './campaign.js'
import type { EventDetails } from './event.js'

/** What was seen on the way to the Campaign of one event. */
export interface Sightings {
  event: EventDetails
  /** The id that an earlier run, or the platform, wrote on the event. */
  stored?: string
  /** The id in `SF_CAMPAIGN_<SLUG>`. */
  configured?: string
  /** What was typed after `--adopt`. */
  adopt?: string
  /** Make one although another Campaign has this name, or the one it had is gone. */
  evenIfNamed: boolean
  /** Every Campaign that was read, deleted ones too. */
  campaigns: readonly Campaign[]
  /** Other events by the Campaign they are stored with. */
  claims: ReadonlyMap<string, string>
}

export type FoundBy = 'stored' | 'configured' | 'key' | 'mark' | 'adopt'

export type CampaignRefusal =
  | { kind: 'gone'; id: string; from: FoundBy; deleted: boolean }
  | { kind: 'claimed'; id: string; by: string }
  | { kind: 'several'; ids: string[] }
  | { kind: 'same name'; ids: string[] }

/** The Campaign of an event, that there is none yet, or why a person has to decide. */
export type CampaignChoice =
  | { kind: 'found'; campaign: Campaign; by: FoundBy; notes: string[] }
  | { kind: 'create' }
  | { kind: 'refused'; because: CampaignRefusal }

/**
 * Finds the Campaign of an event in the order of product.md §5: what a person says now, the stored id, the configured
 * id, the external-id field, our own mark on one of the same name; else it is to be made. A Campaign of the same name
 * that nothing ties to the event is somebody else's until a person says otherwise.
 */
export function chooseCampaign(seen: Sightings): CampaignChoice {
  const { adopt, stored, configured } = seen
  const named = (
    [
      ['adopt', adopt],
      ['stored', stored],
      ['configured', configured],
    ] as const
  ).find(([, id]) => id !== undefined)
  if (named?.[1] !== undefined) return byId(named[1], named[0], seen)
  return byKey(seen) ?? byName(seen)
}

function byId(id: string, by: FoundBy, seen: Sightings): CampaignChoice {
  const campaign = seen.campaigns.find((each) => sameId(each.id, id))
  if (!campaign || campaign.deleted) {
    if (seen.evenIfNamed && by !== 'adopt') return { kind: 'create' }
    return { kind: 'refused', because: { kind: 'gone', id, from: by, deleted: campaign !== undefined } }
  }
  return claimed(campaign, seen) ?? { kind: 'found', campaign, by, notes: contradictions(campaign, by, seen) }
}

function byKey(seen: Sightings): CampaignChoice | undefined {
  return onlyOne(
    living(seen).filter(({ key }) => key === seen.event.id),
    'key',
    seen,
  )
}

function byName(seen: Sightings): CampaignChoice {
  const mark = campaignMark(seen.event.id)
  const marked = living(seen).filter(({ description = '' }) => description.split(/\r?\n/u).includes(mark))
  const ours = onlyOne(marked, 'mark', seen)
  if (ours) return ours
  const alike = living(seen).filter(({ name }) => name.toLowerCase() === seen.event.name.toLowerCase())
  if (alike.length === 0 || seen.evenIfNamed) return { kind: 'create' }
  return { kind: 'refused', because: { kind: 'same name', ids: idsOf(alike) } }
}

function onlyOne(found: readonly Campaign[], by: FoundBy, seen: Sightings): CampaignChoice | undefined {
  const [campaign, ...others] = found
  if (!campaign) return undefined
  if (others.length > 0) return { kind: 'refused', because: { kind: 'several', ids: idsOf(found) } }
  return claimed(campaign, seen) ?? { kind: 'found', campaign, by, notes: [] }
}

function claimed({ id }: Campaign, { claims }: Sightings): CampaignChoice | undefined {
  const by = [...claims].find(([claimedId]) => sameId(claimedId, id))?.[1]
  return by === undefined ? undefined : { kind: 'refused', because: { kind: 'claimed', id, by } }
}

/** Two places name different Campaigns: the first one holds, and it is said. */
function contradictions({ id }: Campaign, by: FoundBy, { stored, configured }: Sightings): string[] {
  const others: [string, string | undefined][] = [
    ['the event was stored with', by === 'stored' ? undefined : stored],
    ['the environment names', by === 'configured' ? undefined : configured],
  ]
  return others.flatMap(([who, other]) =>
    other === undefined || sameId(other, id) ? [] : [`${who} campaign ${other}, and ${id} is used`],
  )
}

/** An id of 15 characters and its form with 18 name one record (rest.md §5). */
export function sameId(a: string, b: string): boolean {
  return a.slice(0, 15) === b.slice(0, 15)
}

function living({ campaigns }: Sightings): Campaign[] {
  return campaigns.filter(({ deleted }) => !deleted)
}

function idsOf(campaigns: readonly Campaign[]): string[] {
  return campaigns.map(({ id }) => id).sort()
}
