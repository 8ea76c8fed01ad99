import type { FieldValue } from '../../src/playground/org/store.js'
import type { Dump, Values } from './audit.js'
import { isLead, type Identities } from './identities.js'
import { cameTo, type Participant, type Platform } from './platform.js'

/** What the picklist of the season's org has, and how long its texts may be. */
export const SKILLS = ['MongoDB', 'Python', 'React', 'Node.js', 'Go', 'Rust']
export const PROJECTS_LENGTH = 20

/** What each Contact ought to be told that it does not hold yet, by its id; `edited` are fields that people changed by hand. */
export function expectedContacts(
  live: ReadonlySet<string>,
  platform: Platform,
  identities: Identities,
  before: Dump,
  edited: ReadonlyMap<string, string>,
): Map<string, Values> {
  const changed = new Map<string, Values>()
  for (const [contactId, people] of peopleOf(live, platform, identities, before)) {
    const now: Values = before.get(contactId)?.row ?? {}
    const owed = Object.entries(facts(people, platform)).filter(([field, value]) => {
      if (edited.get(contactId) === field) return false
      if (field === 'LeadSource') return (now[field] ?? null) === null
      return value !== (now[field] ?? null) && !(value === 0 && (now[field] ?? null) === null)
    })
    if (owed.length > 0) changed.set(contactId, Object.fromEntries(owed))
  }
  return changed
}

/** Participants of the live events by the Contact that they are, without those who are not to be pushed. */
function peopleOf(live: ReadonlySet<string>, platform: Platform, identities: Identities, before: Dump) {
  const people = new Map<string, Participant[]>()
  for (const person of platform.participants) {
    const record = identities.of(person._id.toHexString())
    const isHere = [...live].some((eventId) => cameTo(person, eventId))
    const isOut = person.deletedAt ?? platform.banned.has(person.userId.toHexString())
    if (record === undefined || isLead(record) || !isHere || isOut) continue
    if (before.get(record)?.row['HasOptedOutOfEmail'] === true) continue
    people.set(record, [...(people.get(record) ?? []), person])
  }
  return people
}

function facts(people: readonly Participant[], { events, projects }: Platform): Record<string, FieldValue> {
  const attended = new Set(
    people.flatMap(({ registeredEvents }) =>
      registeredEvents.flatMap(({ eventId, status }) => (status === 'attended' ? [eventId.toHexString()] : [])),
    ),
  )
  const [last] = [...attended]
    .flatMap((id) => events.get(id) ?? [])
    .sort((a, b) => b.startDate.getTime() - a.startDate.getTime())
  const skills = SKILLS.filter((skill) => people.some((person) => person.skills.includes(skill))).sort()
  const handedIn = new Set(people.flatMap(({ userId }) => [...(projects.get(userId.toHexString()) ?? [])]))
  return {
    ...(last
      ? { Last_Hackathon__c: last.name, Last_Hackathon_Date__c: last.startDate.toISOString().slice(0, 10) }
      : {}),
    Hackathons_Attended__c: attended.size,
    ...(skills.length > 0 ? { Hackathon_Skills__c: skills.join(';') } : {}),
    ...(handedIn.size > 0 ? { Hackathon_Projects__c: shortened([...handedIn].sort().join(', ')) } : {}),
    LeadSource: 'Hackathon',
  }
}

function shortened(text: string): string {
  return text.length <= PROJECTS_LENGTH ? text : `${text.slice(0, PROJECTS_LENGTH - 1)}…`
}
