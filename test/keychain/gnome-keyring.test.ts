import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aLoginWorld, type LoginWorld } from '../support/a-login.js'

const RUN = join(import.meta.dirname, '../../bin/run.js')

/** A keychain that nobody here wrote, in a desktop session of its own: gnome-keyring, where MH_SF_TEST_KEYCHAIN says that it is installed. */
describe.skipIf(process.env.MH_SF_TEST_KEYCHAIN === undefined)('gnome-keyring', () => {
  let world: LoginWorld

  beforeAll(async () => {
    world = await aLoginWorld()
    world.org.settings.clientCredentialsUser = world.app.username
    writeFileSync(join(world.home, 'secret'), world.app.clientSecret, { mode: 0o600 })
  })
  afterAll(() => world.close())

  const environment = () => ({
    PATH: process.env.PATH ?? '',
    HOME: world.home,
    XDG_DATA_HOME: join(world.home, 'share'),
    XDG_CACHE_HOME: join(world.home, 'cache'),
  })
  const mhSf = (words: string) => `${process.execPath} ${RUN} ${words}`

  /** What a shell prints that runs in a desktop session, where the keychain was opened with its password or not. */
  const inSession = async (script: string, password?: string) => {
    const unlock = password === undefined ? '--start' : '--unlock'
    const daemon = `printf %s '${password ?? ''}' | gnome-keyring-daemon ${unlock} --components=secrets >/dev/null 2>&1`
    const program = `${daemon}\n${script}\n`
    return execa('dbus-run-session', ['--', 'bash', '-c', program], {
      env: environment(),
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
      timeout: 120_000,
    })
  }
  const keptFile = () => {
    const directory = join(world.home, 'share/mh-sf/sessions')
    const [name = ''] = readdirSync(directory).filter((each) => each.endsWith('.json'))
    return readFileSync(join(directory, name), 'utf8')
  }

  test('keeps the key to a login, and gives it to the next command', async () => {
    const { url } = world.org
    const login = `auth login --alias prod --flow client-credentials --login-url ${url} --client-id ${world.app.clientId} --secret-file secret`
    const { stdout, stderr } = await inSession(`cd ${world.home}\n${mhSf(login)}\n${mhSf('auth status')}`, 'password')
    expect(stderr).not.toContain('error:')
    expect(stdout.match(/sealed, with a key in the keychain/gu)).toHaveLength(2)
    expect(keptFile()).toContain('"sealed"')
    expect(keptFile()).not.toMatch(/canary|00D\w+!/u)
    expect(world.org.requests.list().filter(({ path }) => path === '/services/oauth2/token')).toHaveLength(1)
  })

  test('that is locked, with nobody to open it, holds no command up and loses nothing', async () => {
    const before = keptFile()
    const began = Date.now()
    const { stdout, stderr, exitCode } = await inSession(mhSf('auth status'))
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 5 })
    expect(stderr).toContain('[SECRETS_LOCKED]')
    expect(Date.now() - began).toBeLessThan(60_000)
    expect(keptFile()).toBe(before)
  })

  test('is not missed in cron: where there is no desktop, the file serves', async () => {
    const env = {
      ...environment(),
      SF_LOGIN_FLOW: 'client-credentials',
      SF_LOGIN_URL: world.org.url,
      SF_CLIENT_ID: world.app.clientId,
      SF_CLIENT_SECRET: world.app.clientSecret,
    }
    const { stdout } = await execa(process.execPath, [RUN, 'auth', 'login'], { env, extendEnv: false, cwd: world.home })
    expect(stdout).toMatch(/in a file of this user alone; no keychain:\s+nobody/u)
  })
})
