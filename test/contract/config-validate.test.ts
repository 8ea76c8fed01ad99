import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, describe, expect, test } from 'vitest'
import { nearestSetting } from '../../src/app/config-problems.js'
import { policyOf } from '../../src/app/policy.js'
import { validateConfig } from '../../src/cli/config-validate.js'
import { App } from '../../src/app/app.js'
import { loadSettings } from '../../src/app/settings.js'
import { systemClock } from '../../src/clock.js'
import { validityText } from '../../src/render/settings.js'
import { aUser } from '../support/cli.js'

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

  test('has every problem told at once, with what was probably meant', async () => {
    const file = { quota: { cieling: 0.5, concurrency: 99 }, onSeveral: 'review', match: { onSeveral: 'none' }, zzz: 1 }
    const validity = await validityOf(JSON.stringify(file), { QUEUE_URL: 'http://redis', SF_CLIENT_ID: 'x' })
    const text = validityText(validity)
    expect(Object.fromEntries(validity.problems.map(({ setting, message }) => [setting, message]))).toMatchObject({
      'quota.cieling': expect.stringContaining('did you mean quota.ceiling?') as string,
      'quota.concurrency': expect.stringContaining('25') as string,
      'match.onSeveral': expect.stringContaining('"primary"|"review"') as string,
      onSeveral: expect.stringContaining('did you mean match.onSeveral?') as string,
      zzz: 'zzz: there is no such setting',
      QUEUE_URL: 'QUEUE_URL is not the address of a Redis.',
      MONGODB_URI: expect.stringContaining('is missing') as string,
      SF_USERNAME: expect.stringContaining('is missing') as string,
    })
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  test('is one problem when it is no JSON', async () => {
    const { problems } = await validityOf('{ "quota": ')
    expect(problems.filter((each) => each.in === 'file')).toMatchObject([
      { setting: '', message: expect.stringContaining('is not JSON') as string },
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
