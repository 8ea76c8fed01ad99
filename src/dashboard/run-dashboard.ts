import type { App } from '../app/app.js'
import { untilAborted } from '../until-aborted.js'
import { Dashboard, type DashboardOptions } from './dashboard.js'

/** Serves the admin page until the process is to stop, which is a good end of it. Tells the link. */
export async function runDashboard(
  open: () => App,
  options: DashboardOptions,
  tell: (line: string) => void,
): Promise<{ url: string }> {
  await using app = open()
  await using dashboard = await Dashboard.start(app, open, options)
  const { url, code } = dashboard
  tell(`Dashboard ${url}#${code}`)
  tell(`          (without JavaScript: ${url} and the code ${code})`)
  tell('          It lets one browser in, once, within 10 minutes. Ctrl-C ends it.')
  await untilAborted(new Promise<never>(() => undefined), app.signal).catch(() => undefined)
  return { url }
}
