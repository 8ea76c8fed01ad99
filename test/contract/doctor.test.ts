import { once } from 'node:events'
import { chmodSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { runDoctor } from '../../src/cli/run-doctor.js'
import { runNightly } from '../../src/cli/run-nightly.js'
import type { Check } from '../../src/domain/check.js'
import type { Diagnosis } from '../../src/domain/doctor.js'
import { doctorText } from '../../src/render/doctor.js'
import { makePrivateKey } from '../../src/salesforce/key-pair.js'
import { anApp } from '../support/an-app.js'
import type { User } from '../support/cli.js'
import { faultsOf } from '../support/schemas.js'
import { aWorld, type World } from '../support/world.js'

/** A set-up that is broken, and the fix that the doctor names, applied. */
interface Broken {
  check: string
  result: 'warn' | 'fail'
  exitCode: number
  /** What the fix says. */
  says: RegExp
  break: () => unknown
  /** Does what the fix says, which may be a command as it is written. */
  apply: (fix: string) => unknown
}

const PAGE = join(import.meta.dirname, '../../docs/setup.md')

/** A row of the page's table of broken set-ups. */
function rowOf(name: string, check: Check | undefined, { home }: User): string {
  const tidy = (text = '') =>
    text.replace(/\s+/gu, ' ').replaceAll(join(home, 'data'), '~/.local/share').replaceAll(home, '~')
  const steady = (text: string) =>
    text
      .replace(/(?<=sessions\/)[0-9a-f]+/gu, '…')
      .replace(/127\.0\.0\.1:\d+/gu, '127.0.0.1')
      .replace(/\d+(?= of 100,000)/gu, '…')
      .replace(/org 00D\w+/gu, 'org 00D…')
  const { name: what = '', result = '', text, fix } = check ?? {}
  return `| ${name} | ${result}: ${what} | ${steady(tidy(text))} | ${steady(tidy(fix))} |`
}

describe('the doctor on a whole set-up', () => {
  const rows = new Map<string, string>()
  let world: World
  let user: User
  let environment: Record<string, string>

  beforeAll(async () => {
    world = await aWorld({ participants: 100 })
    user = world.user
    environment = { ...user.environment }
    await using app = await anApp(user, 'nightly')
    await runNightly(app, { 'dry-run': false, quiet: true })
  })
  afterAll(() => world.close())
  beforeEach(() => {
    user.environment = { ...environment }
  })

  async function seen(spentMs?: number): Promise<Diagnosis> {
    await using app = await anApp(user, 'doctor')
    return await runDoctor(app, undefined, spentMs)
  }

  const sessions = () => join(user.home, 'data/mh-sf/sessions')
  const sessionFile = () => join(sessions(), readdirSync(sessions()).find((name) => name.endsWith('.json')) ?? '')
  /** Runs the chmod that a fix names. */
  const chmod = (fix: string) => {
    const [, mode = '', path = ''] = /^chmod (\d+) (\S+)$/u.exec(fix) ?? []
    chmodSync(path, Number.parseInt(mode, 8))
  }
  const setMarketing = (value: boolean) => {
    const record = world.org.store.get(world.org.userId)
    if (record) world.org.store.change(record, { UserPermissionsMarketingUser: value })
  }

  const BROKEN: Record<string, Broken> = {
    'a setting is missing': {
      ...{ check: 'settings', result: 'fail', exitCode: 2, says: /mh-sf config init .* in the environment/u },
      break: () => (user.environment.SF_CLIENT_ID = ''),
      apply: () => (user.environment.SF_CLIENT_ID = environment.SF_CLIENT_ID ?? ''),
    },
    'the wrong database is named': {
      ...{ check: 'right database', result: 'fail', exitCode: 1, says: /MONGODB_URI: hackathon-platform/u },
      break: () =>
        (user.environment.MONGODB_URI = environment.MONGODB_URI?.replace('hackathon-platform', 'test') ?? ''),
      apply: (fix) =>
        (user.environment.MONGODB_URI =
          user.environment.MONGODB_URI?.replace(/\/test/u, `/${fix.split(': ').at(-1) ?? ''}`) ?? ''),
    },
    'the database is somewhere else': {
      ...{ check: 'database', result: 'fail', exitCode: 1, says: /Check MONGODB_URI/u },
      break: () => (user.environment.MONGODB_URI = 'mongodb://127.0.0.1:1/hackathon-platform'),
      apply: () => (user.environment.MONGODB_URI = environment.MONGODB_URI ?? ''),
    },
    'the app is not the one of the org': {
      ...{ check: 'login', result: 'fail', exitCode: 5, says: /SF_CLIENT_ID|consumer key/u },
      break: () => (user.environment.SF_CLIENT_ID = 'another'),
      apply: () => (user.environment.SF_CLIENT_ID = environment.SF_CLIENT_ID ?? ''),
    },
    'others may read the session': {
      ...{ check: 'secrets', result: 'fail', exitCode: 1, says: /^chmod 600/u },
      break: () => {
        chmodSync(sessionFile(), 0o644)
      },
      apply: chmod,
    },
    'others may read the key': {
      ...{ check: 'secrets', result: 'fail', exitCode: 5, says: /^chmod (?:600|440)/u },
      break: () => {
        chmodSync(join(user.home, 'server.key'), 0o644)
      },
      apply: chmod,
    },
    'others may read a password in .env': {
      ...{ check: 'secrets', result: 'warn', exitCode: 0, says: /^chmod 600/u },
      break: () => {
        writeFileSync(join(user.home, '.env'), 'SF_PASSWORD=secret\n', { mode: 0o640 })
        chmodSync(join(user.home, '.env'), 0o640)
      },
      apply: chmod,
    },
    'the key is gone, while a session is kept': {
      ...{ check: 'login', result: 'fail', exitCode: 5, says: /SF_PRIVATE_KEY_PATH/u },
      break: () => {
        renameSync(join(user.home, 'server.key'), join(user.home, 'away.key'))
      },
      apply: () => {
        renameSync(join(user.home, 'away.key'), join(user.home, 'server.key'))
      },
    },
    'the key is another one, while a session is kept': {
      ...{ check: 'login', result: 'fail', exitCode: 5, says: /SF_PRIVATE_KEY_PATH is the key of the certificate/u },
      break: async () => {
        renameSync(join(user.home, 'server.key'), join(user.home, 'away.key'))
        writeFileSync(join(user.home, 'server.key'), await makePrivateKey(), { mode: 0o600 })
      },
      apply: () => {
        renameSync(join(user.home, 'away.key'), join(user.home, 'server.key'))
      },
    },
    'the org is another one than the settings name': {
      ...{ check: 'login', result: 'fail', exitCode: 1, says: /SF_ORG_ID/u },
      break: () => (user.environment.SF_ORG_ID = '00D000000000001'),
      apply: () => (user.environment = { ...environment }),
    },
    'Marketing User is not ticked': {
      ...{ check: 'Marketing User', result: 'fail', exitCode: 5, says: /Setup > Users/u },
      break: () => {
        setMarketing(false)
      },
      apply: () => {
        setMarketing(true)
      },
    },
    'the user may not make members': {
      ...{ check: 'org rights', result: 'fail', exitCode: 5, says: /permission set/u },
      break: () => (world.org.settings.deniedRights = ['CampaignMember.create']),
      apply: () => (world.org.settings.deniedRights = []),
    },
    'the allowance is used up': {
      ...{ check: 'API calls', result: 'warn', exitCode: 0, says: /quota\.ceiling in mh-sf\.config\.json/u },
      break: () => {
        writeFileSync(join(user.home, 'mh-sf.config.json'), '{ "quota": { "ceiling": 0.00001 } }')
      },
      apply: () => {
        writeFileSync(join(user.home, 'mh-sf.config.json'), '{ "quota": { "ceiling": 0.9 } }')
      },
    },
    'a channel of the alerts is set wrong': {
      ...{ check: 'alerts', result: 'fail', exitCode: 2, says: /^It begins with https:/u },
      break: () => (user.environment.SLACK_WEBHOOK_URL = 'hooks.slack.com/services/T0/B0/x'),
      apply: () => (user.environment.SLACK_WEBHOOK_URL = 'https://hooks.slack.com/services/T0/B0/x'),
    },
    'a name of the environment has a letter too few': {
      ...{ check: 'names', result: 'warn', exitCode: 0, says: /SF_SECURITYTOKEN is probably SF_SECURITY_TOKEN/u },
      break: () => (user.environment.SF_SECURITYTOKEN = 'x'),
      apply: () => (user.environment = { ...environment, SF_SECURITY_TOKEN: 'x' }),
    },
    'an index of ours is gone': {
      ...{ check: 'retention', result: 'warn', exitCode: 0, says: /mh-sf nightly/u },
      break: () => world.db.collection('salesforce_runs').dropIndexes(),
      apply: async () => {
        await using app = await anApp(user, 'nightly')
        await runNightly(app, { 'dry-run': false, quiet: true })
      },
    },
    'no night has run': {
      ...{ check: 'schedule', result: 'warn', exitCode: 0, says: /mh-sf nightly schedule/u },
      break: () => world.db.collection('salesforce_nights').deleteMany({}),
      apply: async () => {
        await using app = await anApp(user, 'nightly')
        await runNightly(app, { 'dry-run': false, quiet: true })
      },
    },
  }

  test('finds nothing that fails in one that works', async () => {
    const { checks, exitCode } = await seen()
    expect(checks.filter(({ result }) => result === 'fail')).toEqual([])
    expect(exitCode).toBe(0)
    expect(await world.db.listCollections({ name: 'salesforce_doctor' }).toArray()).toEqual([])
  })

  test.each(Object.keys(BROKEN))('tells that %s, and the fix that it names works', async (name) => {
    const broken = BROKEN[name]
    if (!broken) return
    await broken.break()
    const session = readFileSync(sessionFile(), 'utf8')
    const diagnosis = await seen()
    expect(readFileSync(sessionFile(), 'utf8')).toBe(session)
    const check = diagnosis.checks.find((each) => each.name === broken.check)
    expect(check).toMatchObject({ result: broken.result, fix: expect.stringMatching(broken.says) as string })
    expect(diagnosis.exitCode).toBe(broken.exitCode)
    expect(
      doctorText(diagnosis)
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([])
    rows.set(name, rowOf(name, check, user))
    await broken.apply(check?.fix ?? '')
    const after = await seen()
    expect(after.checks.find((each) => each.name === broken.check)?.result).toBe('pass')
  })

  test('is shown in docs/setup.md as it is: each broken set-up, what was said, and the fix', () => {
    const page = readFileSync(PAGE, 'utf8')
    expect([...rows.values()].filter((row) => !page.includes(row))).toEqual([])
  })

  test('colours nothing that is piped, on a CI machine neither', async () => {
    const { stdout } = await world.another({ CI: 'true', SF_CLIENT_ID: '' }).run('doctor')
    expect(stdout).toContain('fail')
    expect(stdout).not.toContain('\u001b')
  })

  test('ends five seconds after its start where nobody answers, whatever the URI of the database says', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const patient = 'serverSelectionTimeoutMS=30000&connectTimeoutMS=30000'
    user.environment.MONGODB_URI = `mongodb://127.0.0.1:${port}/hackathon-platform?${patient}`
    user.environment.SF_LOGIN_URL = `http://127.0.0.1:${port}`
    const begun = performance.now()
    const { checks } = await seen(3_000)
    // The URI and a login would be waited for by half a minute.
    expect(performance.now() - begun).toBeLessThan(20_000)
    silent.close()
    expect(checks.filter(({ result }) => result === 'fail').map(({ name }) => name)).toEqual(['database', 'login'])
  })

  test.each([
    ['SF_LOGIN_URL', 'htp:/x', /not an https address/u],
    ['SF_LOGIN_FLOW', 'jwtt', /names no way to log in/u],
    ['MH_SF_SECRET_STORE', 'drawer', /names no store/u],
  ])('looks at the rest although %s names nothing that there is', async (name, value, says) => {
    user.environment[name] = value
    const { checks, exitCode } = await seen()
    expect(checks.find((each) => each.name === 'settings')).toMatchObject({
      result: 'fail',
      text: expect.stringMatching(says) as string,
    })
    expect(checks.find((each) => each.name === 'database')).toMatchObject({ result: 'pass' })
    expect([2, 5]).toContain(exitCode)
  })

  test('looks at the rest although the config file cannot be used', async () => {
    writeFileSync(join(user.home, 'mh-sf.config.json'), '{ "quota": { "cieling": 1 } }')
    const { stdout, exitCode } = await user.run('doctor', '--json')
    const { checks } = JSON.parse(stdout) as Pick<Diagnosis, 'checks'>
    expect(exitCode).toBe(2)
    expect(faultsOf('doctor', stdout)).toEqual([])
    expect(checks.find(({ name }) => name === 'config file')).toMatchObject({ result: 'fail' })
    expect(checks.find(({ name }) => name === 'login')).toMatchObject({ result: 'pass' })
  })
})
