import type { Document, ObjectId } from 'bson'
import { documentId } from './ids.js'
import { DAY, HOUR, type World } from './world.js'

export interface StoryEvent {
  /** The short name that the tables of the story use. */
  key: EventKey
  name: string
  /** Absent for an event without a landing page. */
  slug?: string
  status: 'draft' | 'open' | 'in_progress' | 'concluded'
  /** First day, and how many days it lasts. Calendar facts: they stay whatever `now` is. */
  firstDay: string
  days: number
  city: string
  country: string
  theme: string
  /** Share of all participants whose first event this is; the rest of 1 is the spring event's. */
  share: number
}

export type EventKey = 'spring' | 'autumn' | 'agents' | 'winter' | 'online' | 'summer' | 'campus' | 'draft' | 'empty'

/** `spring-2026` means one of these only, `summer` means two, `autumn-1926` none. */
export const EVENTS: readonly StoryEvent[] = [
  {
    key: 'spring',
    name: 'MongoDB Spring Hackathon 2026',
    slug: 'mongodb-spring-2026',
    status: 'concluded',
    firstDay: '2026-03-20',
    days: 3,
    city: 'New York',
    country: 'United States',
    theme: 'Agents that remember',
    share: 0.7,
  },
  {
    key: 'autumn',
    name: 'MongoDB Autumn Hackathon 2025',
    slug: 'mongodb-autumn-2025',
    status: 'concluded',
    firstDay: '2025-10-17',
    days: 3,
    city: 'Berlin',
    country: 'Germany',
    theme: 'Data for good',
    share: 0.1,
  },
  {
    key: 'agents',
    name: 'AI Agents Hack Night',
    status: 'concluded',
    firstDay: '2026-02-26',
    days: 1,
    city: 'London',
    country: 'United Kingdom',
    theme: 'One night, one agent',
    share: 0.06,
  },
  {
    key: 'winter',
    name: 'MongoDB Winter Hackathon 2026',
    slug: 'mongodb-winter-2026',
    status: 'open',
    firstDay: '2026-12-11',
    days: 3,
    city: 'Toronto',
    country: 'Canada',
    theme: 'Long nights, short queries',
    share: 0.03,
  },
  {
    key: 'online',
    name: 'Atlas Builders Online',
    slug: 'atlas-builders-online',
    status: 'in_progress',
    firstDay: '2026-09-01',
    days: 105,
    city: 'Dublin',
    country: 'Ireland',
    theme: 'A season of small tools',
    share: 0.04,
  },
  {
    key: 'summer',
    name: 'MongoDB Summer Hackathon 2025',
    slug: 'mongodb-summer-2025',
    status: 'concluded',
    firstDay: '2025-07-11',
    days: 2,
    city: 'Lisbon',
    country: 'Portugal',
    theme: 'Maps and places',
    share: 0.04,
  },
  {
    key: 'campus',
    name: 'Campus Summer League 2026',
    slug: 'campus-summer-2026',
    status: 'concluded',
    firstDay: '2026-06-19',
    days: 2,
    city: 'Bengaluru',
    country: 'India',
    theme: 'First hackathon',
    share: 0.03,
  },
  {
    key: 'draft',
    name: 'Vector Search Jam',
    slug: 'vector-search-jam',
    status: 'draft',
    firstDay: '2027-02-05',
    days: 2,
    city: 'Paris',
    country: 'France',
    theme: 'Nearest neighbours',
    share: 0,
  },
  {
    key: 'empty',
    name: 'Nairobi Data Day',
    slug: 'nairobi-data-day',
    status: 'open',
    firstDay: '2027-01-22',
    days: 1,
    city: 'Nairobi',
    country: 'Kenya',
    theme: 'Open data',
    share: 0,
  },
]

/** Events that people are registered for, in the order of the table. */
export const ATTENDED_EVENTS = EVENTS.filter((event) => event.share > 0)

const NUMBERS = new Map(EVENTS.map((event, number) => [event.key, number]))
const STARTS = new Map(EVENTS.map((event) => [event, Date.parse(`${event.firstDay}T09:00:00Z`)]))
const IDS = EVENTS.map((_, number) => documentId('event', number))

export function eventNumber(key: EventKey): number {
  return NUMBERS.get(key) ?? 0
}

export function eventId(key: EventKey): ObjectId {
  return IDS[eventNumber(key)] as ObjectId
}

export function eventNamed(key: EventKey): StoryEvent {
  return EVENTS[eventNumber(key)] as StoryEvent
}

/** The first moment of the event, epoch milliseconds. */
export function startOf(event: StoryEvent): number {
  return STARTS.get(event) ?? Number.NaN
}

/** Every document of `events` (platform.md, events). */
export function* eventDocuments(world: World): Generator<Document> {
  for (const event of EVENTS) yield eventDocument(world, event)
}

function eventDocument(world: World, event: StoryEvent): Document {
  const start = startOf(event)
  const end = start + (event.days - 1) * DAY + 9 * HOUR
  const created = new Date(Math.min(start, world.now) - 90 * DAY)
  return {
    _id: eventId(event.key),
    name: event.name,
    description: `${event.name}: ${event.theme}. Teams of up to four build something with MongoDB and show it.`,
    theme: event.theme,
    startDate: new Date(start),
    endDate: new Date(end),
    registrationDeadline: new Date(start - DAY),
    submissionDeadline: new Date(end - 2 * HOUR),
    status: event.status,
    location: event.key === 'online' ? 'Online' : `${event.city}, ${event.country}`,
    city: event.city,
    country: event.country,
    venue: event.key === 'online' ? '' : `${event.city} Conference Hall`,
    isVirtual: event.key === 'online',
    capacity: event.key === 'agents' ? 120 : 2_000,
    tags: ['mongodb', event.key],
    ...(event.slug === undefined ? {} : { landingPage: { slug: event.slug, published: event.status !== 'draft' } }),
    descriptionEmbedding: Array.from({ length: 64 }, (_, at) => Math.sin(at + start / DAY) / 8),
    createdAt: created,
    updatedAt: created,
    __v: 0,
  }
}
