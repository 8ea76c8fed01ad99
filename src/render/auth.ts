import type { Flow } from '../salesforce/credentials.js'
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
  allowance?: { used: number; max: number }
}

/** For a person: whose session, where, since when, and what is left of the day. */
export function authText({ session, path, allowance }: AuthStatus): string {
  const left = allowance
    ? `${count(allowance.max - allowance.used)} of ${count(allowance.max)} API calls in 24 hours`
    : undefined
  const rows = [
    ['User', session.username],
    ['Org', `${session.orgId} at ${session.instanceUrl}`],
    ['Login', `${FLOW_NAMES[session.flow]}, ${session.issuedAt}`],
    ['API', `v${session.apiVersion}`],
    ...(left === undefined ? [] : [['Left', left]]),
  ]
  const safe = rows.map((row) => row.map(printable))
  // A path is there to be copied, so it is never wrapped.
  return `${table(safe, [8])}\n  Session   ${path}`
}

export function authJson({ session, path, allowance }: AuthStatus): object {
  const { orgId, userId, username, instanceUrl, loginUrl, flow, apiVersion, issuedAt } = session
  return {
    orgId,
    userId,
    username,
    instanceUrl,
    loginUrl,
    flow,
    apiVersion,
    issuedAt,
    path,
    allowance: allowance ?? null,
  }
}
