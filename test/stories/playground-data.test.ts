import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { aUser } from '../support/cli.js'

/** Until it is ready: looked for often, given up late. */
const WAITING = { interval: 20, timeout: 90_000 }

// What is there after a kill -9: test/playground/crash.test.ts.
test('a directory that keeps a playground is refused to a second one, and to one that asks for another story', async () => {
  const [user, other] = [aUser(), aUser()]
  const data = join(user.home, 'rehearsal')
  const running = user.start('playground', 'start', '--data', data, '--json')
  let text = ''
  running.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await vi.waitFor(() => {
    expect(text.endsWith('}\n')).toBe(true)
  }, WAITING)
  expect(JSON.parse(text)).toMatchObject({ data: { path: data, restored: false } })
  const taken = await other.run('playground', 'start', '--data', data)
  expect(taken.stderr).toContain(`keeps a playground in ${data}`)
  running.kill('SIGTERM')
  expect((await running).exitCode).toBe(143)
  const larger = await other.run('playground', 'start', '--data', data, '--participants', '500')
  expect(larger).toMatchObject({ exitCode: 2 })
  expect(larger.stderr).toContain('keeps a story of 360 people')
  for (const one of [user, other]) one.forget()
})
