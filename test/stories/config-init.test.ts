import { X509Certificate } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { conversation, EDIT } from '../first-half-hour/conversation.js'
import { runConfigInit } from '../../src/cli/run-config-init.js'
import { anApp } from '../support/an-app.js'
import { aUser, type User } from '../support/cli.js'
import { faultsOf } from '../support/schemas.js'
import { squeezed, transcript } from '../support/transcript.js'
import { CONTROL_C, ENTER, HAS_TERMINALS } from '../support/redrawn-terminal.js'
import { aWorld, type World } from '../support/world.js'

const PAGE = 'docs/first-half-hour.md'
describe('config init on the playground', () => {
  const user = aUser()
  afterAll(async () => {
    await user.run('playground', 'stop')
    user.forget()
  })
  const files = ['mh-sf.config.json', '.env.local'].map((name) => join(user.home, name))

  test.runIf(HAS_TERMINALS)('asks, and when it is stopped before the end nothing is written', async () => {
    const terminal = await conversation(user)
    terminal.type(CONTROL_C)
    expect(await terminal.ended).toBe(130)
    expect(files.filter((path) => existsSync(path))).toEqual([])
  })

  test.runIf(HAS_TERMINALS)(
    'asks, shows what it writes, and ends with a doctor who finds nothing that fails',
    async () => {
      const terminal = await conversation(user)
      terminal.type(ENTER)
      expect(await terminal.ended).toBe(0)
      expect(squeezed(terminal.screen(), user)).toBe(squeezed(transcript(PAGE, 'mh-sf config init --playground')))
      expect(squeezed(readFileSync(files[0] ?? '', 'utf8'), user)).toBe(
        squeezed(transcript(PAGE, 'cat mh-sf.config.json')),
      )
      expect(files.map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600])
    },
  )

  test('is the same by flags only, and edits what is there', async () => {
    const { stdout, stderr, exitCode } = await user.run(...EDIT)
    expect(exitCode).toBe(0)
    const shown = transcript(PAGE, `mh-sf ${EDIT.join(' ')}`)
    expect(squeezed(`${stderr}\n${stdout}`, user)).toBe(squeezed(shown))
  })
})

describe('config init with an org of one’s own', () => {
  let world: World
  let user: User
  const path = (name: string) => join(user.home, name)
  beforeAll(async () => {
    world = await aWorld({ participants: 100 })
    user = aUser()
  })
  afterAll(async () => {
    user.forget()
    await world.close()
  })

  test('names all that is missing where nobody can be asked', async () => {
    const { stderr, exitCode } = await user.run('config', 'init', '--yes')
    expect(exitCode).toBe(2)
    expect(stderr).toContain('--client-id')
    expect(stderr).toContain('--username')
    expect(stderr).not.toContain('--campaign-type')
    expect((await user.run('config', 'init', '--quota-share', '2')).stderr).toContain('above 0 and up to 1')
  })

  test.each([
    [['--login', 'web', '--username', 'ada'], '--username does not apply to the login web'],
    [['--login', 'web', '--private-key', 'k'], '--private-key does not apply to the login web'],
    [['--login', 'client-credentials', '--username', 'ada'], '--username does not apply'],
    [['--status-attended', 'registered'], '--status-attended: "registered" is another status already'],
  ])('refuses %j before anything is written', async (flags, told) => {
    await using app = await anApp(user, 'config init')
    const given = { yes: true, playground: false, at: '02:15' }
    const asked = Object.fromEntries(
      flags.flatMap((flag, at) => (flag.startsWith('--') ? [[flag.slice(2), flags[at + 1]]] : [])),
    )
    await expect(runConfigInit(app, { ...given, ...asked }, () => undefined)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(told) as string,
    })
  })

  test('takes no private key that cannot be used, and writes nothing then', async () => {
    const { MONGODB_URI = '', SF_LOGIN_URL = '', SF_CLIENT_ID = '', SF_USERNAME = '' } = world.user.environment
    const where = ['--mongodb-uri', MONGODB_URI, '--login-url', SF_LOGIN_URL]
    const who = ['--client-id', SF_CLIENT_ID, '--username', SF_USERNAME]
    const given = ['--yes', '--login', 'jwt', ...where, ...who]
    const { stderr, exitCode } = await user.run('config', 'init', ...given, '--private-key', '/nowhere.key')
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/--private-key: The private key \/nowhere\.key is not usable:\s+there is no such\s+file/u)
    expect(existsSync(path('.env.local'))).toBe(false)
  })

  test('makes a key pair, says what the admin does, and works once that is done', async () => {
    const { MONGODB_URI = '', SF_LOGIN_URL = '', SF_CLIENT_ID = '', SF_USERNAME = '' } = world.user.environment
    const uri = MONGODB_URI.replace('/hackathon-platform', '')
    const org = [
      '--mongodb-uri',
      uri,
      '--login-url',
      SF_LOGIN_URL,
      '--client-id',
      SF_CLIENT_ID,
      '--username',
      SF_USERNAME,
    ]
    await execa('git', ['init', '-q'], { cwd: user.home })
    const first = await user.run('config', 'init', '--yes', ...org)
    expect(first.exitCode).toBe(5)
    expect(first.stderr).toContain('External Client App Manager')
    expect(first.stderr).toContain('SF_ASSERTION_INVALID')
    expect(first.stderr).toContain('echo .env.local >> .gitignore')
    expect(`${first.stdout}${first.stderr}`).not.toContain('PRIVATE KEY')
    const key = join(user.home, 'data/mh-sf/keys/127.0.0.1.key')
    expect([statSync(key).mode & 0o777, statSync(join(key, '..')).mode & 0o777]).toEqual([0o600, 0o700])
    const certificate = readFileSync(path('mh-sf.crt'), 'utf8')
    expect(new X509Certificate(certificate).subject).toBe('CN=mh-sf')

    world.org.settings.certificate = certificate
    chmodSync(path('mh-sf.config.json'), 0o644)
    const file = readFileSync(path('mh-sf.config.json'), 'utf8')
    writeFileSync(path('mh-sf.config.json'), file.replace('{', '{\n  // Mine.\n  "nightly": { "sample": 7 },'))
    writeFileSync(path('.env.local'), `# Also mine.\nOTHER=1\n${readFileSync(path('.env.local'), 'utf8')}`)
    const again = await user.run('config', 'init', '--yes', '--campaign-type', 'Webinar', '--json')
    expect(again.exitCode).toBe(0)
    expect(faultsOf('config init', again.stdout)).toEqual([])
    expect(JSON.parse(again.stdout)).toMatchObject({
      changed: [{ setting: 'campaign.type', before: null, value: 'Webinar' }],
      names: [],
      doctor: { exitCode: 0 },
    })
    expect(statSync(path('mh-sf.config.json')).mode & 0o777).toBe(0o644)
    const edited = readFileSync(path('mh-sf.config.json'), 'utf8')
    expect(edited).toContain('// Mine.\n  "nightly": { "sample": 7 },')
    expect(edited).toContain('// Campaign.Type; without it the org\'s default\n    "type": "Webinar"')
    expect(readFileSync(path('.env.local'), 'utf8')).toMatch(
      /^# Also mine\.\nOTHER=1\nMONGODB_URI=.*\/hackathon-platform/u,
    )
  })

  test('takes a type of Campaigns away again', async () => {
    const { stdout } = await user.run('config', 'init', '--yes', '--campaign-type', 'none', '--json')
    expect(faultsOf('config init', stdout)).toEqual([])
    expect(JSON.parse(stdout)).toMatchObject({
      changed: [{ setting: 'campaign.type', before: 'Webinar', value: null }],
    })
    expect(readFileSync(path('mh-sf.config.json'), 'utf8')).not.toContain('Webinar')
  })

  test('practises nowhere near the settings of a real org', async () => {
    const { stderr, exitCode } = await user.run('config', 'init', '--yes', '--playground')
    expect(exitCode).toBe(2)
    expect(stderr).toContain('Practise in an empty directory')
    await user.run('playground', 'stop')
  })
})
