import type { App } from '../app/app.js'
import { isPressing } from '../domain/alert-state.js'
import { failedRows, updatedRows } from '../domain/backfill-summary.js'
import { servedIn } from '../domain/drained.js'
import type { AlertFacts } from '../domain/figures.js'
import { endsNight, type StepDone } from '../domain/night.js'
import { PASSING } from '../domain/queue.js'
import { exitCodes, type MhError } from '../errors.js'
import type { Nights } from '../mongo/nights.js'
import { Queue } from '../mongo/queue.js'
import { asMhError } from '../render/error.js'
import { syncStage } from '../render/campaign-sync.js'
import type { SyncResult } from '../sync/campaign-sync.js'
import type { PushReport } from '../sync/push-report.js'
import type { StepWork } from '../sync/night.js'
import type { Run } from '../sync/run.js'
import { errorIn, stillRunning } from '../sync/sync-outcome.js'
import { sampleAgrees, verifySample } from '../sync/verify-sample.js'
import { runAlertCheck } from './run-alerts.js'
import { runBackfill } from './run-backfill.js'
import { runCampaignSync, syncTools } from './run-campaign-sync.js'
import { drainOnce } from './run-worker.js'
import { runRetry } from './run-retry.js'
import { showProgress } from './show-progress.js'

/** What every step of a night is told. */
export interface StepFlags {
  'dry-run': boolean
  wait?: string
  quiet: boolean
}

/** The same for one step: the night's run, and the calls that are left to it. */
export interface StepCall extends StepFlags {
  under?: Run
  'max-api-calls'?: number
}

const NOTHING = { counts: {}, runIds: [] }
/** How far back failures are looked for: as `mh-sf retry` does. */
const RETRY_DAYS = 7

/** A step whose errors are told, also those that nobody foresaw: they are its own and not the night's. */
export function guarded(work: StepWork): StepWork {
  return (given) =>
    work(given).catch((error: unknown) => {
      const known = asMhError(error)
      return { ...NOTHING, ...endedAs(known.exitCode, known) }
    })
}

/** Who waits in the queue and is due: `worker --once`; before it, who was given up on for what has passed since is due again. */
export async function queueStep(app: App, { under, ...flags }: StepCall): Promise<StepDone> {
  const kind = { command: 'worker', arguments: ['--once', ...sameWorld(app)], under }
  const revived = await new Queue(await app.database()).retry({ state: 'dead', reasons: PASSING })
  const { drained, runs, stopped, exitCode, left } = await drainOnce(app, flags['max-api-calls'], kind)
  const { changed, later } = drained
  const { dead } = left
  const counts = { people: servedIn(drained), updated: changed, revived, later, dead }
  return {
    ...endedAs(exitCode === 0 && dead > 0 ? exitCodes.FAILED_ROWS : exitCode, stopped),
    ...(dead > 0 ? { next: 'mh-sf queue list --dead' } : {}),
    counts,
    runIds: runs,
  }
}

/** New people, and those whom nobody has looked at for long: `backfill --all --stale 30d`. */
export async function peopleStep(app: App, { under, ...flags }: StepCall): Promise<StepDone> {
  const { stale } = app.settings.policy.nightly
  const asked = { ...flags, all: true, stale, via: 'auto', force: false } as const
  const kind = { command: 'backfill', arguments: ['--all', '--stale', stale, ...sameWorld(app)], under }
  const { result, exitCode } = await runBackfill(app, asked, kind)
  const { summary, leads, runId, stopped } = result
  const { people, outcomes } = summary
  const counts = {
    people,
    updated: updatedRows(summary),
    parked: outcomes.parked + outcomes.malformed,
    leads: leads?.created ?? 0,
    failed: failedRows(summary) + sumOf(leads?.failed),
  }
  return { ...endedAs(exitCode, stopped), counts, runIds: listOf(runId) }
}

/** Every live event: `campaign sync`. What failed of some events is told like rows: the others were done. */
export async function campaignsStep(app: App, { under, ...flags }: StepCall): Promise<StepDone> {
  const kind = { command: 'campaign sync', arguments: sameWorld(app), under }
  const { result, exitCode } = await runCampaignSync(app, 'sync', { ...flags, correct: false, via: 'auto' }, kind)
  const { events, stopped, runId } = result
  const running = exitCode === exitCodes.SF_JOB_RUNNING ? stillRunning(result) : undefined
  const error = stopped ?? running ?? (events.every((each) => each.error) ? errorIn(result) : undefined)
  return { ...endedAs(exitCode, error), counts: syncCounts(result), runIds: listOf(runId) }
}

/** What failed before this night and still stands: `retry`. */
export async function retryStep(app: App, { under, ...flags }: StepCall): Promise<StepDone> {
  const retried = await runRetry(app, { ...flags, days: RETRY_DAYS }, { command: 'retry', under })
  if (retried.length === 0) return { ...NOTHING, state: 'skipped', why: 'nothing that failed is to be done again' }
  const amiss = retried.filter(({ exitCode }) => exitCode !== 0)
  const people = retried.reduce((sum, each) => sum + each.people, 0)
  const running = amiss.every(({ error }) => error?.code === 'SF_JOB_RUNNING') ? amiss[0]?.error : undefined
  const stop = amiss.find(({ error }) => endsNight(error))?.error
  const error = stop ?? running ?? (retried.every((each) => each.error) ? retried[0]?.error : undefined)
  const counts = { runs: retried.length, people, failedRuns: amiss.length }
  return { ...endedAs(amiss.length, error), counts, runIds: retried.flatMap(({ run }) => listOf(run)) }
}

/** Some people of the live events, the next after those of the night before: do both systems agree? */
export async function verifyStep(nights: Nights, unchangedSince: Date, app: App, flags: StepCall): Promise<StepDone> {
  const tools = await syncTools(app)
  const { writeBack, nightly } = app.settings.policy
  const request = {
    size: nightly.sample,
    after: await nights.sampledUpTo(),
    unchangedSince,
    contacts: writeBack.onSync,
    maxApiCalls: flags['max-api-calls'],
  }
  const result = await showProgress(app, flags.quiet, syncStage, (watch) => verifySample(tools, request, watch))
  const { people, agrees, differs, missing, 'not judged': notJudged } = result.counts
  const counts = { people, agree: agrees, differ: differs, missing, notJudged, campaignsDiffer: result.campaignsDiffer }
  const found = { counts, runIds: [], upTo: result.upTo }
  return sampleAgrees(result)
    ? { ...found, state: 'done' }
    : { ...found, state: 'disagree', next: 'mh-sf campaign sync' }
}

/** What alerts there are: `alerts check`. `isGood` of the night as far as it has come, which is in nobody's notes yet. */
export async function alertsStep(app: App, flags: StepCall, isGood: boolean): Promise<StepDone> {
  const counted = (facts: AlertFacts) =>
    isGood ? { ...facts, nights: { ...facts.nights, lastGoodAt: facts.at } } : facts
  const { alerts, told } = await runAlertCheck(app, { 'dry-run': flags['dry-run'], notify: true }, counted)
  const kept = alerts.flatMap(({ alert }) => (alert?.state === 'firing' ? [alert] : []))
  const error = told.find((each) => each.error)?.error
  const channelsTold = told.filter((each) => !each.error).length
  const firing = kept.map(({ rule, severity, says, acknowledged }) => ({
    ...{ rule, severity, says },
    acknowledged: acknowledged !== undefined,
  }))
  return {
    state: kept.some((each) => each.severity === 'critical' && isPressing(each)) ? 'critical' : 'done',
    ...(error ? { error } : {}),
    ...(kept.length > 0 ? { next: 'mh-sf alerts list', firing } : {}),
    counts: { alerts: alerts.length, firing: kept.length, channelsTold },
    runIds: [],
  }
}

function endedAs(exitCode: number, error: MhError | undefined): Pick<StepDone, 'state' | 'error' | 'next'> {
  if (exitCode === 0) return { state: 'done' }
  return { state: 'failed rows', error, next: endsNight(error) ? 'mh-sf nightly' : 'mh-sf errors' }
}

function syncCounts({ events, people, contacts, leads }: SyncResult): Record<string, number> {
  const members = events.flatMap((each) => each.members ?? [])
  const sum = (of: (report: PushReport) => number) => members.reduce((total, each) => total + of(each), 0)
  const report = contacts && 'report' in contacts ? contacts.report : undefined
  return {
    events: events.length,
    people: people.people,
    membersMade: sum(({ inserted }) => inserted),
    membersChanged: sum(({ updated }) => updated),
    membersRemoved: sum(({ removed }) => removed),
    contacts: report?.updated ?? 0,
    leads: leads?.created ?? 0,
    failed: sum(({ failed }) => sumOf(failed)) + sumOf(report?.failed) + sumOf(leads?.failed),
    failedEvents: events.filter(({ error }) => error).length,
  }
}

function sumOf(failed: Readonly<Record<string, { count: number }>> = {}): number {
  return Object.values(failed).reduce((sum, { count }) => sum + count, 0)
}

function listOf(id: string | undefined): string[] {
  return id === undefined ? [] : [id]
}

/** A step that is given again by hand is given to the same org and database. */
function sameWorld({ who }: App): string[] {
  return who.arguments.filter((each) => each === '--playground')
}
