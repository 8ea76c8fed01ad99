import { Errors } from '@oclif/core'
import { describe, expect, test } from 'vitest'
import { exitCodes, MhError, type ErrorCode } from '../../src/errors.js'
import { asMhError, errorJson, errorText } from '../../src/render/error.js'

describe('an error for a person', () => {
  test('says what happened, its code and the next step', () => {
    const error = new MhError('EVENT_NOT_FOUND', 'There is no event "x".', 'The nearest are:\n  Spring (spring)')
    expect(errorText(error).split('\n')).toEqual([
      'error: There is no event "x".  [EVENT_NOT_FOUND]',
      'hint: The nearest are:',
      '  Spring (spring)',
    ])
  })

  test('keeps its code on the first line when it has several, and needs no hint', () => {
    const error = new MhError('CONFIG_MISSING', 'Some settings are missing:\n  SF_CLIENT_ID  the consumer key')
    expect(errorText(error).split('\n')).toEqual([
      'error: Some settings are missing:  [CONFIG_MISSING]',
      '  SF_CLIENT_ID  the consumer key',
    ])
  })

  test('cannot rewrite the screen', () => {
    expect(errorText(new MhError('USAGE', 'no \u001b[2Jevent', 'try \u202eagain'))).toBe(
      'error: no [2Jevent  [USAGE]\nhint: try again',
    )
  })
})

describe('an error for a program', () => {
  test('is one object with code, message, hint and exit code', () => {
    expect(errorJson(new MhError('SF_TIMEOUT', 'No answer.', 'Again.'))).toEqual({
      error: { code: 'SF_TIMEOUT', message: 'No answer.', hint: 'Again.', exitCode: 1 },
    })
  })
})

describe('what was thrown', () => {
  test('and foreseen is told as it is', () => {
    const error = new MhError('SF_TIMEOUT', 'No answer.')
    expect(asMhError(error)).toBe(error)
  })

  test('by the parser of flags is a usage error, in its own words', () => {
    const parser = new Errors.CLIError('Nonexistent flag: --evnt\nSee more help with --help', { exit: 2 })
    expect(asMhError(parser)).toMatchObject({ code: 'USAGE', message: 'Nonexistent flag: --evnt', exitCode: 2 })
  })

  test.each<[string, unknown, string]>([
    ['a bug', new TypeError('x is not a function'), 'Unexpected: TypeError: x is not a function'],
    ['a text', 'no', 'Unexpected: string: no'],
    ['nothing', undefined, 'Unexpected: undefined: undefined'],
    ['an error of oclif with another exit code', new Errors.CLIError('no', { exit: 1 }), 'Unexpected: Error: no'],
  ])('and not foreseen is told as a bug: %s', (_, thrown, message) => {
    expect(asMhError(thrown)).toMatchObject({ code: 'UNEXPECTED', exitCode: 1, message, cause: thrown })
  })

  test('and not foreseen shows neither secrets nor addresses', () => {
    const told = asMhError(new Error('refused for ana.silva@example.com with Bearer canary')).message
    expect(told).toBe('Unexpected: Error: refused for a…@example.com with Bearer …')
  })
})

describe('the exit codes are those of product.md §9', () => {
  const known = [1, 2, 3, 4, 5, 6, 7, 8, 130, 143]
  const meaning: [number, ErrorCode[]][] = [
    [1, ['UNEXPECTED', 'UNFINISHED', 'SF_UNREACHABLE', 'SF_TIMEOUT', 'MONGO_UNREACHABLE']],
    [2, ['USAGE', 'CONFIG_INVALID', 'CONFIG_MISSING', 'EVENT_AMBIGUOUS']],
    [3, ['FAILED_ROWS']],
    [4, ['NOT_FOUND', 'EVENT_NOT_FOUND', 'NO_PARTICIPANTS']],
    [5, ['SF_LOGIN_REFUSED', 'SF_SESSION_REFUSED', 'SF_NOT_LOGGED_IN', 'SF_KEY_UNREADABLE', 'MONGO_AUTH']],
    [6, ['SF_LIMIT_EXCEEDED', 'BUDGET_EXCEEDED']],
    [130, ['INTERRUPTED']],
    [143, ['TERMINATED']],
  ]

  test.each(meaning)('%i', (exitCode, codes) => {
    expect(codes.map((code) => new MhError(code, '').exitCode)).toEqual(codes.map(() => exitCode))
  })

  test('and no other: a failure never ends with 0', () => {
    expect(Object.entries(exitCodes).filter(([, exitCode]) => !known.includes(exitCode))).toEqual([])
  })
})
