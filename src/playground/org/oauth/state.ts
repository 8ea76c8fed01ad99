import type { OrgCore } from '../core.js'
import { opaque } from '../session.js'
import { Approvals } from './approvals.js'
import { IdTokens } from './id-tokens.js'
import { OneTime } from './one-time.js'

/** What an app asked the authorize page for; all of it was checked. */
export interface AuthorizationRequest {
  readonly clientId: string
  readonly redirectUri: string
  readonly scope: string
  readonly userId: string
  readonly state: string | null
  /** base64url of the SHA-256 of the code verifier, when PKCE is used. */
  readonly challenge: string | null
  readonly nonce: string | null
}

/** What the OAuth endpoints share beside the org. */
export interface OAuthState {
  readonly core: OrgCore
  readonly approvals: Approvals
  /** Pages that wait for an answer. */
  readonly pages: OneTime<AuthorizationRequest>
  /** Authorization codes: they end in `==`, as the platform's do (auth.md §4). */
  readonly codes: OneTime<AuthorizationRequest>
  readonly idTokens: IdTokens
}

export function oauthState(core: OrgCore): OAuthState {
  const approvals = new Approvals(core)
  const pages = new OneTime<AuthorizationRequest>(() => opaque(24))
  const codes = new OneTime<AuthorizationRequest>(() => `aPrx${opaque(57)}==`)
  const idTokens = new IdTokens(core)
  for (const part of [approvals.kept(), pages.kept('pages'), codes.kept('codes'), idTokens.kept()]) core.keep(part)
  const endAll = () => {
    approvals.endAll()
  }
  core.onRevokeAll(endAll)
  core.onReset(endAll)
  return { core, approvals, pages, codes, idTokens }
}
