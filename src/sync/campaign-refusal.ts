import type { CampaignRefusal, FoundBy } from '../domain/campaign-choice.js'
import { eventLabel, type EventDetails } from '../domain/event.js'
import { MhError } from '../errors.js'

/** Why the Campaign of an event is for a person to decide, and with which command. */
export function refusalError(event: EventDetails, because: CampaignRefusal): MhError {
  const label = eventLabel(event)
  const create = `mh-sf campaign create --event ${event.slug ?? event.id}`
  switch (because.kind) {
    case 'gone': {
      const what = because.deleted ? 'was deleted in the org' : 'cannot be found in the org'
      const hint = `Restore it there, or choose another one: ${create} --adopt ID. To make a new one: ${create} --new.`
      return new MhError('CAMPAIGN_GONE', `Campaign ${because.id}, ${FROM[because.from]}, ${what}: ${label}.`, hint)
    }
    case 'claimed':
      return new MhError(
        'CAMPAIGN_CLAIMED',
        `Campaign ${because.id} of ${label} belongs to another event: ${because.by}.`,
        `Two events cannot share one. Choose another one: ${create} --adopt ID, or --new.`,
      )
    case 'several':
      return new MhError(
        'CAMPAIGN_AMBIGUOUS',
        `${because.ids.length} campaigns say that they are ${label}: ${because.ids.join(', ')}.`,
        `Choose one: ${create} --adopt ${because.ids[0] ?? 'ID'}`,
      )
    case 'same name':
      return new MhError(
        'CAMPAIGN_EXISTS',
        `The org has a campaign of the same name already, made by somebody else: ${because.ids.join(', ')} (${label}).`,
        `Take it over: ${create} --adopt ${because.ids[0] ?? 'ID'}. Or make another one: ${create} --new.`,
      )
  }
}

const FROM: Record<FoundBy, string> = {
  adopt: 'given by --adopt',
  stored: 'stored on the event',
  configured: 'named in the environment',
  key: 'found by its external id',
  mark: 'found by its mark',
}
