import { domainToUnicode } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  domainOf,
  localPartOf,
  maskEmail,
  normaliseEmail,
  spellings,
  type EmailProblem,
} from '../../src/domain/email.js'
import { address } from '../support/people.js'

const LOCAL_242 = 'l'.repeat(242)

/** What is written, and the one form in which it is compared. */
const accepted: [string, string, string][] = [
  ['a plain address', 'ana@example.com', 'ana@example.com'],
  ['upper case', 'Ana.Silva@EXAMPLE.Com', 'ana.silva@example.com'],
  ['spaces around', '  ana@example.com\t\r\n', 'ana@example.com'],
  ['no-break spaces around', '\u00a0ana@example.com\u00a0', 'ana@example.com'],
  ['a narrow no-break space at the end', 'ana@example.com\u202f', 'ana@example.com'],
  ['a byte order mark in front', '\ufeffana@example.com', 'ana@example.com'],
  ['a zero-width space inside', 'ana\u200b@exam\u200bple.com', 'ana@example.com'],
  ['a word joiner, a soft hyphen and a left-to-right mark', 'a\u2060n\u00ada@example.com\u200e', 'ana@example.com'],
  ['a bidi isolate around it', '\u2068ana@example.com\u2069', 'ana@example.com'],
  ['a variation selector in the domain', 'ana@exa\ufe0fmple.com', 'ana@example.com'],
  ['a name before it', 'Ana Silva <ana@example.com>', 'ana@example.com'],
  ['a quoted name with a comma', '"Silva, Ana" <Ana@Example.com>', 'ana@example.com'],
  ['a name with an @ that is no address', 'Ana @ Example <ana@example.com>', 'ana@example.com'],
  ['its own address as the name', '"Ana@example.com" <ana@EXAMPLE.com>', 'ana@example.com'],
  ['its own address as the name, with mailto:', 'ana@example.com <mailto:ana@example.com>', 'ana@example.com'],
  ['brackets without a name', '<ana@example.com>', 'ana@example.com'],
  ['spaces inside the brackets', 'Ana < ana@example.com >', 'ana@example.com'],
  ['mailto:', 'mailto:ana@example.com', 'ana@example.com'],
  ['mailto: in capitals, inside brackets', 'Ana <MAILTO:ana@example.com>', 'ana@example.com'],
  ['mailto: and a space', 'mailto: ana@example.com', 'ana@example.com'],
  ['mailto: twice', 'mailto:mailto:ana@example.com', 'ana@example.com'],
  ['a trailing dot', 'ana@example.com.', 'ana@example.com'],
  ['a plus part, which stays', 'ana+hack@example.com', 'ana+hack@example.com'],
  ['dots, which stay', 'a.n.a@gmail.com', 'a.n.a@gmail.com'],
  ['an apostrophe', "miles.o'brien@example.com", "miles.o'brien@example.com"],
  ['a backslash', 'ana\\@example.com', 'ana\\@example.com'],
  ['quotes around a space', '"ana silva"@example.com', '"ana silva"@example.com'],
  ['quotes around an @', '"ana@home"@example.com', '"ana@home"@example.com'],
  ['quotes around an escaped quote', '"ana\\"s"@example.com', '"ana\\"s"@example.com'],
  ['signs that are allowed', "!#$%&'*+/=?^_`{|}~-@example.com", "!#$%&'*+/=?^_`{|}~-@example.com"],
  ['an accent in one character', 'jos\u00e9@example.com', 'jos\u00e9@example.com'],
  ['an accent in two characters', 'jose\u0301@example.com', 'jos\u00e9@example.com'],
  ['two characters kept apart by an invisible one', 'jose\u200b\u0301@example.com', 'jos\u00e9@example.com'],
  ['letters that are not Latin', '花子@example.jp', '花子@example.jp'],
  ['an IDN in Unicode', 'ana@Bücher.example', 'ana@xn--bcher-kva.example'],
  ['an IDN in ASCII', 'ana@XN--BCHER-KVA.example', 'ana@xn--bcher-kva.example'],
  ['an IDN with a combining accent', 'ana@bu\u0308cher.example', 'ana@xn--bcher-kva.example'],
  ['an IDN of an emoji in Unicode', 'ana@💩.la', 'ana@xn--ls8h.la'],
  ['an IDN with the full stop of Japanese', 'ana@例え。jp', 'ana@xn--r8jz45g.jp'],
  ['a full-width domain', 'ana@ｅｘａｍｐｌｅ.com', 'ana@example.com'],
  ['a sharp s, which is a letter of its own', 'ana@straße.example', 'ana@xn--strae-oqa.example'],
  ['subdomains and digits', 'ana@1.mail-2.example.co.uk', 'ana@1.mail-2.example.co.uk'],
  ['254 characters', `${LOCAL_242}@example.com`, `${LOCAL_242}@example.com`],
]

const refused: [string, unknown, EmailProblem][] = [
  ['undefined', undefined, 'not text'],
  ['null', null, 'not text'],
  ['a number', 42, 'not text'],
  ['an operator of MongoDB', { $ne: null }, 'not text'],
  ['a list with an address', ['ana@example.com'], 'not text'],
  ['an object that knows how to be text', { toString: () => 'ana@example.com' }, 'not text'],
  ['nothing', '', 'empty'],
  ['only spaces and invisible characters', ' \u00a0\u200b\ufeff ', 'empty'],
  ['only a dot', '.', 'empty'],
  ['no @', 'ana.example.com', 'no single @'],
  ['two @', 'ana@home@example.com', 'no single @'],
  ['a doubled @', 'ana@@example.com', 'no single @'],
  ['nothing before the @', '@example.com', 'no name before the @'],
  ['nothing after the @', 'ana@', 'no domain after the @'],
  ['a space in the name', 'ana silva@example.com', 'spaces or control characters inside'],
  ['a thin space in the name', 'ana\u202fsilva@example.com', 'spaces or control characters inside'],
  ['a line separator in the name', 'ana\u2028silva@example.com', 'spaces or control characters inside'],
  ['a space in the domain', 'ana@exam ple.com', 'spaces or control characters inside'],
  ['a newline in the name', 'ana\nsilva@example.com', 'spaces or control characters inside'],
  ['a NUL', 'ana\u0000@example.com', 'spaces or control characters inside'],
  ['a NUL between quotes', '"ana\u0000"@example.com', 'spaces or control characters inside'],
  ['a newline between quotes', '"ana\n"@example.com', 'spaces or control characters inside'],
  ['half of a surrogate pair', 'ana\ud83d@example.com', 'spaces or control characters inside'],
  ['two addresses with a comma', 'ana@example.com,bo@example.com', 'several addresses'],
  ['two addresses with a comma and a space', 'ana@example.com, bo@example.com', 'several addresses'],
  ['two addresses with a semicolon', 'ana@example.com; bo@example.com', 'several addresses'],
  ['two addresses with a space', 'ana@example.com bo@example.com', 'several addresses'],
  ['two addresses with names', 'Ana <ana@example.com>, Bo <bo@example.com>', 'several addresses'],
  ['an address, then one with a name', 'ana@example.com, Bo <bo@example.com>', 'several addresses'],
  ['another address as the name', 'ana@example.com <bo@example.com>', 'several addresses'],
  ['a domain without a dot', 'ana@example', 'not a domain after the @'],
  ['two dots in the domain', 'ana@example..com', 'not a domain after the @'],
  ['a dot before the domain', 'ana@.example.com', 'not a domain after the @'],
  ['a label that begins with a hyphen', 'ana@-example.com', 'not a domain after the @'],
  ['a label that ends with a hyphen', 'ana@example-.com', 'not a domain after the @'],
  ['a path after the domain', 'ana@example.com/x', 'not a domain after the @'],
  ['a path after an IDN', 'ana@bücher.example/x', 'not a domain after the @'],
  ['a port after an IDN', 'ana@bücher.example:25', 'not a domain after the @'],
  ['a quote after the domain', "ana@example.com'", 'not a domain after the @'],
  ['an IPv4 address', 'ana@127.0.0.1', 'not a domain after the @'],
  ['an IPv4 address in full-width digits', 'ana@１２７.1', 'not a domain after the @'],
  ['a label that is only invisible in Unicode', 'ana@\u3164.com', 'not a domain after the @'],
  ['255 characters', `l${LOCAL_242}@example.com`, 'longer than 254 characters'],
  ['a domain too long in ASCII', `ana@${`${'é'.repeat(20)}.`.repeat(11)}com`, 'longer than 254 characters'],
  ['a very long text', `ana@${'x'.repeat(1_000_000)}.com`, 'longer than 254 characters'],
]

describe('one address has one normal form', () => {
  test.each(accepted)('%s', (_, written, normal) => {
    expect(normaliseEmail(written)).toEqual({ ok: true, email: normal })
  })
})

describe('what is not one address is refused with its reason', () => {
  test.each(refused)('%s', (_, written, problem) => {
    expect(normaliseEmail(written)).toEqual({ ok: false, problem })
  })
})

/** Texts that come near to addresses: pieces that matter to the rules, in any order, with anything between. */
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
  { weight: 3, arbitrary: fc.stringMatching(/^[a-zA-Z0-9]{1,8}$/u) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...['@', '.', '.com', '<', '>', '"', "'", '\\', ',', ';', ' ', '\u00a0', '\u200b', '\u0000', 'mailto:', 'Σ', 'İ'],
      ...['é', 'e\u0301', 'ß', 'xn--', '-', '。', '１', '💩', '\ud800', '\u3164', '\ufe0f', '{"$ne":null}', '%', '_'],
    ),
  },
)
const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))
const label = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
const likely = fc
  .tuple(text, fc.array(fc.oneof(label, fc.stringMatching(/^[a-z0-9-]{1,8}$/u)), { minLength: 1, maxLength: 3 }))
  .map(([local, labels]) => `${local}@${labels.join('.')}.com`)
const anyText = fc.oneof(text, likely, fc.emailAddress(), fc.string({ unit: 'binary' }))

describe('whatever is written', () => {
  test('any value at all gets an answer and never an exception', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), anyText), (value) => {
        expect(typeof normaliseEmail(value).ok).toBe('boolean')
      }),
    )
  })

  test('normalising a normal form gives itself', () => {
    fc.assert(
      fc.property(anyText, (written) => {
        const once = normaliseEmail(written)
        if (once.ok) expect(normaliseEmail(once.email)).toEqual(once)
      }),
      { numRuns: 2_000 },
    )
  })

  test('a normal form is at most 254 characters of well-formed text with one @ outside quotes, no space, no control', () => {
    fc.assert(
      fc.property(anyText, (written) => {
        const result = normaliseEmail(written)
        if (!result.ok) return
        expect(result.email.length).toBeLessThanOrEqual(254)
        expect(result.email).not.toMatch(/[\p{Cc}\p{Cs}]/u)
        const unquoted = result.email.replace(/^".*"@/u, 'q@')
        expect(unquoted).not.toMatch(/\s/u)
        expect(unquoted.split('@')).toHaveLength(2)
        expect(domainOf(result.email)).toMatch(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/u)
      }),
      { numRuns: 2_000 },
    )
  })

  test('upper case, spaces around, brackets and a name around make no difference', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (written) => {
        const normal = normaliseEmail(written)
        for (const variant of [written.toUpperCase(), `\u00a0${written} `, `<${written}>`, `Ana <${written}>`])
          expect(normaliseEmail(variant)).toEqual(normal)
      }),
    )
  })

  test('ordinary addresses are all accepted', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (written) => {
        expect(normaliseEmail(written)).toEqual({ ok: true, email: written.toLowerCase() })
      }),
    )
  })
})

test('a hundred thousand spaces, which a public form can hold, cost no time', () => {
  const started = performance.now()
  expect(normaliseEmail(`a${' '.repeat(100_000)}@example.com`).ok).toBe(false)
  expect(performance.now() - started).toBeLessThan(5_000)
})

describe('spellings', () => {
  test('an ASCII domain has one spelling', () => {
    expect(spellings(address('ana@example.com'), domainToUnicode)).toEqual(['ana@example.com'])
  })

  test('an IDN has two: the org may hold either', () => {
    expect(spellings(address('ana@bücher.example'), domainToUnicode)).toEqual([
      'ana@xn--bcher-kva.example',
      'ana@bücher.example',
    ])
  })

  test('an ASCII form that decodes to nothing has only itself', () => {
    expect(spellings(address('ana@xn--0.example'), domainToUnicode)).toEqual(['ana@xn--0.example'])
  })

  test('every spelling normalises back to the address it stands for', () => {
    fc.assert(
      fc.property(anyText, (written) => {
        const result = normaliseEmail(written)
        if (!result.ok) return
        for (const spelling of spellings(result.email, domainToUnicode))
          expect(normaliseEmail(spelling)).toEqual(result)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('parts and masks', () => {
  test('local part and domain are split at the last @', () => {
    const quoted = address('"ana@home"@example.com')
    expect([localPartOf(quoted), domainOf(quoted)]).toEqual(['"ana@home"', 'example.com'])
  })

  test.each([
    ['an address keeps its first letter and its domain', 'ana.silva@example.com', 'a…@example.com'],
    ['a name of one letter keeps its domain too', 'a@example.com', 'a…@example.com'],
    ['a first letter outside the basic plane stays whole', '𝒜na@example.com', '𝒜…@example.com'],
    ['what is not an address keeps one letter', 'ana silva', 'a…'],
    ['nothing is not made longer than a mark or two', '', '……'],
  ])('%s', (_, written, masked) => {
    expect(maskEmail(written)).toBe(masked)
  })
})
