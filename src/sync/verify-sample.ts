import type { EventDetails } from '../domain/event.js'
import { countVerdict, noVerdicts, ownFieldsOf, verdictOf, worstOf, type VerdictCounts } from '../domain/verdict.js'
import type { Database } from '../mongo/database.js'
import { leftAloneAmong } from '../mongo/left-alone.js'
import { sampleOf } from '../mongo/participant-sample.js'
import type { SyncTools } from './campaign-sync.js'
import { chooseEvents } from './choose-events.js'
import { comparePeople, type ComparedPerson } from './compare-people.js'
import type { MatchEvent } from './match-everybody.js'
import { campaignFields } from './verify.js'

export interface SampleRequest {
  /** How many people at the most. */
  size: number
  /** Who was the last one of the sample before. */
  after?: string
  /** Whom the platform has changed since is left out: the sync that is verified may not have seen it. */
  unchangedSince: Date
  /** Whether Contacts are compared. */
  contacts: boolean
  maxApiCalls?: number
}

export type SampleEvent = { kind: 'events'; events: EventDetails[]; guessed: boolean } | MatchEvent

/** Whether both systems agree on some people of the live events, each counted once for all of these. */
export interface SampleResult {
  counts: VerdictCounts
  /** Events whose Campaign a sync would change, or that have none. */
  campaignsDiffer: number
  /** Who was the last one; absent when nobody is registered. */
  upTo?: string
}

/**
 * Reads both systems for a sample of the people of all live events, and judges them as `verify` does; writes nothing. The next
 * sample begins after this one. It takes a few calls, whatever the size of the events.
 */
export async function verifySample(
  tools: SyncTools,
  { size, after, unchangedSince, contacts, maxApiCalls }: SampleRequest,
  watch: (event: SampleEvent) => void,
): Promise<SampleResult> {
  tools.source.org.beginRun(maxApiCalls)
  const { events, guessed } = await chooseEvents(tools, undefined)
  watch({ kind: 'events', events, guessed })
  const eventIds = events.map(({ id }) => id)
  const ids = await sampleOf(tools.database, eventIds, after, size, unchangedSince)
  const { contracts, people } = await comparePeople(tools, { events, ids, contacts }, watch)
  const counts = noVerdicts()
  for (const person of people.values()) countVerdict(counts, worstOf(verdictsOf(person)))
  const campaignsDiffer = contracts.filter((each) => !('plan' in each) || campaignFields(each.plan).length > 0).length
  return { counts, campaignsDiffer, upTo: await endOf(tools.database, ids) }
}

/** Where the sample ended; no note is made of anybody who is left alone, unless all of them are. */
async function endOf(database: Database, ids: readonly string[]): Promise<string | undefined> {
  const leftAlone = await leftAloneAmong(database, ids)
  return ids.findLast((id) => !leftAlone.has(id)) ?? ids.at(-1)
}

/** Of the person by themselves, and at each of their events. */
function verdictsOf({ decision, members, contactChanges }: ComparedPerson): Parameters<typeof worstOf>[0] {
  const contactFields = contactChanges.map(({ field }) => field)
  const evidence = { outcome: decision.outcome, ownFields: ownFieldsOf(decision), contactFields }
  return [verdictOf(evidence), ...[...members.values()].map((member) => verdictOf({ ...evidence, member }))]
}

/** Whether nothing is owed that a sync would write. */
export function sampleAgrees({ counts, campaignsDiffer }: SampleResult): boolean {
  return counts.differs + counts.missing + campaignsDiffer === 0
}
