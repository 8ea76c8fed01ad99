import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { MhError } from '../errors.js'

/** Nothing on these pages runs, loads or leads elsewhere; the address with the code stays out of caches and referrers. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  connection: 'close',
}

/** What the browser is told, and, when that was the answer, what comes of it. */
export interface Heard<T> {
  status: number
  title: string
  words: string
  outcome?: Outcome<T>
}

type Outcome<T> = { value: T } | { error: Error }

/**
 * Listens on loopback until one request brings the answer. Whatever else comes is told so and changes nothing: neither a page
 * that guesses nor a browser that asks for an icon ends the login. Throws USAGE when the port is taken, and the signal's reason.
 */
export async function hearCallback<T>(
  port: number,
  signal: AbortSignal,
  hear: (redirect: URL) => Heard<T>,
  whenListening: () => Promise<void>,
): Promise<T> {
  let settle: (outcome: Outcome<T>) => void = () => undefined
  const answered = new Promise<Outcome<T>>((resolve) => (settle = resolve))
  const respond = (request: IncomingMessage, response: ServerResponse) => {
    const heard = isFromHere(request, port) ? hear(new URL(request.url ?? '/', `http://localhost:${port}`)) : NOT_HERE
    response.writeHead(heard.status, HEADERS).end(pageOf(heard))
    const { outcome } = heard
    if (outcome) {
      response.once('close', () => {
        settle(outcome)
      })
    }
  }
  const servers = await listen(port, respond)
  const stop = () => {
    settle({ error: signal.reason instanceof Error ? signal.reason : new Error('aborted') })
  }
  signal.addEventListener('abort', stop)
  try {
    signal.throwIfAborted()
    await whenListening()
    const outcome = await answered
    if ('error' in outcome) throw outcome.error
    return outcome.value
  } finally {
    signal.removeEventListener('abort', stop)
    for (const server of servers) {
      server.close()
      server.closeAllConnections()
    }
  }
}

const NOT_HERE: Heard<never> = { status: 400, title: 'Not here', words: 'This page waits for a login of mh-sf.' }

/** A name that leads here is none of ours (DNS rebinding). */
function isFromHere({ method, headers: { host } }: IncomingMessage, port: number): boolean {
  return method === 'GET' && [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`].includes(host ?? '')
}

/** `localhost` is either of two addresses, as the browser likes; a machine may have but the first. */
async function listen(
  port: number,
  respond: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server[]> {
  const first = await listenOn('127.0.0.1', port, respond).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new MhError(
      'USAGE',
      `The port ${port} of this machine cannot be listened on (${code}).`,
      'End what uses it, give --callback-port another one that the app has among its callback URLs, or use --no-browser.',
    )
  })
  const second = await listenOn('::1', port, respond).catch(() => undefined)
  return second ? [first, second] : [first]
}

async function listenOn(host: string, port: number, respond: Parameters<typeof createServer>[1]): Promise<Server> {
  const server = createServer(respond)
  server.listen(port, host)
  await once(server, 'listening')
  return server
}

function pageOf({ title, words }: { title: string; words: string }): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(title)} - mh-sf</title><h1>${escaped(title)}</h1><p>${escaped(words)}</p></html>\n`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/gu, (character) => `&#${String(character.codePointAt(0))};`)
}
