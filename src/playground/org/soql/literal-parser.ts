import type { Literal } from './ast.js'
import type { TokenCursor } from './cursor.js'
import { periodKind } from './date-period.js'
import { malformed, notUnderstood } from './failure.js'
import type { Token } from './lexer.js'
import { textOf } from './string-literal.js'

const [EARLIEST, LATEST] = [Date.UTC(1700, 0, 1), Date.UTC(4001, 0, 1)]

const badDate = (token: Token) => malformed(`Invalid date or datetime: ${token.text}`, token.start)

/** Epoch milliseconds of an ISO date or datetime; days that do not exist and years outside 1700–4000 are refused. */
const epochOf = (token: Token): number => {
  const iso = token.text.toUpperCase().replace(/([+-]\d\d)(\d\d)$/, token.kind === 'datetime' ? '$1:$2' : '$&')
  const ms = Date.parse(iso)
  const day = iso.slice(0, 10)
  const dayMs = Date.parse(day)
  const real = !Number.isNaN(ms) && !Number.isNaN(dayMs) && new Date(dayMs).toISOString().startsWith(day)
  if (!real || ms < EARLIEST || ms >= LATEST) throw badDate(token)
  return ms
}

const period = (cursor: TokenCursor, token: Token, name: string): Literal => {
  if (!cursor.acceptSymbol(':')) {
    const found = cursor.peek()
    throw malformed(`expecting a colon, found '${found.text}'`, found.start)
  }
  const count = cursor.take()
  if (count.kind !== 'number' || !/^\d{1,4}$/.test(count.text)) {
    throw malformed(`unexpected token: '${count.text}'`, count.start)
  }
  return { kind: 'period', name, count: Number(count.text), start: token.start }
}

const word = (cursor: TokenCursor, token: Token): Literal => {
  const upper = token.text.toUpperCase()
  const start = token.start
  if (upper === 'NULL') return { kind: 'null', start }
  if (upper === 'TRUE' || upper === 'FALSE') return { kind: 'boolean', value: upper === 'TRUE', start }
  const kind = periodKind(upper)
  if (kind === 'counted') return period(cursor, token, upper)
  if (kind === 'plain') return { kind: 'period', name: upper, count: undefined, start }
  if (upper.includes('_FISCAL_')) throw notUnderstood(`the fiscal date literal ${upper}`, start)
  if (cursor.isSymbol('(')) throw notUnderstood(`${token.text}()`, start)
  return { kind: 'word', text: token.text, start }
}

/** One value of a comparison. */
export const parseLiteral = (cursor: TokenCursor): Literal => {
  if (cursor.isSymbol(':')) throw malformed('Bind variables only allowed in Apex code', cursor.peek().start)
  const token = cursor.peek()
  if (token.kind === 'symbol' || token.kind === 'end') throw cursor.unexpected()
  cursor.take()
  switch (token.kind) {
    case 'string':
      return { kind: 'string', value: textOf(token), start: token.start }
    case 'number':
      return { kind: 'number', value: Number(token.text), start: token.start }
    case 'date':
      epochOf(token)
      return { kind: 'date', value: token.text, start: token.start }
    case 'datetime':
      return { kind: 'datetime', value: epochOf(token), start: token.start }
    case 'word':
      return word(cursor, token)
  }
}

/** The bracketed values of IN, INCLUDES and EXCLUDES; an empty list is refused (soql.md §3). */
export const parseList = (cursor: TokenCursor): Literal[] => {
  if (cursor.isSymbol(':')) throw malformed('Bind variables only allowed in Apex code', cursor.peek().start)
  if (!cursor.isSymbol('(')) {
    const found = cursor.peek()
    throw malformed(`expecting a colon, found '${found.text}'`, found.start)
  }
  cursor.take()
  const values: Literal[] = [parseLiteral(cursor)]
  while (cursor.acceptSymbol(',')) values.push(parseLiteral(cursor))
  cursor.expectSymbol(')')
  return values
}
