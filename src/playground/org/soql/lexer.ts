import { malformed } from './failure.js'

export type TokenKind = 'word' | 'string' | 'number' | 'date' | 'datetime' | 'symbol' | 'end'

/** One token. `text` is what stands in the statement; of a string, what stands between its quotes, escapes unread. */
export interface Token {
  readonly kind: TokenKind
  readonly text: string
  /** Index of its first character in the statement. */
  readonly start: number
}

const WORD = /[A-Za-z]\w*(?:\.[A-Za-z]\w*)*/y
const SPACE = /[ \t\r\n\f]*/y
const DATE = /\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))?(?![\w:-])/iy
const NUMBER = /[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?!\w)/iy
const TWO_CHARACTERS = new Set(['!=', '<>', '<=', '>='])

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** Index of the quote that closes a string opened at `open`; a backslash takes the next character with it. */
const closingQuote = (text: string, open: number): number => {
  let at = open + 1
  for (;;) {
    const quote = text.indexOf("'", at)
    if (quote < 0) throw malformed("mismatched character '<EOF>' expecting '''", open)
    const backslash = text.indexOf('\\', at)
    if (backslash < 0 || backslash > quote) return quote
    at = backslash + 2
  }
}

const tokenAt = (text: string, start: number): { token: Token; end: number } => {
  if (text[start] === "'") {
    const close = closingQuote(text, start)
    return { token: { kind: 'string', text: text.slice(start + 1, close), start }, end: close + 1 }
  }
  const word = matchAt(WORD, text, start)
  if (word) return { token: { kind: 'word', text: word[0], start }, end: start + word[0].length }
  const date = matchAt(DATE, text, start)
  if (date) return { token: { kind: date[1] ? 'datetime' : 'date', text: date[0], start }, end: start + date[0].length }
  const number = matchAt(NUMBER, text, start)
  if (number) return { token: { kind: 'number', text: number[0], start }, end: start + number[0].length }
  const two = text.slice(start, start + 2)
  const symbol = TWO_CHARACTERS.has(two) ? two : text.slice(start, start + 1)
  return { token: { kind: 'symbol', text: symbol, start }, end: start + symbol.length }
}

/**
 * Cuts a statement into tokens, the last of kind `end`. A dotted path is one word. Characters that SOQL does not know
 * become symbols, which the parser then refuses in place.
 *
 * @throws SoqlFailure MALFORMED_QUERY when a string does not end
 */
export const tokenize = (text: string): Token[] => {
  const tokens: Token[] = []
  let at = 0
  for (;;) {
    at += matchAt(SPACE, text, at)?.[0].length ?? 0
    if (at >= text.length) break
    const { token, end } = tokenAt(text, at)
    tokens.push(token)
    at = end
  }
  tokens.push({ kind: 'end', text: '<EOF>', start: text.length })
  return tokens
}
