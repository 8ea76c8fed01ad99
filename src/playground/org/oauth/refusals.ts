import type { Reply } from '../api.js'
import { OAuthError } from '../org-error.js'
import type { LoginRefusal } from './settings.js'

/** auth.md §2, §3 */
const LOGIN_REFUSALS: Readonly<Record<LoginRefusal, readonly [string, string]>> = {
  app_not_found: ['app_not_found', 'External client app is not installed in this org'],
  inactive_organization: ['invalid_grant', 'inactive organization'],
  ip_restricted: ['invalid_grant', 'ip restricted'],
  activation_secret_invalid: ['invalid_grant', 'activation secret invalid'],
  flow_disabled: ['unsupported_grant_type', 'grant type not supported'],
}

/** What the setting `loginRefusal` makes every login answer. */
export function setRefusal(refusal: LoginRefusal): OAuthError {
  return new OAuthError(...LOGIN_REFUSALS[refusal])
}

export function unknownConsumer(): OAuthError {
  return new OAuthError('invalid_client_id', 'client identifier invalid')
}

export function wrongSecret(): OAuthError {
  return new OAuthError('invalid_client', 'invalid client credentials')
}

/** No token of the platform is to be kept by a cache (auth.md §1). */
export const NO_STORE = { 'Cache-Control': 'no-cache,must-revalidate,max-age=0,no-store,private' }

export function ok(json: object): Reply {
  return { status: 200, json, headers: NO_STORE }
}
