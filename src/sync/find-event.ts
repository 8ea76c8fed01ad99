import { chooseEvent, eventLabel, type EventSummary } from '../domain/event.js'
import { MhError } from '../errors.js'
import type { Database } from '../mongo/database.js'
import { listEvents } from '../mongo/events.js'

/** The event that was meant, and whether it was only a piece of its name. Throws EVENT_NOT_FOUND, EVENT_AMBIGUOUS, MONGO_WRONG_DATABASE. */
export async function findEvent(database: Database, typed: string): Promise<{ event: EventSummary; guessed: boolean }> {
  const events = await listEvents(database)
  const choice = chooseEvent(typed, events)
  switch (choice.kind) {
    case 'chosen':
      return { event: choice.event, guessed: choice.by === 'part' }
    case 'ambiguous':
      throw new MhError(
        'EVENT_AMBIGUOUS',
        `"${typed}" could be any of ${choice.events.length} events:${listed(choice.events)}`,
        'Type more of the name, or the exact slug or id.',
      )
    case 'none':
      if (events.length === 0) throw await database.looksWrong()
      throw new MhError('EVENT_NOT_FOUND', `There is no event "${typed}".`, `The nearest are:${listed(choice.nearest)}`)
  }
}

function listed(events: readonly EventSummary[]): string {
  return events.map((event) => `\n  ${eventLabel(event)}`).join('')
}
