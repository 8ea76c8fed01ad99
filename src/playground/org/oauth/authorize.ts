import type { OpenCall, Reply } from '../api.js'
import type { Consumer, OrgCore } from '../core.js'
import { notImplemented, OAuthError } from '../org-error.js'
import { activeUser } from './admission.js'
import { approvalPage, errorPage } from './approval-page.js'
import { consumerOf, formOf } from './client.js'
import { NO_STORE } from './refusals.js'
import { readScope } from './scopes.js'
import type { AuthorizationRequest, OAuthState } from './state.js'

/** Where the answer goes and what is repeated with it. */
type Return = Pick<AuthorizationRequest, 'redirectUri' | 'state'>

const PAGE = {
  ...NO_STORE,
  'Content-Type': 'text/html;charset=UTF-8',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}

/**
 * `GET /services/oauth2/authorize`: asks the app's user, or approves at once where the setting says so. Until it is
 * known where the app may be led back to, a refusal is a page (auth.md §4).
 */
export function authorize(state: OAuthState, call: OpenCall): Reply {
  try {
    const { query } = call
    const consumer = consumerOf(state.core, query.get('client_id'))
    const back = { redirectUri: checkedRedirect(consumer, query.get('redirect_uri')), state: query.get('state') }
    return led(back, () => {
      const request = readRequest(state.core, consumer, back, query)
      if (state.core.settings.webServerApproves) return withCode(state, request, call.now())
      return { status: 200, text: asking(state, consumer, request, call.now()), headers: PAGE }
    })
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    return { status: 400, text: errorPage(error.error, error.description), headers: PAGE }
  }
}

/** `POST` of the page's form: what the user answered. */
export async function decide(state: OAuthState, call: OpenCall): Promise<Reply> {
  const form = await formOf(call)
  const request = state.pages.take(form.get('key') ?? '')?.value
  if (request === undefined) {
    return { status: 400, text: errorPage('invalid_request', 'this page was answered already'), headers: PAGE }
  }
  return led(request, () => {
    if (form.get('decision') === 'allow') return withCode(state, request, call.now())
    throw new OAuthError('access_denied', 'end-user denied authorization')
  })
}

function checkedRedirect(consumer: Consumer, uri: string | null): string {
  if (uri !== null && consumer.callbackUrls?.includes(uri) === true) return uri
  throw new OAuthError('redirect_uri_mismatch', 'redirect_uri must match configuration')
}

function readRequest(core: OrgCore, consumer: Consumer, back: Return, query: URLSearchParams): AuthorizationRequest {
  const type = query.get('response_type')
  if (type !== null && /\b(?:token|id_token)\b/.test(type)) throw notImplemented('user-agent flow')
  if (type !== 'code') throw new OAuthError('unsupported_response_type', 'response type not supported')
  checkPolicy(core)
  const scope = readScope(query.get('scope'))
  if (scope === undefined) throw new OAuthError('invalid_scope', 'the requested scope is not allowed')
  const user = activeUser(core, consumer.username)
  const nonce = query.get('nonce')
  return { clientId: consumer.clientId, ...back, scope, userId: user.Id, challenge: challengeOf(query), nonce }
}

/** The states of an org in which nobody can approve this app (auth.md §4). */
function checkPolicy({ settings }: OrgCore): void {
  if (settings.loginRefusal === 'app_not_found') {
    throw new OAuthError('OAUTH_EC_APP_NOT_FOUND', 'External client app is not installed in this org')
  }
  if (settings.loginRefusal !== null)
    throw new OAuthError('OAUTH_APPROVAL_ERROR_GENERIC', 'An unexpected error has occurred')
  if (!settings.userAssigned) {
    throw new OAuthError('OAUTH_APP_ACCESS_DENIED', 'user is not admin approved to access this app')
  }
}

/** S256 is the one method; a client may leave it unsaid (auth.md §4). */
function challengeOf(query: URLSearchParams): string | null {
  const challenge = query.get('code_challenge')
  if (challenge === null) return null
  if ((query.get('code_challenge_method') ?? 'S256') !== 'S256' || !/^[\w-]{43}$/.test(challenge)) {
    throw new OAuthError('invalid_request', 'code_challenge must be the base64url of a SHA-256')
  }
  return challenge
}

function asking({ core, pages }: OAuthState, consumer: Consumer, request: AuthorizationRequest, now: number): string {
  const username = String(core.store.get(request.userId)?.['Username'])
  const app = consumer.label ?? consumer.clientId
  return approvalPage({ app, username, scopes: request.scope.split(' '), key: pages.put(request, now) })
}

function withCode({ codes }: OAuthState, request: AuthorizationRequest, now: number): Reply {
  return redirect(request, { code: codes.put(request, now) })
}

/** From here on a refusal is told to the app, by a redirect (auth.md §4). */
function led(back: Return, work: () => Reply): Reply {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    return redirect(back, { error: error.error, error_description: error.description })
  }
}

/** The state is repeated as it came (auth.md §4). */
function redirect({ redirectUri, state }: Return, answer: Readonly<Record<string, string>>): Reply {
  const url = new URL(redirectUri)
  for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value)
  if (state !== null) url.searchParams.set('state', state)
  return { status: 302, headers: { ...NO_STORE, Location: url.href } }
}
