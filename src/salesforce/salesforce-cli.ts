import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { z } from 'zod'
import { MhError } from '../errors.js'
import { parseJson } from '../json.js'

/** It loads for a second or two, and may renew its login. */
const PATIENCE_MS = 60_000
const LARGEST_ANSWER = 1024 * 1024

const shown = z.object({ result: z.object({ instanceUrl: z.string(), accessToken: z.string().optional() }) })
const token = z.object({ result: z.object({ accessToken: z.string().min(1) }) })
const failed = z.object({ name: z.string().optional(), message: z.string() })
/** How an access token looks (auth.md §1); what took its place in `org display` does not. */
const ACCESS_TOKEN = /^00D\w{12,15}!/u

/**
 * A fresh access token of a login of the Salesforce CLI, which renews it by itself. Its refresh token stays where it is: two programs
 * that renew one rotating token lose it to each other (auth.md §5). Since 2.136.8 `sf org display` hides the token and
 * `sf org auth show-access-token` gives it (forcedotcom/cli#3560, plugin-org src/commands/org/auth/show-access-token.ts); older ones
 * know only the first. Throws SF_CLI_FAILED; `refused`: a token that the org has refused already.
 */
export async function askSalesforceCli(alias: string, refused?: string) {
  const { instanceUrl, accessToken: old = '' } = await display(alias)
  const accessToken = ACCESS_TOKEN.test(old) ? old : await askForToken(alias)
  if (accessToken !== refused) return { instanceUrl, accessToken }
  throw cliFailed(`the login ${alias} of the Salesforce CLI has ended`, `Run \`sf org login web --alias ${alias}\`.`)
}

/** Where the org of a login of the Salesforce CLI is. Throws SF_CLI_FAILED. */
export async function instanceOfSalesforceCli(alias: string): Promise<string> {
  return (await display(alias)).instanceUrl
}

async function display(alias: string) {
  const found = shown.safeParse(await ask(alias, ['org', 'display']))
  if (found.success) return found.data.result
  throw cliFailed(`sf org display told nothing of ${alias} that is understood`)
}

async function askForToken(alias: string): Promise<string> {
  const found = token.safeParse(await ask(alias, ['org', 'auth', 'show-access-token']))
  if (found.success) return found.data.result.accessToken
  throw cliFailed(`sf org auth show-access-token gave no token of ${alias}`, 'Update the Salesforce CLI: `sf update`.')
}

/** An alias or a username: nothing that `sf`, or the shell that Windows needs to start it, would take for more. */
const LOGIN = /^\w[\w.@+-]*$/u

/** With `--json` nothing is asked and the answer is one document on stdout, in failure too. */
async function ask(alias: string, words: readonly string[]): Promise<unknown> {
  if (!LOGIN.test(alias)) throw cliFailed('that is no alias or username', '`sf org list` shows those that it has.')
  const all = [...words, '--target-org', alias, '--json']
  const options = {
    timeout: PATIENCE_MS,
    maxBuffer: LARGEST_ANSWER,
    shell: process.platform === 'win32',
    env: { ...process.env, SF_AUTOUPDATE_DISABLE: 'true' },
  }
  const { stdout } = await promisify(execFile)('sf', all, options).catch((error: unknown) => {
    throw whyFailed(error, alias)
  })
  return parseJson(stdout)
}

function whyFailed(error: unknown, alias: string): MhError {
  const { code, stdout } = error as { code?: unknown; stdout?: string }
  if (code === 'ENOENT') {
    const hint = 'Install it (https://developer.salesforce.com/tools/salesforcecli), or log in another way.'
    return cliFailed('there is no program `sf` on the PATH', hint)
  }
  const told = failed.safeParse(parseJson(stdout ?? ''))
  if (!told.success) return cliFailed(`\`sf\` gave no answer about ${alias}`)
  const unknown = /NamedOrgNotFound|NoAuthInfo|AuthInfo/iu.test(told.data.name ?? '')
  if (unknown) return cliFailed(`it has no login ${alias}`, '`sf org list` shows those that it has.')
  return cliFailed(`it says of ${alias}: ${told.data.message.slice(0, 200)}`)
}

function cliFailed(why: string, hint = 'Try `sf org display --target-org ALIAS`.'): MhError {
  return new MhError('SF_CLI_FAILED', `The Salesforce CLI cannot help: ${why}.`, hint)
}
