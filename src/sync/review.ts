import type { Clock } from '../clock.js'
import { normaliseEmail, type EmailResult } from '../domain/email.js'
import { match, wantedFor, type Match, type MatchPolicy } from '../domain/match.js'
import type { Candidates, Participant } from '../domain/person.js'
import { isLeftAlone, whyLeftAlone } from '../domain/opt-out.js'
import { readRecordId } from '../domain/record-id.js'
import { MhError } from '../errors.js'
import type { Database } from '../mongo/database.js'
import { forgetDecision, writeDecision, type Decided } from '../mongo/decisions.js'
import { HomeOrgs } from '../mongo/home-orgs.js'
import { LookupCache } from '../mongo/lookup-cache.js'
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

/** Matches one participant now, by the rules and with what was decided. Throws for who cannot be reviewed. */
export async function review(tools: ReviewTools, id: string): Promise<Reviewed> {
  const participant = await reviewable(tools, id)
  return { participant, match: await matchNow(tools, participant) }
}

/**
 * Remembers what a person decided, after looking whether the record is there. It wins from then on, in every command.
 * Throws NOT_FOUND for a record that the org does not have, USAGE for an id that is none of a contact or lead.
 */
export async function decide(tools: ReviewTools, id: string, decided: Decided, by: string): Promise<Reviewed> {
  const recordId = decided.recordId === undefined ? undefined : recordIdOf(decided.recordId)
  const participant = await reviewable(tools, id)
  if (isLeftAlone(participant.optedOut)) {
    throw new MhError(
      'OPTED_OUT',
      `Participant ${id} ${whyLeftAlone(participant.optedOut)}. Nothing was decided.`,
      'mh-sf privacy opt-in ADDRESS is for who agrees again.',
    )
  }
  const decision = recordId === undefined ? {} : { recordId }
  const found = await matchNow(tools, { ...participant, decided: decision })
  if (recordId !== undefined && !('rule' in found && found.rule === 'decision')) {
    throw new MhError(
      'NOT_FOUND',
      `The org has no contact or open lead ${recordId} that this user can see.`,
      `mh-sf review show ${id} lists whom to choose from.`,
    )
  }
  await new HomeOrgs(tools.database).settle((await tools.source.org.session()).orgId)
  await writeDecision(tools.database, participant.id, decision, { by, at: tools.clock.now() })
  await forgetAnswer(tools, participant)
  return { participant, match: found }
}

function recordIdOf(typed: string): string {
  const record = readRecordId(typed)
  if (record.ok) return record.id
  throw record.problem === 'shape'
    ? new MhError('USAGE', `${typed} is not the id of a contact or lead.`, 'It begins with 003 or 00Q.')
    : new MhError(
        'USAGE',
        `The id ${typed} is mistyped: its last three characters do not fit the fifteen before them.`,
        'Copy it from the record.',
      )
}

/** Lets the rules decide again. Throws NOT_FOUND when nobody had decided. */
export async function forget(tools: ReviewTools, id: string): Promise<void> {
  if (await forgetDecision(tools.database, id)) {
    const participant = await new Participants(tools.database).byId(id)
    if (participant) await forgetAnswer(tools, participant)
    return
  }
  throw new MhError('NOT_FOUND', `Nobody has decided on participant ${id}.`, 'mh-sf review list shows who is parked.')
}

/** What `lookup` answered before the decision is not to be believed any more. */
async function forgetAnswer({ source, database }: ReviewTools, { storedEmail }: Participant): Promise<void> {
  const address = normaliseEmail(storedEmail)
  if (!address.ok) return
  const { orgId } = await source.org.session()
  await new LookupCache(database, orgId).forget(address.email)
}

async function reviewable({ database }: ReviewTools, id: string): Promise<Participant> {
  const participant = OBJECT_ID.test(id) ? await new Participants(database).byId(id) : undefined
  if (participant) return participant
  throw new MhError('NOT_FOUND', `There is no participant ${id}.`, 'mh-sf review list shows the ids of parked people.')
}

async function matchNow({ source, policy }: ReviewTools, participant: Participant): Promise<Match> {
  if (isLeftAlone(participant.optedOut))
    return { kind: 'not_found', because: [whyLeftAlone(participant.optedOut)], rejected: [] }
  const address = normaliseEmail(participant.storedEmail)
  const email = address.ok ? address.email : undefined
  const who = wantedFor(participant, email)
  return source.use(async (people) => {
    const found = email === undefined ? NOBODY : ((await people.byAddress([email])).get(email) ?? NOBODY)
    const [candidates = NOTHING] = await people.complete([{ who, found }])
    const matched = match(who, candidates, policy)
    return address.ok || participant.decided ? matched : withoutAddress(address)
  })
}

/** Nobody can be found by an address that is none; a person may still know who it is. */
function withoutAddress({ problem }: EmailResult & { ok: false }): Match {
  const because = [`the address is not usable: ${problem}`]
  return { kind: 'parked', cause: 'bad address', contacts: [], because, rejected: [] }
}

const NOTHING: Candidates = { ...NOBODY, followed: new Map() }
