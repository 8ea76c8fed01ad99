import { probeOrg } from '../alerts/probe-org.js'
import type { App } from '../app/app.js'
import { keepUsage } from '../app/keep-usage.js'
import type { StatusFigures } from '../domain/figures.js'
import { readStatus } from '../reports/status.js'
import { reportTools } from './report-tools.js'

/** Where the sync stands, by what is kept; `ask`: the org is asked first (one API call), so that its part is of now. */
export async function runStatus(app: App, { ask }: { ask: boolean }): Promise<StatusFigures> {
  app.require('mongo', ...(ask ? ['salesforce' as const] : []))
  if (ask) await askOrg(app)
  return readStatus(await reportTools(app))
}

/** Asks the org how it stands and keeps the answer, or that there was none: that is what the status tells then. */
export async function askOrg(app: App): Promise<void> {
  const database = await app.database()
  await probeOrg(app.org(), () => app.clock.now())
  await keepUsage(app.org(), database, app.clock)
}

/** Does something again and again until the command is to stop. */
export async function everySoOften(app: App, seconds: number, work: () => Promise<void>): Promise<void> {
  while (!app.signal.aborted) {
    await work()
    await app.clock.sleep(seconds * 1_000, app.signal).catch(() => undefined)
  }
}
