import type { App } from '../app/app.js'
import type { FailureCause } from '../domain/failure-causes.js'
import { failureCauses } from '../reports/failures.js'
import { daysAgo, reportTools } from './report-tools.js'

/** What went wrong in the last days and still stands, by cause. */
export async function runErrors(app: App, days: number): Promise<FailureCause[]> {
  return failureCauses(await reportTools(app), daysAgo(app, days))
}
