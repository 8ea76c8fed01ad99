import { shownRuns, type ShownRun } from '../domain/shown-run.js'
import type { QueueEntry } from '../domain/queue.js'
import { maskedLine } from '../domain/masked-line.js'
import type { RunLine } from '../domain/run-line.js'
import { readDecision, type KeptDecision } from '../mongo/decisions.js'
import { findParticipant, type KnownParticipant } from '../mongo/find-participant.js'
import { Queue } from '../mongo/queue.js'
import { ledgerOf, type LedgerTools } from './ledger.js'

/** What one run did about somebody; of a run that was forgotten only the id is left. */
export interface HistoryStep {
  runId: string
  run?: ShownRun
  /** In the order in which they were made. */
  lines: readonly RunLine[]
}

/** One participant's log, the latest run first. */
export interface History {
  participant: KnownParticipant
  steps: readonly HistoryStep[]
  /** Older changes than these are kept and not shown. */
  more: boolean
  /** What a person decided about who they are. */
  decision?: KeptDecision
  /** Where they wait, if they do. */
  queued?: QueueEntry
}

/**
 * What was done about one participant, as far as it is kept: at most so many changes. `typed`: an address or an id. Throws USAGE and
 * NOT_FOUND as `findParticipant` does.
 */
export async function readHistory(tools: LedgerTools, typed: string, limit: number): Promise<History> {
  const { database } = tools
  const participant = await findParticipant(database, typed)
  const { runs, alive } = ledgerOf(tools)
  const [lines, decision, [queued], living] = await Promise.all([
    runs.linesAbout(participant.id, limit + 1),
    readDecision(database, participant.id),
    new Queue(database).list({ participantIds: [participant.id] }, 1),
    alive(),
  ])
  const told = stepsOf(lines.slice(0, limit).map(maskedLine))
  const known = new Map(
    shownRuns(await runs.byIds([...told.keys()]), living).map((run): [string, ShownRun] => [run.id, run]),
  )
  return {
    participant,
    steps: [...told].map(([runId, ofRun]) => ({ runId, run: known.get(runId), lines: ofRun })),
    more: lines.length > limit,
    ...(decision ? { decision } : {}),
    ...(queued ? { queued } : {}),
  }
}

/** Lines by their run, which begins their id: the latest run first, and within it the earliest line. */
function stepsOf(lines: readonly RunLine[]): Map<string, RunLine[]> {
  const steps = new Map<string, RunLine[]>()
  for (const line of lines) {
    const runId = line.id.split('/')[0] ?? ''
    steps.set(runId, [line, ...(steps.get(runId) ?? [])])
  }
  return steps
}
