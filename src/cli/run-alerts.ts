import { probeOrg } from '../alerts/probe-org.js'
import { checkAlerts, type AlertCheck, type AlertTools, type ListedAlert } from '../alerts/check-alerts.js'
import { testMessage } from '../alerts/alert-message.js'
import type { App } from '../app/app.js'
import { hasSettings } from '../app/settings.js'
import { acknowledge, type AlertState } from '../domain/alert-state.js'
import { ALERT_RULES } from '../domain/alerts.js'
import type { AlertFacts } from '../domain/figures.js'
import { withProbe } from '../domain/probe.js'
import { MhError } from '../errors.js'
import { AlertStates } from '../mongo/alert-states.js'
import { configuredChannels, noChannel } from '../notify/configured-channels.js'
import { deliver, type Delivery } from '../notify/deliver.js'
import { readAlertFacts } from '../reports/alert-facts.js'
import { durationOf } from './duration.js'
import { reportTools } from './report-tools.js'

export interface CheckFlags {
  'dry-run': boolean
  notify: boolean
}

/**
 * Asks the org once, reads the figures, judges them and tells who is to be told. `seen` may put right what the figures cannot know
 * yet. Throws where the database cannot be reached; an org that cannot is a finding.
 */
export async function runAlertCheck(
  app: App,
  flags: CheckFlags,
  seen: (facts: AlertFacts) => AlertFacts = (facts) => facts,
): Promise<AlertCheck> {
  app.require('mongo')
  const tools = await alertTools(app, flags)
  const probe = hasSettings(app.settings, 'salesforce') ? await probeOrg(app.org(), () => app.clock.now()) : {}
  const kept = await readAlertFacts(await reportTools(app))
  const facts = seen(withProbe(kept, probe, app.settings.policy.quota))
  return checkAlerts(tools, facts, flags['dry-run'])
}

/** Every rule as it was judged last. */
export async function listAlerts(app: App): Promise<ListedAlert[]> {
  app.require('mongo')
  const kept = await new AlertStates(await app.database()).list()
  return ALERT_RULES.map((rule) => {
    const alert = kept.find((each) => each.rule === rule)
    return { rule, on: app.settings.policy.alerts[rule].on, ...(alert ? { alert } : {}) }
  })
}

/** Writes down that somebody looks after an alert. Throws USAGE where there is none of that name, NOT_FOUND where it does not fire. */
export async function acknowledgeAlert(
  app: App,
  named: string,
  { for: term, note }: { for?: string; note?: string },
): Promise<AlertState> {
  app.require('mongo')
  const rule = ALERT_RULES.find((each) => each === named)
  if (!rule) throw new MhError('USAGE', 'There is no such alert.', `There are: ${ALERT_RULES.join(', ')}.`)
  const at = app.clock.now()
  const milliseconds = term === undefined ? undefined : durationOf('--for', term, 'mhdw', '30m, --for 4h or --for 2d')
  const by = {
    by: `${app.who.user}@${app.who.host}`,
    at,
    ...(milliseconds === undefined ? {} : { until: new Date(at.getTime() + milliseconds) }),
    ...(note === undefined ? {} : { note }),
  }
  const states = new AlertStates(await app.database())
  const alert = await states.change(rule, (kept) => kept && acknowledge(kept, by))
  if (alert?.state === 'firing') return alert
  throw new MhError('NOT_FOUND', `The alert "${rule}" does not fire.`, '`mh-sf alerts list` says which ones do.')
}

/** Sends a message on every channel. Throws CONFIG_MISSING where there is none. */
export async function testChannels(app: App): Promise<Delivery[]> {
  const channels = configuredChannels(app.settings)
  if (channels.length === 0) throw noChannel()
  const { clock, signal } = app
  return deliver(channels, testMessage(app.who.host), { clock, signal })
}

async function alertTools(app: App, { notify }: CheckFlags): Promise<AlertTools> {
  const { clock, signal, settings } = app
  const database = await app.database()
  return {
    states: new AlertStates(database),
    channels: notify ? configuredChannels(settings) : [],
    policy: settings.policy.alerts,
    system: systemOf(app, database.db.databaseName),
    clock,
    signal,
  }
}

/** The database and where the login is: enough for somebody who looks after several. */
function systemOf(app: App, database: string): string {
  return hasSettings(app.settings, 'salesforce') ? `${database}, ${app.org().loginHost}` : database
}
