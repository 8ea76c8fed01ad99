import {
  checkFields,
  lackingRights,
  lackingValues,
  wantedFields,
  wantedRights,
  type DescribedOrg,
  type FieldSettings,
  type RightSettings,
} from './org-schema.js'
import type { Quota } from './quota.js'

/** Why something could not be read: an error as it would have ended a command. */
export interface Problem {
  code: string
  message: string
  hint?: string
  exitCode: number
}

/** What was read; or why it could not be; or why nobody tried. */
export type Reading<T> = { value: T } | { problem: Problem } | { skipped: string }

export interface DatabaseReading {
  name: string
  host: string
  hasPeople: boolean
  hasEvents: boolean
  /** Databases of the same server that have participants. */
  others: readonly string[]
  /** The server's clock less ours, in milliseconds. */
  skewMs: number
  /** Why a document of our own could not be written and removed again. */
  writing?: Problem
  /** Collections of ours that are there without the indexes that they need. */
  bareCollections: readonly string[]
}

export interface SampleReading {
  looked: number
  /** Documents that are no participants: their `_id` is no ObjectId. */
  unreadable: number
  /** Addresses that nobody can be found by. */
  badAddresses: number
  /** Registered for nothing. */
  withoutEvent: number
}

export interface OrgReading {
  host: string
  apiVersion: string
  /** The org's clock less ours, in milliseconds; absent where it did not say. */
  skewMs?: number
  quota: Quota
  described: DescribedOrg
  isMarketingUser?: boolean
}

/** A Campaign of ours that lacks statuses for its members. */
export interface BareCampaign {
  name: string
  lacks: readonly string[]
}

export interface FilesReading {
  /** Where sessions are kept. */
  directory: string
  /** Why it cannot be written to. */
  notWritable?: string
  freeBytes: number
  /** Files and directories of secrets that others may read, with the command that puts each right. */
  open: readonly { path: string; fix: string; refused: boolean }[]
}

export interface NightsReading {
  lastAt?: Date
  lastGoodAt?: Date
}

/** All that the doctor looked at. */
export interface DoctorFacts {
  now: Date
  /** Version of Node, as in 20.19.4. */
  node: string
  /** Where the config file is, and whether there is one. */
  config: Reading<{ path: string; isThere: boolean }>
  settings: Reading<object>
  files: Reading<FilesReading>
  database: Reading<DatabaseReading>
  sample: Reading<SampleReading>
  org: Reading<OrgReading>
  statuses: Reading<readonly BareCampaign[]>
  redis: Reading<object>
  nights: Reading<NightsReading>
  /** Names of the channels that alerts are told by, and of those whose settings are wrong. */
  channels: Reading<{ names: readonly string[] }>
}

export interface DoctorPolicy extends FieldSettings, RightSettings {
  apiVersion: string
  nightHours: number
  campaign: FieldSettings['campaign'] &
    RightSettings['campaign'] & { type?: string; status: Readonly<Record<string, string>> }
  writeBack: FieldSettings['writeBack'] & RightSettings['writeBack']
  leads: FieldSettings['leads'] & RightSettings['leads']
}

export const RESULTS = ['pass', 'warn', 'fail', 'skipped'] as const
export type Result = (typeof RESULTS)[number]

/** One thing that was looked at. */
export interface Check {
  name: string
  result: Result
  /** One sentence. */
  text: string
  /** The next command or step; absent of what is well. */
  fix?: string
  /** Of a failure: what a command would end with that needs this. */
  exitCode?: number
}

export interface Diagnosis {
  checks: Check[]
  counts: Record<Result, number>
  exitCode: number
}

/** The oldest Node it runs on. */
const NODE = [20, 19] as const
/** An assertion lives for three minutes (auth.md §2); ours are worth a word long before. */
const SKEW_MS = 30_000
const HOUR_MS = 3_600_000
const MEGABYTE = 1_000_000
const LITTLE_BYTES = 500 * MEGABYTE
const NO_BYTES = 20 * MEGABYTE

/** What is wrong with a set-up, and what to do about each. */
export function diagnose(facts: DoctorFacts, policy: DoctorPolicy): Diagnosis {
  const checks = [
    ofNode(facts.node),
    read('config file', facts.config, ({ path, isThere }) =>
      isThere ? pass(`${path} is well.`) : pass('there is none: every setting of it has its default.'),
    ),
    read('settings', facts.settings, () => pass('all that is needed for both systems is there.')),
    ...readAll(['files', 'disk', 'secrets'], facts.files, filesChecks),
    ...readAll(
      ['database', 'right database', 'database rights', 'indexes', 'database clock'],
      facts.database,
      (found) => databaseChecks(found),
    ),
    ...readAll(['participants', 'addresses'], facts.sample, sampleChecks),
    ...readAll(
      ['login', 'API version', 'org rights', 'Marketing User', 'fields', 'picklists', 'API calls', 'org clock'],
      facts.org,
      (org) => orgChecks(org, policy),
    ),
    read('member statuses', facts.statuses, statusesCheck),
    read('Redis', facts.redis, () => pass('it answers.')),
    read('schedule', facts.nights, (nights) => nightsCheck(nights, facts.now, policy.nightHours)),
    read('alerts', facts.channels, ({ names }) =>
      names.length > 0
        ? pass(`told by ${names.join(', ')}.`)
        : warn(
            'nobody is told when something goes wrong.',
            'Set SLACK_WEBHOOK_URL, ALERT_WEBHOOK_URL or SMTP_URL (docs/alerts.md), then: mh-sf alerts test',
          ),
    ),
  ]
  const counts = { pass: 0, warn: 0, fail: 0, skipped: 0 }
  for (const { result } of checks) counts[result] += 1
  return { checks, counts, exitCode: worstOf(checks) }
}

/** Who cannot log in has to see to that first; then comes what is set wrong, then the rest. */
function worstOf(checks: readonly Check[]): number {
  const codes = checks.flatMap(({ result, exitCode = 1 }) => (result === 'fail' ? [exitCode] : []))
  return [5, 2].find((code) => codes.includes(code)) ?? (codes.length > 0 ? 1 : 0)
}

type Judged = Omit<Check, 'name'>

const pass = (text: string): Judged => ({ result: 'pass', text })
const warn = (text: string, fix: string): Judged => ({ result: 'warn', text, fix })
const fail = (text: string, fix: string, exitCode = 1): Judged => ({ result: 'fail', text, fix, exitCode })

function read<T>(name: string, reading: Reading<T>, judge: (value: T) => Judged): Check {
  return { name, ...judgeOne(reading, judge) }
}

function judgeOne<T>(reading: Reading<T>, judge: (value: T) => Judged): Judged {
  if ('skipped' in reading) return { result: 'skipped', text: reading.skipped }
  return 'problem' in reading ? failOf(reading.problem) : judge(reading.value)
}

/** Several checks of one reading: what went wrong with it is told of the first, the others had nothing to look at. */
function readAll<T>(names: readonly string[], reading: Reading<T>, judge: (value: T) => readonly Judged[]): Check[] {
  const judged = 'value' in reading ? judge(reading.value) : []
  const [first = ''] = names
  const behind = { result: 'skipped' as const, text: `only once "${first}" is well.` }
  return names.map((name, at) => {
    const isTold = at === 0 || 'skipped' in reading
    return { name, ...(judged[at] ?? (isTold ? judgeOne(reading, () => behind) : behind)) }
  })
}

function failOf({ message, hint, exitCode }: Problem): Judged {
  return fail(message, hint ?? 'Put that right, then: mh-sf doctor', exitCode)
}

function ofNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isNew = major > NODE[0] || (major === NODE[0] && minor >= NODE[1])
  const judged = isNew
    ? pass(`version ${version}.`)
    : fail(`version ${version} is older than mh-sf runs on.`, `Install Node ${NODE.join('.')} or newer.`)
  return { name: 'Node', ...judged }
}

function filesChecks({ directory, notWritable, freeBytes, open }: FilesReading): Judged[] {
  const [worst] = [...open].sort((a, b) => Number(b.refused) - Number(a.refused))
  const free = `${Math.floor(freeBytes / MEGABYTE).toLocaleString('en-US')} MB are free.`
  const room = 'Make room on that disk: rows of Bulk jobs lie there until their job is settled.'
  return [
    notWritable === undefined
      ? pass(`${directory} can be written to.`)
      : fail(
          `${directory} cannot be written to (${notWritable}).`,
          `Give it to this user: sudo chown -R "$USER" ${directory}`,
        ),
    freeBytes < NO_BYTES ? fail(free, room) : freeBytes < LITTLE_BYTES ? warn(free, room) : pass(free),
    worst === undefined
      ? pass('nobody else may read keys and sessions.')
      : (worst.refused ? fail : warn)(`others may read ${worst.path}.`, open.map(({ fix }) => fix).join(' && ')),
  ]
}

function databaseChecks(found: DatabaseReading): Judged[] {
  const { name, host, hasPeople, hasEvents, others, skewMs, writing, bareCollections } = found
  return [
    pass(`${host} answers.`),
    hasPeople || hasEvents
      ? pass(`"${name}" has ${hasPeople ? 'participants' : 'events, and nobody has registered yet'}.`)
      : fail(`"${name}" has no participants and no events.`, wrongDatabaseFix(others), 4),
    writing === undefined ? pass('a document of our own was written and removed.') : failOf(writing),
    bareCollections.length === 0
      ? pass('our collections have theirs.')
      : warn(
          `${bareCollections.join(', ')} lack theirs: what is old is not removed.`,
          'The next run makes them: mh-sf nightly',
        ),
    clockCheck('the server', skewMs),
  ]
}

function wrongDatabaseFix(others: readonly string[]): string {
  if (others.length === 0) return 'Check the host in MONGODB_URI: no database there has participants.'
  return `Put one of these at the end of MONGODB_URI: ${others.join(', ')}`
}

function clockCheck(whose: string, skewMs: number): Judged {
  const seconds = Math.round(Math.abs(skewMs) / 1_000)
  if (Math.abs(skewMs) <= SKEW_MS) return pass(`this machine and ${whose} agree to ${seconds} s.`)
  const text = `this machine is ${seconds} s ${skewMs > 0 ? 'behind' : 'ahead of'} ${whose}.`
  return warn(text, 'Have its clock set: sudo timedatectl set-ntp true')
}

function sampleChecks({ looked, unreadable, badAddresses, withoutEvent }: SampleReading): Judged[] {
  const none = 'there is nobody yet.'
  if (looked === 0) return [pass(none), pass(none)]
  const readable = looked - unreadable
  return [
    unreadable > 0
      ? warn(
          `${unreadable} of the latest ${looked} documents are no participants: their _id is no ObjectId.`,
          'Have a look at what writes to "participants"; those are left out.',
        )
      : pass(
          `the latest ${looked} can be read${withoutEvent > 0 ? `; ${withoutEvent} are registered for no event` : ''}.`,
        ),
    badAddresses * 10 > readable
      ? warn(
          `${badAddresses} of the latest ${readable} cannot be found by their address.`,
          'They are parked when a backfill meets them: mh-sf review list',
        )
      : pass(`${badAddresses} of the latest ${readable} are not usable.`),
  ]
}

function orgChecks(org: OrgReading, policy: DoctorPolicy): Judged[] {
  const { host, apiVersion, skewMs, quota, described, isMarketingUser } = org
  const lowered = Number(apiVersion) < Number(policy.apiVersion)
  const named = wantedFields(policy).filter(({ object, setting }) => setting.isSet && described.has(object))
  const lacking = checkFields(named, described).filter(({ state }) => state !== 'there')
  const values = lackingValues(policy.campaign, described)
  return [
    pass(`logged in to ${host}.`),
    lowered
      ? warn(
          `the org speaks ${apiVersion}, mh-sf was made for ${policy.apiVersion}.`,
          'Nothing has to be done; the org is upgraded by Salesforce.',
        )
      : pass(`${apiVersion}.`),
    rightsCheck(policy, described),
    isMarketingUser === false
      ? fail(
          'is not ticked: no campaign can be made or changed.',
          'An admin ticks it: Setup > Users > the user > Marketing User',
          5,
        )
      : pass(isMarketingUser ? 'is ticked.' : 'the org does not say; campaigns may be changed.'),
    lacking.length === 0
      ? pass('every custom field that the settings name is there.')
      : warn(
          `${lacking.map(({ wanted }) => `${wanted.object}.${wanted.name}`).join(', ')} ${lacking.length === 1 ? 'is' : 'are'} missing or hidden: done without.`,
          'mh-sf schema check, then: mh-sf schema export --out DIR',
        ),
    values.length === 0
      ? pass('the org has every value that the settings name.')
      : warn(
          `the org lacks ${values.map(({ field, value }) => `Campaign.${field} "${value}"`).join(', ')}.`,
          `Name values that it has in mh-sf.config.json (campaign.status, campaign.type), or an admin adds them: Setup > Object Manager > Campaign > Fields`,
        ),
    quotaCheck(quota),
    skewMs === undefined
      ? { result: 'skipped', text: 'the org did not say what time it is.' }
      : clockCheck('the org', skewMs),
  ]
}

function rightsCheck(policy: DoctorPolicy, described: DescribedOrg): Judged {
  const lacking = lackingRights(wantedRights(policy), described)
  if (lacking.length === 0) return pass('this user may do all that the settings ask for.')
  const needed = lacking.filter(({ needed: isNeeded }) => isNeeded)
  const told = (needed.length > 0 ? needed : lacking).map(({ object, right }) => `${right} ${object}`).join(', ')
  const fix = 'An admin gives them by the exported permission set: mh-sf schema export --out DIR'
  return needed.length > 0
    ? fail(`this user may not ${told}.`, fix, 5)
    : warn(`this user may not ${told}: left out.`, fix)
}

function quotaCheck({ used, max, ceiling, remaining }: Quota): Judged {
  const told = `${used.toLocaleString('en-US')} of ${max.toLocaleString('en-US')} of 24 hours are used`
  if (remaining.run > 0) return pass(`${told}; ${remaining.run.toLocaleString('en-US')} are left for runs.`)
  return warn(
    `${told}, the ceiling is ${ceiling.toLocaleString('en-US')}: no run begins.`,
    'mh-sf quota says when they come free; quota.ceiling in mh-sf.config.json moves the ceiling',
  )
}

function statusesCheck(campaigns: readonly BareCampaign[]): Judged {
  const [first] = campaigns
  if (first === undefined) return pass('the campaigns of live events have theirs.')
  const others = campaigns.length > 1 ? ` (and ${campaigns.length - 1} more)` : ''
  return warn(`"${first.name}"${others} lacks ${first.lacks.join(', ')}.`, 'A sync makes them: mh-sf campaign sync')
}

function nightsCheck({ lastAt, lastGoodAt }: NightsReading, now: Date, hours: number): Judged {
  if (lastAt === undefined)
    return warn('no night has run yet.', 'mh-sf nightly schedule prints what starts it every day')
  const age = (now.getTime() - (lastGoodAt ?? new Date(0)).getTime()) / HOUR_MS
  if (age <= hours) return pass(`the last good night was ${Math.round(age)} h ago.`)
  const started = now.getTime() - lastAt.getTime() <= hours * HOUR_MS
  return started
    ? warn(
        `no night of the last ${hours} h went well.`,
        'mh-sf errors says what went wrong; mh-sf runs list which nights',
      )
    : warn(`no night began in the last ${hours} h.`, 'Is what starts it still there? mh-sf nightly schedule prints it')
}
