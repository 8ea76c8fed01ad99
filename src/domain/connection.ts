import { exitCodes, MhError, type ErrorCode } from '../errors.js'

/** Whether the org answered when it was asked last: `code` says why not. */
export interface Contact {
  at: Date
  code?: ErrorCode
}

const AWAY = new Set<ErrorCode>(['SF_UNREACHABLE', 'SF_TIMEOUT', 'SF_UNAVAILABLE'])
/** What ends a call on our side says nothing about the org. */
const OURS = new Set<ErrorCode>(['BUDGET_EXCEEDED', 'LEASE_LOST', 'INTERRUPTED', 'TERMINATED'])

/** What an error says of the way to the org: it is away, or does not let us in; undefined where it says nothing. */
export function contactOf(error: unknown, at: Date): Contact | undefined {
  if (!(error instanceof MhError) || OURS.has(error.code)) return undefined
  const isRefused = exitCodes[error.code] === exitCodes.SF_LOGIN_REFUSED && error.code !== 'SF_ACCESS_DENIED'
  return AWAY.has(error.code) || isRefused ? { at, code: error.code } : { at }
}
