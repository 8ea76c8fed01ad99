import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

/** A message as a webhook receiver got it. */
export interface Received {
  path: string
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** How a receiver answers; `silent` never does. */
export type Answer = { status: number; text?: string; headers?: Record<string, string> } | 'silent'

export interface Receiver {
  url: string
  received: Received[]
  /** Answers in their order; when they are used up, 200. */
  answers: Answer[]
  close: () => Promise<void>
}

/** A webhook receiver on a real socket. */
export async function aReceiver(): Promise<Receiver> {
  const received: Received[] = []
  const answers: Answer[] = []
  const server = createServer((request, reply) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8')
      received.push({ path: request.url ?? '', headers: request.headers, body })
      const answer = answers.shift() ?? { status: 200, text: 'ok' }
      if (answer !== 'silent') reply.writeHead(answer.status, answer.headers).end(answer.text)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => {
        resolve()
      })
      server.closeAllConnections()
    })
  return { url: `http://127.0.0.1:${port}`, received, answers, close }
}

/** The check of docs/alerts.md, as a receiver would do it. */
export function isSigned(body: string, header: unknown, secret: string, now = Date.now()): boolean {
  const [, seconds, given] = /^t=(\d+),v1=([0-9a-f]{64})$/u.exec(String(header)) ?? []
  if (seconds === undefined || given === undefined || Math.abs(now / 1_000 - Number(seconds)) > 300) return false
  const expected = createHmac('sha256', secret).update(`${seconds}.${body}`).digest()
  return timingSafeEqual(expected, Buffer.from(given, 'hex'))
}

/** A letter as the mail server took it. */
export interface Letter {
  from: string
  to: string[]
  raw: string
}

export interface MailServer {
  /** Host and port. */
  address: string
  letters: Letter[]
  close: () => Promise<void>
}

/** A mail server on a real socket: nodemailer's own peer, without TLS unless it is told. */
export async function aMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const letters: Letter[] = []
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        const from = mailFrom === false ? '' : mailFrom.address
        letters.push({ from, to: rcptTo.map(({ address }) => address), raw: Buffer.concat(chunks).toString('utf8') })
        done()
      })
    },
    ...options,
  })
  // A client that leaves is the client's business.
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(resolve)
    })
  return { address: `127.0.0.1:${port}`, letters, close }
}
