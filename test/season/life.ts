import type { Db } from 'mongodb'
import type { Store } from '../../src/playground/org/store.js'
import { Crowd } from './crowd.js'
import type { SeasonCampaign } from './expected-members.js'
import type { Identities } from './identities.js'
import { cameTo, Organisers, type Participant, type Platform } from './platform.js'
import type { Sales } from './sales.js'

export interface Life {
  db: Db
  sales: Sales
  store: Store
  identities: Identities
  platform: Platform
  /** In the order of the season's events: the last one is the one that people still join. */
  campaigns: readonly SeasonCampaign[]
  seed: string
  tell: (line: string) => void
}

/** How often each thing happens among 2,000 participants; among fewer, less often. */
const AMONG = 2_000
const CONVERTED = 45
const CONVERTED_INTO = 5
const MERGED_AWAY = 8
const MERGED_IN = 6
const MERGED_TOGETHER = 6
const ATTENDED = 300
const WITHDRAWN = 40
const BANNED = 5
const DELETED = 5
const JOINED = 30
const EDITED = 10
/** What somebody edits: fields that the sync writes, and some that are none of its business. */
const EDITABLE = ['Last_Hackathon__c', 'Title', 'Hackathon_Projects__c', 'Phone', 'Description']

/** A month of life in both systems. Nobody has two things happen to them. Returns the edits, and the status that was renamed. */
export async function live(life: Life): Promise<{ edited: Map<string, string>; renamed: SeasonCampaign }> {
  const { identities, store, platform, seed } = life
  const crowd = new Crowd(platform, identities, store, seed)
  await convert(life, crowd)
  await merge(life, crowd)
  const edited = await edit(life, crowd)
  const renamed = rename(life)
  await lose(life, crowd)
  await gain(life, crowd)
  return { edited, renamed }
}

async function convert(life: Life, crowd: Crowd): Promise<void> {
  const leads = crowd.leads(share(life, CONVERTED)).map((person) => crowd.recordOf(person))
  await life.sales.convert(leads)
  const known = crowd.strangers(share(life, CONVERTED_INTO))
  const others = crowd.leads(known.length).map((person) => crowd.recordOf(person))
  const pairs = others.map((leadId, at) => ({
    leadId,
    contactId: known[at]?.id ?? '',
    accountId: known[at]?.accountId ?? '',
  }))
  await life.sales.convertInto(pairs)
  life.tell(`${leads.length + pairs.length} leads converted, ${pairs.length} of them into contacts that were there`)
}

async function merge(life: Life, crowd: Crowd): Promise<void> {
  const records = (people: readonly Participant[]) => people.map((person) => crowd.recordOf(person))
  const strangers = (count: number) => crowd.strangers(count).map(({ id }) => id)
  const [away, inwards, together] = [MERGED_AWAY, MERGED_IN, MERGED_TOGETHER].map((count) => share(life, count))
  const pairs = [
    ...pairsOf(strangers(away ?? 0), records(crowd.contacts(away ?? 0))),
    ...pairsOf(records(crowd.contacts(inwards ?? 0)), strangers(inwards ?? 0)),
    ...pairsOf(records(crowd.contacts(together ?? 0)), records(crowd.contacts(together ?? 0))),
  ]
  await life.sales.merge(pairs)
  life.tell(`${pairs.length} contacts merged, ${together ?? 0} of them with another participant's`)
}

function pairsOf(winners: readonly string[], losers: readonly string[]): { winner: string; loser: string }[] {
  return winners.map((winner, at) => ({ winner, loser: losers[at] ?? '' }))
}

async function edit(life: Life, crowd: Crowd): Promise<Map<string, string>> {
  const people = crowd.contacts(share(life, EDITED))
  const edits = new Map(people.map((person, at) => [crowd.recordOf(person), EDITABLE[at % EDITABLE.length] ?? '']))
  await life.sales.edit(edits, 'by hand')
  life.tell(`${edits.size} contacts edited by hand`)
  return edits
}

/** An admin renames a status of the first Campaign, where labels are edited: not through the API (objects.md §5). */
function rename({ store, campaigns, tell }: Life): SeasonCampaign {
  const [campaign] = campaigns
  const status = [...store.scan('CampaignMemberStatus')].find(
    (row) => row['CampaignId'] === campaign?.id && row['Label'] === campaign?.labels.attended,
  )
  if (!campaign || !status) throw new Error('there is no status to rename')
  store.change(status, { Label: 'Came' })
  tell(`a status renamed: "Attended" is "Came" in ${campaign.event.name}`)
  return { ...campaign, labels: { ...campaign.labels, attended: 'Came' } }
}

/** People go: from one event, from the platform, or because they have to. */
async function lose(life: Life, crowd: Crowd): Promise<void> {
  const organisers = new Organisers(life.db)
  const leaving = crowd.contacts(share(life, WITHDRAWN))
  for (const [eventId, people] of byEvent(leaving, (person) => eventsOf(life, person).slice(0, 1))) {
    await organisers.withdraw(people, eventId)
  }
  const [banned, deleted] = [crowd.contacts(share(life, BANNED)), crowd.contacts(share(life, DELETED))]
  await organisers.ban(banned)
  await organisers.softDelete(deleted)
  life.tell(`${leaving.length} withdrawn, ${banned.length} banned, ${deleted.length} soft-deleted`)
}

/** People come: to an event they registered for, and to one they had not thought of. */
async function gain(life: Life, crowd: Crowd): Promise<void> {
  const organisers = new Organisers(life.db)
  const pairs = crowd.others.flatMap((person) =>
    eventsOf(life, person)
      .filter((eventId) => cameTo(person, eventId) !== 'attended')
      .map((eventId) => ({ person, eventId })),
  )
  const marked = pairs.slice(0, share(life, ATTENDED))
  for (const { eventId } of life.campaigns.map(({ event }) => ({ eventId: event._id.toHexString() }))) {
    await organisers.markAttended(
      marked.filter((each) => each.eventId === eventId).map(({ person }) => person),
      eventId,
    )
  }
  const last = life.campaigns.at(-1)?.event._id.toHexString() ?? ''
  const joining = crowd.others.filter((person) => !cameTo(person, last)).slice(0, share(life, JOINED))
  await organisers.register(joining, last)
  life.tell(`${marked.length} marked attended, ${joining.length} registered for another event`)
}

/** The season's events that somebody is registered for. */
function eventsOf({ campaigns }: Life, person: Participant): string[] {
  return campaigns.map(({ event }) => event._id.toHexString()).filter((eventId) => cameTo(person, eventId))
}

function byEvent(
  people: readonly Participant[],
  events: (person: Participant) => string[],
): Map<string, Participant[]> {
  const found = new Map<string, Participant[]>()
  for (const person of people) for (const id of events(person)) found.set(id, [...(found.get(id) ?? []), person])
  return found
}

function share({ platform }: Life, count: number): number {
  return Math.max(2, Math.round((count * platform.participants.length) / AMONG))
}
