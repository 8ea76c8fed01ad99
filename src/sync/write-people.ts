import type { LineOutcome } from '../domain/run-line.js'
import type { EnrichmentWrite, Participants, WriteReport } from '../mongo/participants.js'
import { enrichmentLine } from './document-lines.js'
import type { Run } from './run.js'

/** Writes what is owed to people's documents, as lines of a run where there is one; says what became of each, in their order. */
export async function writePeople(
  participants: Participants,
  writes: readonly EnrichmentWrite[],
  run?: Run,
): Promise<{ report: WriteReport; outcomes: LineOutcome[] }> {
  const lines = await run?.intend(writes.map(enrichmentLine))
  const report = await participants.write(writes)
  const outcomes = await outcomesOf(participants, writes, report)
  if (lines) await run?.settle(lines.map((id, at) => ({ id, outcome: outcomes[at] ?? { state: 'done' } })))
  return { report, outcomes }
}

/** Whoever was moved is refused so. */
async function outcomesOf(
  participants: Participants,
  writes: readonly EnrichmentWrite[],
  { moved, failed }: WriteReport,
): Promise<LineOutcome[]> {
  const [{ syncedAt } = { syncedAt: new Date(0) }] = writes
  const ids = writes.map(({ participant }) => participant.id)
  // How many moved is told by the write itself; who they are takes another look.
  const written = moved === 0 ? new Set(ids) : await participants.stampedAt(ids, syncedAt)
  const codes = new Map(failed.map(({ participantId, code }) => [participantId, String(code)]))
  return ids.map((id): LineOutcome => {
    const code = codes.get(id) ?? (written.has(id) ? undefined : 'MOVED')
    return code === undefined ? { state: 'done' } : { state: 'refused', code }
  })
}
