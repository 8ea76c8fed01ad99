import type { App } from '../app/app.js'
import { isLive } from '../domain/event.js'
import type { Night, StepDone, StepName } from '../domain/night.js'
import { listEventDetails } from '../mongo/events.js'
import { Nights } from '../mongo/nights.js'
import { nightStage } from '../render/night.js'
import { runNight, type StepWork } from '../sync/night.js'
import { beginRunOf } from './begin-run.js'
import { waitOf } from './duration.js'
import {
  alertsStep,
  campaignsStep,
  guarded,
  peopleStep,
  queueStep,
  retryStep,
  verifyStep,
  type StepCall,
  type StepFlags,
} from './night-steps.js'
import { showProgress } from './show-progress.js'

export interface NightlyFlags {
  'dry-run': boolean
  skip?: readonly StepName[]
  'max-api-calls'?: number
  wait?: string
  quiet: boolean
}

/** Does a night as the flags say, showing how far it is. */
export async function runNightly(app: App, flags: NightlyFlags): Promise<Night> {
  app.require('mongo', 'salesforce')
  waitOf(flags.wait)
  const { clock, signal, settings } = app
  const database = await app.database()
  const { campaign, runs } = settings.policy
  const live = (await listEventDetails(database)).filter((each) => isLive(each, clock.now(), campaign.liveDays))
  const nights = new Nights(database, runs.keepDays)
  const tools = { begin: beginRunOf(app), org: app.org(), nights, clock, signal }
  const skip = new Set(flags.skip)
  const { 'dry-run': dryRun, 'max-api-calls': maxApiCalls } = flags
  const request = {
    steps: stepsOf(app, nights, await database.serverTime(), flags),
    skip,
    liveEvents: live.length,
    dryRun,
    maxApiCalls,
  }
  return showProgress(app, flags.quiet, nightStage, (watch) => runNight(tools, request, watch))
}

function stepsOf(app: App, nights: Nights, began: Date, flags: StepFlags): Record<StepName, StepWork> {
  const step = (work: (app: App, flags: StepCall, isGood: boolean) => Promise<StepDone>) =>
    guarded(({ under, maxApiCalls, isGood }) => work(app, { ...flags, under, 'max-api-calls': maxApiCalls }, isGood))
  return {
    queue: step(queueStep),
    people: step(peopleStep),
    campaigns: step(campaignsStep),
    retry: step(retryStep),
    verify: step((_app, call) => verifyStep(nights, began, app, call)),
    alerts: step(alertsStep),
  }
}
