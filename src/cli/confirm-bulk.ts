import type { App } from '../app/app.js'
import { asksBeforeBulk } from '../domain/confirm-bulk.js'
import { MhError } from '../errors.js'
import { callsText } from '../render/calls.js'
import { kindOfOrg } from '../salesforce/hosts.js'
import type { SyncTools } from '../sync/campaign-sync.js'

/** Asks once a command. `given`: whether `--yes` was; undefined where nobody is to be asked. */
export function bulkConfirmation(app: App, given: boolean | undefined): SyncTools['mayWriteInBulk'] {
  if (given === undefined) return undefined
  let answered = given
  return async (owed) => {
    const { instanceUrl } = await app.org().session()
    const onTerminal = process.stdin.isTTY && process.stderr.isTTY
    if (!asksBeforeBulk({ kind: kindOfOrg(instanceUrl), onTerminal, answered })) return
    const { host } = new URL(instanceUrl)
    const message = `Write to the production org ${host} by Bulk jobs (${callsText(owed)})?`
    const { default: inquirer } = await import('inquirer')
    const prompt = inquirer.createPromptModule({ output: process.stderr })
    const question = { type: 'confirm' as const, name: 'goOn', message, default: false }
    const { goOn } = await prompt<{ goOn: boolean }>([question]).catch(() => ({ goOn: false }))
    if (!goOn) throw notConfirmed(host)
    answered = true
  }
}

function notConfirmed(host: string): MhError {
  return new MhError(
    'NOT_CONFIRMED',
    `Nothing was sent to ${host}: it was not confirmed.`,
    'See what would be written with --dry-run; --yes answers beforehand.',
  )
}
