import type { OrgCore } from '../core.js'
import { SCOPES } from './scopes.js'

/** `GET /.well-known/openid-configuration` (auth.md §1): only what the playground has. */
export function discovery(core: OrgCore): object {
  const url = core.url()
  const oauth = `${url}/services/oauth2`
  return {
    issuer: url,
    authorization_endpoint: `${oauth}/authorize`,
    token_endpoint: `${oauth}/token`,
    revocation_endpoint: `${oauth}/revoke`,
    introspection_endpoint: `${oauth}/introspect`,
    userinfo_endpoint: `${oauth}/userinfo`,
    jwks_uri: `${url}/id/keys`,
    scopes_supported: SCOPES,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    display_values_supported: ['page'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
  }
}
