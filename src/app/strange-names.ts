import { distance } from 'fastest-levenshtein'
import type { Environment } from './settings.js'
import { ENVIRONMENT_NAMES } from './shown-settings.js'

/** A name of the environment that looks like one of ours and is none. */
export interface StrangeName {
  name: string
  /** What was probably meant; absent where nothing is near. */
  suggestion?: string
}

/** The Campaign of an event, by its slug (product.md §5). */
const CAMPAIGN = 'SF_CAMPAIGN_'
/** What other tools, and people, call the same. */
const ALSO_CALLED: Readonly<Record<string, string>> = {
  MONGO_URI: 'MONGODB_URI',
  MONGO_URL: 'MONGODB_URI',
  MONGODB_URL: 'MONGODB_URI',
  SF_CONSUMER_KEY: 'SF_CLIENT_ID',
  SF_CONSUMER_SECRET: 'SF_CLIENT_SECRET',
  SF_PRIVATE_KEY: 'SF_PRIVATE_KEY_PATH',
  SF_KEY_PATH: 'SF_PRIVATE_KEY_PATH',
  SF_INSTANCE_URL: 'SF_LOGIN_URL',
  SF_USER: 'SF_USERNAME',
  SF_TOKEN: 'SF_SECURITY_TOKEN',
  SLACK_WEBHOOK: 'SLACK_WEBHOOK_URL',
}
/** What oclif reads for every command line that it makes, and our tests. */
const NOT_SETTINGS = /^MH_SF_(?:BINPATH|CACHE_DIR|CONFIG_DIR|DATA_DIR|DEBUG|DISABLE_THEME|NPM_REGISTRY|TEST_.*)$/u

/**
 * Names that look like ours and mean nothing to us, where what they probably mean is not set: a letter too few, another tool's word,
 * `SALESFORCE_` for `SF_`; and whatever begins with `MH_SF_`. The Salesforce CLI has names of its own with `SF_`: only near misses are told.
 */
export function strangeNames(environment: Environment): StrangeName[] {
  return Object.keys(environment)
    .filter((name) => !(name in ENVIRONMENT_NAMES) && !name.startsWith(CAMPAIGN) && !NOT_SETTINGS.test(name))
    .sort()
    .flatMap((name): StrangeName[] => {
      const suggestion = meantBy(name)
      if (suggestion === undefined) return name.startsWith('MH_SF_') ? [{ name }] : []
      return environment[suggestion] === undefined ? [{ name, suggestion }] : []
    })
}

function meantBy(name: string): string | undefined {
  const ours = name.toUpperCase().replace(/^(?:SALESFORCE|SFDC|SFDX)_/u, 'SF_')
  const called = ALSO_CALLED[ours] ?? (ours in ENVIRONMENT_NAMES ? ours : undefined)
  if (called !== undefined) return called
  const [, start = '', slug = ''] = /^(SF_[A-Z]+_)(.+)$/u.exec(ours) ?? []
  if (start !== '' && distance(start, CAMPAIGN) <= 2) return `${CAMPAIGN}${slug}`
  const bare = (text: string) => text.replaceAll('_', '')
  const far = (known: string) => distance(bare(ours), bare(known))
  const [nearest] = Object.keys(ENVIRONMENT_NAMES).sort((a, b) => far(a) - far(b))
  return nearest !== undefined && far(nearest) <= Math.max(1, bare(nearest).length / 6) ? nearest : undefined
}
