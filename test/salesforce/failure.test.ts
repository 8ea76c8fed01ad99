import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  asError,
  classify,
  mayTryRowAgain,
  NOT_PROCESSED,
  readErrorBody,
  retryAfterMs,
  type Failure,
} from '../../src/salesforce/failure.js'

type Status = Failure & { kind: 'status' }
const answered = (status: number, code?: string, message?: string): Status => ({
  kind: 'status',
  status,
  code,
  message,
})

/** What one may do with the same request: again in any case, again only if it is harmless twice, or not at all. */
type Repeat = 'always' | 'if safe' | 'never'
function repeatOf(failure: Failure): Repeat {
  if (classify(failure, false).repeat) return 'always'
  return classify(failure, true).repeat ? 'if safe' : 'never'
}

describe('replies are told apart by the table of errors.md §2', () => {
  test.each<[string, Status, string, Repeat]>([
    ['a dead session', answered(401, 'INVALID_SESSION_ID', 'Session expired or invalid'), 'session', 'never'],
    ['a 401 without a body', answered(401), 'session', 'never'],
    [
      'a 401 that no new session cures',
      answered(401, 'INVALID_SESSION_ID', 'This session is not valid for use with the REST API'),
      'permanent',
      'never',
    ],
    [
      'a 401 of an app that is not attached',
      answered(401, 'INVALID_SESSION_ID', 'Connected app is not attached to Agent'),
      'permanent',
      'never',
    ],
    ['the API switched off for the org', answered(403, 'API_DISABLED_FOR_ORG'), 'permanent', 'never'],
    ['the API switched off for now', answered(403, 'API_CURRENTLY_DISABLED'), 'permanent', 'never'],
    ['a feature switched off', answered(403, 'FUNCTIONALITY_NOT_ENABLED'), 'permanent', 'never'],
    [
      'the allowance used up',
      answered(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'),
      'limit',
      'never',
    ],
    [
      'too many long calls at once, which was refused before it was looked at',
      answered(403, 'REQUEST_LIMIT_EXCEEDED', 'ConcurrentPerOrgLongTxn Limit exceeded.'),
      'transient',
      'always',
    ],
    ['too many requests', answered(429), 'transient', 'always'],
    ['a host the edge does not know', answered(420), 'transient', 'always'],
    ['overload in JSON', answered(503, 'SERVER_UNAVAILABLE'), 'transient', 'if safe'],
    ['a maintenance page', answered(503), 'transient', 'if safe'],
    ['an edge that cannot reach the instance', answered(502), 'transient', 'if safe'],
    ['a gateway that gave up', answered(504), 'transient', 'if safe'],
    ['an unexpected error', answered(500, 'UNKNOWN_EXCEPTION'), 'transient', 'if safe'],
    ['an unexpected error of newer endpoints', answered(500, 'INTERNAL_SERVER_ERROR'), 'transient', 'if safe'],
    ['what nobody has built', answered(501), 'permanent', 'never'],
    ['a locked row, on which nothing was done', answered(400, 'UNABLE_TO_LOCK_ROW'), 'transient', 'always'],
    [
      'an org that is read-only during an upgrade',
      answered(400, 'INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE'),
      'transient',
      'if safe',
    ],
    ['no right to the object', answered(403, 'INSUFFICIENT_ACCESS'), 'permanent', 'never'],
    ['a transaction security policy', answered(403, 'TXN_SECURITY_NO_ACCESS'), 'permanent', 'never'],
    ['no space left', answered(403, 'STORAGE_LIMIT_EXCEEDED'), 'permanent', 'never'],
    ['a missing record', answered(404, 'NOT_FOUND'), 'permanent', 'never'],
    ['a wrong verb', answered(405, 'METHOD_NOT_ALLOWED'), 'permanent', 'never'],
    ['a retired version', answered(410, 'GONE'), 'permanent', 'never'],
    ['a URI that is too long', answered(414), 'permanent', 'never'],
    ...[
      'MALFORMED_QUERY',
      'INVALID_FIELD',
      'INVALID_TYPE',
      'INVALID_QUERY_FILTER_OPERATOR',
      'QUERY_TIMEOUT',
      'QUERY_TOO_COMPLICATED',
      'OPERATION_TOO_LARGE',
      'EXCEEDED_ID_LIMIT',
      'INVALID_QUERY_LOCATOR',
      'NUMBER_OUTSIDE_VALID_RANGE',
      'JSON_PARSER_ERROR',
      'REQUIRED_FIELD_MISSING',
      'STRING_TOO_LONG',
      'INVALID_EMAIL_ADDRESS',
      'FIELD_CUSTOM_VALIDATION_EXCEPTION',
      'DUPLICATE_VALUE',
      'DUPLICATES_DETECTED',
      'CANNOT_UPDATE_CONVERTED_LEAD',
      'EXCEEDEDQUOTA',
      'FEATURENOTENABLED',
    ].map((code): [string, Status, string, Repeat] => [code, answered(400, code), 'permanent', 'never']),
  ])('%s', (_, failure, kind, repeat) => {
    expect(classify(failure, true).class).toBe(kind)
    expect(classify(failure, false).class).toBe(kind)
    expect(repeatOf(failure)).toBe(repeat)
  })

  test('a class does not depend on whether the request is safe, and a repeat that is allowed to all is allowed to the safe', () => {
    const status = fc.oneof(fc.integer({ min: 400, max: 599 }), fc.constantFrom(401, 403, 420, 429, 500, 501, 503))
    const code = fc.constantFrom(undefined, 'REQUEST_LIMIT_EXCEEDED', 'UNABLE_TO_LOCK_ROW', 'UNKNOWN_EXCEPTION', 'X')
    fc.assert(
      fc.property(status, code, (httpStatus, orgCode) => {
        const failure = answered(httpStatus, orgCode)
        const [unsafe, safe] = [classify(failure, false), classify(failure, true)]
        expect(safe.class).toBe(unsafe.class)
        if (unsafe.repeat) expect(safe.repeat).toBe(true)
        if (safe.repeat) expect(safe.class).toBe('transient')
      }),
    )
  })
})

describe('an exchange without a reply', () => {
  test.each<[string, Failure, Repeat]>([
    ['that never reached the org may always be repeated', { kind: 'network', reached: 'no', why: 'x' }, 'always'],
    ['that broke may have been acted on', { kind: 'network', reached: 'perhaps', why: 'x' }, 'if safe'],
    ['that took too long may have been acted on', { kind: 'timeout', reached: 'perhaps', why: 'x' }, 'if safe'],
    ['that was garbled may have been acted on', { kind: 'garbled', reached: 'perhaps', why: 'x' }, 'if safe'],
  ])('%s', (_, failure, repeat) => {
    expect(classify(failure, true).class).toBe('transient')
    expect(repeatOf(failure)).toBe(repeat)
  })

  test('that was redirected is never repeated as it is: a new session says where the org has gone', () => {
    expect(classify({ kind: 'redirect', status: 302 }, true)).toEqual({ class: 'session', repeat: false })
  })
})

describe('one row of many', () => {
  test.each([
    ['UNABLE_TO_LOCK_ROW', true],
    ['QUERY_TIMEOUT', true],
    [NOT_PROCESSED, true],
    ['DUPLICATE_VALUE', false],
    ['REQUIRED_FIELD_MISSING', false],
  ])('refused with %s is sent again: %s', (code, again) => {
    expect(mayTryRowAgain(code)).toBe(again)
  })
})

describe('Retry-After', () => {
  const now = new Date('2026-10-21T07:28:00Z')

  test.each([
    ['is absent', undefined, undefined],
    ['is in seconds', '120', 120_000],
    ['is in seconds with spaces', ' 5 ', 5_000],
    ['is nothing to wait for', '0', 0],
    ['is a date', 'Wed, 21 Oct 2026 07:29:30 GMT', 90_000],
    ['is a date that has passed', 'Wed, 21 Oct 2026 07:00:00 GMT', 0],
    ['is empty', '', undefined],
    ['is nonsense', 'soon', undefined],
    ['is negative, which is not the year 2000', '-1', undefined],
    ['is a fraction, which is not the fifth of January', '1.5', undefined],
  ])('%s: %j', (_, header, milliseconds) => {
    expect(retryAfterMs(header, now)).toBe(milliseconds)
  })
})

describe('the body of an error', () => {
  test.each([
    ['an array, as REST has it', '[{"message":"No such column","errorCode":"INVALID_FIELD"}]', 'INVALID_FIELD'],
    ['keys in another order, and more of them', '[{"errorCode":"X","fields":[],"message":"m"}]', 'X'],
    ['several problems: the first', '[{"message":"a","errorCode":"A"},{"message":"b","errorCode":"B"}]', 'A'],
    ['a page of HTML', '<html><body>We are down for maintenance</body></html>', undefined],
    ['text', 'Bad_OAuth_Token', undefined],
    ['nothing', '', undefined],
    ['an empty array', '[]', undefined],
    ['an object, as OAuth has it', '{"error":"invalid_grant"}', undefined],
    ['a code that is no text', '[{"message":"m","errorCode":7}]', undefined],
    ['JSON that breaks off', '[{"message":"m","errorCode":"A"', undefined],
  ])('%s', (_, body, code) => {
    expect(readErrorBody(body).code).toBe(code)
  })
})

describe('what a person is told', () => {
  const host = 'acme.my.salesforce.com'

  test.each<[string, Failure, string, number]>([
    ['no network', { kind: 'network', reached: 'no', why: 'ENOTFOUND' }, 'SF_UNREACHABLE', 1],
    ['no answer in time', { kind: 'timeout', reached: 'perhaps', why: 'x' }, 'SF_TIMEOUT', 1],
    ['a reply that is not one', { kind: 'garbled', reached: 'perhaps', why: 'x' }, 'SF_REPLY_NOT_UNDERSTOOD', 1],
    ['a redirect', { kind: 'redirect', status: 302 }, 'SF_HOST_REFUSED', 5],
    [
      'the allowance used up',
      answered(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'),
      'SF_LIMIT_EXCEEDED',
      6,
    ],
    [
      'too many long calls at once: not a right that is missing',
      answered(403, 'REQUEST_LIMIT_EXCEEDED', 'ConcurrentPerOrgLongTxn Limit exceeded.'),
      'SF_UNAVAILABLE',
      1,
    ],
    ['too many requests: not a bug of ours', answered(429), 'SF_UNAVAILABLE', 1],
    ['a locked row: not a bug of ours', answered(400, 'UNABLE_TO_LOCK_ROW'), 'SF_UNAVAILABLE', 1],
    ['maintenance', answered(503), 'SF_UNAVAILABLE', 1],
    ['a host the edge does not know', answered(420), 'SF_UNAVAILABLE', 1],
    ['a session refused twice', answered(401, 'INVALID_SESSION_ID'), 'SF_SESSION_REFUSED', 5],
    ['the API switched off', answered(403, 'API_DISABLED_FOR_ORG'), 'SF_ACCESS_DENIED', 5],
    ['a right that is missing', answered(403, 'INSUFFICIENT_ACCESS'), 'SF_ACCESS_DENIED', 5],
    ['what nobody has built', answered(501), 'SF_REFUSED_REQUEST', 1],
    ['a request that is wrong', answered(400, 'MALFORMED_QUERY'), 'SF_REFUSED_REQUEST', 1],
  ])('%s', (_, failure, code, exitCode) => {
    const error = asError(failure, host)
    expect([error.code, error.exitCode]).toEqual([code, exitCode])
    expect(error.message).toContain(host)
    expect(error.hint).toBeTruthy()
  })

  test('of a session that the API does not take it is not claimed that a new one was tried', () => {
    const failure = answered(401, 'INVALID_SESSION_ID', 'This session is not valid for use with the REST API')
    expect(asError(failure, host).message).not.toContain('a new one')
    expect(asError(failure, host).code).toBe('SF_SESSION_REFUSED')
  })

  test('names the code of the org, or the HTTP status where there is none', () => {
    expect(asError(answered(403, 'INSUFFICIENT_ACCESS'), host).message).toContain('(INSUFFICIENT_ACCESS)')
    expect(asError(answered(503), host).message).toContain('(HTTP 503)')
  })

  test("never repeats the org's own words: they may hold somebody's data", () => {
    const status = fc.constantFrom(400, 401, 403, 404, 420, 429, 500, 501, 503)
    const code = fc.constantFrom(undefined, 'REQUEST_LIMIT_EXCEEDED', 'STRING_TOO_LONG', 'API_DISABLED_FOR_ORG')
    fc.assert(
      fc.property(status, code, fc.boolean(), (httpStatus, orgCode, total) => {
        const message = `canary ana@example.com ${total ? 'TotalRequests' : ''}`
        const error = asError(answered(httpStatus, orgCode, message), host)
        expect(`${error.message} ${error.hint ?? ''}`).not.toMatch(/canary|ana@/u)
      }),
    )
  })
})
