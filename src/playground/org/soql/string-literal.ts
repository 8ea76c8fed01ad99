import { malformed } from './failure.js'
import type { Token } from './lexer.js'
import { LikePattern } from './like-pattern.js'

/** Longest text that may be compared with in a WHERE clause, in UTF-16 units (limits.md §3). */
const MAX_LITERAL_CHARACTERS = 4_000

/** The complete set of escapes (soql.md §2); `\uXXXX` apart. */
const ESCAPES = new Map<string, string>([
  ['n', '\n'],
  ['N', '\n'],
  ['r', '\r'],
  ['R', '\r'],
  ['t', '\t'],
  ['T', '\t'],
  ['b', '\b'],
  ['B', '\b'],
  ['f', '\f'],
  ['F', '\f'],
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
])

const UNICODE = /^u([0-9A-Fa-f]{4})/

type Unit = { readonly text: string; readonly length: number }

const unicodeEscape = (after: string): Unit | undefined => {
  const hex = UNICODE.exec(after)?.[1]
  return hex === undefined ? undefined : { text: String.fromCharCode(Number.parseInt(hex, 16)), length: 5 }
}

/** What the backslash at `at` of a token stands for, and how many characters follow the backslash. */
const escapeAt = (token: Token, at: number): Unit => {
  const after = token.text.slice(at + 1, at + 6)
  const simple = ESCAPES.get(after.slice(0, 1))
  const unit = simple === undefined ? unicodeEscape(after) : { text: simple, length: 1 }
  if (unit) return unit
  const shown = `\\${after.slice(0, 1)}`
  throw malformed(
    `Invalid string literal: illegal character sequence '${shown}' in string literal`,
    token.start + 1 + at,
  )
}

const checkSize = (token: Token): void => {
  if (token.text.includes('\0')) throw malformed('Invalid string literal: U+0000 is not allowed', token.start)
  if (token.text.length <= MAX_LITERAL_CHARACTERS) return
  throw malformed(`Filter values can not be longer than ${MAX_LITERAL_CHARACTERS} characters`, token.start)
}

/**
 * The value of a string token, escapes resolved (soql.md §2).
 *
 * @throws SoqlFailure MALFORMED_QUERY for a backslash before anything that is no escape, a NUL, or more than 4,000 characters
 */
export const textOf = (token: Token): string => {
  checkSize(token)
  if (!token.text.includes('\\')) return token.text
  let value = ''
  for (let at = 0; at < token.text.length; at++) {
    if (token.text[at] !== '\\') {
      value += token.text.charAt(at)
      continue
    }
    const unit = escapeAt(token, at)
    value += unit.text
    at += unit.length
  }
  return value
}

/** The pattern of a LIKE operand, where `\_` and `\%` are escapes too. */
export const patternOf = (token: Token): LikePattern => {
  checkSize(token)
  const pattern = new LikePattern()
  for (let at = 0; at < token.text.length; at++) {
    const character = token.text.charAt(at)
    const next = token.text.charAt(at + 1)
    if (character !== '\\') {
      pattern.add(character)
    } else if (next === '%' || next === '_') {
      pattern.addText(next)
      at++
    } else {
      const unit = escapeAt(token, at)
      pattern.addText(unit.text)
      at += unit.length
    }
  }
  return pattern
}
