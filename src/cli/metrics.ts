import type { App } from '../app/app.js'
import { HOUR_MS } from '../domain/api-usage.js'
import type { PeopleFigures } from '../domain/figures.js'
import { readPeopleFigures } from '../mongo/people-figures.js'
import { statusMetrics } from '../render/prometheus.js'
import { lookupsSince } from '../reports/alert-facts.js'
import { Kept } from '../reports/kept.js'
import { readStatus } from '../reports/status.js'
import { judgedAlerts } from './judged-alerts.js'
import { reportTools } from './report-tools.js'

/** People are counted anew when they were counted longer ago than this: who scrapes often must not be felt. */
const PEOPLE_FRESH_MS = 60_000

/** The figures of `mh-sf status` as metrics. `people`: as they were counted before; counted now without. */
export async function metricsText(app: App, people?: PeopleFigures): Promise<string> {
  const tools = await reportTools(app)
  const [status, alerts, lookups] = await Promise.all([
    readStatus(tools, people),
    judgedAlerts(app),
    lookupsSince(tools, new Date(tools.now.getTime() - HOUR_MS)),
  ])
  return statusMetrics({ status, alerts, lookups })
}

/** The same again and again: people are counted once a minute at the most. */
export function scrapedMetrics(app: App): () => Promise<string> {
  const people = new Kept(async () => readPeopleFigures(await app.database()), PEOPLE_FRESH_MS, app.clock)
  return async () => metricsText(app, (await people.get())?.value)
}
