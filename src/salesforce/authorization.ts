import { createHash, randomBytes } from 'node:crypto'
import { MhError } from '../errors.js'
import type { Authorization } from './login.js'
import { CALLBACK_PATH, loginRefused } from './login-refusal.js'

/** A login by browser that has begun: where the person goes, and what only we know of it. */
export interface BegunAuthorization {
  url: string
  redirectUri: string
  /** Comes back with the answer, so that nobody can slip us the answer to another login. */
  state: string
  /** What turns the code into tokens (PKCE); it leaves this process only with the code. */
  verifier: string
}

/** 43 characters, as many as PKCE asks for (auth.md §4). */
const RANDOM_BYTES = 32

/** Begins a login by browser at the app of this consumer key; the redirect goes to loopback (auth.md §4). */
export function beginAuthorization(
  { loginUrl, clientId }: { loginUrl: string; clientId: string },
  port: number,
): BegunAuthorization {
  const redirectUri = `http://localhost:${port}${CALLBACK_PATH}`
  const state = randomBytes(RANDOM_BYTES).toString('base64url')
  const verifier = randomBytes(RANDOM_BYTES).toString('base64url')
  const url = new URL('/services/oauth2/authorize', loginUrl)
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'api refresh_token',
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString()
  return { url: url.href, redirectUri, state, verifier }
}

/** Whether a redirect is the answer to this login. */
export function isAnswerTo({ state }: BegunAuthorization, redirect: URL): boolean {
  return redirect.pathname === CALLBACK_PATH && redirect.searchParams.get('state') === state
}

/** What the redirect brought. Throws SF_CODE_REFUSED for one that belongs to another login, and the errors of login-refusal.ts. */
export function readAnswer(begun: BegunAuthorization, redirect: URL, loginUrl: string): Authorization {
  if (!isAnswerTo(begun, redirect)) throw ofAnother()
  const { searchParams } = redirect
  const error = searchParams.get('error')
  if (error !== null) {
    const description = searchParams.get('error_description') ?? ''
    throw loginRefused({ error, description }, loginUrl, 'web')
  }
  const code = searchParams.get('code')
  if (code === null || code === '') throw ofAnother()
  const { verifier, redirectUri } = begun
  return { code, verifier, redirectUri }
}

function ofAnother(): MhError {
  return new MhError(
    'SF_CODE_REFUSED',
    'That is not the answer to this login.',
    'Give the whole address that the browser shows after "Allow", of the page that was opened last.',
  )
}
