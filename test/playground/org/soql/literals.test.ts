import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Condition } from '../../../../src/playground/org/soql/ast.js'
import { parseSoql } from '../../../../src/playground/org/soql/parser.js'
import { orgOf } from './small-org.js'

/** soql.md §2, the correct escaper. */
const literal = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
const likeLiteral = (value: string): string => literal(value).replaceAll('%', '\\%').replaceAll('_', '\\_')

const where = (condition: string): Condition | undefined => parseSoql(`SELECT Id FROM Contact WHERE ${condition}`).where
const comparedValue = (text: string): unknown => {
  const condition = where(`Name = ${text}`)
  return condition?.kind === 'compare' && condition.value.kind === 'string' ? condition.value.value : condition
}

const anyText = fc.string({ unit: 'binary', maxLength: 60 }).map((text) => text.replaceAll('\0', ''))
const nastyText = fc
  .array(fc.constantFrom("'", '\\', '%', '_', '"', '\n', 'u0041', ' OR Id != null', 'é', '😀', 'x'), { maxLength: 12 })
  .map((parts) => parts.join(''))
const text = fc.oneof(anyText, nastyText)

const org = orgOf({ Contact: [{ LastName: 'Someone' }, { LastName: "O'Hara" }] })

describe('a string literal', () => {
  test.each([
    [String.raw`'O\'Hara'`, "O'Hara"],
    [String.raw`'back\\slash'`, 'back\\slash'],
    [String.raw`'\n\N\r\R\t\T\b\B\f\F'`, '\n\n\r\r\t\t\b\b\f\f'],
    [String.raw`'say \"hi\"'`, 'say "hi"'],
    [String.raw`'\u00e9\u00C9'`, 'éÉ'],
    [String.raw`'\\\''`, "\\'"],
    [`'a "plain" % _ text'`, 'a "plain" % _ text'],
    [`''`, ''],
    ["'two\nlines'", 'two\nlines'],
  ])('%s means its value', (written, value) => {
    expect(comparedValue(written)).toBe(value)
  })

  test.each([
    ['a backslash before a letter that is no escape', String.raw`'a\q'`, 37],
    ['a LIKE escape outside LIKE', String.raw`'100\%'`, 39],
    ['too few hex digits', String.raw`'\u12'`, 36],
    ['a NUL', "'a\0b'", 35],
    ['a quote that never closes', `'open`, 35],
    ['a last backslash that takes the closing quote', String.raw`'x\'`, 35],
  ])('%s is MALFORMED_QUERY at its place', (_what, written, column) => {
    const refusal = org.refusal(`SELECT Id FROM Contact WHERE Name=${written}`)
    expect(refusal.code).toBe('MALFORMED_QUERY')
    expect(refusal.message).toContain(`ERROR at Row:1:Column:${column}\n`)
  })

  test('of more than 4,000 characters is refused, of 4,000 not', () => {
    expect(org.values(`SELECT Id FROM Contact WHERE LastName = '${'x'.repeat(4_000)}'`)).toEqual([])
    expect(org.refusal(`SELECT Id FROM Contact WHERE LastName = '${'x'.repeat(4_001)}'`).code).toBe('MALFORMED_QUERY')
  })

  test('escaped correctly, any string comes back as the same single value', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(comparedValue(literal(value))).toBe(value)
      }),
    )
  })

  test('escaped correctly, any string finds the record that holds it and no other', () => {
    fc.assert(
      fc.property(text, (value) => {
        const { values, store } = orgOf({ Contact: [{ LastName: value }, { LastName: `${value}x` }] })
        const wanted = [...store.scan('Contact')].filter((row) => row['LastName'] === value && value !== '')
        const found = values(`SELECT Id FROM Contact WHERE LastName = ${literal(value === '' ? 'nobody' : value)}`)
        expect(found).toEqual(wanted.map(({ Id }) => Id))
      }),
      { numRuns: 40 },
    )
  })

  test('a letter of two UTF-16 units, which has an upper case, matches itself', () => {
    const condition = where(`Name LIKE ${likeLiteral('\u{10428}')}`)
    expect(condition?.kind === 'like' && condition.pattern.test('\u{10428}')).toBe(true)
  })

  test('escaped for LIKE, any string matches itself and nothing that differs by a character', () => {
    fc.assert(
      fc.property(text, (value) => {
        const condition = where(`Name LIKE ${likeLiteral(value)}`)
        if (condition?.kind !== 'like') throw new Error('no LIKE')
        expect(condition.pattern.test(value)).toBe(true)
        expect(condition.pattern.test(`${value}x`)).toBe(false)
        expect(condition.pattern.test(value.replace(/[%_]/, 'y'))).toBe(!/[%_]/.test(value))
      }),
    )
  })

  test('in LIKE, wildcards mean what a regular expression would say of them', () => {
    const piece = fc.constantFrom('%', '_', 'a', 'b', 'B')
    const word = (max: number) => fc.array(piece, { maxLength: max }).map((all) => all.join(''))
    fc.assert(
      fc.property(word(6), word(8), (pattern, value) => {
        const condition = where(`Name LIKE '${pattern}'`)
        if (condition?.kind !== 'like') throw new Error('no LIKE')
        const regexp = new RegExp(`^${pattern.replaceAll('%', '.*').replaceAll('_', '.')}$`, 'i')
        expect(condition.pattern.test(value)).toBe(regexp.test(value))
      }),
      { numRuns: 500 },
    )
  })

  test('in LIKE with many wildcards is still answered at once', () => {
    const { values } = orgOf({ Contact: [{ LastName: 'a'.repeat(80) }] })
    expect(values(`SELECT Id FROM Contact WHERE LastName LIKE '${'%a'.repeat(40)}%b'`)).toEqual([])
  })

  test('of which only quotes were escaped is refused, or is still one value: no pair of them becomes other SOQL', () => {
    const careless = (value: string) => `'${value.replaceAll("'", "\\'")}'`
    const attack = ['x\\', ' OR LastName != null OR FirstName = \\'] as const
    fc.assert(
      fc.property(nastyText, nastyText, (first, second) => {
        try {
          const condition = where(`FirstName = ${careless(first)} AND LastName = ${careless(second)}`)
          expect(condition).toMatchObject({ kind: 'and', terms: [{ path: { text: 'FirstName' } }, {}] })
        } catch (error) {
          expect(error).toMatchObject({ code: 'MALFORMED_QUERY' })
        }
      }),
      { examples: [[...attack]] },
    )
    expect(() => where(`FirstName = ${careless(attack[0])} AND LastName = ${careless(attack[1])}`)).toThrow()
  })
})
