import { chmodSync, lstatSync, readdirSync, readFileSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { User } from '../support/cli.js'
import { aWorld, type World } from '../support/world.js'

describe('logging in', () => {
  let world: World
  let asItWas: World['org']['settings']

  beforeAll(async () => {
    world = await aWorld({ participants: 100 })
    asItWas = { ...world.org.settings }
  })
  afterEach(() => {
    Object.assign(world.org.settings, asItWas)
  })
  afterAll(() => world.close())

  const sessionFile = (user: User): string => {
    const directory = join(user.home, 'data/mh-sf/sessions')
    const [name = ''] = readdirSync(directory).filter((each) => each.endsWith('.json'))
    return join(directory, name)
  }
  const logins = (): number => world.org.requests.list().filter(({ path }) => path === '/services/oauth2/token').length

  test('caches the session with owner-only rights and never shows the token', async () => {
    const user = world.another()
    const { stdout, stderr, exitCode } = await user.run('auth', 'login')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('story@mongohacks.example')
    expect(stdout + stderr).not.toMatch(/00D\w+!/u)
    expect(lstatSync(sessionFile(user)).mode & 0o777).toBe(0o600)
    expect(lstatSync(join(user.home, 'data/mh-sf/sessions')).mode & 0o777).toBe(0o700)
  })

  test('auth status asks the org, auth logout revokes and forgets', async () => {
    const user = world.another()
    expect(await user.run('auth', 'status')).toMatchObject({ exitCode: 5 })
    await user.run('auth', 'login')
    const { session } = JSON.parse(readFileSync(sessionFile(user), 'utf8')) as { session: { accessToken: string } }
    const status = await user.run('auth', 'status')
    expect(status).toMatchObject({ exitCode: 0 })
    expect(status.stdout).toMatch(/Left +[\d,]+ of [\d,]+ API calls/u)
    expect((await user.run('auth', 'logout')).stdout).toContain('Logged out')
    const probe = await fetch(`${world.org.url}/services/data/v66.0/limits`, {
      headers: { authorization: `Bearer ${session.accessToken}` },
    })
    expect(probe.status).toBe(401)
    expect((await user.run('auth', 'status')).stderr).toContain('[SF_NOT_LOGGED_IN]')
  })

  test('ten commands that need it at the same moment log in once', async () => {
    const user = world.another()
    const before = logins()
    const commands = await Promise.all(
      Array.from({ length: 10 }, () => user.run('backfill', '--all', '--limit', '1', '--dry-run')),
    )
    expect(commands.map(({ exitCode }) => exitCode)).toEqual(Array.from({ length: 10 }, () => 0))
    expect(logins() - before).toBe(1)
  })

  test('an expired session is renewed once, unasked', async () => {
    const user = world.another()
    await user.run('auth', 'login')
    const before = logins()
    world.org.expireSessions()
    expect(await user.run('lookup', 'elena.vasquez@example.com', '--refresh')).toMatchObject({ exitCode: 0 })
    expect(logins() - before).toBe(1)
  })

  test('an org that refuses every session is asked twice, not for ever', async () => {
    const user = world.another()
    await user.run('auth', 'login')
    const dead = [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }]
    world.org.arm({ path: '/services/data/*', times: 2, effect: { kind: 'reply', status: 401, json: dead } })
    const before = logins()
    const { stderr, exitCode } = await user.run('lookup', 'elena.vasquez@example.com', '--refresh')
    expect(exitCode).toBe(5)
    expect(stderr).toContain('[SF_SESSION_REFUSED]')
    expect(logins() - before).toBe(1)
  })

  test.each([
    ['an app that is not approved', { consumerApproved: false }, 'SF_APP_NOT_APPROVED', 'Permitted Users'],
    ['a user who is not assigned to the app', { userAssigned: false }, 'SF_USER_NOT_ASSIGNED', 'permission set'],
    [
      'an app that is not installed there',
      { loginRefusal: 'app_not_found' as const },
      'SF_APP_NOT_INSTALLED',
      'My Domain',
    ],
    ['an inactive org', { loginRefusal: 'inactive_organization' as const }, 'SF_ORG_INACTIVE', 'SF_LOGIN_URL'],
    ['a network that is not allowed', { loginRefusal: 'ip_restricted' as const }, 'SF_IP_RESTRICTED', 'IP Relaxation'],
    [
      'a device that is not activated',
      { loginRefusal: 'activation_secret_invalid' as const },
      'SF_DEVICE_NOT_ACTIVATED',
      'device activation',
    ],
  ])('%s is told with its fix', async (_what, settings, code, fix) => {
    Object.assign(world.org.settings, settings)
    const { stderr, exitCode } = await world.another().run('auth', 'login')
    expect(exitCode).toBe(5)
    expect(stderr).toContain(`[${code}]`)
    expect(stderr).toContain(fix)
  })

  test.each([
    ['an unknown consumer key', { SF_CLIENT_ID: 'somebody-else' }, 'SF_CLIENT_UNKNOWN', 'SF_CLIENT_ID'],
    ['an unknown username', { SF_USERNAME: 'nobody@mongohacks.example' }, 'SF_USER_UNKNOWN', 'SF_USERNAME'],
    [
      'a key file that is not there',
      { SF_PRIVATE_KEY_PATH: 'missing.key' },
      'SF_KEY_UNREADABLE',
      'SF_PRIVATE_KEY_PATH',
    ],
  ])('%s is told with its fix', async (_what, environment, code, fix) => {
    const { stderr, exitCode } = await world.another(environment).run('auth', 'login')
    expect(exitCode).toBe(5)
    expect(stderr).toContain(`[${code}]`)
    expect(stderr).toContain(fix)
  })

  test('a wrong audience is told with its fix', async () => {
    const json = { error: 'invalid_grant', error_description: 'audience is invalid' }
    world.org.arm({ path: '/services/oauth2/token', effect: { kind: 'reply', status: 400, json } })
    const { stderr, exitCode } = await world.another().run('auth', 'login')
    expect(exitCode).toBe(5)
    expect(stderr).toContain('[SF_AUDIENCE_INVALID]')
    expect(stderr).toContain('My Domain')
  })

  test('the key of another app is told with its fix', async () => {
    const user = world.another()
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
    writeFileSync(join(user.home, 'server.key'), privateKey, { mode: 0o600 })
    const { stderr, exitCode } = await user.run('auth', 'login')
    expect(exitCode).toBe(5)
    expect(stderr).toContain('[SF_ASSERTION_INVALID]')
    expect(stderr).toContain('SF_PRIVATE_KEY_PATH')
  })

  test('username and password work where the org allows it, and are refused clearly where not', async () => {
    const password = {
      SF_PRIVATE_KEY_PATH: '',
      SF_CLIENT_SECRET: 'story-secret',
      SF_PASSWORD: 'correct horse',
      SF_SECURITY_TOKEN: 'T0KEN',
    }
    const user = world.another(password)
    const refused = await user.run('auth', 'login')
    expect(refused).toMatchObject({ exitCode: 5 })
    expect(refused.stderr).toContain('off by default')
    Object.assign(world.org.settings, { passwordGrant: true, password: 'correct horseT0KEN' })
    expect((await user.run('auth', 'login')).stdout).toContain('username and password')
  })

  test('a session file that others may read is refused, with the command that mends it', async () => {
    const user = world.another()
    await user.run('auth', 'login')
    chmodSync(sessionFile(user), 0o644)
    const { stderr, exitCode } = await user.run('auth', 'status')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('[STATE_FILE_UNSAFE]')
    expect(stderr).toContain('chmod 600')
  })

  test('a session file that is a link is neither read nor written', async () => {
    const user = world.another()
    await user.run('auth', 'login')
    const path = sessionFile(user)
    const elsewhere = join(user.home, 'elsewhere')
    writeFileSync(elsewhere, 'mine', { mode: 0o600 })
    unlinkSync(path)
    symlinkSync(elsewhere, path)
    expect((await user.run('auth', 'login')).stderr).toContain('[STATE_FILE_UNSAFE]')
    expect(readFileSync(elsewhere, 'utf8')).toBe('mine')
  })

  test('logging out is not claimed when the org did not revoke; the session stays, to be revoked later', async () => {
    const user = world.another()
    await user.run('auth', 'login')
    world.org.arm({ path: '/services/oauth2/revoke', effect: { kind: 'maintenance' } })
    const { stdout, exitCode } = await user.run('auth', 'logout')
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 })
    expect((await user.run('auth', 'logout')).stdout).toContain('Logged out')
  })

  test('a key that the org would not take is told before it is sent', async () => {
    const user = world.another()
    const { privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
    writeFileSync(join(user.home, 'server.key'), privateKey, { mode: 0o600 })
    expect((await user.run('auth', 'login')).stderr).toContain('it is not an RSA key of at least 2048 bits')
  })

  test('a signal while another process holds the lock ends the waiting, with one document', async () => {
    const user = world.another()
    world.org.arm({ path: '/services/oauth2/token', effect: { kind: 'stall' } })
    const holder = user.start('auth', 'login')
    await vi.waitFor(
      () => {
        expect(world.org.faultsWaiting()).toBe(0)
      },
      { interval: 10, timeout: 90_000 },
    )
    const { stdout, exitCode } = await user.run('lookup', 'elena.vasquez@example.com', '--json')
    expect(exitCode).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'SF_TIMEOUT' } })
    holder.kill('SIGKILL')
    await holder
  })

  test('Ctrl-C while the org is silent at the login is an interruption, not a refusal', async () => {
    const user = world.another()
    world.org.arm({ path: '/services/oauth2/token', effect: { kind: 'stall' } })
    const running = user.start('auth', 'login', '--json')
    await vi.waitFor(
      () => {
        expect(world.org.faultsWaiting()).toBe(0)
      },
      { interval: 10, timeout: 90_000 },
    )
    running.kill('SIGINT')
    const { stdout, exitCode } = await running
    expect(exitCode).toBe(130)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'INTERRUPTED' } })
  })
})
