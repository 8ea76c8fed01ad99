import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { inspect } from 'node:util'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { runLogin } from '../../src/cli/run-login.js'
import { errorJson, asMhError } from '../../src/render/error.js'
import { aLoginWorld, aSalesforceCli, NO_FLAGS, unattended, type LoginWorld } from '../support/a-login.js'

const RUN = join(import.meta.dirname, '../../bin/run.js')

/** Everything that makes Node, a library or us tell more than usual. */
const TALKATIVE = {
  DEBUG: '*',
  NODE_DEBUG: 'http,https,net,tls,stream,fetch,undici,child_process',
  SF_LOG_LEVEL: 'trace',
  JSFORCE_LOG_LEVEL: 'DEBUG',
  MONGODB_LOG_ALL: 'debug',
}
/** Secrets of the settings that the logins below have nothing to do with, and that must not get out all the same. */
const OTHERS = {
  MONGODB_URI: 'mongodb://me:canary-mongo@127.0.0.1:9/hackathon-platform?serverSelectionTimeoutMS=200',
  SF_SECURITY_TOKEN: 'canary-security-token',
  SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/canary/slack',
  SMTP_URL: 'smtps://me:canary-smtp@mail.example:465',
  MH_SF_PRIVACY_KEY: 'canary-privacy-key-of-32-characters',
}
/** Ours by name; the org's by how they look: sessions, refresh tokens, codes (auth.md §1, §4), and PEM. */
const SECRET = /canary|00D\w{12,15}!\w|5Aep861\w|aPrx\w{20}|aPrx%\w|PRIVATE KEY|MII[A-Za-z0-9+/]{40}/u

let world: LoginWorld

beforeEach(async () => {
  world = await aLoginWorld()
  Object.assign(world.org.settings, {
    ...{ clientCredentialsUser: world.app.username, webServerApproves: true, passwordGrant: true },
    password: 'canary-password',
  })
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await world.close()
})

const environment = (more: Record<string, string> = {}) => ({
  PATH: process.env.PATH ?? '',
  HOME: world.home,
  XDG_DATA_HOME: join(world.home, 'share'),
  XDG_CACHE_HOME: join(world.home, 'cache'),
  SF_LOGIN_URL: world.org.url,
  SF_CLIENT_ID: world.app.clientId,
  SF_CLIENT_SECRET: world.app.clientSecret,
  ...OTHERS,
  ...more,
})
const start = (words: string[], more: Record<string, string> = {}) =>
  execa(process.execPath, [RUN, ...words], {
    env: environment(more),
    extendEnv: false,
    cwd: world.home,
    reject: false,
    all: true,
  })
/** What got out, with what is around it; empty when nothing did. */
const leakIn = (text: string) => {
  const at = text.search(SECRET)
  return at < 0 ? '' : text.slice(Math.max(0, at - 60), at + 40)
}

describe('however much is asked to be told, no secret is', () => {
  test.each([
    ['a login by secret', ['auth', 'login'], {}],
    [
      'a refused password, as JSON',
      ['auth', 'login', '--json'],
      { SF_LOGIN_FLOW: 'password', SF_USERNAME: 'bot@mongohacks.example', SF_PASSWORD: 'canary-wrong' },
    ],
    [
      'a login by key, and the doctor',
      ['doctor', '--json'],
      { SF_USERNAME: 'bot@mongohacks.example', SF_PRIVATE_KEY_PATH: 'server.key' },
    ],
    ['the settings', ['config', 'show'], { SF_PASSWORD: 'canary-password' }],
  ])('by %s', async (_, words, more) => {
    const { all, stdout } = await start(words, { ...TALKATIVE, ...more })
    expect(stdout).not.toBe('')
    expect(all.length, 'there was more to be told').toBeGreaterThan(stdout.length + 1_000)
    expect(leakIn(all)).toBe('')
  })

  test('by a login in a browser, whose answer is piped in', async () => {
    const running = start(
      ['auth', 'login', '--web', '--no-browser', '--alias', 'prod', '--callback-port', String(world.port)],
      TALKATIVE,
    )
    const address = await new Promise<string>((resolve) => {
      let told = ''
      running.stderr.on('data', (text: Buffer) => {
        const found = /^http\S+authorize\?\S+(?=\s)/mu.exec((told += text.toString()))
        if (found) resolve(found[0])
      })
    })
    const redirect = (await fetch(address, { redirect: 'manual' })).headers.get('location') ?? ''
    running.stdin.end(`${redirect}\n`)
    const { all, exitCode } = await running
    expect(exitCode).toBe(0)
    expect(leakIn(all)).toBe('')
  })
})

describe.skipIf(process.platform === 'win32')('a command under way', () => {
  test('shows none in the process list, in a report of Node, or to a program that it starts', async () => {
    const bin = aSalesforceCli(world.home, {
      'org display': { status: 1, name: 'NamedOrgNotFoundError', message: 'no' },
    })
    const path = `${bin}${delimiter}${process.env.PATH ?? ''}`
    await start(['auth', 'login', '--from-sf', 'dev'], { PATH: path, SF_PASSWORD: 'canary-password' })
    expect(leakIn(readFileSync(join(world.home, 'sf.log'), 'utf8'))).toBe('')

    writeFileSync(join(world.home, 'secret'), world.app.clientSecret)
    world.org.arm({ path: '/services/oauth2/token', effect: { kind: 'stall' } })
    const report = `--report-on-signal --report-uncaught-exception --report-directory=${world.home}`
    const words = ['auth', 'login', '--flow', 'client-credentials', '--alias', 'prod', '--secret-file', 'secret']
    const running = start(words, { NODE_OPTIONS: report })
    await vi.waitFor(
      () => {
        expect(world.org.faultsWaiting()).toBe(0)
      },
      { interval: 10, timeout: 90_000 },
    )
    if (process.platform === 'linux')
      expect(leakIn(readFileSync(`/proc/${String(running.pid)}/cmdline`, 'utf8'))).toBe('')
    running.kill('SIGUSR2')
    const written = () => readdirSync(world.home).filter((name) => name.startsWith('report.'))
    const name = await vi.waitFor(
      () => {
        const [found = ''] = written()
        expect(JSON.parse(readFileSync(join(world.home, found), 'utf8'))).toHaveProperty('environmentVariables')
        return found
      },
      { interval: 50, timeout: 90_000 },
    )
    running.kill('SIGKILL')
    await running
    expect(leakIn(readFileSync(join(world.home, name), 'utf8'))).toBe('')
  })
})

describe('an error shows none, with all that it hides', () => {
  const failure = async (flow: string, more: Record<string, string> = {}) => {
    const settings = {
      ...environment(more),
      SF_LOGIN_FLOW: flow,
      SF_USERNAME: world.app.username,
      SF_PRIVATE_KEY_PATH: world.keyPath,
    }
    const app = await world.open(settings)
    const error: unknown = await runLogin(app, NO_FLAGS, unattended()).catch((each: unknown) => each)
    expect(error).toBeInstanceOf(Error)
    return inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(errorJson(asMhError(error)))
  }

  test.each([
    ['a wrong secret', 'client-credentials', () => ({ SF_CLIENT_SECRET: 'canary-wrong' })],
    ['a wrong password', 'password', () => ({ SF_PASSWORD: 'canary-wrong' })],
    ['an org that is not there', 'client-credentials', () => ({ SF_LOGIN_URL: 'http://127.0.0.1:9' })],
    [
      'a reply that holds a token and is not understood',
      'jwt',
      () => {
        const json = { access_token: '00D000000000001!canary', instance_url: 3, refresh_token: '5Aep861canary' }
        world.org.arm({ path: '/services/oauth2/token', effect: { kind: 'reply', status: 200, json } })
        return {}
      },
    ],
    [
      'a refusal that repeats what was sent',
      'password',
      () => {
        const json = { error: 'invalid_grant', error_description: 'password=canary-password&client_secret=canary' }
        world.org.arm({ path: '/services/oauth2/token', effect: { kind: 'reply', status: 400, json } })
        return { SF_PASSWORD: 'canary-password' }
      },
    ],
    [
      'a page in the place of a reply',
      'password',
      () => {
        const text = '<html>you sent password=canary-password</html>'
        world.org.arm({ path: '/services/oauth2/token', effect: { kind: 'reply', status: 500, text } })
        return { SF_PASSWORD: 'canary-password' }
      },
    ],
  ])('%s', async (_, flow, arrange) => {
    expect(leakIn(await failure(flow, arrange()))).toBe('')
  })
})
