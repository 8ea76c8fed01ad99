import { Dice, seedNumber } from './dice.js'
import { checkParticipants } from './size.js'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** What every part of the story is derived from, besides an index. */
export interface World {
  seed: number
  /** People with a participant document, the awkward ones among them. */
  participants: number
  /** Epoch milliseconds. Nothing that a server writes down by itself is later than this. */
  now: number
  /** Companies and universities that the org knows. */
  accounts: number
}

/** Questions that are thrown for separately, see `Dice`. */
const STREAMS = {
  person: 1,
  registrations: 2,
  profile: 3,
  fate: 4,
  contact: 5,
  lead: 6,
  account: 7,
  stranger: 8,
  member: 9,
  team: 10,
}

/** Throws a RangeError for a number of participants that the story cannot tell. */
export function makeWorld(participants: number, seed: string, now: Date): World {
  checkParticipants(participants)
  const accounts = Math.min(20_000, Math.max(40, Math.round(participants / 6)))
  return { seed: seedNumber(seed), participants, now: now.getTime(), accounts }
}

export function dice(world: World, stream: keyof typeof STREAMS, index: number): Dice {
  return new Dice(world.seed, STREAMS[stream], index)
}
