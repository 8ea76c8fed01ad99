import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MhError } from '../errors.js'
import type { Health } from './health.js'

export interface HealthSources {
  health: () => Health
  metrics: () => Promise<{ contentType: string; text: string }>
}

/** What asks for health asks in a few lines, at once, and is one of few. */
const MOST_HEADER_BYTES = 8_192
const MOST_CONNECTIONS = 64
const PATIENCE_MS = 5_000
/** Names by which a machine reaches itself. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)(?::\d+)?$/iu

/** Where to listen: `127.0.0.1:9464`, `[::1]:9464`, `:9464` for every address, or a port of loopback. Throws USAGE. */
export function listenAddress(typed: string): { host: string; port: number } {
  const [, host, ipv6, port] = /^(?:(?:([\w.-]*)|\[([\da-f:.]+)\]):)?(\d{1,5})$/iu.exec(typed) ?? []
  if (port === undefined || Number(port) > 65_535)
    throw new MhError(
      'USAGE',
      `--listen ${typed} is not an address.`,
      'Write it as in --listen 127.0.0.1:9464, or --listen 9464.',
    )
  const everywhere = host === '' ? '0.0.0.0' : host
  return { host: ipv6 ?? everywhere ?? '127.0.0.1', port: Number(port) }
}

/** Serves `/healthz` and `/metrics`. Throws USAGE when the address cannot be had. */
export class HealthServer implements AsyncDisposable {
  private constructor(private readonly server: Server) {}

  /** `patienceMs`: how long somebody may take to say what they want. */
  static async start(typed: string, sources: HealthSources, patienceMs = PATIENCE_MS): Promise<HealthServer> {
    const { host, port } = listenAddress(typed)
    const patience = { headersTimeout: patienceMs, requestTimeout: patienceMs, connectionsCheckingInterval: patienceMs }
    const isPrivate = LOOPBACK.test(host)
    const server = createServer({ ...patience, maxHeaderSize: MOST_HEADER_BYTES }, (request, response) => {
      // A foreign name that leads to this machine's own address is a page's trap (DNS rebinding).
      if (isPrivate && !LOOPBACK.test(request.headers.host ?? '')) send(response, 421, 'text/plain', 'not here\n')
      else void answer(request.method ?? '', request.url ?? '', sources, response)
    })
    server.maxConnections = MOST_CONNECTIONS
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        reject(
          new MhError(
            'USAGE',
            `--listen ${typed} cannot be had (${error.code ?? 'unknown'}).`,
            'Choose another address or port.',
          ),
        )
      })
      server.listen(port, host, resolve)
    })
    return new HealthServer(server)
  }

  /** Where it can be reached. */
  get url(): string {
    const { address, port, family } = this.server.address() as AddressInfo
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => {
      this.server.close(resolve)
      this.server.closeAllConnections()
    })
  }
}

async function answer(method: string, url: string, sources: HealthSources, response: ServerResponse): Promise<void> {
  const path = url.split('?')[0]
  if (method !== 'GET' && method !== 'HEAD') {
    send(response, 405, 'text/plain', 'GET only\n')
  } else if (path === '/healthz') {
    const { ok, state } = sources.health()
    send(response, ok ? 200 : 503, 'application/json', `${JSON.stringify({ ok, ...state })}\n`)
  } else if (path === '/metrics') {
    await sources.metrics().then(
      ({ contentType, text }) => {
        send(response, 200, contentType, text)
      },
      (error: unknown) => {
        send(response, 503, 'text/plain', `${error instanceof MhError ? error.code : 'UNEXPECTED'}\n`)
      },
    )
  } else send(response, 404, 'text/plain', '/healthz and /metrics are here\n')
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
  response.end(response.req.method === 'HEAD' ? undefined : body)
}
