import { createHmac } from 'node:crypto'
import type { Consumer, OrgCore } from '../core.js'
import type { SessionGrant } from '../session.js'
import type { Row } from '../store.js'

/** The fields that every token reply has (auth.md §1). */
export interface TokenBody {
  readonly access_token: string
  readonly instance_url: string
  readonly id: string
  readonly token_type: 'Bearer'
}

/** A new session and how the token endpoint tells of it; never expires_in (auth.md §1). */
export function issueToken(core: OrgCore, user: Row, grant: SessionGrant, now: number): TokenBody {
  const { token } = core.sessions.issue(user.Id, now, grant)
  return { access_token: token, instance_url: core.url(), id: identityUrl(core, user.Id), token_type: 'Bearer' }
}

/** `issued_at` in milliseconds, and what proves that the reply came from the org (auth.md §1). */
export function signed({ clientSecret = '' }: Consumer, body: TokenBody, now: number) {
  const issued_at = String(now)
  const signature = createHmac('sha256', clientSecret)
    .update(body.id + issued_at)
    .digest('base64')
  return { ...body, issued_at, signature }
}

/** auth.md §1 */
export function identityUrl(core: OrgCore, userId: string): string {
  return `${core.url()}/id/${core.orgId}/${userId}`
}
