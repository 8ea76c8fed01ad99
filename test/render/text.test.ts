import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { count, plural, printable, printableJson } from '../../src/render/printable.js'
import { progressText } from '../../src/render/progress.js'
import { redact } from '../../src/render/redact.js'
import { table } from '../../src/render/table.js'
import { columnsOf, unwrapped, widthOf } from '../support/columns.js'

describe('text from elsewhere on a terminal', () => {
  test.each([
    ['a colour', '\u001b[31mAna\u001b[0m', '[31mAna[0m'],
    ['a cleared screen', '\u001b[2J\u001b[HAna', '[2J[HAna'],
    ['a window title', '\u001b]0;title\u0007Ana', ']0;titleAna'],
    ['an escape of the C1 set', '\u009b31mAna', '31mAna'],
    ['a backspace that hides what stood before', 'Bo\b\bAna', 'BoAna'],
    ['a carriage return that overwrites', 'Bo\rAna', 'BoAna'],
    ['a newline that forges a line', 'Ana\nerror: none', 'Anaerror: none'],
    ['text turned round', 'Ana \u202egnp.exe\u202c', 'Ana gnp.exe'],
    ['an isolate', '\u2066Ana\u2069', 'Ana'],
    ['a direction mark of Arabic', '\u061cAna', 'Ana'],
  ])('loses %s', (_, text, shown) => {
    expect(printable(text)).toBe(shown)
  })

  test('keeps every letter of every script, and signs that are only signs', () => {
    for (const name of ["Miles O'Brien", 'José', '花子', 'هدى', 'हिन्दी', '👩‍💻', 'a\\b <b>&amp;'])
      expect(printable(name)).toBe(name)
  })

  test('is the same as JSON, in which no terminal finds a command', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), (value) => {
        for (const text of [printableJson(value), printableJson(value, 2)]) {
          expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
          expect(text).not.toMatch(/[^\P{Cc}\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u)
        }
      }),
    )
  })

  test('holds no control and no bidi character, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
      }),
    )
  })
})

describe('what mh-sf did not write itself', () => {
  test.each([
    ['a session', 'sid=00D000000000001!AQ.canary_9 in use'],
    ['a bearer token', 'Authorization: Bearer canary-token'],
    ['a refresh token', 'got 5Aepcanary.x_1'],
    ['an assertion', 'sent eyJcanary.eyJzdWIi.c2ln'],
    ['a secret in a form', 'grant_type=password&client_secret=canary&x=1'],
    ['a password in a form', 'password=canary%21&username=ana'],
    ['a refresh token in a form', 'refresh_token=canary'],
    ['the password of a MongoDB address', 'mongodb+srv://app:canary@cluster0.example.net/hackathon-platform'],
    ['the password of a mail server', 'smtps://app:canary@smtp.example.net:465'],
    ['the path of a webhook', 'POST https://hooks.slack.com/services/T0/B0/canary'],
    ['the name before an @', 'no record for canary.silva+x@example.com'],
    ['the name in an IDN', 'no record for canary@bücher.example'],
  ])('does not show %s', (_, text) => {
    expect(redact(text)).not.toContain('canary')
  })

  test('still shows which server and which domain it was', () => {
    expect(redact('mongodb+srv://app:canary@cluster0.example.net/db')).toContain('@cluster0.example.net/db')
    expect(redact('ana.silva@example.com is gone')).toBe('a…@example.com is gone')
  })

  test('is left alone where there is nothing to hide', () => {
    const plain = 'connect ECONNREFUSED 127.0.0.1:27017 (attempt 2 of 3) at 2026-05-04T08:00:00Z'
    expect(redact(plain)).toBe(plain)
  })
})

describe('a table', () => {
  const word = fc.stringMatching(/^[a-zé]{1,9}$/u)
  const wide = fc.stringMatching(/^[花子山田]{1,60}$/u)
  const cell = fc.array(fc.oneof(word, wide), { maxLength: 30 }).map((words) => words.join(' '))
  const rows = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 4 })

  test('fits 80 columns, however long its texts and however wide its letters', () => {
    fc.assert(
      fc.property(rows, (cells) => {
        expect(widthOf(table(cells, [20, 9]))).toBeLessThanOrEqual(80)
      }),
    )
  })

  test('wraps between words and loses none', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (words) => {
        const text = words.join(' ')
        expect(unwrapped(table([['Because', text]], [10])).trim()).toBe(unwrapped(`Because ${text}`).trim())
      }),
    )
  })

  test('breaks a word that is longer than its column, and loses no letter of it', () => {
    const long = fc.oneof(wide, fc.stringMatching(/^[a-z]{1,200}$/u))
    fc.assert(
      fc.property(fc.array(fc.oneof(word, long), { maxLength: 9 }), (words) => {
        expect(table([['', words.join(' ')]], [48]).replace(/\s/gu, '')).toBe(words.join(''))
      }),
    )
  })

  test('has its columns below one another', () => {
    expect(
      table(
        [
          ['Name', 'Ana Silva'],
          ['Title', 'CTO'],
        ],
        [10],
      ).split('\n'),
    ).toEqual(['  Name        Ana Silva', '  Title       CTO'])
  })

  test('counts a letter that is two columns wide as two', () => {
    expect(columnsOf('花子 é')).toBe(6)
    expect(columnsOf('e\u0301')).toBe(1)
  })
})

describe('numbers for people', () => {
  test.each([
    [0, '0 people'],
    [1, '1 person'],
    [2, '2 people'],
    [1_234_567, '1,234,567 people'],
  ])('%i is told as %s', (value, told) => {
    expect(plural(value, 'person', 'people')).toBe(told)
  })

  test('a plain plural adds an s', () => {
    expect([plural(1, 'API call'), plural(2, 'API call'), count(1_000)]).toEqual(['1 API call', '2 API calls', '1,000'])
  })

  test.each([
    ['before anything is done there is nothing to guess from', 0, 24_000, 5_000, '0 of 24,000 people'],
    ['a quarter in four seconds leaves twelve', 6_000, 24_000, 4_000, '6,000 of 24,000 people, about 12 s left'],
    ['at the end nothing is left', 24_000, 24_000, 16_000, '24,000 of 24,000 people'],
  ])('%s', (_, done, total, milliseconds, told) => {
    expect(progressText(done, total, milliseconds)).toBe(told)
  })
})
