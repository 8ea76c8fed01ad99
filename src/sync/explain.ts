import { whyLeftOut, type LeftOut } from '../domain/attendance.js'
import { decideMatched, type Decision } from '../domain/decision.js'
import { isLive, type EventDetails } from '../domain/event.js'
import { chooseLead, isUnknownToOrg, type LeadChoice } from '../domain/lead-choice.js'
import type { MemberDecision } from '../domain/member.js'
import type { Participant, Registration } from '../domain/person.js'
import type { QueueEntry } from '../domain/queue.js'
import type { ContactChange } from '../domain/write-back.js'
import type { MhError } from '../errors.js'
import { listEventDetails } from '../mongo/events.js'
import { readLeadFacts } from '../mongo/lead-facts.js'
import { Queue } from '../mongo/queue.js'
import { bannedUsers } from '../mongo/users.js'
import type { SyncTools } from './campaign-sync.js'
import { comparePeople } from './compare-people.js'
import { gatesOf } from './consent-gates.js'
import { review } from './review.js'

/** One event of a participant, and what a sync of it would do about them. */
export interface ExplainedEvent {
  event: EventDetails
  registered: Registration['status']
  /** Whether the night and `campaign sync` take the event by themselves. */
  live: boolean
  campaignId?: string
  /** Why they have no place in the Campaign. */
  leftOut?: LeftOut
  /** What is owed to their membership. */
  member?: MemberDecision
  /** Why the event cannot be synced as it is. */
  error?: MhError
}

/** Why one participant is as they are, and what would happen next. */
export interface Explanation {
  participant: Participant
  decision: Decision
  /** Of somebody whom the org does not know: whether a Lead could be made of them, and why not. */
  lead?: LeadChoice
  events: ExplainedEvent[]
  /** What the Contact is owed. */
  contactChanges: readonly ContactChange[]
  /** Where they wait, if they do. */
  queued?: QueueEntry
  instanceUrl: string
  calls: number
}

/** Reads both systems for one participant and says what a sync would find and do; writes nothing. Throws NOT_FOUND. */
export async function explain(tools: SyncTools, participantId: string, contacts: boolean): Promise<Explanation> {
  const { source, database, clock } = tools
  const before = source.org.calls
  source.org.beginLookup()
  const { participant, match } = await review({ source, database, clock, policy: tools.match }, participantId)
  const all = await listEventDetails(database, [...new Set(participant.registrations.map(({ eventId }) => eventId))])
  const events = all.filter(({ status }) => status !== 'draft')
  const [{ contracts, people }, banned, [queued], { instanceUrl }] = await Promise.all([
    events.length === 0
      ? { contracts: [], people: new Map<string, never>() }
      : comparePeople(tools, { events, ids: [participantId], contacts }, () => {}),
    bannedUsers(database, participant.userId === undefined ? [] : [participant.userId]),
    new Queue(database).list({ participantIds: [participantId] }, 1),
    source.org.session(),
  ])
  const compared = people.get(participantId)
  const decision = compared?.decision ?? decideMatched(participant, match, tools.match)
  const gates = await gatesOf(database, tools.consent, tools.leads, [decision])
  const leftOut = whyLeftOut(decision, banned.size > 0, gates(decision).member)
  const explained = contracts.map((each): ExplainedEvent => {
    const { event } = each
    const registered = participant.registrations.find(({ eventId }) => eventId === event.id)?.status ?? 'registered'
    const live = isLive(event, clock.now(), tools.campaign.liveDays)
    if ('error' in each) return { event, registered, live, error: each.error }
    const member = compared?.members.get(event.id)
    return { event, registered, live, campaignId: each.plan.campaign?.id, leftOut, member }
  })
  return {
    participant,
    decision,
    ...(isUnknownToOrg(decision) ? { lead: await leadChoice(tools, decision) } : {}),
    events: explained,
    contactChanges: compared?.contactChanges ?? [],
    queued,
    instanceUrl,
    calls: source.org.calls - before,
  }
}

async function leadChoice({ database, leads }: SyncTools, decision: Decision): Promise<LeadChoice> {
  const { id } = decision.participant
  const facts = await readLeadFacts(database, [id], leads.companyQuestion)
  return chooseLead(decision, facts.get(id), leads.consent)
}
