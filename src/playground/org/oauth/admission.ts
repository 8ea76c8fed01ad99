import type { Consumer, OrgCore } from '../core.js'
import { OAuthError } from '../org-error.js'
import type { Row } from '../store.js'

/** The user of a name who may log in at all. Throws OAuthError (auth.md §2). */
export function activeUser({ store }: OrgCore, username: string): Row {
  const user = store.lookup('User', 'Username', username)?.[0]
  if (user === undefined) throw new OAuthError('invalid_grant', 'invalid user')
  return checkedActive(user)
}

/** The same by id, for a user who was let in earlier. */
export function stillActive({ store }: OrgCore, userId: string): Row {
  const user = store.get(userId)
  if (user === undefined) throw new OAuthError('invalid_grant', 'invalid user')
  return checkedActive(user)
}

function checkedActive(user: Row): Row {
  if (user['IsActive'] !== true) throw new OAuthError('invalid_grant', 'inactive user')
  return user
}

/**
 * Where a user cannot be asked, the app must be pre-authorised for them, or they have approved it earlier with a
 * refresh-token scope (auth.md §2).
 */
export function checkApproved({ settings }: OrgCore, consumer: Consumer, user: Row, hasApproved: boolean): void {
  const isConsumers = String(user['Username']).toLowerCase() === consumer.username.toLowerCase()
  if (!hasApproved && !(isConsumers && settings.consumerApproved)) {
    throw new OAuthError('invalid_grant', "user hasn't approved this consumer")
  }
}

/** The app's policy must let the user in, whichever way they come (auth.md §2, §3). */
export function checkAssigned({ settings }: OrgCore): void {
  if (!settings.userAssigned) {
    throw new OAuthError('invalid_app_access', 'user is not admin approved to access this app')
  }
}
