import { cut, mayWrite, type FieldPolicy } from './campaign.js'
import type { EventSummary } from './event.js'
import type { Enrichment, Registration } from './person.js'

/** What a Contact may be told about what a person did here. */
export const FACTS = ['lastEventName', 'lastEventDate', 'eventsAttended', 'skills', 'projects', 'firstTouch'] as const
export type Fact = (typeof FACTS)[number]

export interface MappedField {
  /** A field of Contact. */
  field: string
  policy: FieldPolicy
}

export interface WriteBackPolicy {
  /** Where each fact goes; a fact without a field is not written. */
  fields: Readonly<Partial<Record<Fact, MappedField>>>
  /** What `firstTouch` says. */
  firstTouch: string
  /** Somebody changed a value that we wrote: leave theirs, or write ours again. */
  onConflict: 'leave' | 'overwrite'
}

/** A field of Contact as describe tells it (rest.md §9). */
export interface FieldDetails {
  type: string
  /** Characters, of text; 0 where there is no bound, as of a date. */
  length: number
  updateable: boolean
  /** The values of a restricted picklist; undefined when any text is taken. */
  values?: readonly string[]
}

/** What one person did, over all events; several participants may be one person. */
export interface Deeds {
  registrations: readonly Registration[]
  skills: readonly string[]
  projects: readonly string[]
}

/** A value as it is sent. */
export type FieldValue = string | number

export interface ContactChange {
  field: string
  before?: string
  after: FieldValue
}

/** What is owed to one Contact, and what was left alone or made to fit. */
export interface ContactDecision {
  changes: ContactChange[]
  /** Fields that somebody edited since we wrote them, and that are left. */
  conflicts: string[]
  /** What was sent and is there, by field, without our having heard of it: the run died, or its job outlived it. */
  taken: Record<string, string>
  /** Fields whose text had to be cut, or lost values that the picklist does not have. */
  fitted: string[]
}

/** The facts about one person, as the Contact's fields would hold them, before they are made to fit. */
export function factsOf(
  { registrations, skills, projects }: Deeds,
  events: ReadonlyMap<string, EventSummary>,
  policy: WriteBackPolicy,
): Partial<Record<Fact, string[] | number>> {
  const attended = [
    ...new Set(registrations.filter(({ status }) => status === 'attended').map(({ eventId }) => eventId)),
  ]
    .flatMap((id) => events.get(id) ?? [])
    .sort((a, b) => (b.startDate?.getTime() ?? 0) - (a.startDate?.getTime() ?? 0) || (a.id < b.id ? -1 : 1))
  const [last] = attended
  const day = last?.startDate?.toISOString().slice(0, 10)
  return {
    ...(last ? { lastEventName: [last.name] } : {}),
    ...(day === undefined ? {} : { lastEventDate: [day] }),
    eventsAttended: attended.length,
    ...(skills.length > 0 ? { skills: unique(skills) } : {}),
    projects: unique(projects),
    ...(registrations.length > 0 ? { firstTouch: [policy.firstTouch] } : {}),
  }
}

/** What we wrote to a Contact, by field. */
export interface Written {
  /** What the org is known to have taken last. */
  last: Readonly<Record<string, string>>
  /** What was sent last: it may have been taken without our hearing of it, by a job that outlived the run. */
  sent: Readonly<Record<string, string>>
}

/**
 * Compares what a Contact holds (`current`: the fields that were read) with the facts. A value that is none of ours (`written`) was edited
 * by somebody else since we wrote. Blank never overwrites, and nothing is counted as a change that the field could not tell apart.
 */
export function decideContact(
  facts: Partial<Record<Fact, string[] | number>>,
  current: Readonly<Record<string, string | undefined>>,
  written: Written,
  details: ReadonlyMap<string, FieldDetails>,
  policy: WriteBackPolicy,
): ContactDecision {
  const decision: ContactDecision = { changes: [], conflicts: [], taken: {}, fitted: [] }
  for (const fact of FACTS) {
    const [mapped, value] = [policy.fields[fact], facts[fact]]
    const detail = mapped && details.get(mapped.field)
    // A field that was not read is unknown, and nothing is written over it.
    if (!mapped || !detail?.updateable || value === undefined || !(mapped.field in current)) continue
    const { field } = mapped
    const { value: after, isFitted } = fit(value, detail)
    if (after === undefined) continue
    if (isFitted) decision.fitted.push(field)
    const before = current[field]
    const [last, sent] = [written.last[field], written.sent[field]]
    if (sent !== undefined && sent !== last && isSameValue(before, sent, detail)) decision.taken[field] = sent
    if (isSameValue(before, after, detail) || !mayWrite(mapped.policy, before)) continue
    const isOurs = [last, sent].some((each) => each !== undefined && isSameValue(before, each, detail))
    const isEdited = before !== undefined && last !== undefined && !isOurs
    if (isEdited && policy.onConflict === 'leave') decision.conflicts.push(field)
    else decision.changes.push({ field, before, after })
  }
  return decision
}

/** Fields of Contact that a participant's document holds too (platform.md), and how they are called there. */
const ENRICHED = {
  LeadSource: 'leadSource',
  Title: 'title',
  Phone: 'phone',
  MailingCity: 'city',
  Department: 'department',
} as const

/** What of these changes the participant's document says as well: written with them, or the next run would find it. */
export function enrichmentIn(changes: readonly ContactChange[]): Partial<Enrichment> {
  const told = changes.flatMap(({ field, after }) =>
    field in ENRICHED ? [[ENRICHED[field as keyof typeof ENRICHED], String(after)] as const] : [],
  )
  return Object.fromEntries(told)
}

const NUMBERS = new Set(['int', 'double', 'currency', 'percent'])

/** Whether a field holds a number. */
export function isNumeric({ type }: FieldDetails): boolean {
  return NUMBERS.has(type)
}

/** A fact as its field can hold it: a number of things, a list of allowed values, or a text that fits. */
function fit(value: string[] | number, detail: FieldDetails): { value?: FieldValue; isFitted: boolean } {
  if (isNumeric(detail)) return { value: typeof value === 'number' ? value : value.length, isFitted: false }
  const all = typeof value === 'number' ? [String(value)] : value
  const allowed = detail.values === undefined ? all : all.flatMap((each) => find(detail.values ?? [], each) ?? [])
  const lost = allowed.length < all.length
  if (allowed.length === 0) return { isFitted: lost }
  const text = allowed.join(detail.type === 'multipicklist' ? ';' : ', ')
  // A list that does not fit loses whole values: half of one would be a value that nobody chose.
  const isShort = detail.length === 0 || text.length <= detail.length
  if (detail.type === 'multipicklist' || isShort) return { value: text, isFitted: lost }
  return { value: cut(text, detail.length), isFitted: true }
}

function find(values: readonly string[], wanted: string): string | undefined {
  return values.find((value) => value.toLowerCase() === wanted.toLowerCase())
}

/** Whether the field tells the two apart: a list has no order, a number no form. */
export function isSameValue(before: string | undefined, after: FieldValue, { type }: FieldDetails): boolean {
  // Nothing and zero say the same; a zero is not worth a write to everybody who never came.
  if (before === undefined) return after === '' || after === 0
  if (NUMBERS.has(type)) return Number(before) === Number(after)
  if (type !== 'multipicklist') return before === String(after)
  const [left, right] = [before, String(after)].map((text) => text.split(';').sort().join(';'))
  return left === right
}

function unique(values: readonly string[]): string[] {
  const kept = new Map(
    values
      .map((value) => value.trim())
      .filter((value) => value !== '')
      .map((value) => [value.toLowerCase(), value]),
  )
  return [...kept.values()].sort((a, b) => a.localeCompare(b, 'en'))
}
