import { Undelivered } from './channel.js'

/** Answers that may be others a little later. */
const PASSING = new Set([408, 425, 429])
/** Of an answer's body only so much is read, in characters. */
const READ_CHARACTERS = 200
/** Words of a machine, as Slack's `invalid_payload`: what else a body says is told to nobody. */
const PLAIN_WORDS = /^[\w .-]{1,60}$/u

/** Posts JSON once; returns the status and what was said. Redirects are not followed. Throws `Undelivered`, which names the host alone. */
export async function post(
  url: URL,
  body: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string> {
  const reply = await sent(url, body, headers, signal)
  const said = await beginningOf(reply).catch(() => '')
  const told = PLAIN_WORDS.test(said) ? `${reply.status} ${said}` : String(reply.status)
  if (reply.ok) return told
  const passing = reply.status >= 500 || PASSING.has(reply.status)
  throw new Undelivered(`${url.host} answered ${told}`, passing, waitOf(reply.headers.get('retry-after')))
}

async function sent(url: URL, body: string, headers: Readonly<Record<string, string>>, signal: AbortSignal) {
  try {
    const all = { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'mh-sf', ...headers }
    return await fetch(url, { method: 'POST', body, headers: all, redirect: 'manual', signal })
  } catch (error) {
    if (signal.aborted) throw error
    throw new Undelivered(`${url.host} could not be reached (${codeOf(error)})`, true)
  }
}

async function beginningOf(reply: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of reply.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (text.length >= READ_CHARACTERS) break
  }
  return text.trim()
}

/** Seconds only: a date far off is as good as none to somebody who tries again at the next check. */
function waitOf(header: string | null): number | undefined {
  return header !== null && /^\d{1,5}$/u.test(header) ? Number(header) * 1_000 : undefined
}

/** What `fetch` keeps one level down. */
function codeOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'no connection'
}
