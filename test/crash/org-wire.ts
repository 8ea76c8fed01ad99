import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Act, Border } from './boundary.js'

/** A proxy in front of the org, owned by the test: the product knows no other address. */
export interface OrgWire {
  url: string
  close: () => Promise<void>
}

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}

/** A request as it arrived, whole. */
export interface Asked {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: Buffer
}

/**
 * Starts the proxy. Each request has two boundaries: before it is sent on, and when the org has answered. `arrived` is
 * told of each request before that.
 */
export async function startOrgWire(
  orgUrl: string,
  border: Border,
  arrived: (request: Asked) => Promise<void>,
): Promise<OrgWire> {
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = await readWhole(request)
    const what = `${asked.method} ${resourceOf(asked.path)}`
    await arrived(asked)
    if (misdeed(await border.cross('org', 'before', what), response)) return
    const answer = await forward(orgUrl, asked)
    const act = await border.cross('org', 'after', what)
    if (misdeed(act, response)) return
    // The instance that a login names is reached over this wire too.
    const isLogin = asked.path.startsWith('/services/oauth2/')
    const body = isLogin ? Buffer.from(answer.body.toString('utf8').replaceAll(orgUrl, url)) : answer.body
    reply(response, { ...answer, body }, act)
  }

  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => {
        resolve()
      })
      server.closeAllConnections()
    })
  return { url, close }
}

/** Does what takes the place of an answer; false when there is to be one. */
function misdeed(act: Act | undefined, response: ServerResponse): boolean {
  if (act?.kind === 'page') {
    const html = `<html><head><title>${act.status}</title></head><body>Service Unavailable</body></html>`
    response.writeHead(act.status, { 'content-type': 'text/html; charset=utf-8' }).end(html)
    return true
  }
  if (act?.kind !== 'drop' && act?.kind !== 'away') return false
  response.destroy()
  return true
}

function reply(response: ServerResponse, { status, headers, body }: Answer, act: Act | undefined): void {
  const others = without(headers, 'connection', 'transfer-encoding')
  response.writeHead(status, { ...others, 'content-length': String(body.length) })
  if (act?.kind !== 'cut') {
    response.end(body)
    return
  }
  response.write(body.subarray(0, Math.floor(body.length * act.share)), () => response.destroy())
}

async function forward(orgUrl: string, { method, path, headers, body }: Asked): Promise<Answer> {
  // What is cut should be text, and a login is read here.
  const others = { ...without(headers, 'accept-encoding'), connection: 'close' }
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    send(orgUrl + path, { method, headers: others }, resolve)
      .on('error', reject)
      .end(body)
  })
  return { status: answer.statusCode ?? 502, headers: answer.headers, body: await bytesOf(answer) }
}

function without(headers: Answer['headers'], ...names: string[]): Answer['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)))
}

async function readWhole(request: IncomingMessage): Promise<Asked> {
  const { method = 'GET', url = '/', headers } = request
  return { method, path: url, headers, body: await bytesOf(request) }
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of message) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

/** The path below the version, without query and ids. */
function resourceOf(path: string): string {
  const [resource = ''] = path.split('?')
  return resource
    .replace(/^\/services\/data\/v\d+\.\d+/u, '')
    .replace(/\/(?=\w*\d)[A-Za-z0-9]{15}(?:\w{3})?(?=\/|$)/gu, '/*')
}
