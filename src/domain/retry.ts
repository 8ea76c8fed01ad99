import type { FailedRun } from './failure-causes.js'
import { EVERYBODY, type KeptRun } from './run.js'

/** How what failed in one run is done again. */
export interface Retrial {
  run: KeptRun
  way: 'sync' | 'backfill'
  /** By id; undefined means all of them, as the run had it. */
  eventIds?: string[]
  /** The participants of what failed. */
  participantIds: string[]
  correct: boolean
  createLeads: boolean
}

/** What writes to the org for some events; each has what the ones after it need. */
const SYNCS = new Set(['campaign sync', 'campaign push', 'campaign create', 'contact push', 'apply', 'retry'])

/** Whether failures of a run are done again one by one; others by giving the command again. */
export function isRetried({ command, scopes }: Pick<KeptRun, 'command' | 'scopes'>): boolean {
  return command === 'backfill' || (SYNCS.has(command) && !scopes.includes(EVERYBODY))
}

/**
 * What failed in a run, to be done again for just those people; `cause` leaves only failures with that code. Undefined when there is
 * nothing of it, or when it is not to be done this way.
 */
export function retrialOf({ run, lines }: FailedRun, cause: string | undefined): Retrial | undefined {
  const meant = lines.filter(({ code = 'UNKNOWN_FATE' }) => cause === undefined || code === cause)
  if (meant.length === 0 || !isRetried(run)) return undefined
  const participantIds = [...new Set(meant.flatMap((line) => line.participantIds))]
  const eventIds = run.scopes.includes(EVERYBODY) ? undefined : [...run.scopes]
  const asked = {
    correct: run.arguments.includes('--correct'),
    createLeads: meant.some(({ object }) => object === 'Lead'),
  }
  const way = run.command === 'backfill' ? 'backfill' : 'sync'
  return { run, way, ...(eventIds ? { eventIds } : {}), participantIds, ...asked }
}
