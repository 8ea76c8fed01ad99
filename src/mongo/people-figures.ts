import { ObjectId, type Document } from 'mongodb'
import { z } from 'zod'
import {
  TIER_NAMES,
  type EventFigures,
  type PeopleCounts,
  type PeopleFigures,
  type TierAttendance,
} from '../domain/figures.js'
import { MhError } from '../errors.js'
import { asError, type Database } from './database.js'
import { readDecisions } from './decisions.js'
import { listEventDetails } from './events.js'
import { leftAloneIn } from './left-alone.js'
import { HAS_OBJECT_ID } from './object-ids.js'

const STATES = ['synced', 'notFound', 'pending', 'leftAlone', 'errors', 'parked'] as const

const group = z.object({ _id: z.enum(STATES), people: z.number() })
const registrations = z.object({
  _id: z.object({
    event: z.instanceof(ObjectId),
    state: z.enum(STATES),
    status: z.enum(['registered', 'attended', 'no_show']).catch('registered'),
    tier: z.enum(TIER_NAMES).catch('none'),
    customer: z.boolean(),
  }),
  people: z.number(),
  members: z.number(),
})
type Registrations = z.infer<typeof registrations>

/** Counts everybody who is not deleted, and the people of each event, in two passes over the participants. */
export async function readPeopleFigures(database: Database): Promise<PeopleFigures> {
  const [decided, events, leftAlone] = await Promise.all([
    readDecisions(database),
    listEventDetails(database),
    leftAloneUnseen(database),
  ])
  const participants = database.db.collection('participants')
  const asked = (pipeline: Document[]) =>
    participants
      .aggregate(pipeline)
      .toArray()
      .catch((error: unknown) => {
        throw asError(error, database.host)
      })
  const [decidedIds, leftAloneIds] = [[...decided.keys()], leftAlone].map((ids) =>
    ids.filter((id) => ObjectId.isValid(id)).map((id) => new ObjectId(id)),
  )
  const state = stateOf(decidedIds ?? [], leftAloneIds ?? [])
  const [all, byEvent] = await Promise.all([asked(everybody(state)), asked(eventByEvent(state))])
  const found = byEvent.map((raw) => registrations.safeParse(raw).data).filter((each) => each !== undefined)
  const groups = new Map<string, Registrations[]>()
  for (const each of found) {
    const id = each._id.event.toHexString()
    groups.set(id, [...(groups.get(id) ?? []), each])
  }
  return {
    people: countsOf(all.map((raw) => group.parse(raw)).map(({ _id, people }) => ({ state: _id, people }))),
    events: events.map(({ campaignId, syncedAt, endDate: _end, description: _text, ...event }) => ({
      event,
      ...eventFigures(groups.get(event.id) ?? []),
      ...(campaignId === undefined ? {} : { campaignId }),
      ...(syncedAt === undefined ? {} : { syncedAt }),
    })),
  }
}

const LIVING = { ...HAS_OBJECT_ID, deletedAt: null }

/** Who is left alone and has no mark of a look; nobody where that cannot be told: figures are no reason to fail. */
async function leftAloneUnseen(database: Database): Promise<string[]> {
  const unseen = { ...LIVING, 'salesforce.syncStatus': { $nin: ['synced', 'not_found', 'error'] } }
  const found = await leftAloneIn(database, unseen).catch((error: unknown) => {
    if (error instanceof MhError && error.code === 'CONFIG_MISSING') return []
    throw error
  })
  return found.map(({ id }) => id)
}

function everybody(state: Document): Document[] {
  return [{ $match: LIVING }, { $group: { _id: state, people: { $sum: 1 } } }]
}

/** A person counts once for each event, as their first registration for it says. */
function eventByEvent(state: Document): Document[] {
  const registeredAt = '$registeredEvents.eventId'
  return [
    { $match: { ...LIVING, 'registeredEvents.0': { $exists: true } } },
    {
      $project: {
        registeredEvents: 1,
        eventIds: registeredAt,
        memberOf: { $ifNull: ['$salesforce.campaigns.eventId', []] },
        state,
        tier: { $ifNull: ['$customerTier', 'none'] },
        customer: { $eq: ['$isExistingCustomer', true] },
      },
    },
    { $unwind: { path: '$registeredEvents', includeArrayIndex: 'at' } },
    { $match: { $expr: { $eq: ['$at', { $indexOfArray: ['$eventIds', registeredAt] }] } } },
    {
      $group: {
        _id: {
          event: registeredAt,
          state: '$state',
          status: '$registeredEvents.status',
          tier: '$tier',
          customer: '$customer',
        },
        people: { $sum: 1 },
        members: { $sum: { $cond: [{ $in: [registeredAt, '$memberOf'] }, 1, 0] } },
      },
    },
  ]
}

/**
 * The state of a person as the database finds it; on whom a person has decided since, nobody has looked yet. `leftAlone`: of whom there is no
 * mark, and nobody will look.
 */
function stateOf(decided: readonly ObjectId[], leftAlone: readonly ObjectId[]): Document {
  const error = '$salesforce.syncError'
  const isParked = { $and: [{ $gte: [error, 'parked: '] }, { $lt: [error, 'parked:!'] }] }
  const parked = { $cond: [{ $in: ['$_id', decided] }, 'pending', 'parked'] }
  return {
    $switch: {
      branches: [
        { case: { $eq: ['$salesforce.syncStatus', 'synced'] }, then: 'synced' },
        { case: { $eq: ['$salesforce.syncStatus', 'not_found'] }, then: 'notFound' },
        { case: { $in: ['$_id', leftAlone] }, then: 'leftAlone' },
        { case: { $ne: ['$salesforce.syncStatus', 'error'] }, then: 'pending' },
        { case: isParked, then: parked },
      ],
      default: 'errors',
    },
  }
}

function countsOf(found: readonly { state: (typeof STATES)[number]; people: number }[]): PeopleCounts {
  const counts = { total: 0, synced: 0, notFound: 0, pending: 0, leftAlone: 0, errors: 0, parked: 0 }
  for (const { state, people } of found) {
    counts[state] += people
    counts.total += people
  }
  return counts
}

function eventFigures(found: readonly Registrations[]): Omit<EventFigures, 'event'> {
  const sum = (of: (each: Registrations) => boolean) =>
    found.filter(of).reduce((people, each) => people + each.people, 0)
  const isCustomer = ({ _id }: Registrations) => _id.customer
  const of = (status: string) => (each: Registrations) => each._id.status === status
  const attendance = TIER_NAMES.map((tier): TierAttendance => {
    const inTier = (status: string) => sum((each) => each._id.tier === tier && of(status)(each))
    return { tier, registered: inTier('registered'), attended: inTier('attended'), noShow: inTier('no_show') }
  })
  return {
    people: countsOf(found.map(({ _id, people }) => ({ state: _id.state, people }))),
    customers: {
      registered: sum(isCustomer),
      attended: sum((each) => isCustomer(each) && of('attended')(each)),
    },
    members: found.reduce((members, each) => members + each.members, 0),
    attendance: attendance.filter((each) => each.registered + each.attended + each.noShow > 0),
  }
}
