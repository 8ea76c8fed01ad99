import type { OpenCall, Reply } from '../api.js'
import { formOf } from './client.js'
import { NO_STORE } from './refusals.js'
import type { OAuthState } from './state.js'

/** The look of an access token and of a refresh token (auth.md §1). */
const KNOWN_SHAPE = /^00D\w{12}!|^5Aep/

/** `POST` or `GET /services/oauth2/revoke`: a refresh token ends with its access tokens (auth.md §8). */
export async function revoke({ core, approvals }: OAuthState, call: OpenCall): Promise<Reply> {
  const token = call.query.get('token') ?? (await formOf(call)).get('token') ?? ''
  const approval = approvals.find(token, call.now())
  if (approval !== undefined) approvals.end(approval)
  else if (core.sessions.peek(token, call.now()) === undefined) return refusal(token)
  core.sessions.revoke(token)
  return { status: 200, headers: NO_STORE }
}

/** Form-encoded, unlike the refusals of the token endpoint; jsforce reads it so (recorded in omniphx/forrest#213). */
function refusal(token: string): Reply {
  const [error, description] = KNOWN_SHAPE.test(token)
    ? ['invalid_token', 'invalid token']
    : ['unsupported_token_type', 'this token type is not supported']
  return {
    status: 400,
    text: `error=${error}&error_description=${encodeURIComponent(description)}`,
    headers: { ...NO_STORE, 'Content-Type': 'application/x-www-form-urlencoded;charset=UTF-8' },
  }
}
