import type { OpenRoute } from '../api.js'
import type { OrgCore } from '../core.js'
import { authorize, decide } from './authorize.js'
import { discovery } from './discovery.js'
import { identity, userinfo } from './identity.js'
import { introspect } from './introspect.js'
import { revoke } from './revoke.js'
import { oauthState } from './state.js'
import { token } from './token.js'

/** The OAuth endpoints and the identity URL: not metered, no Sforce-Limit-Info (auth.md §1). */
export function oauthRoutes(core: OrgCore): OpenRoute[] {
  const state = oauthState(core)
  const at = (name: string) => `/services/oauth2/${name}`
  return [
    { method: 'GET', path: at('authorize'), handle: (call) => authorize(state, call) },
    { method: 'POST', path: at('authorize'), handle: (call) => decide(state, call) },
    { method: 'POST', path: at('token'), handle: (call) => token(state, call) },
    { method: 'GET', path: at('revoke'), handle: (call) => revoke(state, call) },
    { method: 'POST', path: at('revoke'), handle: (call) => revoke(state, call) },
    { method: 'POST', path: at('introspect'), handle: (call) => introspect(state, call) },
    { method: 'GET', path: at('userinfo'), handle: (call) => userinfo(core, call) },
    { method: 'POST', path: at('userinfo'), handle: (call) => userinfo(core, call) },
    { method: 'GET', path: '/id/keys', handle: () => ({ status: 200, json: state.idTokens.keySet() }) },
    { method: 'GET', path: '/id/:orgId/:userId', handle: (call) => identity(core, call) },
    {
      method: 'GET',
      path: '/.well-known/openid-configuration',
      handle: () => ({ status: 200, json: discovery(core) }),
    },
  ]
}
