import { generateKeyPairSync } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { Parser } from '@oclif/core'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { runLogin, type LoginFlags } from '../../src/cli/run-login.js'
import AuthLogin from '../../src/commands/auth/login.js'
import { authText } from '../../src/render/auth.js'
import { asMhError, errorText } from '../../src/render/error.js'
import { readAllowance } from '../../src/salesforce/limits.js'
import { aLoginWorld, aSalesforceCli, browse, unattended, type LoginWorld } from '../support/a-login.js'

const PAGE = join(import.meta.dirname, '../../docs/logins.md')
/** Set to write what the tool says into the page, after a change that was meant. */
const WRITES = process.env.MH_SF_WRITE_TRANSCRIPTS !== undefined

const page = readFileSync(PAGE, 'utf8')
const blockOf = (name: string) => new RegExp(`(<!-- logins: ${name} -->\n\n\`\`\`text\n)([^]*?)(\n\`\`\`)`, 'u')
let written = page

let world: LoginWorld

beforeEach(async () => {
  world = await aLoginWorld()
  Object.assign(world.org.settings, { clientCredentialsUser: world.app.username, webServerApproves: true })
  writeFileSync(join(world.home, 'secret'), `${world.app.clientSecret}\n`)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await world.close()
})
afterAll(() => {
  if (WRITES) writeFileSync(PAGE, written)
})

/** What a command prints, with what differs from run to run made the same; `answer`: what somebody clicks in the browser. */
const prints = async (
  typed: string,
  { answer = 'allow', environment = {} }: { answer?: 'allow' | 'deny'; environment?: Record<string, string> } = {},
): Promise<string> => {
  const argv = typed
    .replace('mh-sf auth login ', '')
    .replaceAll('$ORG', world.org.url)
    .replaceAll(/server\.key|secret$/gu, (name) => join(world.home, name))
    .split(' ')
  const { flags } = await Parser.parse([...argv, '--callback-port', String(world.port)], { flags: AuthLogin.flags })
  const app = await world.open(environment)
  const tools = unattended({ openBrowser: (url) => Promise.resolve(void browse(url, answer)) })
  const told = await runLogin(app, { ...(flags as Partial<LoginFlags>), playground: false }, tools).then(
    (status) => `Logged in.\n${authText(status)}`,
    (error: unknown) => errorText(asMhError(error)),
  )
  return `$ ${typed}\n${steady([...tools.told, told].join('\n'))}`
}

/** What any other command says of a login that is kept. */
const later = async (name: string): Promise<string> => {
  const app = await world.open({}, name)
  const error = await readAllowance(app.org()).then(
    () => new Error('it worked'),
    (each: unknown) => each,
  )
  return `$ mh-sf auth status --target-org ${name}\n${steady(errorText(asMhError(error)))}`
}

const steady = (text: string): string =>
  text
    .replaceAll(world.org.url, 'http://127.0.0.1:4000')
    .replaceAll(`127.0.0.1:${new URL(world.org.url).port}`, '127.0.0.1:4000')
    .replaceAll(`localhost%3A${world.port}`, 'localhost%3A1717')
    .replaceAll(`localhost:${world.port}`, 'localhost:1717')
    .replaceAll(/(state|code_challenge)=[\w-]{43}/gu, '$1=…')
    .replaceAll(world.home, '~')
    .replaceAll(/sessions\/[0-9a-f]{32}/gu, 'sessions/…')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/gu, '2026-11-30T09:00:00.000Z')

const holds = async (name: string, work: () => Promise<string[]>) => {
  const told = (await work()).join('\n\n')
  const [, , now] = blockOf(name).exec(page) ?? []
  if (WRITES)
    written = written.replace(blockOf(name), (_, before: string, _told: string, after: string) => before + told + after)
  else expect(told).toBe(now)
}

const flagsOf = () => `--login-url $ORG --client-id ${world.app.clientId}`
const failOnce = (error: string, error_description: string) => {
  world.org.arm({
    path: '/services/oauth2/token',
    effect: { kind: 'reply', status: 400, json: { error, error_description } },
  })
}

describe('docs/logins.md shows what the tool says of', () => {
  test('JWT bearer, and its three commonest refusals', async () => {
    const typed = (username = world.app.username) =>
      `mh-sf auth login ${flagsOf()} --username ${username} --key-file server.key --alias prod`
    await holds('jwt', async () => {
      const well = await prints(typed())
      world.org.settings.consumerApproved = false
      const notApproved = await prints(typed())
      world.org.settings.consumerApproved = true
      const unknown = await prints(typed('bot@mongohacks.example.uat'))
      const { privateKey } = generateKeyPairSync('rsa', {
        modulusLength: 2048,
        publicKeyEncoding: { type: 'spki', format: 'pem' },
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      })
      writeFileSync(world.keyPath, privateKey, { mode: 0o600 })
      return [well, notApproved, unknown, await prints(typed())]
    })
  })

  test('client credentials, and their three commonest refusals', async () => {
    const typed = () => `mh-sf auth login --flow client-credentials ${flagsOf()} --alias prod --secret-file secret`
    await holds('client-credentials', async () => {
      const well = await prints(typed())
      world.org.settings.clientCredentialsUser = ''
      const nobody = await prints(typed())
      writeFileSync(join(world.home, 'secret'), 'another\n')
      const wrong = await prints(typed())
      failOnce('invalid_grant', 'request not supported on this domain')
      return [well, nobody, wrong, await prints(typed())]
    })
  })

  test('a browser, and its three commonest refusals', async () => {
    const typed = () => `mh-sf auth login --web ${flagsOf()} --alias prod --secret-file secret`
    await holds('web', async () => {
      const well = await prints(typed())
      world.org.settings.webServerApproves = false
      const denied = await prints(typed(), { answer: 'deny' })
      world.org.settings.userAssigned = false
      const notAssigned = await prints(typed())
      Object.assign(world.org.settings, { userAssigned: true, refreshTokenLifetimeMs: 0 })
      world.org.expireSessions()
      return [well, denied, notAssigned, await later('prod')]
    })
  })

  test('a password, and its three commonest refusals', async () => {
    const typed = `mh-sf auth login --flow password ${flagsOf()} --username ${world.app.username} --alias old --secret-file secret`
    const withSecret = (secret = world.app.clientSecret) => prints(typed, { environment: { SF_CLIENT_SECRET: secret } })
    await holds('password', async () => {
      writeFileSync(join(world.home, 'secret'), 'correct horse\n')
      Object.assign(world.org.settings, { passwordGrant: true, password: 'correct horse' })
      const well = await withSecret()
      const wrongSecret = await withSecret('another')
      failOnce('invalid_grant', 'inactive user')
      const inactive = await withSecret()
      world.org.settings.passwordGrant = false
      return [well, await withSecret(), wrongSecret, inactive]
    })
  })

  test('a login of the Salesforce CLI, and its three commonest refusals', async () => {
    const typed = 'mh-sf auth login --from-sf dev'
    await holds('sf', async () => {
      const putOnPath = (answer: object) => {
        vi.stubEnv(
          'PATH',
          `${aSalesforceCli(world.home, { 'org display': answer })}${delimiter}${process.env.PATH ?? ''}`,
        )
      }
      const path = process.env.PATH ?? ''
      vi.stubEnv('PATH', world.home)
      const none = await prints(typed)
      vi.stubEnv('PATH', path)
      putOnPath({ name: 'NamedOrgNotFoundError', message: 'No authorization information found for dev.', status: 1 })
      const unknown = await prints(typed)
      const { clientId: SF_CLIENT_ID, username: SF_USERNAME } = world.app
      const ownLogin = { SF_LOGIN_URL: world.org.url, SF_CLIENT_ID, SF_USERNAME, SF_PRIVATE_KEY_PATH: world.keyPath }
      const { accessToken, instanceUrl } = await (await world.open(ownLogin)).org().session()
      putOnPath({ status: 0, result: { instanceUrl, accessToken, username: SF_USERNAME } })
      const well = await prints(typed)
      world.org.expireSessions()
      return [well, none, unknown, await later('dev')]
    })
  })
})
