import { randomBytes } from 'node:crypto'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { constants, createGzip, gzip } from 'node:zlib'
import type { Reply } from './api.js'

const zip = promisify(gzip)
/** Speed before size: the other side is on the same machine. */
const GZIP = { level: constants.Z_BEST_SPEED }
/** Smaller answers are not worth compressing. */
const GZIP_FROM = 1024

/** Headers seen on every recorded answer (rest.md §2). */
const ALWAYS = {
  Vary: 'Accept-Encoding',
  'Cache-Control': 'no-cache,must-revalidate,max-age=0,no-store,private',
  'Strict-Transport-Security': 'max-age=63072000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-Robots-Tag': 'none',
  'Set-Cookie': [
    'BrowserId=cGxheWdyb3VuZC1vcmctMQ; path=/; Max-Age=31536000',
    'CookieConsentPolicy=0:1; path=/; Max-Age=31536000',
    'LSKey-c$CookieConsentPolicy=0:1; path=/; Max-Age=31536000',
  ],
  Server: 'sfdcedge',
}

function headersOf(own: Readonly<Record<string, string>> | undefined): OutgoingHttpHeaders {
  return { ...ALWAYS, 'X-Sfdc-Request-Id': randomBytes(16).toString('hex'), ...own }
}

/** Writes an answer; resolves when it was handed over whole. */
export async function sendReply(request: IncomingMessage, response: ServerResponse, reply: Reply): Promise<void> {
  if (reply.stream !== undefined) return sendStream(request, response, reply, reply.stream)
  const { body, headers } = await encoded(request, reply)
  response.writeHead(reply.status, { ...headers, ...lengthOf(reply, body) })
  response.end(body)
}

/** The whole head, `bytes` of the body, then a closed or a silent socket. */
export async function cutReply(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  bytes: number,
  thenStall: boolean,
): Promise<void> {
  const whole = reply.stream === undefined ? reply : { ...reply, text: await collected(reply.stream) }
  const { body, headers } = await encoded(request, whole)
  response.writeHead(reply.status, { ...headers, ...lengthOf(reply, body) })
  response.flushHeaders()
  await new Promise<void>((written) => {
    response.write(body.subarray(0, bytes), () => {
      written()
    })
  })
  // A FIN and not a reset: what was written must arrive.
  if (!thenStall) request.socket.end()
}

async function sendStream(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  stream: AsyncIterable<string | Buffer>,
): Promise<void> {
  const compressed = acceptsGzip(request)
  response.writeHead(reply.status, {
    ...headersOf(reply.headers),
    ...(compressed ? { 'Content-Encoding': 'gzip' } : {}),
  })
  await (compressed
    ? pipeline(Readable.from(stream), createGzip(GZIP), response)
    : pipeline(Readable.from(stream), response))
}

async function encoded(
  request: IncomingMessage,
  reply: Reply,
): Promise<{ body: Buffer; headers: OutgoingHttpHeaders }> {
  const plain = Buffer.from(textOf(request, reply))
  const type: Record<string, string> =
    reply.json === undefined ? {} : { 'Content-Type': 'application/json;charset=UTF-8' }
  const headers = headersOf({ ...type, ...reply.headers })
  if (plain.length < GZIP_FROM || !acceptsGzip(request)) return { body: plain, headers }
  return { body: await zip(plain, GZIP), headers: { ...headers, 'Content-Encoding': 'gzip' } }
}

function textOf(request: IncomingMessage, reply: Reply): string {
  if (reply.json === undefined) return reply.text ?? ''
  return JSON.stringify(reply.json, null, request.headers['x-prettyprint'] === '1' ? 2 : undefined)
}

function lengthOf(reply: Reply, body: Buffer): Record<string, string> {
  return reply.status === 204 || reply.status === 304 ? {} : { 'Content-Length': String(body.length) }
}

function acceptsGzip(request: IncomingMessage): boolean {
  return /\bgzip\b/i.test(request.headers['accept-encoding'] ?? '')
}

async function collected(stream: AsyncIterable<string | Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}
