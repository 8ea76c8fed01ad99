import type { Db } from 'mongodb'
import { Dice, seedNumber } from '../../src/playground/story/dice.js'
import { cameTo, Organisers, readPlatform } from './platform.js'

/** The season's events by their slugs, and the share of all participants who register for them besides the story's. */
const EVENTS: readonly (readonly [slug: string, share: number])[] = [
  ['mongodb-spring-2026', 0],
  ['mongodb-winter-2026', 0.3],
  ['atlas-builders-online', 0.25],
  ['nairobi-data-day', 0.15],
]
/** The dice of the opening: nobody else's. */
const STREAM = 101

/** Opens four events and has people register, many for several. Returns the ids of the events. */
export async function openSeason(db: Db, seed: string, tell: (line: string) => void): Promise<string[]> {
  const organisers = new Organisers(db)
  await organisers.begin('mongodb-spring-2026')
  const { events, participants } = await readPlatform(db)
  const ids = EVENTS.map(([slug]) => [...events].find(([, { landingPage }]) => landingPage?.slug === slug)?.[0] ?? '')
  for (const [at, [, share]] of EVENTS.entries()) {
    const dice = new Dice(seedNumber(seed), STREAM, at)
    await organisers.register(
      participants.filter(() => dice.chance(share)),
      ids[at] ?? '',
    )
  }
  const now = (await readPlatform(db)).participants
  const registrations = now.map((person) => ids.filter((id) => cameTo(person, id)).length)
  const several = registrations.filter((count) => count > 1).length
  const total = registrations.reduce((sum, count) => sum + count, 0)
  tell(`${ids.length} events, ${now.length} participants, ${total} registrations; ${several} people in several events`)
  return ids
}
