import { NamedOrgs, type NamedOrg } from './named-orgs.js'
import type { Environment, Settings } from './settings.js'

/** What tells a login in the environment; an org that is chosen by name takes the place of all of it. */
const LOGIN_NAMES = [
  'SF_LOGIN_FLOW',
  'SF_LOGIN_URL',
  'SF_CLIENT_ID',
  'SF_CLIENT_SECRET',
  'SF_USERNAME',
  'SF_PASSWORD',
  'SF_SECURITY_TOKEN',
  'SF_PRIVATE_KEY_PATH',
  'SF_CLI_ALIAS',
]

/**
 * The settings with the login of an org that has a name: the one asked for, else that of SF_TARGET_ORG, else the default where the
 * environment tells no login. Throws ORG_UNKNOWN.
 */
export async function withTargetOrg(settings: Settings, dataDirectory: string, asked?: string): Promise<Settings> {
  const orgs = new NamedOrgs(dataDirectory)
  const name = asked ?? settings.environment.SF_TARGET_ORG ?? (await defaultOf(orgs, settings))
  return name === undefined ? settings : withOrg(settings, name, await orgs.get(name))
}

/** The settings as if the environment told how to log in to this org. */
export function withOrg(settings: Settings, name: string, org: NamedOrg): Settings {
  const { environment, origins } = settings
  const login = environmentOf(org)
  const others = Object.fromEntries(Object.entries(environment).filter(([each]) => !LOGIN_NAMES.includes(each)))
  const from = Object.fromEntries(Object.keys(login).map((each) => [each, `org ${name}` as const]))
  return {
    ...settings,
    target: name,
    environment: { ...others, ...login },
    origins: { ...origins, environment: { ...origins.environment, ...from } },
  }
}

/** Whether the environment tells a login, whole or not: half of one is to be mended, not replaced by another org. */
export function tellsLogin(environment: Environment): boolean {
  return LOGIN_NAMES.some((name) => environment[name] !== undefined)
}

async function defaultOf(orgs: NamedOrgs, { environment }: Settings): Promise<string | undefined> {
  return tellsLogin(environment) ? undefined : (await orgs.read()).default
}

function environmentOf(org: NamedOrg): Record<string, string> {
  const all = {
    SF_LOGIN_FLOW: org.flow,
    SF_LOGIN_URL: org.loginUrl,
    SF_CLIENT_ID: org.clientId,
    SF_USERNAME: org.username,
    SF_PRIVATE_KEY_PATH: org.privateKeyPath,
    SF_CLI_ALIAS: org.cliAlias,
  }
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
