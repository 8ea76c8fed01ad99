import type { OrgCore } from '../core.js'
import { OrgError } from '../org-error.js'
import type { SoapOperations } from './endpoint.js'
import { userInfoOf } from './user-info.js'

/** What a session can ask about itself, and its end. */
export function sessionOperations(core: OrgCore): SoapOperations {
  return {
    getUserInfo: ({ session }) => {
      const user = core.store.get(session.userId)
      if (user === undefined) throw new OrgError(500, 'INVALID_SESSION_ID', 'the user of this session is gone')
      return userInfoOf(core, user)
    },
    getServerTimestamp: ({ now }) => ({ timestamp: new Date(now).toISOString() }),
    logout: ({ session }) => {
      core.sessions.revoke(session.token)
      return undefined
    },
  }
}
