import type { Clock } from '../clock.js'
import { isLive, type EventDetails } from '../domain/event.js'
import { MhError } from '../errors.js'
import type { Database } from '../mongo/database.js'
import { listEventDetails } from '../mongo/events.js'
import { findEvent } from './find-event.js'

export interface ChoosingTools {
  database: Database
  clock: Clock
  campaign: { liveDays: number }
}

/** The event that was typed, those of these ids, or every one that is live. Throws EVENT_NOT_FOUND, EVENT_AMBIGUOUS, NO_LIVE_EVENTS. */
export async function chooseEvents(
  { database, clock, campaign }: ChoosingTools,
  typed: string | readonly string[] | undefined,
): Promise<{ events: EventDetails[]; guessed: boolean }> {
  if (typeof typed === 'object') return { events: await listEventDetails(database, typed), guessed: false }
  if (typed !== undefined) {
    const chosen = await findEvent(database, typed)
    return { events: await listEventDetails(database, [chosen.event.id]), guessed: chosen.guessed }
  }
  const all = await listEventDetails(database)
  if (all.length === 0) throw await database.looksWrong()
  const live = all.filter((each) => isLive(each, clock.now(), campaign.liveDays))
  if (live.length > 0) return { events: live, guessed: false }
  throw new MhError(
    'NO_LIVE_EVENTS',
    `No event is open, in progress or concluded within ${campaign.liveDays} days.`,
    'Name one with --event, or raise campaign.liveDays in mh-sf.config.json.',
  )
}
