import type { Clock } from '../clock.js'
import type { Decision } from '../domain/decision.js'
import type { EnrichmentPolicy } from '../domain/enrichment.js'
import type { MatchPolicy } from '../domain/match.js'
import type { Participant } from '../domain/person.js'
import { Participants } from '../mongo/participants.js'
import type { Database } from '../mongo/database.js'
import type { PeopleSource } from '../salesforce/people-source.js'
import type { CandidateReader } from './candidates.js'
import { decidePage, decideWaiting } from './decide-page.js'
import type { Run } from './run.js'
import { writePeople } from './write-people.js'

export interface BatchTools {
  source: PeopleSource
  database: Database
  clock: Clock
  policy: MatchPolicy & EnrichmentPolicy
  /** Where changes are written down. */
  run?: Run
  /** Asked right before anything is written: throws when these people may be somebody else's by now. */
  mayWrite?: () => void
}

/**
 * What became of one person: their document says who they are in the org, whether it had to be changed for that or not;
 * `moved`: the platform changed them meanwhile, and they have to be looked at again; `failed`: the database refused.
 */
export type Enriched =
  { kind: 'enriched'; decision: Decision; changed: boolean } | { kind: 'moved' } | { kind: 'failed'; code: string }

/**
 * Looks up people who are at hand, decides, and writes, as a backfill would: one read of the org serves all of them. By the participant's
 * id. Throws what the org or the database throws as a whole; nothing is written then.
 */
export async function enrichBatch(tools: BatchTools, people: readonly Participant[]): Promise<Map<string, Enriched>> {
  const { source, database, clock, policy, run, mayWrite } = tools
  if (people.length === 0) return new Map()
  const decisions = await decide(source, policy, people)
  mayWrite?.()
  const syncedAt = clock.now()
  const writes = decisions.flatMap(({ participant, change }) => (change ? [{ participant, change, syncedAt }] : []))
  const { outcomes } = await writePeople(new Participants(database), writes, run)
  const fates = new Map(writes.map(({ participant }, at) => [participant.id, outcomes[at]]))
  return new Map(
    decisions.map((decision) => {
      const fate = fates.get(decision.participant.id)
      return [decision.participant.id, toEnriched(decision, fate?.state === 'refused' ? fate.code : undefined)]
    }),
  )
}

async function decide(
  source: PeopleSource,
  policy: BatchTools['policy'],
  people: readonly Participant[],
): Promise<Decision[]> {
  const read: CandidateReader = (emails) => source.use((opened) => opened.byAddress(emails))
  const deciding = { source, read, policy, force: false }
  const { decisions, waiting } = await decidePage(people, deciding)
  return waiting.length === 0 ? decisions : [...decisions, ...(await decideWaiting(waiting, deciding))]
}

function toEnriched(decision: Decision, code: string | undefined): Enriched {
  if (code === undefined) return { kind: 'enriched', decision, changed: decision.change !== undefined }
  return code === 'MOVED' ? { kind: 'moved' } : { kind: 'failed', code }
}
