import type { Flow } from '../salesforce/credentials.js'
import { kindOfOrg } from '../salesforce/hosts.js'
import type { SecretStoreState } from '../salesforce/secret-store.js'
import type { Session } from '../salesforce/session-store.js'
import { count, printable } from './printable.js'
import { table } from './table.js'

/** The ways to log in, in words. */
export const FLOW_NAMES: Record<Flow, string> = {
  jwt: 'JWT bearer',
  'client-credentials': 'client credentials',
  web: 'browser',
  password: 'username and password',
  sf: 'login of the Salesforce CLI',
}

/** A session as far as it may be shown: never the token. */
export interface AuthStatus {
  session: Session
  path: string
  /** Where it is kept. */
  store: SecretStoreState
  /** The name that the org has here. */
  name?: string
  isDefault?: boolean
  allowance?: { used: number; max: number }
}

/** For a person: whose session, where, since when, and what is left of the day. */
export function authText({ session, path, store, name, isDefault, allowance }: AuthStatus): string {
  const left = allowance
    ? `${count(allowance.max - allowance.used)} of ${count(allowance.max)} API calls in 24 hours`
    : undefined
  const rows = [
    ...(name === undefined ? [] : [['Name', `${name}${isDefault ? ', meant where none is named' : ''}`]]),
    ['User', session.username],
    ['Org', `${session.orgId} at ${session.instanceUrl}`],
    ['Kind', kindOfOrg(session.instanceUrl)],
    ['Login', `${FLOW_NAMES[session.flow]}, ${session.issuedAt}`],
    ['API', `v${session.apiVersion}`],
    ...(left === undefined ? [] : [['Left', left]]),
    ['Kept', keptText(store)],
  ]
  const safe = rows.map((row) => row.map(printable))
  // A path is there to be copied, so it is never wrapped.
  return `${table(safe, [8])}\n  Session   ${path}`
}

/** Where secrets are kept, and why not in the keychain. */
export function keptText({ used, why }: SecretStoreState): string {
  if (used === 'keychain') return 'sealed, with a key in the keychain of this machine'
  return `in a file of this user alone${why === undefined ? '' : `; no keychain: ${why}`}`
}

export function authJson({ session, path, store, name, isDefault, allowance }: AuthStatus): object {
  const { orgId, userId, username, instanceUrl, loginUrl, flow, apiVersion, issuedAt } = session
  return {
    name: name ?? null,
    isDefault: isDefault ?? false,
    orgId,
    kind: kindOfOrg(instanceUrl),
    userId,
    username,
    instanceUrl,
    loginUrl,
    flow,
    apiVersion,
    issuedAt,
    path,
    secrets: store.used,
    allowance: allowance ?? null,
  }
}
