/**
 * Every failure that `mh-sf` can name, with the exit code that a script sees (product.md §9):
 * 1 unexpected · 2 usage · 3 finished with failed rows · 4 not found · 5 authentication · 6 refused ·
 * 7 somebody else is at work · 8 still running in the org · 130 interrupted · 143 terminated.
 */
export const exitCodes = {
  UNEXPECTED: 1,
  UNFINISHED: 1,
  OUTPUT_FAILED: 1,
  SF_UNREACHABLE: 1,
  SF_TIMEOUT: 1,
  SF_UNAVAILABLE: 1,
  SF_REFUSED_REQUEST: 1,
  SF_REPLY_NOT_UNDERSTOOD: 1,
  SF_QUERY_JOB_FAILED: 1,
  SF_INGEST_JOB_FAILED: 1,
  SF_JOB_RESULTS_INCOMPLETE: 1,
  SF_READ_INCOMPLETE: 1,
  CAMPAIGN_STATUSES: 1,
  MONGO_UNREACHABLE: 1,
  MONGO_FAILED: 1,
  REDIS_UNREACHABLE: 1,
  REDIS_REFUSED: 1,
  NOTIFY_FAILED: 1,
  PLAYGROUND_FAILED: 1,
  PLAYGROUND_REFUSED: 2,
  SESSION_LOCKED: 1,
  SECRETS_LOCKED: 5,
  STATE_FILE_UNSAFE: 1,
  STATE_FILE_DAMAGED: 1,
  USAGE: 2,
  CONFIG_INVALID: 2,
  CONFIG_MISSING: 2,
  ORG_UNKNOWN: 2,
  EVENT_AMBIGUOUS: 2,
  EVENT_DRAFT: 2,
  CAMPAIGN_EXISTS: 2,
  CAMPAIGN_AMBIGUOUS: 2,
  CAMPAIGN_CLAIMED: 2,
  SOQL_VALUE: 2,
  PLAN_UNREADABLE: 2,
  LEAD_FIELDS_REQUIRED: 2,
  FAILED_ROWS: 3,
  NOT_FOUND: 4,
  PLAYGROUND_NOT_RUNNING: 4,
  PLAYGROUND_NO_DATABASE: 4,
  EVENT_NOT_FOUND: 4,
  CAMPAIGN_GONE: 4,
  CAMPAIGN_MISSING: 4,
  NO_LIVE_EVENTS: 4,
  NO_PARTICIPANTS: 4,
  MONGO_WRONG_DATABASE: 4,
  MONGO_AUTH: 5,
  REDIS_AUTH: 5,
  SF_KEY_UNREADABLE: 5,
  SF_LOGIN_REFUSED: 5,
  SF_APP_NOT_APPROVED: 5,
  SF_USER_NOT_ASSIGNED: 5,
  SF_ASSERTION_INVALID: 5,
  SF_AUDIENCE_INVALID: 5,
  SF_USER_UNKNOWN: 5,
  SF_CLIENT_UNKNOWN: 5,
  SF_APP_NOT_INSTALLED: 5,
  SF_FLOW_DISABLED: 5,
  SF_USER_INACTIVE: 5,
  SF_ORG_INACTIVE: 5,
  SF_IP_RESTRICTED: 5,
  SF_DEVICE_NOT_ACTIVATED: 5,
  SF_PASSWORD_REFUSED: 5,
  SF_SESSION_REFUSED: 5,
  SF_MY_DOMAIN_NEEDED: 5,
  SF_RUN_AS_MISSING: 5,
  SF_LOGIN_EXPIRED: 5,
  SF_LOGIN_DENIED: 5,
  SF_LOGIN_UNANSWERED: 5,
  SF_CODE_REFUSED: 5,
  SF_CALLBACK_REFUSED: 5,
  SF_SECRET_REFUSED: 5,
  SF_CLI_FAILED: 5,
  SF_NOT_LOGGED_IN: 5,
  SF_ACCESS_DENIED: 5,
  SF_HOST_REFUSED: 5,
  SF_LIMIT_EXCEEDED: 6,
  BUDGET_EXCEEDED: 6,
  PLAN_STALE: 6,
  OPTED_OUT: 6,
  OTHER_ORG: 6,
  NOT_CONFIRMED: 6,
  LEASE_HELD: 7,
  LEASE_LOST: 7,
  SF_JOB_RUNNING: 8,
  INTERRUPTED: 130,
  TERMINATED: 143,
} as const

export type ErrorCode = keyof typeof exitCodes

/** What ends a run early without being a failure of it: what was written stays, and the same command does the rest. */
const STOPS = new Set<ErrorCode>([
  'INTERRUPTED',
  'TERMINATED',
  'BUDGET_EXCEEDED',
  'SF_LIMIT_EXCEEDED',
  'SF_JOB_RUNNING',
  'LEASE_LOST',
  'NOT_CONFIRMED',
])

export function isStop(error: unknown): error is MhError {
  return error instanceof MhError && STOPS.has(error.code)
}

/**
 * A failure that was foreseen: `message` says what happened to whom and why, `hint` gives the next step.
 * Neither may hold a secret or somebody's address.
 */
export class MhError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly hint?: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = 'MhError'
  }

  /** What the process ends with when nobody handles this error. */
  get exitCode(): number {
    return exitCodes[this.code]
  }
}
