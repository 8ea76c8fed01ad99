import { describe, expect, test } from 'vitest'
import { table } from '../../src/render/table.js'

describe('a table on a terminal', () => {
  test('breaks a word that is longer than its column, so that nothing of it is cut off', () => {
    expect(table([['abcdefgh', 'x']], [4])).toBe('  abcd  x\n  efgh')
  })

  test('leaves a coloured word whole that fits without its colours', () => {
    const warn = '\u001b[33mwarn\u001b[39m'
    expect(table([[warn, 'x']], [4])).toBe(`  ${warn}  x`)
  })
})
