import type { Gate } from './consent.js'
import type { Decision } from './decision.js'
import type { Rung } from './member-status.js'
import { higher, type Attendance, type Departure, type Gone, type PersonRecord } from './member.js'
import { flagThatSaysNo } from './opt-out.js'
import type { Participant, StoredMembership } from './person.js'

/** Why somebody who registered has no place in the Campaign. */
export type LeftOut = 'not in Salesforce' | 'parked' | 'bad address' | 'no consent' | 'consent refused' | Gone

/** Everybody of one event: who ought to be a member, who is gone, and how many are left out and why. */
export interface Attendances {
  members: Map<string, Attendance>
  departures: Departure[]
  /** What earlier runs wrote down about this event, by participant. */
  stored: Map<string, StoredMembership>
  leftOut: Partial<Record<LeftOut, number>>
}

export function noAttendances(): Attendances {
  return { members: new Map(), departures: [], stored: new Map(), leftOut: {} }
}

/**
 * Adds the decision about one participant who is registered for the event, in place. Two participants that are one record are one member,
 * with the status of the one who came further.
 */
export function addAttendance(
  all: Attendances,
  eventId: string,
  { participant, match, outcome }: Decision,
  isBanned: (participant: Participant) => boolean,
  gate: Gate = { open: true },
): void {
  const known = remembered(all, participant, eventId)
  const why = whyLeftOut({ participant, match, outcome }, isBanned(participant), gate)
  if (why === 'banned' || why === 'opted out') {
    depart(all, { participantId: participant.id, memberId: known, why })
    return
  }
  const record = recordOf(match)
  if (why || !record) {
    const reason = why ?? 'not in Salesforce'
    all.leftOut[reason] = (all.leftOut[reason] ?? 0) + 1
    return
  }
  const rung = rungOf(participant, eventId)
  const formerLeadId = record.object === 'Contact' ? participant.current.leadId : undefined
  const already = all.members.get(record.id)
  const consent = gate.open ? gate.evidence : undefined
  if (!already) {
    all.members.set(record.id, {
      record,
      rung,
      participantIds: [participant.id],
      formerLeadId,
      knownMemberId: known,
      consent,
    })
    return
  }
  all.members.set(record.id, {
    ...already,
    rung: higher(already.rung, rung),
    participantIds: [...already.participantIds, participant.id],
    formerLeadId: already.formerLeadId ?? formerLeadId,
    knownMemberId: already.knownMemberId ?? known,
    consent: already.consent ?? consent,
  })
}

/** Why somebody who is registered has no place in a Campaign; undefined when they have one. */
export function whyLeftOut(
  { participant, match, outcome }: Pick<Decision, 'participant' | 'match' | 'outcome'>,
  isBanned: boolean,
  gate: Gate = { open: true },
): Exclude<LeftOut, 'withdrawn' | 'deleted'> | undefined {
  if (isBanned) return 'banned'
  if (participant.optedOut || hasOptedOut(match)) return 'opted out'
  if (recordOf(match)) return gate.open ? undefined : gate.why
  return outcome === 'parked' ? 'parked' : outcome === 'malformed' ? 'bad address' : 'not in Salesforce'
}

/** Adds somebody who is gone from the event but has a member that an earlier run made. */
export function addDeparture(all: Attendances, participant: Participant, eventId: string, why: Gone): void {
  const known = remembered(all, participant, eventId)
  depart(all, { participantId: participant.id, memberId: known, why })
}

/** The member that earlier runs knew this person by. */
function remembered(all: Attendances, { id, memberships, optedOut }: Participant, eventId: string): string | undefined {
  // Of whom was erased nothing is written down, not even that they are gone.
  if (optedOut?.because === 'erased') return undefined
  const stored = memberships.find((each) => each.eventId === eventId)
  if (stored) all.stored.set(id, stored)
  return stored?.campaignMemberId
}

function depart(all: Attendances, gone: { participantId: string; memberId?: string; why: Gone }): void {
  const { participantId, memberId, why } = gone
  all.leftOut[why] = (all.leftOut[why] ?? 0) + 1
  if (memberId !== undefined) all.departures.push({ participantId, memberId, why })
}

/** Whether the org itself says no. */
export function hasOptedOut(match: Decision['match']): boolean {
  const person = match?.kind === 'contact' ? match.contact : match?.kind === 'lead' ? match.lead : undefined
  return flagThatSaysNo(person?.also) !== undefined
}

function recordOf(match: Decision['match']): PersonRecord | undefined {
  if (match?.kind === 'contact') return { object: 'Contact', id: match.contact.id }
  return match?.kind === 'lead' ? { object: 'Lead', id: match.lead.id } : undefined
}

/** How far somebody came at an event that they are registered for; several registrations for it count as the best. */
function rungOf({ registrations }: Participant, eventId: string): Rung {
  const rungs = registrations.filter((each) => each.eventId === eventId).map(({ status }): Rung => status)
  return rungs.reduce((best, rung) => higher(best, rung), 'registered')
}
