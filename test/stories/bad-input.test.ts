import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aUser } from '../support/cli.js'
import { aWorld, type World } from '../support/world.js'

const RUN = join(import.meta.dirname, '../../bin/run.js')

describe('bad input gets an answer that names the fix', () => {
  let world: World

  beforeAll(async () => {
    world = await aWorld()
  })
  afterAll(() => world.close())

  test.each([
    [
      'an unknown event names the nearest',
      ['backfill', '--event', 'autumn-1926'],
      4,
      'EVENT_NOT_FOUND',
      'mongodb-autumn-2025',
    ],
    [
      'an ambiguous event lists all that fit',
      ['backfill', '--event', 'summer'],
      2,
      'EVENT_AMBIGUOUS',
      'mongodb-summer-2025',
    ],
    ['an event without participants', ['backfill', '--event', 'nairobi'], 4, 'NO_PARTICIPANTS', 'MONGODB_URI'],
    ['no event and no terminal', ['backfill'], 2, 'USAGE', '--all'],
    ['an unknown flag', ['backfill', '--evnt', 'x'], 2, 'USAGE', '--help'],
    ['a stale time that is none', ['backfill', '--all', '--stale', 'soon'], 2, 'USAGE', '30d'],
    ['an address that is none', ['lookup', 'not-an-address'], 2, 'USAGE', 'ana@example.com'],
  ])('%s', async (_what, args, exitCode, code, fix) => {
    const { stdout, stderr, exitCode: ended } = await world.user.run(...args)
    expect({ ended, stdout }).toEqual({ ended: exitCode, stdout: '' })
    expect(stderr).toContain(`[${code}]`)
    expect(stderr).toContain(fix)
  })

  test('no flag is named that the command does not have', async () => {
    const { stderr, exitCode } = await world.user.run('campaign', 'push')
    expect(exitCode).toBe(2)
    expect(stderr).toContain('hint: Give --event NAME.')
    expect(stderr).not.toContain('--all')
  })

  test('the same failures with --json are exactly one document on stdout', async () => {
    const { stdout, exitCode } = await world.user.run('backfill', '--event', 'summer', '--json')
    expect(exitCode).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'EVENT_AMBIGUOUS', exitCode: 2 } })
  })

  test.skipIf(!existsSync('/dev/full')).each([
    { as: 'text', flags: [] },
    { as: 'a document', flags: ['--json'] },
  ])('a disk on which there is no room for $as is told as what it is', async ({ flags }) => {
    const full = openSync('/dev/full', 'w')
    const { environment, home } = world.user
    const command = spawn(process.execPath, [RUN, 'config', 'show', ...flags], {
      cwd: home,
      env: { PATH: process.env.PATH ?? '', HOME: home, ...environment },
      stdio: ['ignore', full, 'pipe'],
    })
    let stderr = ''
    command.stderr?.on('data', (some) => (stderr += String(some)))
    const [exitCode] = (await once(command, 'close')) as [number]
    closeSync(full)
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringMatching(
        /^error: .* could not be written: ENOSPC.*\[OUTPUT_FAILED\]\nhint: Look at /u,
      ) as string,
    })
  })

  test('everything that is missing is told at once', async () => {
    const user = aUser()
    const { stderr, exitCode } = await user.run('backfill', '--all')
    expect(exitCode).toBe(2)
    for (const name of ['MONGODB_URI', 'SF_CLIENT_ID', 'SF_USERNAME', 'SF_PRIVATE_KEY_PATH'])
      expect(stderr).toContain(name)
    user.forget()
  })

  test('a database without the platform names the one that has it', async () => {
    const elsewhere = (world.user.environment.MONGODB_URI ?? '').replace('hackathon-platform', 'hackaton')
    const { stderr, exitCode } = await world
      .another({ MONGODB_URI: elsewhere })
      .run('backfill', '--event', 'spring-2026')
    expect(exitCode).toBe(4)
    expect(stderr).toContain('[MONGO_WRONG_DATABASE]')
    expect(stderr).toContain('Participants are in: hackathon-platform')
  })

  test('a URI without a database says so', async () => {
    const bare = (world.user.environment.MONGODB_URI ?? '').replace('hackathon-platform', '')
    const { stderr, exitCode } = await world.another({ MONGODB_URI: bare }).run('backfill', '--all')
    expect(exitCode).toBe(2)
    expect(stderr).toContain('MONGODB_URI names no database')
  })

  test('an unreachable database', async () => {
    const nowhere = 'mongodb://user:hunter2@127.0.0.1:1/hackathon-platform?serverSelectionTimeoutMS=200'
    const { stderr, exitCode } = await world.another({ MONGODB_URI: nowhere }).run('backfill', '--all')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('MongoDB at 127.0.0.1:1 could not be reached')
    expect(stderr).not.toContain('hunter2')
  })

  test('an unreachable org', async () => {
    const { stderr, exitCode } = await world.another({ SF_LOGIN_URL: 'http://127.0.0.1:1' }).run('auth', 'login')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('Salesforce at 127.0.0.1:1 could not be reached')
  })

  test('a login address that is not Salesforce gets nothing', async () => {
    const { stderr, exitCode } = await world
      .another({ SF_LOGIN_URL: 'https://login.salesforce.com.evil.example' })
      .run('auth', 'login')
    expect(exitCode).toBe(5)
    expect(stderr).toContain('[SF_HOST_REFUSED]')
  })

  test.each([
    ['an event without its flag', ['backfill', 'spring-2026'], '`mh-sf backfill --help` shows what it takes'],
    ['the last word of a command', ['login'], 'Did you mean `mh-sf auth login`'],
    ['a slip of the finger', ['lokup'], 'Did you mean `mh-sf lookup`'],
  ])('%s gets the command that was meant', async (_what, args, hint) => {
    const { stderr, exitCode } = await world.user.run(...args)
    expect(exitCode).toBe(2)
    expect(stderr).toContain(hint)
  })
})
