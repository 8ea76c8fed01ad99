import type { CompareOperator, Condition, Name, Query } from './ast.js'
import { aggregateCall, nameOf } from './call-parser.js'
import type { TokenCursor } from './cursor.js'
import { malformed } from './failure.js'
import { parseList, parseLiteral } from './literal-parser.js'
import { patternOf } from './string-literal.js'

const COMPARISONS = new Map<string, CompareOperator>([
  ['=', '='],
  ['!=', '!='],
  ['<>', '!='],
  ['<', '<'],
  ['<=', '<='],
  ['>', '>'],
  ['>=', '>='],
])

const MAX_DEPTH = 200

/**
 * How a sub-query inside a condition is read; handed in, because a statement holds conditions and these hold statements.
 * Undefined after HAVING, which has no sub-queries and compares aggregates.
 */
export type ParseQuery = ((cursor: TokenCursor) => Query) | undefined

const leftSide = (cursor: TokenCursor, parseQuery: ParseQuery): Name => {
  const call = parseQuery ? undefined : aggregateCall(cursor)
  if (!call) return nameOf(cursor.takeName())
  return { text: `${call.fn}(${call.path?.text ?? ''})`, start: call.start, call }
}

const like = (cursor: TokenCursor, path: Name): Condition => {
  const token = cursor.peek()
  if (token.kind !== 'string') throw cursor.unexpected()
  cursor.take()
  return { kind: 'like', path, pattern: patternOf(token) }
}

const membership = (cursor: TokenCursor, path: Name, negated: boolean, parseQuery: ParseQuery): Condition => {
  if (!parseQuery || !(cursor.isSymbol('(') && cursor.isWord('SELECT', 1))) {
    return { kind: 'in', path, negated, values: parseList(cursor) }
  }
  const { start } = cursor.take()
  const query = parseQuery(cursor)
  cursor.expectSymbol(')')
  return { kind: 'semiJoin', path, negated, query, start }
}

const fieldCondition = (cursor: TokenCursor, parseQuery: ParseQuery): Condition => {
  const path = leftSide(cursor, parseQuery)
  const operator = COMPARISONS.get(cursor.peek().kind === 'symbol' ? cursor.peek().text : '')
  if (operator) {
    cursor.take()
    return { kind: 'compare', path, operator, value: parseLiteral(cursor) }
  }
  if (cursor.acceptWord('LIKE')) return like(cursor, path)
  if (cursor.acceptWord('IN')) return membership(cursor, path, false, parseQuery)
  if (cursor.isWord('NOT') && cursor.isWord('IN', 1)) {
    cursor.take()
    cursor.take()
    return membership(cursor, path, true, parseQuery)
  }
  if (cursor.acceptWord('INCLUDES')) return { kind: 'includes', path, negated: false, values: parseList(cursor) }
  if (cursor.acceptWord('EXCLUDES')) return { kind: 'includes', path, negated: true, values: parseList(cursor) }
  throw cursor.unexpected()
}

const simple = (cursor: TokenCursor, parseQuery: ParseQuery, depth: number): Condition => {
  if (depth > MAX_DEPTH) throw malformed('conditions are nested too deeply', cursor.peek().start)
  if (!cursor.acceptSymbol('(')) return fieldCondition(cursor, parseQuery)
  const inner = condition(cursor, parseQuery, depth + 1)
  cursor.expectSymbol(')')
  return inner
}

/**
 * AND, OR and NOT do not mix on one level, and NOT takes one simple condition and stands alone: `a AND NOT b` is refused
 * at NOT, `a AND b OR c` at OR (soql.md §3).
 */
const condition = (cursor: TokenCursor, parseQuery: ParseQuery, depth: number): Condition => {
  if (cursor.acceptWord('NOT')) return { kind: 'not', term: simple(cursor, parseQuery, depth) }
  const first = simple(cursor, parseQuery, depth)
  const kind = cursor.isWord('AND') ? 'and' : cursor.isWord('OR') ? 'or' : undefined
  if (!kind) return first
  const terms = [first]
  while (cursor.acceptWord(kind.toUpperCase())) {
    if (cursor.isWord('NOT')) throw cursor.unexpected()
    terms.push(simple(cursor, parseQuery, depth))
  }
  if (cursor.isWord('AND') || cursor.isWord('OR')) throw cursor.unexpected()
  return { kind, terms }
}

/**
 * What follows WHERE or HAVING.
 *
 * @throws SoqlFailure MALFORMED_QUERY in place
 */
export const parseCondition = (cursor: TokenCursor, parseQuery: ParseQuery): Condition =>
  condition(cursor, parseQuery, 0)
