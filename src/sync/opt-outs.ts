import type { Decision } from '../domain/decision.js'
import { flagThatSaysNo, OPT_OUT_FIELD, stronger, type OptOut } from '../domain/opt-out.js'
import type { Database } from '../mongo/database.js'
import { OptOuts, type Traits } from '../mongo/opt-outs.js'

/**
 * Decisions, with what is noted of the records that were found: somebody may have opted out under another address. What the org itself
 * says of them is noted, so that it holds when the record is gone; and when the record that said so says otherwise, it is over.
 */
export async function withOptOuts(
  database: Database,
  decisions: readonly Decision[],
  now: Date,
  dryRun: boolean,
): Promise<Decision[]> {
  const optOuts = new OptOuts(database)
  const noted = await optOuts.among(decisions.map(({ match }) => ({ recordIds: recordIdsOf(match) })))
  if (!dryRun) {
    for (const [at, each] of decisions.entries()) {
      const flag = flagThatSaysNo(recordOf(each.match)?.also)
      if (flag === undefined || each.participant.optedOut !== undefined || noted[at] !== undefined) continue
      await optOuts.note(traitsOf(each), 'org', now, flag)
    }
  }
  const over = decisions.filter(({ match, participant }, at) => {
    const optOut = stronger(participant.optedOut, noted[at])
    const read = recordOf(match)?.also ?? {}
    return optOut?.because === 'org' && read[optOut.flag ?? OPT_OUT_FIELD] === 'false' && !flagThatSaysNo(read)
  })
  const left = await liftedByOrg(optOuts, over, dryRun)
  return decisions.map((decision, at) => {
    const { participant } = decision
    const optedOut = left.has(decision) ? left.get(decision) : stronger(participant.optedOut, noted[at])
    return { ...decision, participant: { ...participant, optedOut } }
  })
}

/** What still holds of people whose record says now that they did not opt out; a dry run takes it that nothing does. */
async function liftedByOrg(
  optOuts: OptOuts,
  over: readonly Decision[],
  dryRun: boolean,
): Promise<Map<Decision, OptOut | undefined>> {
  if (over.length === 0) return new Map()
  if (!dryRun) await optOuts.liftByOrg(over.flatMap(({ match }) => recordIdsOf(match)))
  const left = dryRun ? [] : await optOuts.among(over.map(traitsOf))
  return new Map(over.map((decision, at) => [decision, left[at]]))
}

function traitsOf({ match, participant: { id, storedEmail } }: Decision): Traits {
  return { emails: [storedEmail], participantIds: [id], recordIds: recordIdsOf(match) }
}

function recordOf(match: Decision['match']) {
  return match?.kind === 'contact' ? match.contact : match?.kind === 'lead' ? match.lead : undefined
}

function recordIdsOf(match: Decision['match']): string[] {
  const record = recordOf(match)
  return record ? [record.id] : []
}
