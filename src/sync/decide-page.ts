import { decideMalformed, decideMatched, decideOptedOut, type Decision } from '../domain/decision.js'
import { normaliseEmail, type EmailProblem } from '../domain/email.js'
import type { EnrichmentPolicy } from '../domain/enrichment.js'
import type { Unknown } from '../domain/enrichment-sources.js'
import { idsToFollow, match, wantedFor, type MatchPolicy, type Wanted } from '../domain/match.js'
import { isLeftAlone } from '../domain/opt-out.js'
import type { Candidates, Participant } from '../domain/person.js'
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
  /** Why the address is not usable, of somebody on whom a person decided. */
  problem?: EmailProblem
}

/** Decides on one page of participants by one read of all their addresses; who needs more is left waiting. */
export async function decidePage(
  page: readonly Participant[],
  { source, read, policy, force }: DecidingTools,
): Promise<{ decisions: Decision[]; waiting: Waiting[] }> {
  const decisions: Decision[] = []
  const addressed = page.flatMap((participant): Omit<Waiting, 'found'>[] => {
    if (isLeftAlone(participant.optedOut)) {
      decisions.push(decideOptedOut(participant, participant.optedOut))
      return []
    }
    const address = normaliseEmail(participant.storedEmail)
    if (address.ok) return [{ participant, who: wantedFor(participant, address.email, force) }]
    if (participant.decided) return [{ participant, who: wantedFor(participant, undefined), problem: address.problem }]
    decisions.push(decideMalformed(participant, address.problem))
    return []
  })
  const candidates = await read([...new Set(addressed.flatMap(({ who }) => who.email ?? []))])
  const unknown = (await source.open()).unknown(policy)
  const waiting: Waiting[] = []
  for (const each of addressed) {
    const { who } = each
    const found = (who.email === undefined ? undefined : candidates.get(who.email)) ?? NOBODY
    const known = { ...found, followed: new Map<string, never>() }
    if (idsToFollow(who.link, known).length > 0) waiting.push({ ...each, found })
    else decisions.push(decideOn(each, known, policy, unknown))
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
    return candidates.map((each) => decideOn(each, each, policy, unknown))
  })
}

/** By the rules; whose address is not usable only by what a person decided. */
function decideOn(
  { participant, who, problem }: Omit<Waiting, 'found'>,
  known: Candidates,
  policy: DecidingTools['policy'],
  unknown: Unknown,
): Decision {
  const found = match(who, known, policy)
  const isDecided = who.isNobody === true || ('rule' in found && found.rule === 'decision')
  return problem === undefined || isDecided
    ? decideMatched(participant, found, policy, unknown)
    : decideMalformed(participant, problem)
}
