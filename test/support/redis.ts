import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from './free-port.js'

/** The server that tests of the engine with Redis start, where one is named; without it that engine is not tested. */
export const REDIS_SERVER = process.env.MH_SF_TEST_REDIS_SERVER

/** A Redis of its own on a free port of loopback, with its data in a directory of its own. */
export class TestRedis {
  #server: ChildProcess | undefined

  private constructor(
    readonly port: number,
    private readonly directory: string,
  ) {}

  static async start(): Promise<TestRedis> {
    const redis = new TestRedis(await freePort(), mkdtempSync(join(tmpdir(), 'mh-sf-redis-')))
    await redis.restart()
    return redis
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** As after `kill`: with what it had written, or with nothing. */
  async restart({ data = true } = {}): Promise<void> {
    if (!data) rmSync(join(this.directory, 'appendonlydir'), { recursive: true, force: true })
    const options = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.directory]
    const kept = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always']
    this.#server = spawn(REDIS_SERVER ?? 'redis-server', [...options, ...kept], { stdio: 'ignore' })
    await Promise.race([
      answers(this.port),
      once(this.#server, 'error').then(([error]) => Promise.reject(error as Error)),
      once(this.#server, 'exit').then(() => Promise.reject(new Error('redis-server ended at once'))),
    ])
  }

  /** Forgets everything, as somebody who types FLUSHALL makes it. */
  async flush(): Promise<void> {
    const client = new Redis(this.url)
    await client.flushall()
    await client.quit()
  }

  /** Gives it commands, as somebody types them who looks after it. */
  async tell(commands: readonly (readonly string[])[]): Promise<void> {
    const client = new Redis(this.url)
    for (const [name = '', ...given] of commands) await client.call(name, ...given)
    await client.quit()
  }

  /** As kill -9 does. */
  async kill(): Promise<void> {
    const server = this.#server
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    server.kill('SIGKILL')
    await once(server, 'exit')
  }

  async stop(): Promise<void> {
    await this.kill()
    rmSync(this.directory, { recursive: true, force: true })
  }
}

/** Connects until somebody listens. */
async function answers(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const isThere = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => {
        resolve(true)
      })
      socket.once('error', () => {
        resolve(false)
      })
    })
    socket.destroy()
    if (isThere) return
  }
}
