import { MhError, type ErrorCode } from '../errors.js'

/** What ended a run early; throws what nobody foresaw. */
export function whyStopped(error: unknown, signal: AbortSignal): MhError {
  const reason = signal.aborted ? (signal.reason as unknown) : error
  if (reason instanceof MhError) return reason
  throw error
}

/** What concerns every event alike: with the next one it would be the same. */
export function isEverybodys({ code }: MhError): boolean {
  return EVERYBODYS.has(code)
}

const EVERYBODYS = new Set<ErrorCode>([
  'INTERRUPTED',
  'TERMINATED',
  'BUDGET_EXCEEDED',
  'PLAN_STALE',
  'SF_LIMIT_EXCEEDED',
  'SF_SESSION_REFUSED',
  'SF_UNREACHABLE',
  'SF_UNAVAILABLE',
  'MONGO_AUTH',
  'MONGO_UNREACHABLE',
  'MONGO_FAILED',
  'LEASE_LOST',
])
