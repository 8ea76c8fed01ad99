import type { Evidence } from './consent.js'
import { RUNGS, standingOf, type Rung, type StatusNames } from './member-status.js'

/** A CampaignMember of one Campaign (objects.md §5). A converted lead's has both ids. */
export interface Member {
  id: string
  contactId?: string
  leadId?: string
  status?: string
}

/** The record that a person is a member by. */
export type PersonRecord = { object: 'Contact' | 'Lead'; id: string }

/** Why somebody who registered is not to be a member any more. */
export type Gone = 'withdrawn' | 'deleted' | 'banned' | 'opted out'

/** What happens to the member of somebody who is gone. */
export type GonePolicy = 'leave' | 'mark' | 'remove'

/** Who ought to be a member, and how far they came. Several participants may be one record. */
export interface Attendance {
  record: PersonRecord
  rung: Rung
  participantIds: string[]
  /** The lead that an earlier run pushed, the contact of today: the same member. */
  formerLeadId?: string
  /** The member that earlier runs knew this person by. */
  knownMemberId?: string
  /** Where and when they agreed, where that was asked. */
  consent?: Evidence
}

/** Somebody who is gone, and the member that earlier runs knew them by. */
export interface Departure {
  participantId: string
  memberId: string
  why: Gone
}

export interface MemberRules {
  labels: Record<Rung, string>
  names: StatusNames
  /** The Campaign's default status. */
  defaultLabel?: string
  /** Statuses may go down as well. */
  correct: boolean
}

export type MemberChange =
  | { kind: 'insert'; record: PersonRecord; status: string }
  | { kind: 'update'; memberId: string; status: string; before?: string }
  | { kind: 'remove'; memberId: string; record?: PersonRecord; before?: string; why: Gone }

/** What is owed to one membership, or why nothing is. */
export interface MemberDecision {
  participantIds: string[]
  member?: Member
  change?: MemberChange
  /** Left as it is although it differs, and why. */
  held?: string
  /** Where and when they agreed, where that was asked. */
  consent?: Evidence
}

/**
 * The difference of one person in one Campaign. The status climbs by itself, falls only when it is told to, and a
 * status that somebody else gave is left alone unless `correct`.
 */
export function decideMember(attendance: Attendance, member: Member | undefined, rules: MemberRules): MemberDecision {
  const { participantIds, record, rung } = attendance
  const agreed = attendance.consent ? { consent: attendance.consent } : {}
  const status = rules.labels[rung]
  if (!member) return { participantIds, change: { kind: 'insert', record, status }, ...agreed }
  const standing = standingOf(member.status, rules.labels, rules.names, rules.defaultLabel)
  const kept = { participantIds, member, ...agreed }
  if (standing === rung) return kept
  if (standing === 'elsewhere' && !rules.correct) {
    return { ...kept, held: `somebody gave the status "${member.status ?? ''}"` }
  }
  const falls = standing !== 'below' && standing !== 'elsewhere' && RUNGS.indexOf(standing) > RUNGS.indexOf(rung)
  if (falls && !rules.correct) return { ...kept, held: `"${member.status ?? ''}" is higher than "${status}"` }
  const change = { kind: 'update', memberId: member.id, status, before: member.status } as const
  return { ...kept, change }
}

/** What becomes of the member of somebody who is gone; `mark` is the label that `mark` gives. */
export function decideDeparture(
  departure: Departure,
  member: Member | undefined,
  policy: GonePolicy,
  mark: string,
): MemberDecision {
  const { participantId, why } = departure
  const participantIds = [participantId]
  if (!member) return { participantIds }
  const kept = { participantIds, member }
  if (policy === 'leave') return { ...kept, held: `${why}, and the policy is to leave the member` }
  if (policy === 'remove') {
    const { id: memberId, status: before } = member
    return { ...kept, change: { kind: 'remove', memberId, record: recordOf(member), before, why } }
  }
  if (member.status?.toLowerCase() === mark.toLowerCase()) return kept
  const change = { kind: 'update', memberId: member.id, status: mark, before: member.status } as const
  return { ...kept, change }
}

/** Whom a member stands for: of a converted lead, the contact. */
function recordOf({ contactId, leadId }: Member): PersonRecord | undefined {
  if (contactId !== undefined) return { object: 'Contact', id: contactId }
  return leadId === undefined ? undefined : { object: 'Lead', id: leadId }
}

/** The higher of two rungs. */
export function higher(a: Rung, b: Rung): Rung {
  return RUNGS.indexOf(a) >= RUNGS.indexOf(b) ? a : b
}

/** Members by everything that a person may be known by. */
export class MemberIndex implements Iterable<Member> {
  readonly #byId = new Map<string, Member>()
  readonly #byPerson = new Map<string, Member>()

  constructor(members: Iterable<Member>) {
    this.replace(members)
  }

  [Symbol.iterator](): Iterator<Member> {
    return this.#byId.values()
  }

  /** Forgets what it knew for what is there now. */
  replace(members: Iterable<Member>): void {
    this.#byId.clear()
    this.#byPerson.clear()
    for (const member of members) this.put(member)
  }

  /** Adds a member, or what is known of it now. */
  put(member: Member): void {
    this.#byId.set(member.id, member)
    for (const id of [member.contactId, member.leadId]) if (id !== undefined) this.#byPerson.set(id, member)
  }

  remove(id: string): void {
    const member = this.#byId.get(id)
    this.#byId.delete(id)
    for (const person of [member?.contactId, member?.leadId]) if (person !== undefined) this.#byPerson.delete(person)
  }

  get(id: string): Member | undefined {
    return this.#byId.get(id)
  }

  /** The one of this contact or lead. */
  ofRecord(id: string): Member | undefined {
    return this.#byPerson.get(id)
  }

  /** The one of this person: by the record of today, the lead they were, or the member that earlier runs knew. */
  of({ record, formerLeadId, knownMemberId }: Attendance): Member | undefined {
    return (
      this.#byPerson.get(record.id) ??
      (formerLeadId === undefined ? undefined : this.#byPerson.get(formerLeadId)) ??
      (knownMemberId === undefined ? undefined : this.#byId.get(knownMemberId))
    )
  }
}
