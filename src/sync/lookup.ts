import type { Clock } from '../clock.js'
import type { NormalEmail } from '../domain/email.js'
import { enrichmentChange, enrichmentOf, type EnrichmentPolicy } from '../domain/enrichment.js'
import { membershipsOf, recordOf, type LookupAnswer } from '../domain/lookup-answer.js'
import { match, wantedFor, type MatchPolicy, type Wanted } from '../domain/match.js'
import { isLeftAlone } from '../domain/opt-out.js'
import type { Participant } from '../domain/person.js'
import { MhError } from '../errors.js'
import type { LookupCache } from '../mongo/lookup-cache.js'
import type { Participants } from '../mongo/participants.js'
import { NOBODY } from '../salesforce/people.js'
import type { PeopleSource } from '../salesforce/people-source.js'
import type { Run } from './run.js'
import { writePeople } from './write-people.js'

/** What looking up needs; without a database it goes on without cache and links. */
export interface LookupTools {
  source: PeopleSource
  database?: { cache: LookupCache; participants: Participants }
  clock: Clock
  policy: MatchPolicy & EnrichmentPolicy
  /** Where what is saved is written down. */
  run?: Run
}

export interface LookupRequest {
  emails: readonly NormalEmail[]
  /** Ask the org even if the cache has an answer. */
  refresh: boolean
  /** Write the enrichment to the participants who have these addresses. */
  save: boolean
}

export interface LookupResult {
  /** The run in which what was saved is written down. */
  runId?: string
  answers: LookupAnswer[]
  /** How many answers came from the cache. */
  cached: number
  calls: number
  /** With `save`: participants written, unchanged, and addresses that no participant has. */
  saved?: { written: number; unchanged: number; moved: number; failed: number; noParticipant: number }
  /** Fields the org or the rights lack, and other things that could not be read. */
  missing: string[]
  /** Why the cache could not be used; the answers are there all the same. */
  cacheTrouble?: string
}

/**
 * Who these people are in Salesforce, in the order asked: from the cache where it may be believed, else from the org.
 * What is saved is never from the cache: a link, a name or a policy may have changed since.
 */
export async function lookup(tools: LookupTools, request: LookupRequest): Promise<LookupResult> {
  const { source, database, clock } = tools
  const before = source.org.calls
  const emails = [...new Set(request.emails)]
  const trouble: string[] = []
  const tolerate = (error: unknown): undefined => {
    if (!(error instanceof MhError)) throw error
    trouble.push(error.message)
  }
  const cache = request.refresh || request.save ? undefined : database?.cache
  const known = (await cache?.read(emails, clock.now()).catch(tolerate)) ?? new Map<NormalEmail, LookupAnswer>()
  const asked = await timed(tools, () =>
    askOrg(
      tools,
      emails.filter((email) => !known.has(email)),
    ),
  )
  await database?.cache.write(asked.answers).catch(tolerate)
  const answers = new Map([...known, ...asked.answers.map((answer) => [answer.email, answer] as const)])
  return {
    answers: emails.map((email) => answers.get(email)).filter((answer) => answer !== undefined),
    cached: known.size,
    missing: asked.missing,
    ...(trouble[0] === undefined ? {} : { cacheTrouble: trouble[0] }),
    ...(tools.run ? { runId: tools.run.id } : {}),
    ...(request.save ? { saved: await save(tools, [...answers.values()]) } : {}),
    calls: source.org.calls - before,
  }
}

/** Somebody waits for this: how long is noted, where the org was asked. */
async function timed<T>({ source: { org }, clock }: LookupTools, ask: () => Promise<T>): Promise<T> {
  const before = { calls: org.calls, elapsed: clock.elapsed() }
  const answer = await ask()
  if (org.calls > before.calls) org.transport.noteLookup(clock.elapsed() - before.elapsed)
  return answer
}

async function askOrg({ source, database, clock, policy }: LookupTools, emails: readonly NormalEmail[]) {
  if (emails.length === 0) return { answers: [], missing: [] }
  const participants = byStoredEmail((await database?.participants.byEmail(emails)) ?? [])
  return source.use(async (people) => {
    const askedAt = clock.now()
    const { found, surroundings } = await people.withSurroundings(emails)
    const wanted = emails.map((email) => {
      const participant = participants.get(email)
      return {
        email,
        who: participant ? wantedFor(participant, email) : stranger(email),
        found: found.get(email) ?? NOBODY,
      }
    })
    const candidates = await people.complete(wanted)
    const matched = candidates.map(({ email, who, ...known }) => ({ email, decided: match(who, known, policy) }))
    // Campaigns came with the addresses; who was reached by a link or a merge may have another one.
    const brought = new Set(
      [...found.values()].flatMap(({ contacts, leads }) => [...contacts, ...leads]).map(({ id }) => id),
    )
    const others = matched.map(({ decided }) => recordOf(decided)).filter((id) => id !== undefined && !brought.has(id))
    const more = await people.membershipsOf(others.filter((id) => id !== undefined))
    const memberships = [...surroundings.memberships, ...more.memberships]
    const answers = matched.map(({ email, decided }): LookupAnswer => ({
      email,
      match: decided,
      memberships: membershipsOf(decided, memberships),
      accountHint: decided.kind === 'not_found' ? surroundings.accountHints.get(email) : undefined,
      askedAt,
    }))
    return { answers, missing: [...people.missingFields, ...surroundings.refused, ...more.refused] }
  })
}

/** An address that is no participant's is matched without a name and without a link. */
function stranger(email: NormalEmail): Wanted {
  return { participantId: '', email, link: {} }
}

async function save({ source, database, clock, policy, run }: LookupTools, answers: readonly LookupAnswer[]) {
  const found = (await database?.participants.byEmail(answers.map(({ email }) => email))) ?? []
  const participants = byStoredEmail(found.filter(({ optedOut }) => !isLeftAlone(optedOut)))
  const unknown = (await source.open()).unknown(policy)
  const writes = answers.flatMap(({ email, match }) => {
    const participant = participants.get(email)
    const change = participant && enrichmentChange(participant.current, enrichmentOf(match, policy), unknown)
    return change ? [{ participant, change, syncedAt: clock.now() }] : []
  })
  const report = database && (await writePeople(database.participants, writes, run)).report
  return {
    written: report?.written ?? 0,
    unchanged: participants.size - writes.length,
    moved: report?.moved ?? 0,
    failed: report?.failed.length ?? 0,
    noParticipant: answers.length - participants.size,
  }
}

/** The platform stores addresses in lower case, so the normal form finds them. */
function byStoredEmail(participants: readonly Participant[]): Map<unknown, Participant> {
  return new Map(participants.map((participant) => [participant.storedEmail, participant]))
}
