import { describe, expect, test } from 'vitest'
import { diagnose } from '../../src/domain/doctor.js'
import type { DoctorFacts, DoctorPolicy } from '../../src/domain/doctor-facts.js'
import { DEFAULT_RETENTION } from '../../src/domain/retention.js'
import { policyOf } from '../../src/app/policy.js'

const NOW = new Date('2026-11-30T09:00:00Z')
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000)
const { enrichment, leads, writeBack, campaign } = policyOf({ writeBack: { onSync: false } }, '')
const POLICY: DoctorPolicy = {
  ...{ apiVersion: '66.0', nightHours: 26, enrichment, leads, writeBack },
  retention: { ...DEFAULT_RETENTION, keepDays: 90 },
  campaign,
}
const field = { createable: true, updateable: true, values: [] }
const rights = { createable: true, updateable: true, deletable: true }
const fieldsOf = (...names: string[]) => new Map(names.map((name) => [name, field]))
const DESCRIBED = new Map([
  ['Account', { ...rights, fields: fieldsOf('Customer_Tier__c') }],
  [
    'Campaign',
    {
      ...rights,
      fields: new Map([
        ['Status', { ...field, values: ['Planned', 'In Progress', 'Completed'] }],
        ['MongoHacks_Id__c', field],
      ]),
    },
  ],
  ['CampaignMember', { ...rights, fields: fieldsOf() }],
  ['CampaignMemberStatus', { ...rights, fields: fieldsOf() }],
  [
    'Contact',
    {
      ...rights,
      fields: fieldsOf(
        'MongoHacks_Id__c',
        'Last_Hackathon__c',
        'Last_Hackathon_Date__c',
        'Hackathons_Attended__c',
        'Hackathon_Skills__c',
        'Hackathon_Projects__c',
      ),
    },
  ],
  ['Lead', { ...rights, fields: fieldsOf('MongoHacks_Id__c') }],
])
const QUOTA = { used: 10, max: 1_000, ceiling: 800, reserve: 16, remaining: { run: 774, lookup: 790 } }
const DATABASE = {
  name: 'hackathon-platform',
  host: 'h:1',
  hasPeople: true,
  hasEvents: true,
  others: [],
  skewMs: 10,
  bareCollections: [],
}
const SAMPLE = { looked: 200, unreadable: 0, badAddresses: 3, withoutEvent: 0 }
const ORG = {
  host: 'my.org',
  apiVersion: '66.0',
  skewMs: 500,
  quota: QUOTA,
  described: DESCRIBED,
  isMarketingUser: true,
}
const FILES = { directory: '/d', freeBytes: 9e9, open: [] }

const WELL: DoctorFacts = {
  now: NOW,
  node: '20.19.4',
  config: { value: { path: 'mh-sf.config.json', isThere: true } },
  settings: { value: {} },
  strangeNames: [],
  secretStore: { value: { asked: 'auto', used: 'file', why: 'there is no desktop' } },
  files: { value: FILES },
  database: { value: DATABASE },
  sample: { value: SAMPLE },
  org: { value: ORG },
  statuses: { value: [] },
  redis: { value: {} },
  nights: { value: { lastAt: hoursAgo(8), lastGoodAt: hoursAgo(7) } },
  channels: [{ name: 'slack' }],
}
const problem = (code: string, exitCode: number) => ({
  problem: { code, message: `${code}.`, hint: 'do that', exitCode },
})
const without = (object: string) => new Map([...DESCRIBED].filter(([name]) => name !== object))

type Case = [what: string, facts: Partial<DoctorFacts>, check: string, result: string, exitCode: number, fix: string]
const CASES: Case[] = [
  ['a Node that is too old', { node: '20.18.0' }, 'Node', 'fail', 1, 'Install Node 20.19'],
  ['a config file that is wrong', { config: problem('CONFIG_INVALID', 2) }, 'config file', 'fail', 2, 'do that'],
  ['a setting that is missing', { settings: problem('CONFIG_MISSING', 2) }, 'settings', 'fail', 2, 'do that'],
  [
    'a directory of somebody else',
    { files: { value: { ...FILES, notWritable: 'EACCES' } } },
    'files',
    'fail',
    1,
    'chown -R "$USER" /d',
  ],
  ['a full disk', { files: { value: { ...FILES, freeBytes: 5e6 } } }, 'disk', 'fail', 1, 'Make room'],
  ['a disk that is nearly full', { files: { value: { ...FILES, freeBytes: 1e8 } } }, 'disk', 'warn', 0, 'Make room'],
  [
    'a session that others may read',
    { files: { value: { ...FILES, open: [{ path: '/d/s.json', fix: 'chmod 600 /d/s.json', refused: true }] } } },
    'secrets',
    'fail',
    1,
    'chmod 600 /d/s.json',
  ],
  [
    'a key that others may read',
    { files: { value: { ...FILES, open: [{ path: '/k', fix: 'chmod 600 /k', refused: false }] } } },
    'secrets',
    'warn',
    0,
    'chmod 600 /k',
  ],
  ['a database that is away', { database: problem('MONGO_UNREACHABLE', 1) }, 'database', 'fail', 1, 'do that'],
  ['a database that lets nobody in', { database: problem('MONGO_AUTH', 5) }, 'database', 'fail', 5, 'do that'],
  [
    'another database',
    { database: { value: { ...DATABASE, hasPeople: false, hasEvents: false, others: ['hackathon-platform'] } } },
    'right database',
    'fail',
    1,
    'MONGODB_URI: hackathon-platform',
  ],
  [
    'a user who may only read',
    { database: { value: { ...DATABASE, writing: problem('MONGO_AUTH', 5).problem } } },
    'database rights',
    'fail',
    5,
    'do that',
  ],
  [
    'an index that somebody removed',
    { database: { value: { ...DATABASE, bareCollections: ['salesforce_runs'] } } },
    'retention',
    'warn',
    0,
    'mh-sf nightly',
  ],
  [
    'a clock a minute behind the server',
    { database: { value: { ...DATABASE, skewMs: 61_000 } } },
    'database clock',
    'warn',
    0,
    'timedatectl',
  ],
  [
    'documents that are no participants',
    { sample: { value: { ...SAMPLE, unreadable: 2 } } },
    'participants',
    'warn',
    0,
    'participants',
  ],
  [
    'many bad addresses',
    { sample: { value: { ...SAMPLE, badAddresses: 60 } } },
    'addresses',
    'warn',
    0,
    'mh-sf review list',
  ],
  ['a login that is refused', { org: problem('SF_APP_NOT_APPROVED', 5) }, 'login', 'fail', 5, 'do that'],
  ['an org that is away', { org: problem('SF_TIMEOUT', 1) }, 'login', 'fail', 1, 'do that'],
  [
    'an org of an older release',
    { org: { value: { ...ORG, apiVersion: '60.0' } } },
    'API version',
    'warn',
    0,
    'upgraded',
  ],
  [
    'a right that is missing',
    { org: { value: { ...ORG, described: without('CampaignMember') } } },
    'org rights',
    'fail',
    5,
    'mh-sf schema export',
  ],
  [
    'an account that cannot be read',
    { org: { value: { ...ORG, described: without('Account') } } },
    'org rights',
    'warn',
    0,
    'mh-sf schema export',
  ],
  [
    'no Marketing User',
    { org: { value: { ...ORG, isMarketingUser: false } } },
    'Marketing User',
    'fail',
    5,
    'Marketing User',
  ],
  [
    'a custom field that is missing',
    {
      org: {
        value: {
          ...ORG,
          described: new Map([...DESCRIBED, ['Contact', { ...rights, fields: fieldsOf('Last_Hackathon__c') }]]),
        },
      },
    },
    'fields',
    'warn',
    0,
    'mh-sf schema check',
  ],
  [
    'a status that Campaign does not have',
    {
      org: {
        value: {
          ...ORG,
          described: new Map([
            ...DESCRIBED,
            ['Campaign', { ...rights, fields: new Map([['Status', { ...field, values: ['Planned'] }]]) }],
          ]),
        },
      },
    },
    'picklists',
    'warn',
    0,
    'campaign.status',
  ],
  [
    'an allowance that is used up',
    { org: { value: { ...ORG, quota: { ...QUOTA, used: 900, remaining: { run: 0, lookup: 0 } } } } },
    'API calls',
    'warn',
    0,
    'mh-sf quota',
  ],
  [
    'a clock that is ahead of the org',
    { org: { value: { ...ORG, skewMs: -300_000 } } },
    'org clock',
    'warn',
    0,
    'timedatectl',
  ],
  [
    'a campaign without our statuses',
    { statuses: { value: [{ name: 'Spring', lacks: ['No Show'] }] } },
    'member statuses',
    'warn',
    0,
    'mh-sf campaign sync',
  ],
  ['a Redis that is away', { redis: problem('REDIS_UNREACHABLE', 1) }, 'Redis', 'fail', 1, 'do that'],
  ['no night at all', { nights: { value: {} } }, 'schedule', 'warn', 0, 'mh-sf nightly schedule'],
  [
    'a night that began and was not good',
    { nights: { value: { lastAt: hoursAgo(8), lastGoodAt: hoursAgo(40) } } },
    'schedule',
    'warn',
    0,
    'mh-sf errors',
  ],
  [
    'nights that ceased',
    { nights: { value: { lastAt: hoursAgo(30), lastGoodAt: hoursAgo(29) } } },
    'schedule',
    'warn',
    0,
    'mh-sf nightly schedule',
  ],
  ['nobody to be told', { channels: [] }, 'alerts', 'warn', 0, 'mh-sf alerts test'],
  [
    'a channel that is set wrong',
    { channels: [{ name: 'slack', wrong: problem('CONFIG_INVALID', 2).problem }] },
    'alerts',
    'fail',
    2,
    'do that',
  ],
  [
    'a keychain that is locked',
    { secretStore: { value: { asked: 'auto', used: 'file', why: 'it is locked', isBroken: true } } },
    'keychain',
    'warn',
    0,
    'MH_SF_SECRET_STORE=file',
  ],
  [
    'a keychain that is demanded and not there',
    { secretStore: { value: { asked: 'keychain', used: 'keychain', why: 'there is no desktop' } } },
    'keychain',
    'fail',
    1,
    'MH_SF_SECRET_STORE=file',
  ],
  [
    'a name that was meant for us',
    { strangeNames: [{ name: 'SF_CLIENTID', suggestion: 'SF_CLIENT_ID' }] },
    'names',
    'warn',
    0,
    'SF_CLIENTID is probably SF_CLIENT_ID',
  ],
]

describe('the doctor', () => {
  test('finds nothing where all is well', () => {
    const { checks, exitCode } = diagnose(WELL, POLICY)
    expect(checks.filter(({ result }) => result !== 'pass')).toEqual([])
    expect(checks.flatMap(({ fix }) => fix ?? [])).toEqual([])
    expect(exitCode).toBe(0)
  })

  test.each(CASES)('tells %s, and what to do', (_, facts, name, result, exitCode, fix) => {
    const diagnosis = diagnose({ ...WELL, ...facts }, POLICY)
    const wrong = diagnosis.checks.filter((check) => check.result === 'warn' || check.result === 'fail')
    expect(wrong.map((check) => [check.name, check.result])).toEqual([[name, result]])
    expect(wrong[0]?.fix).toContain(fix)
    expect(diagnosis.exitCode).toBe(exitCode)
  })

  test('looks at nothing behind what cannot be reached, and says so', () => {
    const { checks } = diagnose({ ...WELL, org: problem('SF_TIMEOUT', 1) }, POLICY)
    const behind = checks.filter(({ name }) => ['org rights', 'fields', 'API calls'].includes(name))
    expect(behind.map(({ result }) => result)).toEqual(['skipped', 'skipped', 'skipped'])
  })

  test.each([
    [['SF_APP_NOT_APPROVED', 5], ['CONFIG_INVALID', 2], 5],
    [['SF_TIMEOUT', 1], ['CONFIG_INVALID', 2], 2],
    [['EVENT_NOT_FOUND', 4], ['SF_TIMEOUT', 1], 1],
  ] as const)('of %j and %j ends with %i', ([code, exit], [other, otherExit], exitCode) => {
    const facts = { ...WELL, org: problem(code, exit), config: problem(other, otherExit) }
    expect(diagnose(facts, POLICY).exitCode).toBe(exitCode)
  })
})
