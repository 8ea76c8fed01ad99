import { expect, test } from 'vitest'
import { contactOf } from '../../src/domain/connection.js'
import { MhError, type ErrorCode } from '../../src/errors.js'

const AT = new Date('2026-11-30T12:00:00Z')

test.each<[ErrorCode, unknown]>([
  ['SF_UNREACHABLE', { at: AT, code: 'SF_UNREACHABLE' }],
  ['SF_TIMEOUT', { at: AT, code: 'SF_TIMEOUT' }],
  ['SF_UNAVAILABLE', { at: AT, code: 'SF_UNAVAILABLE' }],
  ['SF_LOGIN_REFUSED', { at: AT, code: 'SF_LOGIN_REFUSED' }],
  ['SF_APP_NOT_APPROVED', { at: AT, code: 'SF_APP_NOT_APPROVED' }],
  ['SF_ACCESS_DENIED', { at: AT }],
  ['SF_REFUSED_REQUEST', { at: AT }],
  ['SF_LIMIT_EXCEEDED', { at: AT }],
  ['BUDGET_EXCEEDED', undefined],
  ['INTERRUPTED', undefined],
  ['LEASE_LOST', undefined],
])('%s says whether the org answered, or nothing of it', (code, expected) => {
  expect(contactOf(new MhError(code, 'so'), AT)).toEqual(expected)
})

test('a bug of ours says nothing of the org', () => {
  expect(contactOf(new TypeError('so'), AT)).toBeUndefined()
})
