import { MhError } from '../errors.js'
import { beginAuthorization, isAnswerTo, readAnswer } from '../salesforce/authorization.js'
import type { Credentials } from '../salesforce/credentials.js'
import type { Authorization } from '../salesforce/login.js'
import { hearCallback, type Heard } from './callback-listener.js'

/** How long a browser has to answer. */
const PATIENCE_MS = 5 * 60 * 1_000

type WebCredentials = Credentials & { flow: 'web' }

/** Opens a browser at an address; whether there is one is not known. */
export type OpenBrowser = (url: string) => Promise<void>

/** A login by the browser of this machine, which comes back to a port of it. Throws SF_LOGIN_UNANSWERED, and as the answer says. */
export async function authorizeByBrowser(
  credentials: WebCredentials,
  {
    port,
    patienceMs = PATIENCE_MS,
    open,
    tell,
    signal,
  }: {
    port: number
    patienceMs?: number
    open: OpenBrowser
    tell: (line: string) => void
    signal: AbortSignal
  },
): Promise<Authorization> {
  const begun = beginAuthorization(credentials, port)
  const late = AbortSignal.timeout(patienceMs)
  const hear = (redirect: URL): Heard<Authorization> => {
    if (!isAnswerTo(begun, redirect)) return OF_ANOTHER
    try {
      return { ...DONE, outcome: { value: readAnswer(begun, redirect, credentials.loginUrl) } }
    } catch (error) {
      if (!(error instanceof MhError)) throw error
      return { status: 200, title: 'Not logged in', words: error.message, outcome: { error } }
    }
  }
  const begin = async () => {
    tell(`Log in to Salesforce in the browser. If none opens, open this address on this machine:\n\n${begun.url}\n`)
    await open(begun.url)
  }
  return hearCallback(port, AbortSignal.any([signal, late]), hear, begin).catch((error: unknown) => {
    if (late.aborted && !signal.aborted && error === late.reason) throw unanswered(patienceMs)
    throw error
  })
}

/**
 * A login by a browser anywhere: the address that it ends at, which no server there answers, is given back by hand. Throws
 * SF_CODE_REFUSED for another address, and as the answer says.
 */
export async function authorizeByHand(
  credentials: WebCredentials,
  { port, tell, readLine }: { port: number; tell: (line: string) => void; readLine: () => Promise<string> },
): Promise<Authorization> {
  const begun = beginAuthorization(credentials, port)
  tell(`Open this address in a browser, on any machine, and log in:

${begun.url}

The browser then shows an address that begins with ${begun.redirectUri}
and a page that cannot be reached. Give that whole address here.`)
  const line = (await readLine()).trim()
  return readAnswer(begun, URL.canParse(line) ? new URL(line) : new URL('about:blank'), credentials.loginUrl)
}

const DONE = {
  status: 200,
  title: 'Logged in',
  words: 'mh-sf has what it needs: you can close this page. The terminal says how it went.',
}
const OF_ANOTHER = {
  status: 400,
  title: 'Not this login',
  words: 'This is not the answer to the login that mh-sf waits for. It goes on waiting.',
}

function unanswered(patienceMs: number): MhError {
  return new MhError(
    'SF_LOGIN_UNANSWERED',
    `No answer came from the browser within ${patienceMs / 60_000} minutes.`,
    "Run the command again. If the page says redirect_uri_mismatch, the address above has to be among the app's callback URLs; where there is no browser, use --no-browser.",
  )
}
