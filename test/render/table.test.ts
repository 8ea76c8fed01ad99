import { describe, expect, test } from 'vitest'
import { table } from '../../src/render/table.js'

describe('a table on a terminal', () => {
  test('gives a column that has not room for a word what another one leaves empty', () => {
    expect(
      table(
        [
          ['Event', 'People'],
          ['mongodb-winter-2026', '7'],
        ],
        [18],
        [1],
      ),
    ).toBe(`  Event${' '.repeat(67)}People\n  mongodb-winter-2026${' '.repeat(58)}7`)
    const wide = `${'x'.repeat(30)} y`
    expect(table([[wide, 'CAMPAIGN_AMBIGUOUS']], [70])).toBe(`  ${wide}${' '.repeat(28)}CAMPAIGN_AMBIGUOUS`)
  })

  test('wraps prose once more rather than break a word beside it', () => {
    const prose = 'many words that go on for longer than there is room in one line, whatever is done'
    const lines = table([['UNKNOWN_FATE', prose]], [10]).split('\n')
    expect(lines[0]).toMatch(/^ {2}UNKNOWN_FATE {2}many words/u)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80)
  })

  test('breaks a word for which there is no room, so that nothing of it is cut off', () => {
    const word = `${'a'.repeat(60)}b`
    const whole = table([[word, 'c'.repeat(30)]], [40])
    // The shorter one has room.
    expect(whole).toContain('c'.repeat(30))
    expect(whole.replaceAll(/[ \nc]/gu, '')).toBe(word)
    for (const line of whole.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })

  test('leaves a coloured word whole that fits without its colours', () => {
    const warn = '\u001b[33mwarn\u001b[39m'
    expect(table([[warn, 'x']], [4])).toBe(`  ${warn}  x`)
  })
})
