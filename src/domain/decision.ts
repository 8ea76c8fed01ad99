import type { EmailProblem } from './email.js'
import {
  enrichmentChange,
  enrichmentOf,
  unreadableAddress,
  type EnrichmentChange,
  type EnrichmentPolicy,
} from './enrichment.js'
import type { Unknown } from './enrichment-sources.js'
import { choicesOf, type Match, type MatchRule } from './match.js'
import { whyLeftAlone, type OptOut } from './opt-out.js'
import type { Participant } from './person.js'

/** What a backfill does with one participant, and why. No change means that the document is right already. */
export interface Decision {
  participant: Participant
  outcome: Outcome
  rule?: MatchRule
  /** Who they are in the org; absent for an address that could not be looked up. */
  match?: Match
  because: string[]
  /** Records a person may choose from, when parked. */
  candidates: string[]
  change?: EnrichmentChange
}

export type Outcome = 'contact' | 'lead' | 'not_found' | 'parked' | 'malformed' | 'opted_out'

/** The decision for somebody whose address could be looked up. */
export function decideMatched(
  participant: Participant,
  match: Match,
  policy: EnrichmentPolicy,
  unknown?: Unknown,
): Decision {
  return {
    participant,
    outcome: match.kind,
    ...('rule' in match ? { rule: match.rule } : {}),
    match,
    because: match.because,
    candidates: match.kind === 'parked' ? choicesOf(match).map(({ id }) => id) : [],
    change: enrichmentChange(participant.current, enrichmentOf(match, policy), unknown),
  }
}

/** The decision for somebody whose address is not one: parked with the reason, the rest go on. */
export function decideMalformed(participant: Participant, problem: EmailProblem): Decision {
  return {
    participant,
    outcome: 'malformed',
    because: [`the address is not usable: ${problem}`],
    candidates: [],
    change: enrichmentChange(participant.current, unreadableAddress(participant.current, problem)),
  }
}

/** The decision for somebody who is left alone: what an earlier run knew stays, and nothing is asked or written. */
export function decideOptedOut(participant: Participant, optedOut: OptOut): Decision {
  return { participant, outcome: 'opted_out', because: [whyLeftAlone(optedOut)], candidates: [] }
}
