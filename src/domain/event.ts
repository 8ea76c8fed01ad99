import { distance } from 'fastest-levenshtein'

/** What choosing an event needs of one; ids are 24 hexadecimal digits. */
export interface EventSummary {
  id: string
  name: string
  slug?: string
  status?: string
  startDate?: Date
}

/** An event as its Campaign needs it. */
export interface EventDetails extends EventSummary {
  endDate?: Date
  description?: string
  /** What earlier runs, or the platform, wrote under `salesforce`. */
  campaignId?: string
  /** When that was written. */
  syncedAt?: Date
}

export type EventChoice =
  | { kind: 'chosen'; event: EventSummary; by: 'id' | 'slug' | 'name' | 'part' }
  | { kind: 'ambiguous'; events: EventSummary[] }
  | { kind: 'none'; nearest: EventSummary[] }

/**
 * The event that somebody meant by what they typed (platform.md, events): an id, an exact slug, an exact name, else the
 * only one whose slug or name holds every word typed. Exact wins; several and none are answers, not guesses.
 */
export function chooseEvent(typed: string, events: readonly EventSummary[]): EventChoice {
  const wanted = fold(typed)
  // `--event "$EVENT"` with nothing in it means no event, not the one that has no slug.
  if (wanted === '') return { kind: 'none', nearest: nearest(wanted, events) }
  const exact = (['id', 'slug', 'name'] as const)
    .map((by) => ({ by, events: events.filter((event) => fold(event[by] ?? '') === wanted) }))
    .find((found) => found.events.length > 0)
  if (exact) return settle(exact.events, exact.by)
  const words = wordsOf(typed)
  const partial = events.filter((event) => words.length > 0 && words.every((word) => haystack(event).includes(word)))
  if (partial.length > 0) return settle(partial, 'part')
  return { kind: 'none', nearest: nearest(wanted, events) }
}

/** How an event is called on a screen: its slug if it has one, since that is what can be typed again. */
export function eventLabel(event: EventSummary): string {
  return event.slug ? `${event.name} (${event.slug})` : event.name
}

function settle(found: EventSummary[], by: 'id' | 'slug' | 'name' | 'part'): EventChoice {
  const [event, ...others] = found
  return event && others.length === 0 ? { kind: 'chosen', event, by } : { kind: 'ambiguous', events: found }
}

function nearest(wanted: string, events: readonly EventSummary[]): EventSummary[] {
  const far = (event: EventSummary) =>
    Math.min(distance(wanted, fold(event.slug ?? event.name)), distance(wanted, fold(event.name)))
  return [...events].sort((a, b) => far(a) - far(b)).slice(0, 3)
}

function fold(text: string): string {
  return text.normalize('NFC').trim().toLowerCase()
}

function wordsOf(text: string): string[] {
  return fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}

function haystack(event: EventSummary): string {
  return fold(`${event.slug ?? ''} ${event.name}`)
}

const DAY_MS = 86_400_000

/**
 * Whether `campaign sync` takes an event without being told to: it is open or in progress, or was over no more than so
 * many days ago. A concluded event without an end date is over.
 */
export function isLive(event: EventDetails, now: Date, days: number): boolean {
  if (event.status === 'open' || event.status === 'in_progress') return true
  if (event.status !== 'concluded') return false
  const ended = event.endDate ?? event.startDate
  return ended !== undefined && now.getTime() - ended.getTime() <= days * DAY_MS
}
