import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { User } from '../support/cli.js'
import { REDIS_SERVER, TestRedis } from '../support/redis.js'
import { aWorld, type World } from '../support/world.js'

describe.runIf(REDIS_SERVER !== undefined)('a worker that BullMQ drives', () => {
  let world: World
  let redis: TestRedis
  let user: User
  beforeAll(async () => {
    ;[world, redis] = await Promise.all([aWorld({ participants: 100 }), TestRedis.start()])
    user = world.another({ QUEUE_URL: `${redis.url}/2` })
  })
  afterAll(() => Promise.all([world.close(), redis.stop()]))

  /** A worker that goes on, the events that it has logged until now, and a wait for one of them. */
  const started = () => {
    const worker = user.start('worker', '--log', 'json')
    onTestFinished(() => {
      worker.kill('SIGKILL')
    })
    let log = ''
    worker.stderr.on('data', (some) => (log += String(some)))
    const events = () => [...log.matchAll(/"event":"(\w+)"/gu)].map(([, event]) => event)
    const says = (event: string) =>
      vi.waitFor(
        () => {
          expect(events(), log).toContain(event)
        },
        { interval: 50, timeout: 90_000 },
      )
    return { worker, events, says }
  }

  test('has not lost its Redis when it has served everybody, or is asked to stop', async () => {
    const { stderr, exitCode } = await user.run('worker', '--once', '--log', 'json')
    expect(exitCode).toBe(0)
    expect(stderr).not.toContain('redis')
    const { worker, events, says } = started()
    await says('started')
    worker.kill('SIGTERM')
    expect(await worker).toMatchObject({ exitCode: 0 })
    expect(events()).toEqual(['started', 'stopping'])
  })

  test('leaves when it is asked to while its Redis is away, and does not wait for it', async () => {
    const { worker, events, says } = started()
    await says('started')
    await redis.kill()
    await says('redis_away')
    worker.kill('SIGTERM')
    // It ends by itself, or this test never does.
    expect(await worker).toMatchObject({ exitCode: 0 })
    expect(events()).toEqual(['started', 'redis_away', 'stopping'])
  })
})
