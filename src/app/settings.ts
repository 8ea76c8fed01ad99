import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parse } from 'dotenv'
import { MhError } from '../errors.js'
import { checkLoginUrl } from '../salesforce/hosts.js'
import { FLOWS, type Credentials, type Flow } from '../salesforce/credentials.js'
import { SECRET_STORES, type SecretStore } from '../salesforce/secret-store.js'
import { sortedProblems, type ConfigProblem } from './config-problems.js'
import { readConfigText, type ConfigText } from './config-text.js'
import { configInvalid, policyOf, policyProblems, type Policy } from './policy.js'

/** Environment names, as product.md and the platform's first plan have them. */
export type Environment = Readonly<Record<string, string | undefined>>

export interface Settings {
  environment: Environment
  policy: Policy
  origins: Origins
  /** The name of the org whose login takes the place of one in the environment. */
  target?: string
}

/** Where values come from, for whoever wants to see. */
export interface Origins {
  /** By name: the environment itself, the file that gave it, or the org that was chosen by name. */
  environment: Readonly<Record<string, 'environment' | '.env.local' | '.env' | `org ${string}`>>
  /** Where `.env.local` and `.env` are looked for. */
  directory: string
  /** The config file's path, and what stands in it. */
  file: string
  given: unknown
}

const CONFIG_FILE = 'mh-sf.config.json'

/** Told why a config file cannot be used, which then counts as empty. */
export type WhenWrong = (problem: MhError) => void

/**
 * Settings from the environment, then `.env.local`, `.env` and `mh-sf.config.json` of the working directory; earlier
 * ones win. Throws CONFIG_INVALID with every problem of the config file at once, unless somebody wants to be told instead.
 */
export async function loadSettings(
  environment: Environment,
  directory: string,
  whenWrong?: WhenWrong,
): Promise<Settings> {
  const given = withoutEmpty(environment)
  const [shared, local] = await Promise.all(
    ['.env', '.env.local'].map(async (name) => parse((await readOptional(join(directory, name))) ?? '')),
  )
  const path = resolve(directory, given.MH_SF_CONFIG ?? CONFIG_FILE)
  const { file, policy } = await readPolicy(path, given.MH_SF_CONFIG !== undefined).catch((error: unknown) => {
    if (!whenWrong || !(error instanceof MhError)) throw error
    whenWrong(error)
    return { file: {}, policy: policyOf({}, path) }
  })
  const named = (values: Environment = {}, origin: '.env' | '.env.local' | 'environment') =>
    Object.fromEntries(Object.keys(values).map((name) => [name, origin]))
  return {
    environment: { ...shared, ...local, ...given },
    policy,
    origins: {
      environment: { ...named(shared, '.env'), ...named(local, '.env.local'), ...named(given, 'environment') },
      directory,
      file: path,
      given: file,
    },
  }
}

/** What a command needs to be told before it can begin. */
export type Need = 'salesforce' | 'mongo'

/** Throws CONFIG_MISSING naming everything that is missing, for all needs at once. */
export function requireSettings(settings: Settings, needs: readonly Need[]): void {
  const missing = missingSettings(settings, needs)
  if (missing.length === 0) return
  const lines = missing.map(({ name, meaning }) => `\n  ${name.padEnd(20)} ${meaning}`)
  throw new MhError(
    'CONFIG_MISSING',
    `${missing.length === 1 ? 'A setting is' : 'Some settings are'} missing:${lines.join('')}`,
    'mh-sf config init asks for them; or set them in the environment or in .env.local, or add --playground to practise on a local org and database.',
  )
}

/** Everything that is missing for these needs, with what it means. */
export function missingSettings(settings: Settings, needs: readonly Need[]): { name: string; meaning: string }[] {
  const names = needs.flatMap((need) => missingFor(settings, need))
  return names.map((name) => ({ name, meaning: MEANING[name] ?? '' }))
}

/** Every problem of a config file, without throwing for any. */
export async function configProblemsIn(path: string, mustExist: boolean): Promise<ConfigProblem[]> {
  try {
    return problemsIn(await readConfig(path, mustExist))
  } catch (error) {
    if (error instanceof MhError) return [{ path: '', message: error.message }]
    throw error
  }
}

/** Whether there is what is needed for one of the two systems. */
export function hasSettings(settings: Settings, need: Need): boolean {
  return missingFor(settings, need).length === 0
}

/** How to log in. Throws CONFIG_MISSING, or SF_HOST_REFUSED for an address that is not Salesforce's. */
export function credentialsOf(settings: Settings): Credentials {
  requireSettings(settings, ['salesforce'])
  const { environment, target: name } = settings
  const loginUrl = loginUrlOf(settings)
  const value = (name: string) => environment[name] ?? ''
  const clientId = value('SF_CLIENT_ID')
  const username = value('SF_USERNAME')
  const { SF_CLIENT_SECRET: clientSecret } = environment
  switch (flowOf(settings)) {
    case 'jwt':
      return { flow: 'jwt', name, loginUrl, clientId, username, privateKeyPath: value('SF_PRIVATE_KEY_PATH') }
    case 'client-credentials':
      return { flow: 'client-credentials', name, loginUrl, clientId, clientSecret }
    case 'web':
      return { flow: 'web', name, loginUrl, clientId, clientSecret, username: environment.SF_USERNAME }
    case 'password': {
      const typed = environment.SF_PASSWORD
      const password = typed === undefined ? undefined : typed + value('SF_SECURITY_TOKEN')
      return { flow: 'password', name, loginUrl, clientId, clientSecret, username, password }
    }
    case 'sf':
      return { flow: 'sf', name, loginUrl, alias: value('SF_CLI_ALIAS') }
  }
}

/** Where to log in. Throws SF_HOST_REFUSED for an address that is not Salesforce's. */
export function loginUrlOf({ environment }: Settings): string {
  return checkLoginUrl(environment.SF_LOGIN_URL ?? 'https://login.salesforce.com')
}

/**
 * The way to log in: what SF_LOGIN_FLOW says, else what the settings that are there are for. Throws CONFIG_INVALID for a way that there is
 * not.
 */
export function flowOf({ environment }: Settings): Flow {
  const { SF_LOGIN_FLOW: asked } = environment
  if (asked === undefined || isFlow(asked)) return flowIn(environment)
  throw new MhError('CONFIG_INVALID', 'SF_LOGIN_FLOW names no way to log in.', `It may be ${FLOWS.join(', ')}.`)
}

/** Where what is secret is kept. Throws CONFIG_INVALID. */
export function secretStoreOf({ environment }: Settings): SecretStore {
  const asked = environment.MH_SF_SECRET_STORE ?? 'auto'
  const found = SECRET_STORES.find((each) => each === asked)
  if (found) return found
  throw new MhError('CONFIG_INVALID', 'MH_SF_SECRET_STORE names no store.', `It may be ${SECRET_STORES.join(', ')}.`)
}

/** Where the platform's database is. */
export function mongoUriOf(settings: Settings): string {
  requireSettings(settings, ['mongo'])
  return settings.environment.MONGODB_URI ?? ''
}

/** Shorter ones can be guessed. */
const SHORTEST_KEY = 32

/** The key of what is kept about people only as hashes; undefined where none is given. Throws CONFIG_INVALID, without the value. */
export function privacyKeyOf({ environment }: Settings): string | undefined {
  const given = environment.MH_SF_PRIVACY_KEY
  if (given === undefined || given.length >= SHORTEST_KEY) return given
  throw new MhError(
    'CONFIG_INVALID',
    `MH_SF_PRIVACY_KEY has ${given.length} characters; it needs ${SHORTEST_KEY} or more.`,
    'openssl rand -base64 32 makes one. Keep it: who has opted out is only known with it (docs/privacy.md).',
  )
}

/** The org that the database belongs to, where settings say so. Throws CONFIG_INVALID for what is no id of an org. */
export function orgIdOf({ environment }: Settings): string | undefined {
  const given = environment.SF_ORG_ID
  if (given === undefined || /^00D\w{12}(?:\w{3})?$/u.test(given)) return given
  throw new MhError(
    'CONFIG_INVALID',
    'SF_ORG_ID is not the id of an org.',
    'It begins with 00D and has 15 or 18 characters; mh-sf auth status shows the one of the login.',
  )
}

/** The Redis that drives the queue; undefined where none is named. Throws CONFIG_INVALID, without the value: it may hold a password. */
export function queueUrlOf({ environment }: Settings): string | undefined {
  const given = environment.QUEUE_URL
  if (given === undefined) return undefined
  const url = URL.canParse(given) ? new URL(given) : undefined
  if (url && ['redis:', 'rediss:'].includes(url.protocol) && url.hostname !== '') return given
  throw new MhError(
    'CONFIG_INVALID',
    'QUEUE_URL is not the address of a Redis.',
    'It looks like redis://host:6379 or rediss://user:password@host:6379/0. Without it the queue is drained by MongoDB alone.',
  )
}

/** The files beside the config file that gave a secret. */
export function secretFiles({ environment, origins }: Settings): string[] {
  return ['.env.local', '.env']
    .filter((file) =>
      Object.entries(origins.environment).some(
        ([name, origin]) => origin === file && isSecret(name, environment[name] ?? ''),
      ),
    )
    .map((file) => join(origins.directory, file))
}

/** Whether a value of the environment is nobody's business: a secret, or an address with a password in it. */
function isSecret(name: string, value: string): boolean {
  return SECRET_NAMES.includes(name) || /^[\w+]+:\/\/[^/@:]*:[^/@]*@/u.test(value)
}

const SECRET_NAMES: readonly string[] = [
  ...['SF_CLIENT_SECRET', 'SF_PASSWORD', 'SF_SECURITY_TOKEN', 'MH_SF_PRIVACY_KEY'],
  ...['SLACK_WEBHOOK_URL', 'ALERT_WEBHOOK_URL', 'ALERT_WEBHOOK_SECRET', 'SMTP_URL'],
]

const MEANING: Record<string, string> = {
  MONGODB_URI: "the platform's database, as mongodb+srv://…/hackathon-platform",
  SF_LOGIN_URL: 'the address to log in at',
  SF_CLI_ALIAS: 'the name that the login has in the Salesforce CLI',
  SF_CLIENT_ID: "the consumer key of the org's app",
  SF_CLIENT_SECRET: "the consumer secret of the org's app",
  SF_USERNAME: 'the Salesforce username (not the address)',
  SF_PASSWORD: 'the password',
  SF_PRIVATE_KEY_PATH: "the PEM key whose certificate the org's app has",
}

/** Secrets of an org that was chosen by name are kept with its login. */
function missingFor({ environment, target }: Settings, need: Need): string[] {
  const names = namesFor(need, environment).filter((name) => environment[name] === undefined)
  return target === undefined ? names : names.filter((name) => !KEPT_SECRETS.includes(name))
}

const KEPT_SECRETS = ['SF_CLIENT_SECRET', 'SF_PASSWORD']

function namesFor(need: Need, environment: Environment): string[] {
  if (need === 'mongo') return ['MONGODB_URI']
  return NEEDED[flowIn(environment)]
}

/** What each way to log in has to be told. */
const NEEDED: Record<Flow, string[]> = {
  jwt: ['SF_CLIENT_ID', 'SF_USERNAME', 'SF_PRIVATE_KEY_PATH'],
  'client-credentials': ['SF_CLIENT_ID', 'SF_CLIENT_SECRET'],
  web: ['SF_CLIENT_ID'],
  password: ['SF_CLIENT_ID', 'SF_CLIENT_SECRET', 'SF_USERNAME', 'SF_PASSWORD'],
  sf: ['SF_LOGIN_URL', 'SF_CLI_ALIAS'],
}

/** Where no way is named: the one whose settings are there. A key is the way that lasts, so it wins. */
function flowIn(environment: Environment): Flow {
  const { SF_LOGIN_FLOW: asked, SF_CLIENT_ID: app, SF_CLIENT_SECRET: secret, SF_USERNAME: username } = environment
  if (asked !== undefined && isFlow(asked)) return asked
  if (environment.SF_PRIVATE_KEY_PATH !== undefined) return 'jwt'
  if (environment.SF_PASSWORD !== undefined) return 'password'
  if (app === undefined || username !== undefined) return 'jwt'
  return secret === undefined ? 'web' : 'client-credentials'
}

function isFlow(text: string): text is Flow {
  return (FLOWS as readonly string[]).includes(text)
}

async function readPolicy(path: string, mustExist: boolean): Promise<{ file: unknown; policy: Policy }> {
  const text = await readConfig(path, mustExist)
  const problems = problemsIn(text)
  if (problems.length > 0) throw configInvalid(path, problems)
  return { file: text.value, policy: policyOf(text.value, path) }
}

/** All that is wrong with a config file; of one that is no JSON, just that. */
function problemsIn({ value, problems, twice, placeOf }: ConfigText): ConfigProblem[] {
  return problems.length > 0 ? problems : sortedProblems([...twice, ...policyProblems(value, placeOf)])
}

/** What the config file says; nothing when there is none and none was named. */
async function readConfig(path: string, mustExist: boolean): Promise<ConfigText> {
  const text = await readOptional(path)
  if (text === undefined && mustExist)
    throw new MhError('CONFIG_INVALID', `MH_SF_CONFIG names ${path}, and there is no such file.`)
  return readConfigText(text ?? '{}')
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new MhError('CONFIG_INVALID', `${path} cannot be read (${code}).`)
  }
}

/** An empty variable is as good as none: cron and CI export many. */
function withoutEmpty(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''))
}
