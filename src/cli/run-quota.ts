import type { App } from '../app/app.js'
import { showQuota, type QuotaShown } from '../sync/quota.js'

/** Looking for the server of our notes takes no longer than this, in milliseconds: they are not needed. */
const NOTES_PATIENCE_MS = 1_000

/** Where the allowance stands; with our own notes where there is a database. */
export async function runQuota(app: App): Promise<QuotaShown> {
  app.require('salesforce')
  await app.database(NOTES_PATIENCE_MS).catch(() => undefined)
  return showQuota({ org: app.org(), usage: (now) => app.usage(now) })
}
