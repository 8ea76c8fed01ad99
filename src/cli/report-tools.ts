import type { App } from '../app/app.js'
import { hasSettings } from '../app/settings.js'
import { ledgerOf } from '../reports/ledger.js'
import type { ReportTools } from '../reports/status.js'

const DAY_MS = 86_400_000

/** What the read models are read with. Asks the org nothing: whose figures they are, the cached login or the latest run says. */
export async function reportTools(app: App): Promise<ReportTools> {
  app.require('mongo')
  const { quota, runs: policy } = app.settings.policy
  const tools = { database: await app.database(), policy, quota, now: app.clock.now() }
  if (!hasSettings(app.settings, 'salesforce')) return tools
  const org = app.org()
  const session = await org.keeper.cached()
  const orgId = session?.orgId ?? (await ledgerOf(tools).runs.latestOrgId())
  return { ...tools, org: { loginHost: org.loginHost, ...(orgId === undefined ? {} : { orgId }) } }
}

/** So many days before now. */
export function daysAgo(app: App, days: number): Date {
  return new Date(app.clock.now().getTime() - days * DAY_MS)
}
