import { z } from 'zod'
import { MhError, type ErrorCode } from '../errors.js'
import { parseJson } from '../json.js'

/**
 * What became of one HTTP exchange that did not end in a usable reply.
 * `reached` says whether the org may have acted on it: only 'no' makes a repeat of a write safe.
 */
export type Failure =
  | { kind: 'network'; reached: 'no' | 'perhaps'; why: string }
  | { kind: 'timeout'; reached: 'perhaps'; why: string }
  | { kind: 'garbled'; reached: 'perhaps'; why: string; final?: true }
  | { kind: 'redirect'; status: number }
  | { kind: 'status'; status: number; code?: string; message?: string; retryAfter?: string }

/** Transient: the same again later. Session: log in anew. Limit: stop, the allowance is used up. Permanent: this will not work. */
export type FailureClass = 'transient' | 'session' | 'limit' | 'permanent'

export interface Classified {
  class: FailureClass
  /** Whether the same request may be sent again without the risk of doing something twice. */
  repeat: boolean
}

const TRANSIENT_CODES = new Set([
  'SERVER_UNAVAILABLE',
  'UNABLE_TO_LOCK_ROW',
  'UNKNOWN_EXCEPTION',
  'INTERNAL_SERVER_ERROR',
  'INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE',
])
/** 401s that a new session does not cure (auth.md §8). */
const NO_SESSION_HELPS = /not valid for use with the REST API|Connected app is not attached to Agent/u

/**
 * The one table that tells transient, permanent and session failures apart (errors.md §2, pitfalls.md §3).
 * `safe` says that the request may be repeated whatever became of it: it only reads, or is idempotent.
 */
export function classify(failure: Failure, safe: boolean): Classified {
  // A redirect is never followed; the org has moved, and a new session says where (limits.md §7).
  if (failure.kind === 'redirect') return { class: 'session', repeat: false }
  if (failure.kind === 'garbled' && failure.final) return { class: 'permanent', repeat: false }
  if (failure.kind !== 'status') return { class: 'transient', repeat: safe || failure.reached === 'no' }
  const { status, code = '', message = '' } = failure
  if (status === 401) return { class: NO_SESSION_HELPS.test(message) ? 'permanent' : 'session', repeat: false }
  if (code === 'REQUEST_LIMIT_EXCEEDED') {
    return /TotalRequests/u.test(message) ? { class: 'limit', repeat: false } : { class: 'transient', repeat: true }
  }
  if (TRANSIENT_CODES.has(code)) return { class: 'transient', repeat: safe || code === 'UNABLE_TO_LOCK_ROW' }
  if (status === 429 || status === 420) return { class: 'transient', repeat: true }
  // 501 is the practice org naming what it lacks: later it will lack it too.
  if (status === 501) return { class: 'permanent', repeat: false }
  if (status >= 500) return { class: 'transient', repeat: safe }
  return { class: 'permanent', repeat: false }
}

/** What is said of a row that its Bulk job ended without coming to. */
export const NOT_PROCESSED = 'NOT_PROCESSED'

/** Whether one row of many that was refused with this code may go through when it is sent again (errors.md §2). */
export function mayTryRowAgain(code: string): boolean {
  return TRANSIENT_CODES.has(code) || code === 'QUERY_TIMEOUT' || code === NOT_PROCESSED
}

/** Whether a record was not made because it is there already: somebody else made it meanwhile; its id is not told (objects.md §5.1). */
export function isMadeAlready(code: string): boolean {
  return code === 'DUPLICATE_VALUE'
}

/** Errors after which nobody knows whether what was sent was done: who sent it looks before it sends again. */
const FATE_UNKNOWN = new Set<ErrorCode>(['SF_TIMEOUT', 'SF_UNREACHABLE', 'SF_REPLY_NOT_UNDERSTOOD', 'SF_UNAVAILABLE'])

export function isFateUnknown(error: unknown): boolean {
  return error instanceof MhError && FATE_UNKNOWN.has(error.code)
}

/** The waiting that a `Retry-After` header asks for, in milliseconds: seconds or a date; undefined for anything else. */
export function retryAfterMs(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined
  if (/^\d+$/u.test(header.trim())) return Number(header) * 1_000
  // Date.parse takes "-1" for a year and "1.5" for a day: a date of HTTP has a month with letters.
  const date = /[a-z]{3}/iu.test(header) ? Date.parse(header) : NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime())
}

/** A word of the platform (errors.md §2); anything else might be somebody's data, and is neither kept nor told. */
export const orgCode = z.string().transform((code) => (WORD.test(code) ? code : 'UNKNOWN'))
const WORD = /^[A-Z][A-Z0-9_]{0,79}$/u
/** Names of fields, as an error gives them; what is none is left out, for the same reason. */
export const orgFields = z
  .array(z.unknown())
  .catch([])
  .transform((names) => names.filter((name): name is string => typeof name === 'string' && FIELD.test(name)))
const FIELD = /^\w{1,80}(?:\.\w{1,80}){0,5}$/u
const errorArray = z.array(z.object({ errorCode: orgCode, message: z.string() })).min(1)

/** Code and message of a REST error body: an array of objects, or HTML, or plain text (errors.md §1). */
export function readErrorBody(body: string): { code?: string; message?: string } {
  return readErrors(parseJson(body))
}

/** The same of a body that is parsed already, as a composite reply holds it. */
export function readErrors(body: unknown): { code?: string; message?: string } {
  const parsed = errorArray.safeParse(body)
  const first = parsed.success ? parsed.data[0] : undefined
  return first ? { code: first.errorCode, message: first.message } : {}
}

/** A failure of one part of a composite reply that is not the part's own fault: the whole call is repeated, or the limit told. */
export function failureInComposite(reply: {
  compositeResponse: readonly { httpStatusCode: number; body: unknown }[]
}): Failure | undefined {
  return reply.compositeResponse
    .filter(({ httpStatusCode }) => httpStatusCode >= 400)
    .map(({ httpStatusCode: status, body }): Failure => ({ kind: 'status', status, ...readErrors(body) }))
    .find((failure) => classify(failure, true).class !== 'permanent')
}

/** A failure as an error for a person. Messages of the org may echo personal data, so only codes are told. */
export function asError(failure: Failure, host: string): MhError {
  if (failure.kind === 'network') {
    return new MhError(
      'SF_UNREACHABLE',
      `Salesforce at ${host} could not be reached: ${failure.why}.`,
      'Check the network and SF_LOGIN_URL, then run the command again.',
    )
  }
  if (failure.kind === 'timeout') {
    return new MhError(
      'SF_TIMEOUT',
      `Salesforce at ${host} did not answer in time: ${failure.why}.`,
      'Run the command again; see https://status.salesforce.com if it stays so.',
    )
  }
  if (failure.kind === 'garbled') {
    return new MhError(
      'SF_REPLY_NOT_UNDERSTOOD',
      `A reply of ${host} could not be read: ${failure.why}.`,
      'Run the command again; if it stays so, a proxy may be changing replies.',
    )
  }
  if (failure.kind === 'redirect') {
    return new MhError(
      'SF_HOST_REFUSED',
      `Salesforce at ${host} redirects elsewhere (HTTP ${failure.status}), and a token is not sent after a redirect.`,
      "Set SF_LOGIN_URL to the org's My Domain; if it is that already, a proxy may stand between.",
    )
  }
  return statusError(failure, host)
}

type Refused = Failure & { kind: 'status' }

interface Telling {
  when: (failure: Refused) => boolean
  code: ErrorCode
  what: string
  hint: string
}

/** How an error status is told; the first that fits wins. */
const TELLINGS: Telling[] = [
  {
    when: (failure) => classify(failure, false).class === 'limit',
    code: 'SF_LIMIT_EXCEEDED',
    what: 'the API allowance of the last 24 hours is used up',
    hint: 'The window rolls on: run the command again later; what was written stays.',
  },
  {
    when: (failure) => classify(failure, false).class === 'session',
    code: 'SF_SESSION_REFUSED',
    what: 'the session was refused, and so was a new one',
    hint: 'Run `mh-sf auth login` and read what it says.',
  },
  {
    when: ({ status }) => status === 401,
    code: 'SF_SESSION_REFUSED',
    what: 'the app may log in, but not use the REST API',
    hint: "An admin has to look at the app's OAuth scopes and policies, and at the user's session settings.",
  },
  {
    when: (failure) => classify(failure, false).class === 'transient',
    code: 'SF_UNAVAILABLE',
    what: 'the org is busy, down or in maintenance',
    hint: 'See https://status.salesforce.com; run the command again later.',
  },
  {
    when: ({ code = '' }) => ['API_DISABLED_FOR_ORG', 'API_CURRENTLY_DISABLED'].includes(code),
    code: 'SF_ACCESS_DENIED',
    what: 'the API is switched off for this org or user',
    hint: 'An admin has to give the user "API Enabled".',
  },
  {
    when: ({ status }) => status === 403,
    code: 'SF_ACCESS_DENIED',
    what: 'the user may not do this',
    hint: 'An admin has to give the user the right; the code says which.',
  },
]
const OTHERWISE: Omit<Telling, 'when'> = {
  code: 'SF_REFUSED_REQUEST',
  what: 'the org refused the request',
  hint: 'This is likely a bug of mh-sf, or a field or right that is missing.',
}

/** A request that the org refused for what it asks: a field, a record, a job that is not there; `orgCode` says which. */
export class OrgRefused extends MhError {
  constructor(readonly orgCode: string) {
    super(
      'SF_REFUSED_REQUEST',
      `Salesforce refused a request (${orgCode}).`,
      'If fields or rights of the Salesforce user have changed, `mh-sf auth login` reads them anew; if not, this is a bug of mh-sf.',
    )
  }
}

function statusError(failure: Refused, host: string): MhError {
  if (failure.code === 'INVALID_FIELD' || failure.code === 'NOT_FOUND') return new OrgRefused(failure.code)
  const { code, what, hint } = TELLINGS.find(({ when }) => when(failure)) ?? OTHERWISE
  return new MhError(code, `Salesforce at ${host}: ${what} (${failure.code ?? `HTTP ${failure.status}`}).`, hint)
}
