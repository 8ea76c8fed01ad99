import { gateOf, type ConsentNeeds, type Gate } from '../domain/consent.js'
import type { Decision } from '../domain/decision.js'
import type { Database } from '../mongo/database.js'
import { readLeadFacts } from '../mongo/lead-facts.js'
import type { LeadSettings } from './lead-candidates.js'

/** Whether one person may become a member, and whether their Contact may be written to. */
export interface Gates {
  member: Gate
  writeback: Gate
}

/** Reads consent for a page of people, where anything needs it; a person whom a Lead could not be made of for want of it has none. */
export async function gatesOf(
  database: Database,
  needs: ConsentNeeds,
  leads: LeadSettings,
  decisions: readonly Pick<Decision, 'participant'>[],
): Promise<(decision: Pick<Decision, 'participant'>) => Gates> {
  const isNeeded = needs.member !== 'none' || needs.writeback !== 'none'
  const ids = isNeeded ? decisions.map(({ participant }) => participant.id) : []
  const facts = await readLeadFacts(database, ids, leads.companyQuestion)
  return ({ participant: { id } }) => {
    const known = facts.get(id)?.consent
    return {
      member: gateOf(needs.member, known, leads.consent),
      writeback: gateOf(needs.writeback, known, leads.consent),
    }
  }
}
