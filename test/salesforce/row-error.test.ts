import { describe, expect, test } from 'vitest'
import { readRowError } from '../../src/salesforce/ingest-results.js'

describe('the error of a row of a Bulk job', () => {
  test.each([
    ['without fields', 'DUPLICATE_VALUE:Already a campaign member.:--', 'DUPLICATE_VALUE', []],
    [
      'with a field',
      'REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --',
      'REQUIRED_FIELD_MISSING',
      ['LastName'],
    ],
    [
      'with several',
      'FIELD_INTEGRITY_EXCEPTION:bad: both:City,Country --',
      'FIELD_INTEGRITY_EXCEPTION',
      ['City', 'Country'],
    ],
    [
      'with colons and an address in its message',
      'INVALID_EMAIL_ADDRESS:Email: invalid: a:b@example.com:Email --',
      'INVALID_EMAIL_ADDRESS',
      ['Email'],
    ],
    [
      'with a newline in its message',
      'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:a trigger\nsays no:--',
      'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
      [],
    ],
    ['that is none', '', 'UNKNOWN', []],
  ])('%s is told by code and fields, and nothing that echoes data', (_, text, code, fields) => {
    expect(readRowError(text)).toEqual({ code, fields })
  })
})
