import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Org } from '../../src/salesforce/org.js'
import { impatientClock } from './an-org.js'

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A server on loopback that keeps what it was asked. */
export interface Listener extends AsyncDisposable {
  url: string
  /** `METHOD path` of each request, in order. */
  asked: string[]
  /** The Authorization header of each request that brought one. */
  tokens: string[]
}

export async function listener(answer: Answer): Promise<Listener> {
  const [asked, tokens]: [string[], string[]] = [[], []]
  const server = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`)
    if (request.headers.authorization !== undefined) tokens.push(request.headers.authorization)
    // Whoever hangs up has seen enough.
    response.on('error', () => undefined)
    request.resume().on('end', () => {
      answer(request, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, asked, tokens, [Symbol.asyncDispose]: close }
}

/** Something on loopback that says it is an org, lets anybody log in, and answers as it likes; and our client of it. */
export interface WickedOrg extends AsyncDisposable {
  wicked: Listener
  org: Org
}

export interface Wickedness {
  answer: Answer
  /** What the login says the org's address is, and whose it is; as an honest one without. */
  token?: (url: string) => object
}

export const TOKEN = '00D000000000001!AQ.wicked'

export async function aWickedOrg({ answer, token = () => ({}) }: Wickedness): Promise<WickedOrg> {
  const directory = mkdtempSync(join(tmpdir(), 'mh-sf-wicked-'))
  const pem = { type: 'pkcs8', format: 'pem' } as const
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const privateKeyPath = join(directory, 'server.key')
  writeFileSync(privateKeyPath, privateKey.export(pem), { mode: 0o600 })
  const wicked = await listener((request, response) => {
    if (request.url === '/services/oauth2/token') {
      const id = `${wicked.url}/id/00D000000000001AAA/005000000000001AAA`
      sendJson(response, { access_token: TOKEN, instance_url: wicked.url, id, ...token(wicked.url) })
    } else if (request.url === '/services/data/') sendJson(response, [{ version: '66.0' }])
    else answer(request, response)
  })
  const credentials = { flow: 'jwt', loginUrl: wicked.url, clientId: 'app', username: 'ana@example.com' } as const
  const org = new Org({ ...credentials, privateKeyPath }, join(directory, 'sessions'), impatientClock())
  const close = async () => {
    await wicked[Symbol.asyncDispose]()
    rmSync(directory, { recursive: true, force: true })
  }
  return { wicked, org, [Symbol.asyncDispose]: close }
}

export function sendJson(response: ServerResponse, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}
