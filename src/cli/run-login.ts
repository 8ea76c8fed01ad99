import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { App } from '../app/app.js'
import { checkedOrgName, isOrgName, type NamedOrg } from '../app/named-orgs.js'
import { credentialsOf, flowOf, missingSettings, type Settings } from '../app/settings.js'
import { tellsLogin } from '../app/target-org.js'
import { MhError } from '../errors.js'
import type { AuthStatus } from '../render/auth.js'
import type { Credentials, Flow } from '../salesforce/credentials.js'
import { isLoopback } from '../salesforce/hosts.js'
import type { Authorization } from '../salesforce/login.js'
import { CALLBACK_PORT } from '../salesforce/login-refusal.js'
import { instanceOfSalesforceCli } from '../salesforce/salesforce-cli.js'
import type { Session } from '../salesforce/session-store.js'
import { authorizeByBrowser, authorizeByHand, type OpenBrowser } from './browser-login.js'

export interface LoginFlags {
  flow?: Flow
  web?: boolean
  browser?: boolean
  'from-sf'?: string
  alias?: string
  'set-default'?: boolean
  'login-url'?: string
  'client-id'?: string
  username?: string
  'key-file'?: string
  'secret-file'?: string
  'callback-port'?: number
  playground: boolean
}

/** How a login speaks with a person. */
export interface LoginTools {
  tell: (line: string) => void
  /** Asks, on a terminal only; undefined elsewhere. */
  ask?: (question: Question) => Promise<string>
  openBrowser: OpenBrowser
  /** What is piped in; read once. */
  stdin: () => Promise<string>
}

export interface Question {
  message: string
  /** Not shown while it is typed. */
  isSecret?: boolean
  choices?: readonly { name: string; value: string }[]
  default?: string
}

/** A login that was made. */
export interface LoggedIn extends AuthStatus {
  /** The name that the org has from now on; undefined for the login that the settings tell. */
  name?: string
  isDefault: boolean
}

/**
 * Logs in as flags, settings and answers say, in this order, and keeps the login: under a name where the settings alone would not find it
 * again. Throws as `login` does, CONFIG_MISSING, USAGE.
 */
export async function runLogin(app: App, flags: LoginFlags, tools: LoginTools): Promise<LoggedIn> {
  if (flags.alias !== undefined) checkedOrgName(flags.alias)
  const flagged = await environmentOfFlags(flags)
  const secret = await environmentOfSecret(flags, withEnvironment(app.settings, flagged), tools)
  const told = withEnvironment(app.settings, { ...flagged, ...secret })
  const answers = tools.ask ? await askForMissing(told, tools.ask) : {}
  const settings = withEnvironment(told, answers)
  const isFoundAgain = flags.playground || Object.keys({ ...flagged, ...secret, ...answers }).length === 0
  const { orgs } = await app.namedOrgs.read()
  const credentials = namedCredentials(settings, flags.alias, isFoundAgain, orgs)
  const { name } = credentials
  const keeper = app.keeper(credentials)
  const authorization = credentials.flow === 'web' ? await authorize(app, credentials, flags, tools) : undefined
  const again = name !== undefined && name === settings.target
  const secrets = name === undefined ? {} : secretsIn(credentials)
  const session = await keeper.logIn(app.signal, { authorization, secrets, again })
  const isDefault =
    name !== undefined &&
    (await app.namedOrgs.put(name, namedOrgOf(credentials, session), flags['set-default'] ?? false))
  const store = await app.secretStore()
  return { session, path: keeper.store.path, store, isDefault, ...(name === undefined ? {} : { name }) }
}

/** With the name that the login is kept under; of an org that has one, what is kept counts as given. */
function namedCredentials(
  settings: Settings,
  alias: string | undefined,
  isFoundAgain: boolean,
  orgs: ReadonlyMap<string, NamedOrg>,
): Credentials {
  if (alias === undefined && settings.target !== undefined) return credentialsOf(settings)
  const credentials = credentialsOf({ ...settings, target: undefined })
  const name = alias ?? (isFoundAgain ? undefined : freeName(credentials, orgs))
  return name === undefined ? credentials : { ...credentials, name }
}

function withEnvironment(settings: Settings, environment: Record<string, string>): Settings {
  return { ...settings, environment: { ...settings.environment, ...environment } }
}

async function environmentOfFlags(flags: LoginFlags): Promise<Record<string, string>> {
  const cli = flags['from-sf']
  const key = flags['key-file']
  const all = {
    SF_LOGIN_FLOW: cli === undefined ? (flags.web ? 'web' : flags.flow) : 'sf',
    SF_LOGIN_URL: cli === undefined ? flags['login-url'] : await instanceOfSalesforceCli(cli),
    SF_CLIENT_ID: flags['client-id'],
    SF_USERNAME: flags.username,
    SF_PRIVATE_KEY_PATH: key === undefined ? undefined : resolve(key),
    SF_CLI_ALIAS: cli,
  }
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

/** A secret comes from a file or a pipe, never from an argument. */
async function environmentOfSecret(
  { 'secret-file': path }: LoginFlags,
  settings: Settings,
  { stdin }: LoginTools,
): Promise<Record<string, string>> {
  if (path === undefined) return {}
  const content = path === '-' ? await stdin() : await readFile(path, 'utf8').catch(() => undefined)
  const secret = content?.split(/\r?\n/u)[0]
  if (secret === undefined || secret === '')
    throw new MhError(
      'USAGE',
      content === undefined ? `--secret-file ${path} cannot be read.` : `--secret-file ${path} holds no secret.`,
      'Its first line is the secret; - reads it from a pipe.',
    )
  return { [flowOf(settings) === 'password' ? 'SF_PASSWORD' : 'SF_CLIENT_SECRET']: secret }
}

const SECRETS = new Set(['SF_CLIENT_SECRET', 'SF_PASSWORD'])

/** Everything that is missing, one question each; where nothing is told, first the way and the address. */
async function askForMissing(settings: Settings, ask: NonNullable<LoginTools['ask']>): Promise<Record<string, string>> {
  const answers: Record<string, string> = {}
  if (!tellsLogin(settings.environment)) {
    answers.SF_LOGIN_FLOW = await ask({ message: 'How do you log in?', choices: WAYS })
    answers.SF_LOGIN_URL = await ask({ message: 'Where?', default: 'https://login.salesforce.com' })
  }
  for (const { name, meaning } of missingSettings(withEnvironment(settings, answers), ['salesforce'])) {
    const answer = await ask({ message: `${name}, ${meaning}:`, isSecret: SECRETS.has(name) })
    answers[name] = name === 'SF_PRIVATE_KEY_PATH' ? resolve(answer) : answer
  }
  return answers
}

const WAYS = [
  { name: 'by browser, as a person', value: 'web' },
  { name: 'with a private key (JWT bearer), for servers and cron', value: 'jwt' },
  { name: 'with a consumer secret (client credentials)', value: 'client-credentials' },
  { name: 'with username and password, where the org still allows it', value: 'password' },
]

async function authorize(
  app: App,
  credentials: Credentials & { flow: 'web' },
  flags: LoginFlags,
  { tell, ask, openBrowser, stdin }: LoginTools,
): Promise<Authorization> {
  const port = flags['callback-port'] ?? CALLBACK_PORT
  const { signal } = app
  if (flags.browser !== false) return authorizeByBrowser(credentials, { port, open: openBrowser, tell, signal })
  const readLine = () => (ask ? ask({ message: 'Address:' }) : stdin())
  return authorizeByHand(credentials, { port, tell, readLine })
}

/** A name for a login that nobody named: that of the same login before, never one of another app or org, whose login would be lost. */
function freeName(credentials: Credentials, orgs: ReadonlyMap<string, NamedOrg>): string {
  const wanted = suggestedName(credentials)
  for (let name = wanted, at = 2; ; at += 1) {
    const there = orgs.get(name)
    if (!there || isSameLogin(there, credentials)) return name
    name = `${wanted.slice(0, 36)}-${at}`
  }
}

function isSameLogin({ loginUrl, clientId, cliAlias }: NamedOrg, credentials: Credentials): boolean {
  if (loginUrl !== credentials.loginUrl) return false
  return credentials.flow === 'sf' ? cliAlias === credentials.alias : clientId === credentials.clientId
}

/** By where it is. */
function suggestedName(credentials: Credentials): string {
  if (credentials.flow === 'sf' && isOrgName(credentials.alias)) return credentials.alias
  const url = new URL(credentials.loginUrl)
  if (isLoopback(url)) return 'local'
  const [label = ''] = url.hostname.split('.')
  return (SHARED_HOSTS[label] ?? label).slice(0, 40)
}

const SHARED_HOSTS: Readonly<Record<string, string>> = { login: 'production', test: 'sandbox' }

function secretsIn(credentials: Credentials) {
  const { clientSecret, password } = { clientSecret: undefined, password: undefined, ...credentials }
  return { ...(clientSecret === undefined ? {} : { clientSecret }), ...(password === undefined ? {} : { password }) }
}

function namedOrgOf(credentials: Credentials, { orgId, instanceUrl, username }: Session): NamedOrg {
  const { flow, loginUrl } = credentials
  const where = { flow, loginUrl, orgId, instanceUrl, username }
  if (credentials.flow === 'sf') return { ...where, cliAlias: credentials.alias }
  const { clientId } = credentials
  return credentials.flow === 'jwt'
    ? { ...where, clientId, privateKeyPath: resolve(credentials.privateKeyPath) }
    : { ...where, clientId }
}
