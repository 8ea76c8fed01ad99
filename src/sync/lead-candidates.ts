import type { ConsentSource } from '../domain/consent.js'
import { decideMatched, type Decision } from '../domain/decision.js'
import { normaliseEmail, type NormalEmail } from '../domain/email.js'
import type { EnrichmentPolicy } from '../domain/enrichment.js'
import { chooseLead, isUnknownToOrg, type NoLead } from '../domain/lead-choice.js'
import type { LeadPolicy } from '../domain/lead.js'
import { match, wantedFor, type MatchPolicy } from '../domain/match.js'
import type { Participant } from '../domain/person.js'
import type { Database } from '../mongo/database.js'
import type { LeadClaim } from '../mongo/lead-claims.js'
import { readLeadFacts } from '../mongo/lead-facts.js'
import { OptOuts } from '../mongo/opt-outs.js'
import { NOBODY } from '../salesforce/people.js'
import type { PeopleSource } from '../salesforce/people-source.js'

export interface LeadSettings extends LeadPolicy {
  /** Where consent is looked for, in this order. */
  consent: readonly ConsentSource[]
  /** The question of the sign-up form that asks for the company. */
  companyQuestion?: string
  /** Whether the org's assignment rules run, which may send mail. */
  assignmentRules: boolean
}

/** Somebody whom the org does not know and who agreed: one address, which several participants may have. */
export interface LeadCandidate extends LeadClaim {
  participants: readonly Participant[]
  company?: string
}

/** Records that somebody may be, beside what the platform knows: made by an earlier run, or named by a duplicate rule. */
export type LeadHints = Map<NormalEmail, { leadId?: string; lookalikeIds?: readonly string[] }>

/** Called for people who do not become Leads. */
export type LeaveOut = (why: NoLead, people?: number) => void

/** Who of these becomes a Lead, by address; the others are told with the reason. */
export async function chooseCandidates(
  database: Database,
  leads: LeadSettings,
  decisions: readonly Decision[],
  leaveOut: LeaveOut,
): Promise<LeadCandidate[]> {
  const unknown = decisions.filter(isUnknownToOrg)
  const facts = await readLeadFacts(
    database,
    unknown.map(({ participant }) => participant.id),
    leads.companyQuestion,
  )
  const chosen = new Map<NormalEmail, LeadCandidate>()
  for (const decision of unknown) {
    const { participant } = decision
    const address = normaliseEmail(participant.storedEmail)
    const choice = chooseLead(decision, facts.get(participant.id), leads.consent)
    if (!choice.make) leaveOut(choice.why)
    else if (address.ok) {
      const { email } = address
      const known = chosen.get(email)
      chosen.set(email, {
        email,
        consent: known?.consent ?? choice.consent,
        company: known?.company ?? facts.get(participant.id)?.company,
        participants: [...(known?.participants ?? []), participant],
        participantIds: [...(known?.participantIds ?? []), participant.id],
      })
    }
  }
  return [...chosen.values()]
}

/** Those who have not changed their mind since they were chosen: opt-out is checked last (pitfalls.md §8). */
export async function stillAgreed(
  database: Database,
  leads: LeadSettings,
  candidates: readonly LeadCandidate[],
  leaveOut: LeaveOut,
): Promise<LeadCandidate[]> {
  const ids = candidates.flatMap(({ participantIds }) => participantIds)
  const facts = await readLeadFacts(database, ids, leads.companyQuestion)
  const traits = candidates.map(({ email, participantIds }) => ({ emails: [email], participantIds }))
  const optOuts = await new OptOuts(database).among(traits)
  return candidates.filter(({ participants }, at) => {
    if (optOuts[at]) {
      leaveOut('opted out', participants.length)
      return false
    }
    const choices = participants.map((participant) =>
      chooseLead({ participant }, facts.get(participant.id), leads.consent),
    )
    for (const choice of choices) if (!choice.make) leaveOut(choice.why)
    return choices.every(({ make }) => make)
  })
}

/** Matches candidates anew by one read of all their addresses; returns the decisions on those who are somebody now, by participant. */
export async function matchCandidates(
  source: PeopleSource,
  policy: MatchPolicy & EnrichmentPolicy,
  candidates: readonly LeadCandidate[],
  hints: LeadHints,
): Promise<Map<string, Decision>> {
  if (candidates.length === 0) return new Map()
  const decisions = await source.use(async (people) => {
    const found = await people.byAddress(candidates.map(({ email }) => email))
    const wanted = candidates.flatMap(({ email, participants }) =>
      participants.map((participant) => {
        const who = wantedFor(participant, email)
        const link = { ...who.link, ...hints.get(email) }
        return { participant, who: { ...who, link }, found: found.get(email) ?? NOBODY }
      }),
    )
    const [unknown, complete] = [people.unknown(policy), await people.complete(wanted)]
    return complete.map(({ participant, who, ...known }) =>
      decideMatched(participant, match(who, known, policy), policy, unknown),
    )
  })
  return new Map(decisions.filter((each) => !isUnknownToOrg(each)).map((each) => [each.participant.id, each]))
}

/** Splits candidates into those of whom a decision says that they are somebody, and the rest. */
export function partition(
  candidates: readonly LeadCandidate[],
  known: ReadonlyMap<string, Decision>,
): { somebody: LeadCandidate[]; nobody: LeadCandidate[] } {
  const isSomebody = ({ participantIds }: LeadCandidate) => participantIds.some((id) => known.has(id))
  return { somebody: candidates.filter(isSomebody), nobody: candidates.filter((each) => !isSomebody(each)) }
}
