import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parse } from 'dotenv'
import { z } from 'zod'
import { MhError } from '../errors.js'
import { checkLoginUrl } from '../salesforce/hosts.js'
import type { Credentials } from '../salesforce/login.js'

/** Environment names, as product.md and the platform's first plan have them. */
export type Environment = Readonly<Record<string, string | undefined>>

const tier = z.enum(['enterprise', 'growth', 'startup', 'community'])
const field = z.string().regex(/^\w+$/u)
const fieldPolicy = z.enum(['never', 'when empty', 'when different'])
const gonePolicy = z.enum(['leave', 'mark', 'remove'])
/** What CampaignMember.Status holds (objects.md §5). */
const statusLabel = z.string().trim().min(1).max(40)

const status = (label: string, hasResponded: boolean) =>
  z.strictObject({ label: statusLabel.default(label), hasResponded: z.boolean().default(hasResponded) }).prefault({})

const mapped = (name: string, policy: z.infer<typeof fieldPolicy>) =>
  z.strictObject({ field: field.default(name), policy: fieldPolicy.default(policy) }).prefault({})

const writeBack = z.strictObject({
  /** Whether `campaign sync` tells Contacts as well; `contact push` always does. */
  onSync: z.boolean().default(true),
  /** Where each fact about a person goes on Contact, and when. */
  fields: z
    .strictObject({
      lastEventName: mapped('Last_Hackathon__c', 'when different'),
      lastEventDate: mapped('Last_Hackathon_Date__c', 'when different'),
      eventsAttended: mapped('Hackathons_Attended__c', 'when different'),
      skills: mapped('Hackathon_Skills__c', 'when different'),
      projects: mapped('Hackathon_Projects__c', 'when different'),
      firstTouch: mapped('LeadSource', 'when empty'),
    })
    .prefault({}),
  /** What `firstTouch` says. */
  firstTouch: z.string().min(1).max(255).default('Hackathon'),
  /** Somebody edited a value that we wrote: leave theirs, or write ours again. */
  onConflict: z.enum(['leave', 'overwrite']).default('leave'),
})

const campaign = z.strictObject({
  /** Campaign.Type; the org's default without one. */
  type: z.string().max(40).optional(),
  /** The Campaign above all of ours. */
  parentId: z
    .string()
    .regex(/^701\w{12}(\w{3})?$/u)
    .optional(),
  /** A field of Campaign that holds the event's id, if the org has one. */
  externalIdField: field.optional(),
  /** `campaign sync` without --event takes events that were over no more than so many days ago. */
  liveDays: z.number().int().min(0).default(30),
  /** Campaign.Status for each status of an event. */
  status: z
    .strictObject({
      open: statusLabel.default('Planned'),
      in_progress: statusLabel.default('In Progress'),
      concluded: statusLabel.default('Completed'),
    })
    .prefault({}),
  /** When a field of an existing Campaign is written. */
  fields: z
    .strictObject({
      Name: fieldPolicy.default('when different'),
      Type: fieldPolicy.default('when empty'),
      Status: fieldPolicy.default('when different'),
      IsActive: fieldPolicy.default('never'),
      StartDate: fieldPolicy.default('when different'),
      EndDate: fieldPolicy.default('when different'),
      ParentId: fieldPolicy.default('when empty'),
      Description: fieldPolicy.default('when empty'),
    })
    .prefault({}),
  /** How the statuses of members are called, and which count as a response. */
  memberStatuses: z
    .strictObject({
      registered: status('Registered', false),
      no_show: status('No Show', false),
      attended: status('Attended', true),
    })
    .prefault({}),
  /** What happens to the members of people who are gone. */
  gone: z
    .strictObject({
      withdrawn: gonePolicy.default('leave'),
      deleted: gonePolicy.default('leave'),
      banned: gonePolicy.default('leave'),
      optedOut: gonePolicy.default('leave'),
      /** The status that `mark` gives. */
      status: statusLabel.default('Withdrawn'),
    })
    .prefault({}),
})

/** `mh-sf.config.json`, every part optional; unknown keys are refused. */
const configFile = z.strictObject({
  match: z
    .strictObject({
      /** Several contacts with one address: choose the primary one, or leave them all to a person. */
      onSeveral: z.enum(['primary', 'review']).default('primary'),
    })
    .prefault({}),
  enrichment: z
    .strictObject({
      /** A field of Account that holds the tier. */
      tierField: field.default('Customer_Tier__c'),
      /** A field of Contact that holds the participant's id, if the org has one. */
      ownKeyField: field.optional(),
      /** Who counts as an existing customer. */
      existingCustomer: z
        .discriminatedUnion('by', [
          z.strictObject({ by: z.literal('contact') }),
          z.strictObject({ by: z.literal('accountType'), values: z.array(z.string()).min(1) }),
          z.strictObject({ by: z.literal('tier'), values: z.array(tier).min(1) }),
        ])
        .default({ by: 'contact' }),
    })
    .prefault({}),
  campaign: campaign.prefault({}),
  writeBack: writeBack.prefault({}),
})

export type Policy = z.infer<typeof configFile>

export interface Settings {
  environment: Environment
  policy: Policy
  origins: Origins
}

/** Where values come from, for whoever wants to see. */
export interface Origins {
  /** By name: the environment itself, or the file that gave it. */
  environment: Readonly<Record<string, 'environment' | '.env.local' | '.env'>>
  /** The config file's path, and what stands in it. */
  file: string
  given: unknown
}

const CONFIG_FILE = 'mh-sf.config.json'

/**
 * Settings from the environment, then `.env.local`, `.env` and `mh-sf.config.json` of the working directory; earlier
 * ones win. Throws CONFIG_INVALID with every problem of the config file at once.
 */
export async function loadSettings(environment: Environment, directory: string): Promise<Settings> {
  const given = withoutEmpty(environment)
  const [shared, local] = await Promise.all(
    ['.env', '.env.local'].map(async (name) => parse((await readOptional(join(directory, name))) ?? '')),
  )
  const path = resolve(directory, given.MH_SF_CONFIG ?? CONFIG_FILE)
  const file = await readConfig(path, given.MH_SF_CONFIG !== undefined)
  const named = (values: Environment = {}, origin: '.env' | '.env.local' | 'environment') =>
    Object.fromEntries(Object.keys(values).map((name) => [name, origin]))
  return {
    environment: { ...shared, ...local, ...given },
    policy: policyOf(file, path),
    origins: {
      environment: { ...named(shared, '.env'), ...named(local, '.env.local'), ...named(given, 'environment') },
      file: path,
      given: file,
    },
  }
}

/** What a command needs to be told before it can begin. */
export type Need = 'salesforce' | 'mongo'

/** Throws CONFIG_MISSING naming everything that is missing, for all needs at once. */
export function requireSettings({ environment }: Settings, needs: readonly Need[]): void {
  const missing = needs.flatMap((need) => namesFor(need, environment)).filter((name) => environment[name] === undefined)
  if (missing.length === 0) return
  const lines = missing.map((name) => `\n  ${name.padEnd(20)} ${MEANING[name] ?? ''}`)
  throw new MhError(
    'CONFIG_MISSING',
    `${missing.length === 1 ? 'A setting is' : 'Some settings are'} missing:${lines.join('')}`,
    'Set them in the environment or in .env.local, or add --playground to practise on a local org and database.',
  )
}

/** How to log in. Throws CONFIG_MISSING, or SF_HOST_REFUSED for an address that is not Salesforce's. */
export function credentialsOf(settings: Settings): Credentials {
  requireSettings(settings, ['salesforce'])
  const { environment } = settings
  const loginUrl = checkLoginUrl(environment.SF_LOGIN_URL ?? 'https://login.salesforce.com')
  const value = (name: string) => environment[name] ?? ''
  const clientId = value('SF_CLIENT_ID')
  const username = value('SF_USERNAME')
  if (!usesPassword(environment))
    return { flow: 'jwt', loginUrl, clientId, username, privateKeyPath: value('SF_PRIVATE_KEY_PATH') }
  const password = value('SF_PASSWORD') + value('SF_SECURITY_TOKEN')
  return { flow: 'password', loginUrl, clientId, clientSecret: value('SF_CLIENT_SECRET'), username, password }
}

/** Where the platform's database is. */
export function mongoUriOf(settings: Settings): string {
  requireSettings(settings, ['mongo'])
  return settings.environment.MONGODB_URI ?? ''
}

const MEANING: Record<string, string> = {
  MONGODB_URI: "the platform's database, as mongodb+srv://…/hackathon-platform",
  SF_CLIENT_ID: "the consumer key of the org's app",
  SF_CLIENT_SECRET: "the consumer secret of the org's app",
  SF_USERNAME: 'the Salesforce username (not the address)',
  SF_PASSWORD: 'the password',
  SF_PRIVATE_KEY_PATH: "the PEM key whose certificate the org's app has",
}

function namesFor(need: Need, environment: Environment): string[] {
  if (need === 'mongo') return ['MONGODB_URI']
  const byPassword = ['SF_CLIENT_ID', 'SF_CLIENT_SECRET', 'SF_USERNAME', 'SF_PASSWORD']
  return usesPassword(environment) ? byPassword : ['SF_CLIENT_ID', 'SF_USERNAME', 'SF_PRIVATE_KEY_PATH']
}

function usesPassword(environment: Environment): boolean {
  return environment.SF_PRIVATE_KEY_PATH === undefined && environment.SF_PASSWORD !== undefined
}

/** What the config file says; nothing when there is none and none was named. */
async function readConfig(path: string, mustExist: boolean): Promise<unknown> {
  const text = await readOptional(path)
  if (text === undefined && mustExist)
    throw new MhError('CONFIG_INVALID', `MH_SF_CONFIG names ${path}, and there is no such file.`)
  return parseJson(text ?? '{}', path)
}

function policyOf(given: unknown, path: string): Policy {
  const parsed = configFile.safeParse(given)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map((issue) => `\n  ${issue.path.join('.') || '(top level)'}: ${issue.message}`)
  throw new MhError(
    'CONFIG_INVALID',
    `${path} has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:${problems.join('')}`,
    'docs/configuration.md lists what may stand there.',
  )
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new MhError('CONFIG_INVALID', `${path} is not JSON: ${error instanceof Error ? error.message : ''}`)
  }
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
