import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { aUser, type Running, type User } from '../support/cli.js'

/** Until it is ready: looked for often, given up late. */
const WAITING = { interval: 20, timeout: 30_000 }

interface Started {
  readonly data: { readonly path: string; readonly restored: boolean }
  readonly environment: Readonly<Record<string, string>>
}

describe('a playground that is kept in a directory', () => {
  let user: User
  let data: string

  beforeEach(() => {
    user = aUser()
    data = join(user.home, 'rehearsal')
  })
  afterEach(async () => {
    await user.run('playground', 'stop')
    user.forget()
  })

  async function started(): Promise<{ running: Running; told: Started }> {
    const running = user.start('playground', 'start', '--data', data, '--json')
    let text = ''
    running.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    await vi.waitFor(() => {
      expect(text.endsWith('}\n')).toBe(true)
    }, WAITING)
    return { running, told: JSON.parse(text) as Started }
  }

  test('has after a kill -9 what both sides had acknowledged, at the same address', async () => {
    const first = await started()
    expect(first.told.data).toEqual({ path: data, restored: false })
    expect((await user.run('backfill', '--event', 'spring-2026', '--playground')).stdout).toMatch(/^262 updated/mu)
    const mark = { Contact: [{ Id: '0035d00000ZZZZZAAA', LastName: 'Kept', Email: 'kept@example.org' }] }
    await user.pipe(JSON.stringify(mark), 'playground', 'seed', '-')
    first.running.kill('SIGKILL')
    await first.running

    const second = await started()
    expect(second.told.data.restored).toBe(true)
    expect(second.told.environment).toEqual(first.told.environment)
    expect((await user.run('backfill', '--event', 'spring-2026', '--playground')).stdout).toMatch(
      /^0 updated, 263 unchanged/mu,
    )
    second.running.kill('SIGTERM')
    expect((await second.running).exitCode).toBe(143)
  })

  test('is refused to a second playground, and to one that asks for another story', async () => {
    const { running } = await started()
    const other = aUser()
    const taken = await other.run('playground', 'start', '--data', data)
    expect(taken.stderr).toContain(`keeps a playground in ${data}`)
    running.kill('SIGINT')
    await running
    const larger = await other.run('playground', 'start', '--data', data, '--participants', '500')
    expect(larger).toMatchObject({ exitCode: 2 })
    expect(larger.stderr).toContain('keeps a story of 360 people')
    other.forget()
  })
})
