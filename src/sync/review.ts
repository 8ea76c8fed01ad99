import type { Clock } from '../clock.js'
import { normaliseEmail } from '../domain/email.js'
import { match, wantedFor, type Match, type MatchPolicy } from '../domain/match.js'
import type { Participant } from '../domain/person.js'
import { MhError } from '../errors.js'
import type { Database } from '../mongo/database.js'
import { forgetDecision, writeDecision, type Decided } from '../mongo/decisions.js'
import { Participants } from '../mongo/participants.js'
import { NOBODY } from '../salesforce/people.js'
import type { PeopleSource } from '../salesforce/people-source.js'

export interface ReviewTools {
  source: PeopleSource
  database: Database
  clock: Clock
  policy: MatchPolicy
}

/** A participant with what the rules say of them now. */
export interface Reviewed {
  participant: Participant
  match: Match
}

const OBJECT_ID = /^[0-9a-f]{24}$/iu
/** Contacts and leads (rest.md §10). */
const RECORD_ID = /^00[3Q][0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?$/u

/** Matches one participant now, by the rules and with what was decided. Throws for who cannot be reviewed. */
export async function review({ source, database, policy }: ReviewTools, id: string): Promise<Reviewed> {
  const participant = OBJECT_ID.test(id) ? await new Participants(database).byId(id) : undefined
  if (!participant) {
    throw new MhError(
      'NOT_FOUND',
      `There is no participant ${id}.`,
      'mh-sf review list shows the ids of parked people.',
    )
  }
  const address = normaliseEmail(participant.storedEmail)
  if (!address.ok) {
    throw new MhError(
      'NOT_FOUND',
      `Participant ${id} has no usable address (${address.problem}), so there is nobody to choose from.`,
      'Correct the address on the platform; the next run finds the person by it.',
    )
  }
  const who = wantedFor(participant, address.email)
  return source.use(async (people) => {
    const found = (await people.byAddress([address.email])).get(address.email) ?? NOBODY
    const [candidates] = await people.complete([{ who, found }])
    const known = candidates ?? { contacts: [], leads: [], followed: new Map<string, never>() }
    return { participant, match: match(who, known, policy) }
  })
}

/**
 * Remembers what a person decided, after looking whether the record is there. It wins from then on, in every command.
 * Throws NOT_FOUND for a record that the org does not have, USAGE for an id that is none of a contact or lead.
 */
export async function decide(
  tools: ReviewTools,
  id: string,
  decided: Decided,
  by: string,
): Promise<{ participant: Participant; match: Match }> {
  const { recordId } = decided
  if (recordId !== undefined && !RECORD_ID.test(recordId)) {
    throw new MhError('USAGE', `${recordId} is not the id of a contact or lead.`, 'It begins with 003 or 00Q.')
  }
  const { participant } = await review(tools, id)
  const before = await matchAs(tools, { ...participant, decided })
  if (recordId !== undefined && (before.kind === 'not_found' || !('rule' in before) || before.rule !== 'decision')) {
    throw new MhError(
      'NOT_FOUND',
      `The org has no contact or open lead ${recordId} that this user can see.`,
      `mh-sf review show ${id} lists whom to choose from.`,
    )
  }
  await writeDecision(tools.database, participant.id, decided, { by, at: tools.clock.now() })
  return { participant, match: before }
}

/** Lets the rules decide again. Throws NOT_FOUND when nobody had decided. */
export async function forget({ database }: ReviewTools, id: string): Promise<void> {
  if (await forgetDecision(database, id)) return
  throw new MhError('NOT_FOUND', `Nobody has decided on participant ${id}.`, 'mh-sf review list shows who is parked.')
}

async function matchAs({ source, policy }: ReviewTools, participant: Participant): Promise<Match> {
  const address = normaliseEmail(participant.storedEmail)
  if (!address.ok) throw new TypeError('an address that was usable before')
  const who = wantedFor(participant, address.email)
  return source.use(async (people) => {
    const [candidates] = await people.complete([{ who, found: NOBODY }])
    return match(who, candidates ?? { contacts: [], leads: [], followed: new Map<string, never>() }, policy)
  })
}
