/** How many participants a story has, and the seed it is told with, unless somebody says otherwise. */
export const DEFAULT_PARTICIPANTS = 360
export const DEFAULT_SEED = 'mongohacks'

/** The awkward people need room, and ids run out. */
export const FEWEST_PARTICIPANTS = 100
export const MOST_PARTICIPANTS = 5_000_000

/** Throws a RangeError for a number of participants that the story cannot have. */
export function checkParticipants(participants: number): void {
  if (Number.isInteger(participants) && participants >= FEWEST_PARTICIPANTS && participants <= MOST_PARTICIPANTS) return
  throw new RangeError(`participants must be a whole number from ${FEWEST_PARTICIPANTS} to ${MOST_PARTICIPANTS}`)
}
