import type { Row } from '../../src/playground/org/store.js'
import { living, type Dump, type Expected, type Values } from './audit.js'
import { isLead, type Identities } from './identities.js'
import { cameTo, type Came, type HackathonEvent, type Participant, type Platform } from './platform.js'

/** How far somebody came, lowest first, and how the org calls it unless somebody renamed it. */
const LADDER: readonly Came[] = ['registered', 'no_show', 'attended']
export const LABELS: Readonly<Record<Came, string>> = {
  registered: 'Registered',
  no_show: 'No Show',
  attended: 'Attended',
}
export const GONE_LABEL = 'Withdrawn'

/** What the season's config says of members whose people are gone; an opt-out of mail leaves them. */
export const GONE = { withdrawn: 'mark', deleted: 'leave', banned: 'remove' } as const

/** One Campaign of the season: what its statuses are called by now. */
export interface SeasonCampaign {
  id: string
  event: HackathonEvent
  labels: Readonly<Record<Came, string>>
}

/** What is to be noted of a participant: a member that is there, or the one that the record is to get. */
export type Note = { memberId: string; status: string } | { personId: string; status: string }

/** What is owed to one Campaign's members, and what is to be noted by participant; nothing of those who are not there. */
export interface ExpectedMembers extends Expected {
  notes: Map<string, Note>
}

/** Members as the facts want them: product.md §5 in another hand, without the product's own code. */
export function expectedMembers(
  campaign: SeasonCampaign,
  platform: Platform,
  identities: Identities,
  before: Dump,
): ExpectedMembers {
  const expected: ExpectedMembers = {
    created: [],
    changed: new Map(),
    followed: new Map(),
    deleted: [],
    notes: new Map(),
  }
  const members = membersByPerson(campaign, before)
  const { staying, going } = sorted(campaign, platform, identities, before)
  for (const [personId, { came, people }] of staying) {
    const label = campaign.labels[came]
    const member = members.get(personId)
    const climbs = member !== undefined && LADDER.indexOf(came) > LADDER.indexOf(standing(campaign, member))
    if (!member) expected.created.push(newMember(campaign.id, personId, label, came))
    else if (climbs) expected.changed.set(member.Id, statusOf(label, came === 'attended'))
    const status = !member || climbs ? label : String(member['Status'])
    for (const id of people) expected.notes.set(id, { ...(member ? { memberId: member.Id } : { personId }), status })
  }
  const kept = new Set([...staying.keys()].map((personId) => members.get(personId)?.Id))
  for (const each of going) depart(each, kept, before, expected)
  return expected
}

type Reason = keyof typeof GONE | 'opted out'
interface Leaver {
  participantId: string
  memberId: string
  why: Reason
}

function sorted({ event }: SeasonCampaign, platform: Platform, identities: Identities, before: Dump) {
  const staying = new Map<string, { came: Came; people: string[] }>()
  const going: Leaver[] = []
  const eventId = event._id.toHexString()
  for (const person of platform.participants) {
    const [participantId, came] = [person._id.toHexString(), cameTo(person, eventId)]
    const personId = identities.of(participantId)
    const why = whyGone(person, came, personId, platform, before)
    const memberId = person.salesforce?.campaigns?.find(
      (each) => each.eventId.toHexString() === eventId,
    )?.campaignMemberId
    if (why) {
      if (memberId !== undefined) going.push({ participantId, memberId, why })
    } else if (personId !== undefined && came) {
      const known = staying.get(personId)
      const higher = known && LADDER.indexOf(known.came) > LADDER.indexOf(came) ? known.came : came
      staying.set(personId, { came: higher, people: [...(known?.people ?? []), participantId] })
    }
  }
  return { staying, going }
}

function whyGone(
  { deletedAt, userId }: Participant,
  came: Came | undefined,
  personId: string | undefined,
  { banned }: Platform,
  before: Dump,
): Reason | undefined {
  if (deletedAt) return 'deleted'
  if (!came) return 'withdrawn'
  if (banned.has(userId.toHexString())) return 'banned'
  return before.get(personId ?? '')?.row['HasOptedOutOfEmail'] === true ? 'opted out' : undefined
}

function depart(
  { participantId, memberId, why }: Leaver,
  kept: Set<string | undefined>,
  before: Dump,
  expected: ExpectedMembers,
) {
  const member = before.get(memberId)?.row
  // Somebody else who stays may be the same record.
  if (kept.has(memberId) || !member || member.IsDeleted) return
  const policy = why === 'opted out' ? 'leave' : GONE[why]
  if (policy === 'remove') expected.deleted.push(memberId)
  if (policy === 'mark' && member['Status'] !== GONE_LABEL) expected.changed.set(memberId, statusOf(GONE_LABEL, false))
  const status = policy === 'mark' ? GONE_LABEL : String(member['Status'])
  if (policy !== 'remove') expected.notes.set(participantId, { memberId, status })
}

function membersByPerson({ id }: SeasonCampaign, before: Dump): Map<string, Readonly<Row>> {
  const members = living(before, 'CampaignMember').filter((row) => row['CampaignId'] === id)
  return new Map(members.map((row) => [String(row['ContactId'] ?? row['LeadId']), row]))
}

/** Where a member stands, by the name that its Campaign gives the rung today or by the one it had. */
function standing({ labels }: SeasonCampaign, member: Readonly<Row>): Came {
  return LADDER.find((came) => [labels[came], LABELS[came]].includes(String(member['Status']))) ?? 'registered'
}

function statusOf(label: string, hasResponded: boolean): Values {
  return { Status: label, HasResponded: hasResponded }
}

function newMember(campaignId: string, personId: string, label: string, came: Came) {
  const person = isLead(personId) ? { ContactId: null, LeadId: personId } : { ContactId: personId, LeadId: null }
  const values = { CampaignId: campaignId, ...person, ...statusOf(label, came === 'attended'), IsDeleted: false }
  return { object: 'CampaignMember', values }
}
