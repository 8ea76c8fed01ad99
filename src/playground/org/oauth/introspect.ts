import type { OpenCall, Reply } from '../api.js'
import { authenticated, formOf } from './client.js'
import { ok } from './refusals.js'
import type { OAuthState } from './state.js'
import { identityUrl } from './token-reply.js'

interface Facts {
  readonly token_type: 'access_token' | 'refresh_token'
  readonly userId: string
  readonly scope: string
  /** Epoch milliseconds. */
  readonly issuedAt: number
  readonly expiresAt?: number
}

/** `POST /services/oauth2/introspect`: an app asks about its own tokens; a dead one is only `active: false` (auth.md §8). */
export async function introspect(state: OAuthState, call: OpenCall): Promise<Reply> {
  const form = await formOf(call)
  const { clientId } = authenticated(state.core, call, form, true)
  const facts = factsOf(state, clientId, form.get('token') ?? '', call.now())
  return ok(facts === undefined ? { active: false } : introspection(state, clientId, facts))
}

/** Tokens of the password grant are none to it (auth.md §8): they have no scope. */
function factsOf({ core, approvals }: OAuthState, clientId: string, token: string, now: number): Facts | undefined {
  const approval = approvals.find(token, now)
  if (approval?.clientId === clientId) {
    return { token_type: 'refresh_token', ...approval, issuedAt: approval.approvedAt }
  }
  const session = core.sessions.peek(token, now)
  const scope = session?.grant?.scope
  if (session?.grant?.clientId !== clientId || scope === undefined) return undefined
  return { token_type: 'access_token', ...session, scope }
}

/** Times in seconds (auth.md §8). */
function introspection({ core }: OAuthState, clientId: string, facts: Facts): object {
  const { userId, scope, token_type, issuedAt, expiresAt } = facts
  const seconds = (time: number) => Math.floor(time / 1000)
  return {
    active: true,
    scope,
    client_id: clientId,
    username: core.store.get(userId)?.['Username'] ?? null,
    sub: identityUrl(core, userId),
    token_type,
    ...(expiresAt === undefined ? {} : { exp: seconds(expiresAt) }),
    iat: seconds(issuedAt),
    nbf: seconds(issuedAt),
  }
}
