import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { nearestSetting } from '../../src/app/config-problems.js'
import { policyOf } from '../../src/app/policy.js'
import { strangeNames } from '../../src/app/strange-names.js'
import { validateConfig } from '../../src/cli/config-validate.js'
import { App } from '../../src/app/app.js'
import { loadSettings } from '../../src/app/settings.js'
import { systemClock } from '../../src/clock.js'
import { withSettingsTable } from '../../src/json-schema/settings-table.js'
import { validityText } from '../../src/render/settings.js'
import { aUser } from '../support/cli.js'
import { faultsOf } from '../support/schemas.js'

const SCHEMA = join(import.meta.dirname, '../../docs/schemas/mh-sf.config.json')

const ajv = formats.default(new Ajv2020({ strict: false }))
const isBySchema = ajv.compile(JSON.parse(readFileSync(SCHEMA, 'utf8')) as object)

describe('the config file', () => {
  const user = aUser()
  afterAll(() => {
    user.forget()
  })
  async function validityOf(file: string, environment: Record<string, string> = {}) {
    writeFileSync(join(user.home, 'mh-sf.config.json'), file)
    const settings = await loadSettings(environment, user.home, () => undefined)
    const directories = { data: user.home, cache: user.home }
    const who = { command: 'config validate', arguments: [], user: 'ada', host: 'here', pid: 1, version: '1' }
    await using app = new App(settings, directories, systemClock, new AbortController().signal, who)
    return await validateConfig(app)
  }

  test('has every problem told at once, with its place, what may stand there, and what was probably meant', async () => {
    const file = `{
  // The rest is for other people.
  "quota": { "cieling": 0.5, "concurrency": 99 },
  "onSeveral": "review",
  "match": { "onSeveral": "none" },
  "leads": { "create": "yes", "consent": [{ "by": "guess" }] },
  "zzz": 1,
}`
    const validity = await validityOf(file, {
      QUEUE_URL: 'http://redis',
      SF_CLIENT_ID: 'x',
      SF_PRIVATE_KEY_PATH: 'server.key',
    })
    expect(validity.problems.filter((each) => each.in === 'file').map(({ message }) => message)).toEqual([
      'mh-sf.config.json:3:14 quota.cieling: not a setting; did you mean quota.ceiling?',
      'mh-sf.config.json:3:45 quota.concurrency: is 99; it has to be 25 at the most',
      'mh-sf.config.json:4:3 onSeveral: not a setting; did you mean match.onSeveral?',
      'mh-sf.config.json:5:27 match.onSeveral: is "none"; it may be "primary" or "review"',
      'mh-sf.config.json:6:24 leads.create: is "yes"; it has to be true or false',
      'mh-sf.config.json:6:51 leads.consent.0.by: is "guess"; it may be "record", "newsletter" or "answer"',
      expect.stringMatching(/^mh-sf\.config\.json:7:3 zzz: not a setting; there are \$schema, match, .* and notify$/u),
    ])
    expect(validity.problems[0]).toMatchObject({ line: 3, column: 14, setting: 'quota.cieling' })
    expect(Object.fromEntries(validity.problems.map(({ setting, message }) => [setting, message]))).toMatchObject({
      QUEUE_URL: 'QUEUE_URL is not the address of a Redis.',
      MONGODB_URI: expect.stringContaining('is missing') as string,
      SF_USERNAME: expect.stringContaining('is missing') as string,
    })
    const lines = validityText(validity).split('\n')
    expect(lines.filter((line) => line.length > 80 && !line.startsWith(user.home))).toEqual([])
    expect(faultsOf('config validate', JSON.stringify(validity))).toEqual([])
  })

  test('is looked at beside addresses and ids of the environment, whatever else is missing there', async () => {
    const { problems } = await validityOf('{}', {
      MONGODB_URI: 'mongdb://u:secret@h/x',
      SF_LOGIN_URL: 'htp:/x',
      SF_ORG_ID: '1',
    })
    expect(problems.map(({ setting }) => setting)).toEqual(
      expect.arrayContaining(['MONGODB_URI', 'SF_LOGIN_URL', 'SF_ORG_ID', 'SF_CLIENT_ID']),
    )
    expect(JSON.stringify(problems)).not.toContain('secret@')
  })

  test('is named once where it cannot be read', async () => {
    const there = join(user.home, 'mh-sf.config.json')
    rmSync(there, { force: true })
    mkdirSync(there)
    const settings = await loadSettings({}, user.home, () => undefined)
    const who = { command: 'config validate', arguments: [], user: 'ada', host: 'here', pid: 1, version: '1' }
    const directories = { data: user.home, cache: user.home }
    await using app = new App(settings, directories, systemClock, new AbortController().signal, who)
    const { problems } = await validateConfig(app)
    rmSync(there, { recursive: true })
    expect(problems[0]?.message).toBe(`${there} cannot be read (EISDIR).`)
  })

  test('tells the same problems to every other command, and nobody’s address', async () => {
    const file = '{ "quota": { "ceiling": 2 }, "notify": { "email": { "from": "ada at example.com" } } }'
    writeFileSync(join(user.home, 'mh-sf.config.json'), file)
    await expect(loadSettings({}, user.home)).rejects.toThrow(
      /has 2 problems:\n {2}mh-sf\.config\.json:1:25 quota\.ceiling: is 2; it has to be 1 at the most\n {2}.*notify\.email\.from: is no mail address$/u,
    )
  })

  test.each([
    ['{ "quota": ', '1:12 not JSON: value expected'],
    ['{ "quota": {}\n  "match": {} }', '2:3 not JSON: comma expected'],
    ['{ "quota": {},\n  "quota": {} }', '2:3 quota: stands there twice'],
    ['', '1:1 not JSON: value expected'],
  ])('is told where %j is no JSON', async (file, told) => {
    const { problems } = await validityOf(file)
    expect(problems.filter((each) => each.in === 'file').map(({ message }) => message)).toEqual([
      `mh-sf.config.json:${told}`,
    ])
  })

  test.each<[what: string, file: object, told: (string | RegExp)[]]>([
    [
      'a label of two statuses, whatever its case',
      { campaign: { memberStatuses: { no_show: { label: 'ATTENDED ' }, registered: { label: 'Here' } } } },
      [
        '1:51 campaign.memberStatuses.no_show.label: is "ATTENDED", and so is campaign.memberStatuses.attended.label: each status has a label of its own, whatever its case',
      ],
    ],
    [
      'a label of three, each where it stands',
      { campaign: { memberStatuses: { no_show: { label: 'Attended' }, registered: { label: 'Attended' } } } },
      [/^1:51 .*no_show/u, /^1:85 .*registered/u],
    ],
    [
      'the mark of who is gone that is a rung',
      { campaign: { gone: { banned: 'mark', status: 'attended' } } },
      [/^1:47 campaign\.gone\.status: is "attended", and so is campaign\.memberStatuses\.attended/u],
    ],
    ['no mark that nobody gets', { campaign: { gone: { status: 'Attended' } } }, []],
    [
      'two facts in one field',
      { writeBack: { fields: { skills: { field: 'hackathon_projects__c' } } } },
      [/^1:43 writeBack\.fields\.skills\.field: .* and so is writeBack\.fields\.projects\.field/u],
    ],
    ['no field that is never written', { writeBack: { fields: { skills: { field: 'Id', policy: 'never' } } } }, []],
    [
      'a fact where our key stands',
      { enrichment: { ownKeyField: 'Key__c' }, writeBack: { fields: { skills: { field: 'Key__c' } } } },
      [/^1:30 enrichment\.ownKeyField/u, /^1:81 writeBack/u],
    ],
    ...['Email', 'Id', 'LastName', 'OwnerId', 'HasOptedOutOfEmail'].map((field): [string, object, RegExp[]] => [
      `a fact over ${field}`,
      { writeBack: { fields: { lastEventName: { field } } } },
      [/^1:50 writeBack\.fields\.lastEventName\.field: is ".*"; it may be a custom field/u],
    ]),
  ])('has %s told', async (_, file, told) => {
    const { problems } = await validityOf(JSON.stringify(file))
    const messages = problems.filter((each) => each.in === 'file').map(({ message }) => message)
    expect(messages.map((each) => each.replace('mh-sf.config.json:', ''))).toEqual(
      told.map((each) => (typeof each === 'string' ? each : (expect.stringMatching(each) as string))),
    )
  })

  test('goes on behind a key that stands twice, and looks into both', async () => {
    const twice =
      '{"match":{"onSeveral":"review","onSeveral":"primary"},"quota":{"cieling":1},"quota":{"ceiling":7},"zzz":1}'
    const { problems } = await validityOf(twice)
    expect(problems.filter((each) => each.in === 'file').map(({ message }) => message)).toEqual([
      'mh-sf.config.json:1:32 match.onSeveral: stands there twice',
      'mh-sf.config.json:1:64 quota.cieling: not a setting; did you mean quota.ceiling?',
      'mh-sf.config.json:1:77 quota: stands there twice',
      'mh-sf.config.json:1:96 quota.ceiling: is 7; it has to be 1 at the most',
      expect.stringMatching(/^mh-sf\.config\.json:1:99 zzz: not a setting/u),
    ])
  })

  test('may have comments, and commas before a closing bracket', async () => {
    const { problems } = await validityOf('\uFEFF// ours\n{ "quota": { "ceiling": 0.5, }, /* enough */ }\n')
    expect(problems.filter((each) => each.in === 'file')).toEqual([])
  })

  test('is fine beside a name of the environment that means nothing, which is told', async () => {
    const environment = { SF_CLIENTID: 'x', MONGO_URI: 'x', MH_SF_BANANA: 'x', SF_TARGET_DEV_HUB: 'x', PATH: 'x' }
    const { warnings } = await validityOf('{}', environment)
    expect(warnings).toEqual([
      { name: 'MH_SF_BANANA', suggestion: null },
      { name: 'MONGO_URI', suggestion: 'MONGODB_URI' },
      { name: 'SF_CLIENTID', suggestion: 'SF_CLIENT_ID' },
    ])
  })

  test('may name its schema, and then has no problem by it nor by us', async () => {
    const file = {
      $schema: './docs/schemas/mh-sf.config.json',
      quota: { ceiling: 0.5 },
      leads: { consent: [{ by: 'record' }] },
    }
    const { problems } = await validityOf(JSON.stringify(file))
    expect(problems.filter((each) => each.in === 'file')).toEqual([])
  })

  test.each([
    ['of nothing', {}, true],
    ['with a setting', { campaign: { gone: { withdrawn: 'mark' } } }, true],
    ['with an unknown key', { quota: { cieling: 1 } }, false],
    ['with a number that is too large', { quota: { ceiling: 2 } }, false],
    ['with a choice that there is not', { enrichment: { existingCustomer: { by: 'guess' } } }, false],
    ['with an address', { notify: { email: { from: 'ada@example.com' } } }, true],
  ])('%s is to the published schema what it is to us', (_, file, isFine) => {
    const bySchema = isBySchema(file)
    const byUs = () => policyOf(file, 'mh-sf.config.json')
    expect(bySchema).toBe(isFine)
    if (isFine) expect(byUs).not.toThrow()
    else expect(byUs).toThrow()
  })
})

describe('the nearest setting', () => {
  const KNOWN = ['quota', 'quota.ceiling', 'quota.reserve', 'match', 'match.onSeveral', 'alerts.nights.hours']
  test.each([
    ['quota.cieling', 'quota.ceiling'],
    ['qouta', 'quota'],
    ['onSeveral', 'match.onSeveral'],
    ['match.onseveral', 'match.onSeveral'],
    ['quota.banana', undefined],
  ])('to %s is %s', (path, suggestion) => {
    expect(nearestSetting(path, KNOWN)).toBe(suggestion)
  })
})

describe('a name of the environment', () => {
  test.each([
    ['SF_CLIENTID', 'SF_CLIENT_ID'],
    ['SALESFORCE_USERNAME', 'SF_USERNAME'],
    ['SF_CONSUMER_KEY', 'SF_CLIENT_ID'],
    ['SF_CAMPAGIN_SPRING_2026', 'SF_CAMPAIGN_SPRING_2026'],
    ['MONGODB_URL', 'MONGODB_URI'],
    ['sf_username', 'SF_USERNAME'],
    ['SMTP_URI', 'SMTP_URL'],
  ])('%s probably means %s', (name, suggestion) => {
    expect(strangeNames({ [name]: 'x' })).toEqual([{ name, suggestion }])
  })

  // Those of the platform's first plan are ours; the Salesforce CLI, oclif and other programs have names of their own.
  test.each([
    ...['MONGODB_URI', 'SF_LOGIN_URL', 'SF_USERNAME', 'SF_PASSWORD', 'SF_SECURITY_TOKEN', 'SF_CLIENT_ID'],
    ...['SF_CLIENT_SECRET', 'SF_PRIVATE_KEY_PATH', 'SF_CAMPAIGN_SPRING_2026', 'SF_CAMPAIGN_AI_2026', 'SF_LOG_LEVEL'],
    ...['SF_ORG_API_VERSION', 'SF_DISABLE_TELEMETRY', 'MH_SF_DATA_DIR', 'REDIS_URL', 'HTTP_URL', 'SMTP_HOST'],
  ])('%s is no mistake', (name) => {
    expect(strangeNames({ [name]: 'x' })).toEqual([])
  })

  test('is no mistake either where what it resembles is set', () => {
    expect(strangeNames({ MONGO_URI: 'x', MONGODB_URI: 'x' })).toEqual([])
  })
})

describe('the published schema', () => {
  type Schema = z.core.JSONSchema.BaseSchema
  const mute = ({ properties = {}, anyOf = [], oneOf = [], items }: Schema, path = ''): string[] => [
    ...Object.entries(properties).flatMap(([key, below]) => {
      if (typeof below !== 'object') return []
      const whole = path === '' ? key : `${path}.${key}`
      return [...(below.description || below.const !== undefined ? [] : [whole]), ...mute(below, whole)]
    }),
    ...[...anyOf, ...oneOf].flatMap((each) => mute(each, path)),
    ...(typeof items === 'object' && !Array.isArray(items) ? mute(items, path) : []),
  ]

  test('says of every key what it means', () => {
    expect(mute(JSON.parse(readFileSync(SCHEMA, 'utf8')) as Schema)).toEqual([])
  })

  test('is what docs/configuration.md lists', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8')
    expect(withSettingsTable(page)).toBe(page)
  })
})
