import { UNKNOWN_FATE, type FailedRun } from './failure-causes.js'
import { EVERYBODY, type KeptRun } from './run.js'

/** How what failed in one run is done again. */
export interface Retrial {
  run: KeptRun
  way: RetriedCommand
  /** By id; undefined means all of them, as the run had it. */
  eventIds?: string[]
  /** The participants of what failed. */
  participantIds: string[]
  correct: boolean
  createLeads: boolean
}

/** Commands whose failures are done again for just those people; of others the whole command is given again. */
const RETRIED = ['campaign sync', 'campaign push', 'backfill'] as const
export type RetriedCommand = (typeof RETRIED)[number]

/** The flag by which a run of `retry` remembers which command it does again. */
const AGAIN = '--again='

/** What was asked for in the first place: of a run that did another one again, that one's command. */
export function firstCommand({ command, arguments: flags }: Pick<KeptRun, 'command' | 'arguments'>): string {
  const again = flags.find((flag) => flag.startsWith(AGAIN))
  return command === 'retry' && again !== undefined ? again.slice(AGAIN.length) : command
}

/** What a run that does another one again is written down with, so that it can be done again itself. */
export function argumentsAgain({ way, correct }: Retrial): string[] {
  return [`${AGAIN}${way}`, ...(correct ? ['--correct'] : [])]
}

/** How failures of a run are done again for just those people; undefined when they are not. */
export function wayOf(run: KeptRun): RetriedCommand | undefined {
  const way = RETRIED.find((command) => command === firstCommand(run))
  return way !== 'backfill' && run.scopes.includes(EVERYBODY) ? undefined : way
}

/**
 * What failed in a run, to be done again for just those people; `cause` leaves only failures with that code. Undefined when there is
 * nothing of it, or when it is not to be done this way.
 */
export function retrialOf({ run, lines }: FailedRun, cause: string | undefined): Retrial | undefined {
  const meant = lines.filter(({ code = UNKNOWN_FATE }) => cause === undefined || code === cause)
  const way = wayOf(run)
  if (meant.length === 0 || way === undefined) return undefined
  const participantIds = [...new Set(meant.flatMap((line) => line.participantIds))]
  const eventIds = run.scopes.includes(EVERYBODY) ? undefined : [...run.scopes]
  const correct = run.arguments.includes('--correct')
  const createLeads = way !== 'campaign push' && meant.some(({ object }) => object === 'Lead')
  return { run, way, ...(eventIds ? { eventIds } : {}), participantIds, correct, createLeads }
}
