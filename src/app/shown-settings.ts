import type { Settings } from './settings.js'

/** One setting as it may be shown: secrets are not. */
export interface ShownSetting {
  name: string
  value: string
  /** Where the value comes from; `default` when nobody gave one. */
  from: string
}

/** Names of the environment that mean something to us, and whether their values may be shown. */
export const ENVIRONMENT_NAMES: Readonly<Record<string, 'shown' | 'secret' | 'uri'>> = {
  MONGODB_URI: 'uri',
  QUEUE_URL: 'uri',
  SF_TARGET_ORG: 'shown',
  SF_LOGIN_FLOW: 'shown',
  SF_LOGIN_URL: 'shown',
  SF_CLI_ALIAS: 'shown',
  SF_CLIENT_ID: 'shown',
  SF_USERNAME: 'shown',
  SF_ORG_ID: 'shown',
  SF_PRIVATE_KEY_PATH: 'shown',
  SF_CLIENT_SECRET: 'secret',
  SF_PASSWORD: 'secret',
  SF_SECURITY_TOKEN: 'secret',
  SLACK_WEBHOOK_URL: 'secret',
  ALERT_WEBHOOK_URL: 'secret',
  ALERT_WEBHOOK_SECRET: 'secret',
  SMTP_URL: 'secret',
  MH_SF_PRIVACY_KEY: 'secret',
  MH_SF_SECRET_STORE: 'shown',
  MH_SF_CONFIG: 'shown',
}

/** Every setting with its value and where that comes from: the environment first, then the config file's, by path. */
export function shownSettings({ environment, policy, origins }: Settings): ShownSetting[] {
  const campaigns = Object.keys(environment).filter((name) => name.startsWith('SF_CAMPAIGN_'))
  const names = [...Object.keys(ENVIRONMENT_NAMES), ...campaigns.sort()].filter(
    (name) => environment[name] !== undefined,
  )
  const ours = names.map((name) => ({
    name,
    value: shown(environment[name] ?? '', ENVIRONMENT_NAMES[name] ?? 'shown'),
    from: origins.environment[name] ?? 'default',
  }))
  const leaves = leavesOf(policy).map(({ path, value }) => ({
    name: path.join('.'),
    value: typeof value === 'string' ? value : JSON.stringify(value),
    from: isGiven(origins.given, path) ? origins.file : 'default',
  }))
  return [...ours, ...leaves]
}

function shown(value: string, kind: 'shown' | 'secret' | 'uri'): string {
  if (kind === 'secret') return '(set, not shown)'
  return kind === 'uri' ? value.replace(/\/\/[^@/]*@/u, '//(user and password)@') : value
}

function leavesOf(value: unknown, path: string[] = []): { path: string[]; value: unknown }[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [{ path, value }]
  return Object.entries(value).flatMap(([key, below]) => (below === undefined ? [] : leavesOf(below, [...path, key])))
}

/** Whether the file says something at this path, or, for a choice of several keys, above it. */
function isGiven(given: unknown, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return given !== undefined
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return false
  return key in given && isGiven((given as Record<string, unknown>)[key], rest)
}
