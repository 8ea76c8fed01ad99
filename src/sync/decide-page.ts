import { decideMalformed, decideMatched, type Decision } from '../domain/decision.js'
import { normaliseEmail } from '../domain/email.js'
import type { EnrichmentPolicy } from '../domain/enrichment.js'
import { match, wantedFor, type MatchPolicy } from '../domain/match.js'
import type { Participant } from '../domain/person.js'
import { NOBODY, type People } from '../salesforce/people.js'
import type { CandidateReader } from './candidates.js'

/** Decides on one page of participants: one read for all addresses, one more for records that must be followed by id. */
export async function decidePage(
  page: readonly Participant[],
  {
    people,
    read,
    policy,
    force,
  }: { people: People; read: CandidateReader; policy: MatchPolicy & EnrichmentPolicy; force: boolean },
): Promise<Decision[]> {
  const malformed: Decision[] = []
  const addressed = page.flatMap((participant) => {
    const address = normaliseEmail(participant.storedEmail)
    if (address.ok) return [{ participant, who: wantedFor(participant, address.email, force) }]
    malformed.push(decideMalformed(participant, address.problem))
    return []
  })
  const found = await read([...new Set(addressed.map(({ who }) => who.email))])
  const candidates = await people.complete(
    addressed.map(({ participant, who }) => ({ participant, who, found: found.get(who.email) ?? NOBODY })),
  )
  const matched = candidates.map(({ participant, who, ...known }) =>
    decideMatched(participant, match(who, known, policy), policy),
  )
  return [...matched, ...malformed]
}
