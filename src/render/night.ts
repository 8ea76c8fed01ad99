import type { FiringAlert, Night, NightStep } from '../domain/night.js'
import type { MhError } from '../errors.js'
import type { NightEvent } from '../sync/night.js'
import { errorJson } from './error.js'
import { plural, printable } from './printable.js'
import { runStage } from './run-stage.js'
import { table } from './table.js'

/** How a night goes on, for stderr. */
export function nightStage(event: NightEvent): string {
  return event.kind === 'step' ? `Step     ${event.name}` : runStage(event)
}

/** A night in 80 columns: each step with what it did, what that cost, how it ended and what to do about it. */
export function nightText(night: Night): string {
  const { runId, dryRun, steps, calls, startedAt, endedAt, verdict, stopped } = night
  const seconds = (endedAt.getTime() - startedAt.getTime()) / 1_000
  const why = stopped ? `: ${stopped.code}` : ''
  return [
    runId === undefined ? `A night, ${verdict}${why}` : `Night ${runId}: ${verdict}${why}`,
    ...(dryRun ? ['Dry run: nothing was written.'] : []),
    '',
    table(
      steps.map((step) => [step.name, step.state, stepText(step)]),
      [10, 11],
    ),
    '',
    `${plural(calls, 'API call')}, ${seconds.toFixed(1)} s`,
  ].join('\n')
}

/** The same for a program. */
export function nightJson({
  runId,
  dryRun,
  startedAt,
  endedAt,
  steps,
  calls,
  verdict,
  exitCode,
  stopped,
}: Night): object {
  return {
    run: runId ?? null,
    dryRun,
    startedAt,
    endedAt,
    verdict,
    exitCode,
    ...(stopped ? errorJson(stopped) : {}),
    steps: steps.map(({ runIds, error, milliseconds, upTo: _upTo, ...step }) => ({
      ...step,
      runs: runIds,
      milliseconds: Math.round(milliseconds),
      ...(error ? errorJson(error) : {}),
    })),
    calls,
  }
}

/** What ended the night or a step of it, each error once. */
export function nightErrors({ stopped, steps }: Night): MhError[] {
  const all = [stopped, ...steps.map(({ error }) => error)].filter((error) => error !== undefined)
  return [...new Map(all.map((error) => [error.code + error.message, error])).values()]
}

/** How a step's counts are told, in this order; what is 0 is left out. */
const TOLD: Readonly<Record<string, (value: number) => string>> = {
  runs: (value) => plural(value, 'failed run'),
  events: (value) => plural(value, 'event'),
  people: (value) => plural(value, 'person', 'people'),
  updated: (value) => `${value} updated`,
  membersMade: (value) => plural(value, 'member made', 'members made'),
  membersChanged: (value) => `${value} changed`,
  membersRemoved: (value) => `${value} removed`,
  contacts: (value) => plural(value, 'contact told', 'contacts told'),
  leads: (value) => plural(value, 'lead made', 'leads made'),
  parked: (value) => `${value} parked`,
  agree: (value) => `${value} agree`,
  differ: (value) => `${value} differ`,
  missing: (value) => `${value} missing`,
  notJudged: (value) => `${value} cannot be judged`,
  campaignsDiffer: (value) => plural(value, 'campaign differs', 'campaigns differ'),
  revived: (value) => `${value} tried anew`,
  later: (value) => `${value} to be tried again`,
  dead: (value) => `${value} given up on`,
  failed: (value) => `${value} failed`,
  failedEvents: (value) => plural(value, 'event failed', 'events failed'),
  alerts: (value) => `${plural(value, 'alert')} judged`,
  firing: (value) => `${value} firing`,
  channelsTold: (value) => plural(value, 'channel told', 'channels told'),
  failedRuns: (value) => `${value} failed again`,
}

function firingText({ rule, severity, says, acknowledged }: FiringAlert): string {
  const how = acknowledged ? 'acknowledged' : severity === 'critical' ? 'CRITICAL' : severity
  return printable(`${how}: ${rule}: ${says}`)
}

function stepText({ why, counts, calls, milliseconds, error, next, firing = [] }: NightStep): string {
  if (why !== undefined) return printable(why)
  const told = Object.entries(TOLD).flatMap(([name, text]) => {
    const value = counts[name] ?? 0
    return value > 0 ? [text(value)] : []
  })
  return [
    told.length > 0 ? told.join(', ') : error ? '' : 'nothing to do',
    ...firing.map(firingText),
    `${plural(calls, 'API call')}, ${(milliseconds / 1_000).toFixed(1)} s`,
    ...(error ? [error.code] : []),
    ...(next === undefined ? [] : [`then: ${next}`]),
  ]
    .filter((line) => line !== '')
    .join('\n')
}
