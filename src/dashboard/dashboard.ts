import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { App } from '../app/app.js'
import { MhError } from '../errors.js'
import { readAssets } from './assets.js'
import type { Launcher } from './child.js'
import { Door } from './door.js'
import { Errands } from './errands.js'
import { Reads } from './reads.js'
import { makeSite } from './site.js'

export interface DashboardOptions {
  /** An address of this machine that nobody else reaches. */
  host: string
  /** 0: one that is free. */
  port: number
  readOnly: boolean
  playground: boolean
  launcher: Launcher
}

/** Addresses of loopback that may be listened on. */
const HOSTS = ['127.0.0.1', 'localhost', '::1']

/** The admin page, served for as long as it is not closed. */
export class Dashboard implements AsyncDisposable {
  private constructor(
    private readonly server: Server,
    private readonly errands: Errands,
    private readonly door: Door,
    private readonly host: string,
  ) {}

  /** Begins to serve. `open`: another `App` with the same settings. Throws USAGE for an address that cannot be had. */
  static async start(app: App, open: () => App, options: DashboardOptions): Promise<Dashboard> {
    const { host, port, readOnly, playground, launcher } = options
    if (!HOSTS.includes(host)) {
      throw new MhError(
        'USAGE',
        `--host ${host} is not this machine alone.`,
        `It may be ${HOSTS.join(', ')}. To reach the page from elsewhere, use ssh -L.`,
      )
    }
    app.require('mongo')
    await app.database()
    const { clock } = app
    const reads = new Reads(app, open)
    const door = new Door(clock)
    const errands = new Errands(launcher, clock, () => {
      reads.expire()
    })
    const where = { playground, ...orgOf(app) }
    const bound = { port: 0 }
    const tools = { reads, errands, door, clock, assets: await readAssets(), readOnly, where, port: () => bound.port }
    const server = createAdaptorServer({ fetch: makeSite(tools).fetch }) as Server
    await listen(server, host, port)
    bound.port = (server.address() as AddressInfo).port
    // So that the first page has something to show.
    void Promise.allSettled([reads.status.get(), reads.activity.get(), reads.causes.get()])
    return new Dashboard(server, errands, door, host)
  }

  /** Where the page is, without the code. */
  get url(): string {
    const { port } = this.server.address() as AddressInfo
    return `http://${this.host.includes(':') ? `[${this.host}]` : this.host}:${port}/`
  }

  /** Lets one browser in, once. */
  get code(): string {
    return this.door.code
  }

  /** Asks the commands that go on to settle what they have in hand, waits for them, and serves no longer. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.errands.stopAll()
    await new Promise((resolve) => {
      this.server.close(resolve)
      this.server.closeAllConnections()
    })
  }
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new MhError(
      'USAGE',
      `--port ${port} cannot be had on ${host} (${code}).`,
      'Choose another port, or none for one that is free.',
    )
  }
}

/** The host of the org, as the settings name it. */
function orgOf({ settings }: App): { org?: string } {
  const url = settings.environment.SF_LOGIN_URL
  return url !== undefined && URL.canParse(url) ? { org: new URL(url).host } : {}
}
