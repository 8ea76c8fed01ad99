import { decideMalformed, decideMatched, type Decision } from '../domain/decision.js'
import { normaliseEmail } from '../domain/email.js'
import type { EnrichmentPolicy } from '../domain/enrichment.js'
import { idsToFollow, match, wantedFor, type MatchPolicy, type Wanted } from '../domain/match.js'
import type { Participant } from '../domain/person.js'
import { NOBODY, type Found } from '../salesforce/people.js'
import type { PeopleSource } from '../salesforce/people-source.js'
import type { CandidateReader } from './candidates.js'

export interface DecidingTools {
  source: PeopleSource
  read: CandidateReader
  policy: MatchPolicy & EnrichmentPolicy
  /** Match by address anew, as if nobody had been linked. */
  force: boolean
}

/** Somebody who cannot be decided on before records are read by id: a link under another address, a merge, a conversion. */
export interface Waiting {
  participant: Participant
  who: Wanted
  found: Found
}

/** Decides on one page of participants by one read of all their addresses; who needs more is left waiting. */
export async function decidePage(
  page: readonly Participant[],
  { source, read, policy, force }: DecidingTools,
): Promise<{ decisions: Decision[]; waiting: Waiting[] }> {
  const decisions: Decision[] = []
  const addressed = page.flatMap((participant) => {
    const address = normaliseEmail(participant.storedEmail)
    if (address.ok) return [{ participant, who: wantedFor(participant, address.email, force) }]
    decisions.push(decideMalformed(participant, address.problem))
    return []
  })
  const candidates = await read([...new Set(addressed.map(({ who }) => who.email))])
  const unknown = (await source.open()).unknown(policy)
  const waiting: Waiting[] = []
  for (const { participant, who } of addressed) {
    const found = candidates.get(who.email) ?? NOBODY
    const known = { ...found, followed: new Map<string, never>() }
    if (idsToFollow(who.link, known).length > 0) waiting.push({ participant, who, found })
    else decisions.push(decideMatched(participant, match(who, known, policy), policy, unknown))
  }
  return { decisions, waiting }
}

/** Decides on those who waited, all together: scattered over many pages they would cost a call each page. */
export async function decideWaiting(
  waiting: readonly Waiting[],
  { source, policy }: DecidingTools,
): Promise<Decision[]> {
  return source.use(async (people) => {
    const unknown = people.unknown(policy)
    const candidates = await people.complete(waiting)
    return candidates.map(({ participant, who, ...known }) =>
      decideMatched(participant, match(who, known, policy), policy, unknown),
    )
  })
}
