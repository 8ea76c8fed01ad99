import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { aUser, type User } from '../support/cli.js'

/** Until it is ready: looked for often, given up late. */
const WAITING = { interval: 20, timeout: 90_000 }

describe('the playground', () => {
  let user: User

  beforeEach(() => {
    user = aUser({
      MONGODB_URI: 'mongodb://production.example/hackathon-platform',
      SF_USERNAME: 'somebody@real.example',
      SF_LOGIN_FLOW: 'client-credentials',
      SF_CLIENT_SECRET: 'real',
    })
    writeFileSync(
      join(user.home, '.env'),
      'SF_TARGET_ORG=production\nSF_ORG_ID=00D000000000001\nSF_LOGIN_FLOW=web\nSF_PASSWORD=real\n',
    )
  })
  afterEach(async () => {
    await user.run('playground', 'stop')
    user.forget()
  })

  test("the README's first command does the main job on a machine with nothing but Node, and keeps its work", async () => {
    const first = await user.run('backfill', '--event', 'spring-2026', '--playground')
    expect(first).toMatchObject({ exitCode: 0 })
    expect(first.stderr).toContain('Playground: a local practice org and database, just started')
    expect(first.stdout).toMatch(/^MongoDB Spring Hackathon 2026 \(mongodb-spring-2026\): \d+ people/u)
    const second = await user.run('backfill', '--event', 'spring-2026', '--playground')
    expect(second.stdout).toMatch(/^0 updated, \d+ unchanged, 0 failed$/mu)
    expect(second.stderr).not.toContain('just started')
  })

  test('reset tells the story anew, stop ends it and leaves no state behind', async () => {
    await user.run('backfill', '--all', '--playground')
    const reset = JSON.parse((await user.run('playground', 'reset', '--participants', '150', '--json')).stdout) as {
      participants: number
      pid: number
    }
    expect(reset.participants).toBe(150)
    const again = JSON.parse((await user.run('backfill', '--all', '--playground', '--json')).stdout) as {
      updated: number
      people: number
    }
    expect(again.people).toBeGreaterThan(140)
    expect(again.updated).toBeGreaterThan(100)
    expect((await user.run('playground', 'stop')).stdout).toContain(`process ${reset.pid}`)
    expect(existsSync(join(user.home, 'data/mh-sf/playground/playground.json'))).toBe(false)
    expect((await user.run('playground', 'stop')).stdout).toBe('No playground was running.')
  })

  test('start keeps it in the foreground and says how other clients reach it', async () => {
    const running = user.start('playground', 'start', '--json')
    let text = ''
    running.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    await vi.waitFor(() => {
      expect(text.endsWith('}\n')).toBe(true)
    }, WAITING)
    const { environment } = JSON.parse(text) as { environment: Record<string, string> }
    expect(Object.keys(environment)).toEqual([
      'MONGODB_URI',
      'SF_LOGIN_URL',
      'SF_CLIENT_ID',
      'SF_USERNAME',
      'SF_PRIVATE_KEY_PATH',
    ])
    const other = aUser(environment)
    expect(await other.run('lookup', 'elena.vasquez@example.com')).toMatchObject({ exitCode: 0 })
    other.forget()
    running.kill('SIGINT')
    expect((await running).exitCode).toBe(130)
  })

  test('nothing of the real settings is used: neither the address of the database nor the user', async () => {
    const { stdout, exitCode } = await user.run('auth', 'login', '--playground')
    expect(exitCode).toBe(0)
    expect(stdout).not.toContain('real.example')
  })
})
