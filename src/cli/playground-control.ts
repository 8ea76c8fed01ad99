import { MhError } from '../errors.js'
import type { PlaygroundState } from '../playground/launch.js'
import { controlUrl, foreseen, playgroundDirectory } from './playground.js'

/** What the control surface says to what it does not do. */
interface Refusal {
  error: string
  fix: string
}

/** The playground that runs, to be asked and told. */
export interface Control {
  state: PlaygroundState
  get: (path: string) => Promise<unknown>
  post: (path: string, body: unknown) => Promise<unknown>
  /** Sends a file's text as it is. */
  send: (path: string, type: string, body: ReadableStream) => Promise<unknown>
  /** The bytes of an answer that is too large to be held. */
  stream: (path: string) => Promise<AsyncIterable<Uint8Array>>
}

/** The control surface of the playground that runs, in this terminal or another. Throws PLAYGROUND_NOT_RUNNING. */
export async function openControl(dataDirectory: string): Promise<Control> {
  const { findPlayground } = await import('../playground/launch.js')
  const state = await foreseen(findPlayground(playgroundDirectory(dataDirectory)))
  if (state === undefined) {
    const hint = '`mh-sf playground start` runs one until Ctrl-C, `mh-sf playground reset` one in the background.'
    throw new MhError('PLAYGROUND_NOT_RUNNING', 'No playground is running.', hint)
  }
  const ask = (path: string, init?: RequestInit) => asked(`${controlUrl(state.org.url)}${path}`, init)
  const change = (type: string, body: string | ReadableStream) => ({
    method: 'POST',
    headers: { 'Content-Type': type },
    body,
    // What fetch wants to hear of a body that is still being read.
    duplex: 'half' as const,
  })
  return {
    state,
    get: async (path) => (await ask(path)).json(),
    post: async (path, body) => (await ask(path, change('application/json', JSON.stringify(body)))).json(),
    send: async (path, type, body) => (await ask(path, change(type, body))).json(),
    stream: async (path) => (await ask(path)).body ?? (async function* () {})(),
  }
}

async function asked(url: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init).catch((error: unknown) => {
    const hint = 'It may just have ended: `mh-sf playground status` tells.'
    throw new MhError('PLAYGROUND_FAILED', 'The playground did not answer.', hint, { cause: error })
  })
  if (response.ok) return response
  const { error, fix } = (await response.json()) as Refusal
  throw new MhError(response.status < 500 ? 'PLAYGROUND_REFUSED' : 'PLAYGROUND_FAILED', `${capital(error)}.`, fix)
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
