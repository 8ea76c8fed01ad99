import type { NormalEmail } from './email.js'
import type { Match } from './match.js'
import type { Account, Membership } from './person.js'

/** Who somebody is in Salesforce, as `lookup` tells it and as it is cached. */
export interface LookupAnswer {
  email: NormalEmail
  match: Match
  memberships: Membership[]
  /** The account whose website is the address's domain; only a hint. */
  accountHint?: Account
  /** When the org was asked. */
  askedAt: Date
}

/** The id of the record that somebody was found to be. */
export function recordOf(match: Match): string | undefined {
  return match.kind === 'contact' ? match.contact.id : match.kind === 'lead' ? match.lead.id : undefined
}

/** The memberships of one person: those of the record that was matched. */
export function membershipsOf(match: Match, all: readonly Membership[]): Membership[] {
  const id = recordOf(match)
  return all.filter(({ personId }) => personId === id)
}
