import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normaliseEmail } from '../../src/domain/email.js'
import { anyOf, contains, fragment, identifiers, literal, soql } from '../../src/salesforce/soql.js'
import { lex, lexPattern } from '../support/soql-lexer.js'

/** Any text that can be asked for: all of Unicode, halves of pairs too, and above all what quoting can go wrong on. */
const value = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 5 }),
      fc.constantFrom("'", '\\', '"', '\n', '\r', '\t', '\b', '\f', '%', '_', '\ud800', '\udfff', '\u2028'),
      fc.constantFrom("\\'", "' OR Name LIKE '%", '\\u0027', '\\n', '--', ')', ':bind', '\u00a0', '+'),
    ),
    { maxLength: 10 },
  )
  .map((pieces) => pieces.join('').replaceAll('\u0000', ''))

describe('the lexer that judges', () => {
  test.each([
    ['an unescaped backslash', "'x\\'"],
    ['a backslash before a letter that is no escape', "'\\x'"],
    ['an escape of LIKE outside LIKE', "'\\%'"],
    ['no end', "'x"],
    ['a raw newline', "'x\ny'"],
  ])('refuses %s', (_, statement) => {
    expect(() => lex(statement)).toThrow()
  })
})

describe('a value in a statement', () => {
  test('comes back as the same one value, and the rest of the statement is untouched', () => {
    fc.assert(
      fc.property(value, value, (one, two) => {
        expect(lex(soql`SELECT Id FROM Contact WHERE Email = ${one} AND Name = ${two} LIMIT 1`)).toEqual([
          { text: 'SELECT Id FROM Contact WHERE Email = ' },
          { literal: one },
          { text: ' AND Name = ' },
          { literal: two },
          { text: ' LIMIT 1' },
        ])
      }),
      { numRuns: 1_000 },
    )
  })

  test('can always be sent: a half of a surrogate pair, which no URL can carry, is written as an escape', () => {
    fc.assert(
      fc.property(value, (text) => {
        expect(() => encodeURIComponent(soql`SELECT Id FROM Contact WHERE Name = ${text}`)).not.toThrow()
      }),
    )
    expect(literal('a\ud800')).toBe("'a\\ud800'")
    expect(literal('😀')).toBe("'😀'")
  })

  test('of a list comes back as the same values in the same order, in one pair of parentheses', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), (values) => {
        const [first = '', ...rest] = values
        expect(lex(soql`SELECT Id FROM Lead WHERE Email IN ${values} LIMIT 1`)).toEqual([
          { text: 'SELECT Id FROM Lead WHERE Email IN (' },
          { literal: first },
          ...rest.flatMap((each) => [{ text: ',' }, { literal: each }]),
          { text: ') LIMIT 1' },
        ])
      }),
    )
  })

  test('that is an address never leaves its literal, whatever was typed', () => {
    const typed = fc.oneof(
      value.map((local) => `${local}@example.com`),
      value.map((local) => `"${local}"@example.com`),
      fc.emailAddress(),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(fc.array(typed, { minLength: 1, maxLength: 4 }), (texts) => {
        const emails = texts.flatMap((text) => {
          const result = normaliseEmail(text)
          return result.ok ? [result.email] : []
        })
        fc.pre(emails.length > 0)
        const statement = soql`SELECT Id FROM Contact WHERE Email IN ${emails}`
        expect(lex(statement).flatMap((piece) => ('literal' in piece ? [piece.literal] : []))).toEqual(emails)
        expect(decodeURIComponent(encodeURIComponent(statement))).toBe(statement)
      }),
      { numRuns: 1_000 },
    )
  })

  test.each([
    ['a backslash, then a quote', "\\'", "'\\\\\\''"],
    ['a quote', "O'Brien", "'O\\'Brien'"],
    ['a newline', 'a\nb', "'a\\nb'"],
    ['a percent sign, which means nothing outside LIKE', '100%', "'100%'"],
    ['nothing', '', "''"],
  ])('%s', (_, text, written) => {
    expect(literal(text)).toBe(written)
  })

  test.each([
    ['a number', 12.5, '12.5'],
    ['a boolean', false, 'false'],
    ['null', null, 'null'],
    ['a time, in UTC and unquoted', new Date('2026-05-04T08:00:00+02:00'), '2026-05-04T06:00:00.000Z'],
  ])('%s is written as its type wants it', (_, given, written) => {
    expect(soql`WHERE X = ${given}`).toBe(`WHERE X = ${written}`)
  })
})

describe('what cannot be a value is refused', () => {
  test.each([
    ['a NUL character', () => soql`WHERE Name = ${'a\u0000b'}`],
    ['a NUL character in a list', () => soql`WHERE Name IN ${['a', '\u0000']}`],
    ['an empty list, which another builder would turn into the whole object', () => soql`WHERE Name IN ${[]}`],
    ['what is not a number', () => soql`LIMIT ${NaN}`],
    ['infinity', () => soql`LIMIT ${Infinity}`],
    ['no condition at all', () => anyOf([])],
    ['an empty select list', () => identifiers([])],
    ['a NUL character in a pattern', () => contains('\u0000')],
  ])('%s', (_, write) => {
    expect(write).toThrow(expect.objectContaining({ code: 'SOQL_VALUE' }))
  })
})

describe('names of fields cannot be escaped, so', () => {
  test.each([['Id'], ['Customer_Tier__c'], ['Account.Name'], ['Campaign.Parent.Owner__r.Name']])(
    '%s is one',
    (name) => {
      expect(soql`SELECT ${identifiers([name, 'Id'])} FROM Contact`).toBe(`SELECT ${name}, Id FROM Contact`)
    },
  )

  test.each([
    [''],
    [' Id'],
    ['Id '],
    ['Id\n'],
    ['Id, Name'],
    ['Id FROM Contact--'],
    ["Name'"],
    ['1Id'],
    ['_Id'],
    ['Account.'],
    ['.Name'],
    ['Account..Name'],
    ['(SELECT Id FROM Cases)'],
    ['Stra\u00dfe__c'],
    ['I\u0131d'],
    ['COUNT()'],
  ])('%j is refused', (name) => {
    expect(() => identifiers(['Id', name])).toThrow(expect.objectContaining({ code: 'SOQL_VALUE' }))
  })
})

describe('SOQL inside SOQL', () => {
  test('a pattern finds its text anywhere, and only the marks at its ends are wildcards', () => {
    fc.assert(
      fc.property(value, (text) => {
        const [, pattern = ''] = /LIKE (.*)$/su.exec(soql`WHERE Website LIKE ${contains(text)}`) ?? []
        const units = Array.from({ length: text.length }, (_, index) => ({ char: text.charAt(index) }))
        expect(lexPattern(pattern)).toEqual([{ wildcard: '%' }, ...units, { wildcard: '%' }])
      }),
    )
  })

  test('a pattern keeps % and _ of the text as themselves', () => {
    expect(soql`${contains('50%_\\')}`).toBe("'%50\\%\\_\\\\%'")
  })

  test('alternatives stand in parentheses of their own', () => {
    const either = anyOf([soql`Name = ${'a'}`, soql`Name = ${"' OR Id != null"}`])
    expect(soql`WHERE ${either} AND IsDeleted = ${false}`).toBe(
      "WHERE (Name = 'a' OR Name = '\\' OR Id != null') AND IsDeleted = false",
    )
  })

  test('a fragment stays what it is', () => {
    expect(soql`SELECT ${fragment(soql`Id, ${identifiers(['Name'])}`)} FROM Contact`).toBe(
      'SELECT Id, Name FROM Contact',
    )
  })
})
